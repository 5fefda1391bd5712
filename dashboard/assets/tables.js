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

  const SVG = "http://www.w3.org/2000/svg";
  /* A shape repeats the words beside it, for those who scan a column; it is hidden from a screen reader. */
  const SHAPES = {
    up: ["M8 1 15 14 1 14Z", true],
    down: ["M8 15 1 2 15 2Z", true],
    higher: ["M8 2 14 13 2 13Z", false],
    lower: ["M8 14 2 3 14 3Z", false],
    level: ["M2 8H14", false],
    tick: ["M2 8.5 6 13 14 3", false],
    cross: ["M3 3 13 13M13 3 3 13", false],
    query: ["M4.5 5.2a3.5 3.3 0 1 1 5 3C8.5 8.7 8 9.3 8 10.5M8 13.2v.3", false],
  };

  function drawn(name, width, height, attributes) {
    const made = document.createElementNS(SVG, "svg");
    const all = { class: name, width: width, height: height, viewBox: "0 0 " + width + " " + height };
    for (const key in { ...all, ...attributes }) made.setAttribute(key, { ...all, ...attributes }[key]);
    made.setAttribute("aria-hidden", "true");
    made.setAttribute("focusable", "false");
    return made;
  }

  function line(points, attributes) {
    const made = document.createElementNS(SVG, "path");
    made.setAttribute("d", points);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    return made;
  }

  function shape(name) {
    const made = drawn("shape shape-" + name, 16, 16, {});
    const [path, filled] = SHAPES[name];
    made.appendChild(line(path, filled ? { fill: "currentColor" } : { fill: "none", stroke: "currentColor" }));
    return made;
  }

  /* A small line of values from 0 to 1 on a scale of its own, in the band of its limits, the last point marked. */
  function spark(held) {
    const width = 110, height = 30, edge = 4;
    const known = held.values.filter((value) => value !== null);
    const all = held.band ? known.concat(held.band) : known;
    const low = Math.min(...all), high = Math.max(...all), tall = high - low || 1;
    const x = (n) => edge + (n * (width - 2 * edge)) / Math.max(1, held.values.length - 1);
    const y = (value) => height - edge - ((value - low) * (height - 2 * edge)) / tall;
    const made = drawn("spark", width, height, {});
    if (held.band) {
      const [under, over] = held.band.map(y);
      made.appendChild(line(`M0 ${over}H${width}V${under}H0Z`, { class: "spark-band" }));
    }
    let pen = "M", path = "";
    held.values.forEach(function (value, n) {
      if (value === null) pen = "M";
      else { path += pen + x(n).toFixed(1) + " " + y(value).toFixed(1); pen = "L"; }
    });
    made.appendChild(line(path, { class: "spark-line" }));
    const last = held.values.length - 1;
    if (last >= 0 && held.values[last] !== null) {
      const at = `${(x(last) - 3).toFixed(1)} ${y(held.values[last]).toFixed(1)}`;
      made.appendChild(line(`M${at}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0`, { class: "spark-end" }));
    }
    return made;
  }

  function inside(address) {
    return typeof address === "string" && address.startsWith("/") && !address.startsWith("//");
  }

  function listOf(links) {
    const list = element("ul", null, { class: "links", role: "list" });
    for (const link of links) {
      const item = list.appendChild(element("li"));
      item.appendChild(inside(link.href) ? element("a", link.text, { href: link.href }) : element("span", link.text));
    }
    return list;
  }

  /* Receipts in a text lead to their pages; the rest of it stays as it is. */
  const RECEIPT = /\b[0-9A-HJKMNP-TV-Z]{11}\b/g;

  function receiptsIn(text) {
    return String(text ?? "").match(RECEIPT) || [];
  }

  function withReceipts(holder, text) {
    let from = 0;
    for (const found of text.matchAll(RECEIPT)) {
      holder.appendChild(document.createTextNode(text.slice(from, found.index)));
      holder.appendChild(element("a", null, { href: "/receipts/" + found[0] })).appendChild(element("code", found[0]));
      from = found.index + found[0].length;
    }
    holder.appendChild(document.createTextNode(text.slice(from)));
    return holder;
  }

  function fill(cell, value, kind) {
    if (value === null || typeof value !== "object") value = { text: String(value ?? "") };
    if (value.links) {
      cell.appendChild(listOf(value.links));
      return;
    }
    if (SHAPES[value.shape]) cell.appendChild(shape(value.shape));
    if (typeof value.bar === "number") {
      const share = Math.max(0, Math.min(1, value.bar)) * 100;
      const track = element("span", null, { class: "bar", "aria-hidden": "true" });
      const length = element("span");
      length.style.width = share + "%";
      track.appendChild(length);
      const line = cell.appendChild(element("span", null, { class: "bar-line" }));
      line.appendChild(element("span", value.text, { class: "bar-text" }));
      line.appendChild(track);
    } else if (inside(value.href)) {
      cell.appendChild(element("a", value.text, { href: value.href }));
    } else if (kind === "code") {
      if (receiptsIn(value.text).length) withReceipts(cell, value.text);
      else if (value.text) cell.appendChild(element("code", value.text));
    } else {
      cell.appendChild(document.createTextNode(value.text));
    }
    if (value.heat) cell.classList.add("heat-" + Number(value.heat));
    if (value.note) cell.appendChild(element("span", value.note, { class: "sub note" }));
    if (value.sub) withReceipts(cell.appendChild(element("span", null, { class: "sub" })), value.sub);
    const own = receiptsIn(value.sub);
    if (own.length) cell.dataset.receipt = own.join(" ");
    if (value.spark) cell.appendChild(spark(value.spark));
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
      const receipts = row.filter((_, place) => spec.columns[place].kind === "code").flatMap(receiptsIn);
      if (receipts.length) line.dataset.receipt = receipts.join(" ");
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
