/* Builds the tables that arrive as data (components.table).
 *
 * A table outside a <details> is built as soon as it is on the page; one inside is built when the <details>
 * is opened, or when the page is printed. Every cell is set as text, never as markup. Does not belong here:
 * anything that knows what a table is about.
 */
(function () {
  "use strict";

  function element(name, text, attributes) {
    const made = document.createElement(name);
    if (text !== undefined && text !== null) made.textContent = text;
    for (const key in attributes || {}) made.setAttribute(key, attributes[key]);
    return made;
  }

  function fill(cell, value, kind) {
    if (value === null || typeof value !== "object") value = { text: String(value ?? "") };
    if (typeof value.bar === "number") {
      const share = Math.max(0, Math.min(1, value.bar)) * 100;
      const track = element("span", null, { class: "bar", "aria-hidden": "true" });
      const length = element("span");
      length.style.width = share + "%";
      track.appendChild(length);
      const line = cell.appendChild(element("span", null, { class: "bar-line" }));
      line.appendChild(element("span", value.text, { class: "bar-text" }));
      line.appendChild(track);
    } else if (typeof value.href === "string" && value.href.startsWith("/") && !value.href.startsWith("//")) {
      cell.appendChild(element("a", value.text, { href: value.href }));
    } else if (kind === "code") {
      if (value.text) cell.appendChild(element("code", value.text));
    } else {
      cell.appendChild(document.createTextNode(value.text));
    }
    if (value.heat) cell.classList.add("heat-" + Number(value.heat));
    if (value.note) cell.appendChild(element("span", value.note, { class: "sub note" }));
    if (value.sub) cell.appendChild(element("span", value.sub, { class: "sub" }));
  }

  function build(slot) {
    const data = slot.getAttribute("data-table");
    if (slot.dataset.built === data) return;
    const spec = JSON.parse(data);
    /* The roles say what the elements are anyway; they keep saying it on narrow screens, where style.css
     * stacks the cells of a row and a browser would stop calling it a table. */
    const table = element("table", null, { role: "table" });
    table.appendChild(element("caption", spec.caption, spec.quiet ? { class: "unseen" } : {}));
    const head = element("tr", null, { role: "row" });
    for (const column of spec.columns) {
      const name = column.name ? "th" : "td";
      const role = column.name ? { scope: "col", role: "columnheader" } : { role: "cell" };
      head.appendChild(element(name, column.name, { ...role, class: column.kind }));
    }
    table.appendChild(element("thead", null, { role: "rowgroup" })).appendChild(head);
    const body = table.appendChild(element("tbody", null, { role: "rowgroup" }));
    for (const row of spec.rows) {
      const line = body.appendChild(element("tr", null, { role: "row" }));
      row.forEach(function (value, place) {
        const kind = spec.columns[place].kind;
        const cell =
          place === 0
            ? element("th", null, { scope: "row", role: "rowheader" })
            : element("td", null, { role: "cell", "data-column": spec.columns[place].name });
        if (kind) cell.className = kind;
        fill(cell, value, kind);
        line.appendChild(cell);
      });
    }
    const box = element("div", null, { class: "scroll-box", "data-label": "Table: " + spec.caption });
    box.appendChild(table);
    slot.replaceChildren(box);
    slot.dataset.built = data;
    watchWidth(box);
  }

  /* A box whose content is wider than itself must be reachable by keyboard, so that it can be scrolled. */
  const watched = new WeakSet();
  const widths = new ResizeObserver(function (entries) {
    for (const box of new Set(entries.map((entry) => entry.target.closest(".scroll-box")))) markIfWide(box);
  });

  function markIfWide(box) {
    if (!box) return;
    if (box.scrollWidth > box.clientWidth + 1) {
      box.setAttribute("tabindex", "0");
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", box.dataset.label + " (scrolls sideways)");
      if (!box.classList.contains("is-wide") && box.dataset.start === "end") box.scrollLeft = box.scrollWidth;
      box.classList.add("is-wide");
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
      box.classList.remove("is-wide");
    }
  }

  function watchWidth(box) {
    if (watched.has(box)) return;
    watched.add(box);
    widths.observe(box);
    for (const child of box.children) widths.observe(child);
  }

  function buildOpen(root) {
    for (const slot of root.querySelectorAll(".table-slot")) {
      const folded = slot.closest("details:not([open])");
      if (!folded) build(slot);
    }
    for (const box of root.querySelectorAll(".scroll-box")) watchWidth(box);
  }

  document.addEventListener(
    "toggle",
    function (event) {
      if (event.target.open) buildOpen(event.target);
    },
    true
  );

  new MutationObserver(function () {
    buildOpen(document);
  }).observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["data-table"],
  });

  window.sendAuditTables = {
    buildAll: function () {
      document.querySelectorAll(".table-slot").forEach(build);
    },
  };
})();
