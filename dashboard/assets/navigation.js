/* What a browser does by itself between two documents, done for pages that change in place: the title, where
 * the focus is, which link is current, and what a screen reader hears. Also sends the filter form without
 * loading the document anew; without this script the form works as any GET form does.
 * Does not belong here: anything that knows what a page is about.
 */
(function () {
  "use strict";

  let shownView = null;

  function go(address) {
    history.pushState({}, "", address);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }

  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (!form.matches("form.filters")) return;
    event.preventDefault();
    const query = new URLSearchParams(new FormData(form));
    for (const [name, value] of [...query]) if (!value) query.delete(name);
    const asked = query.toString();
    go(new URL(form.action).pathname + (asked ? "?" + asked : ""));
  });

  /* The council, the period and the day as at which figures are shown are taken along to the next page; one that has
   * none of them ignores them. */
  const KEPT = ["council", "window", "to", "as_of"];
  const FRAME = "header.top a, footer.bottom a";

  function keepChoice() {
    const asked = new URLSearchParams(location.search);
    const kept = new URLSearchParams();
    for (const name of KEPT) if (asked.get(name)) kept.set(name, asked.get(name));
    const query = kept.toString() ? "?" + kept.toString() : "";
    for (const link of document.querySelectorAll(FRAME)) {
      link.setAttribute("href", new URL(link.href).pathname + query);
    }
  }

  /* Caught on the way down, because the link's own handler knows only the address it was made with. */
  document.addEventListener(
    "click",
    function (event) {
      const link = event.target.closest ? event.target.closest(FRAME) : null;
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
      event.preventDefault();
      event.stopPropagation();
      go(link.getAttribute("href"));
      window.scrollTo(0, 0);
    },
    true
  );

  /* Links made by tables.js stay inside the application, as dcc.Link does. */
  document.addEventListener("click", function (event) {
    const link = event.target.closest ? event.target.closest(".table-slot a[href^='/']") : null;
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
    event.preventDefault();
    go(link.getAttribute("href"));
    window.scrollTo(0, 0);
  });

  function isHere(link) {
    const path = new URL(link.href).pathname;
    return location.pathname === path || (path !== "/" && location.pathname.startsWith(path + "/"));
  }

  /* The current page's link, the pages of its room, and the room itself, which leads to the first of them. */
  function markCurrent() {
    for (const link of document.querySelectorAll("header.top nav a")) {
      if (isHere(link)) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    for (const pages of document.querySelectorAll("header.top nav .pages")) {
      pages.hidden = !pages.querySelector("[aria-current]");
      if (pages.hidden) continue;
      const first = new URL(pages.querySelector("a").href).pathname;
      for (const room of document.querySelectorAll("header.top nav > ul:first-child a")) {
        if (new URL(room.href).pathname === first) room.setAttribute("aria-current", "true");
      }
    }
  }

  /* The page says itself which address it answers (data-view): the address bar changes before it comes. */
  function arrived() {
    const page = document.querySelector(".page");
    if (!page || page.dataset.view === shownView) return;
    const before = shownView;
    shownView = page.dataset.view;
    document.title = page.dataset.title;
    keepChoice();
    markCurrent();
    if (before === null) {
      if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
      return;
    }
    const samePath = before.split("?")[0] === shownView.split("?")[0];
    const heading = page.querySelector("h1");
    if (!samePath && heading) {
      heading.setAttribute("tabindex", "-1");
      heading.focus({ preventScroll: true });
    }
    const announce = document.getElementById("announce");
    if (announce) announce.textContent = (samePath ? "Page updated: " : "") + page.dataset.title;
  }

  new MutationObserver(arrived).observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["data-view"],
  });
})();
