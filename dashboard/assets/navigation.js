/* What a browser does by itself between two documents, done for pages that change in place: the title, where
 * the focus is, which link is current, and what a screen reader hears. Also sends the filter form without
 * loading the document anew; without this script the form works as any GET form does.
 * Does not belong here: anything that knows what a page is about.
 */
(function () {
  "use strict";

  let shownPath = null;
  let shownSearch = null;
  let shownPage = null;

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
    go(new URL(form.action).pathname + "?" + query.toString());
  });

  /* Links made by tables.js stay inside the application, as dcc.Link does. */
  document.addEventListener("click", function (event) {
    const link = event.target.closest ? event.target.closest(".table-slot a[href^='/']") : null;
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
    event.preventDefault();
    go(link.getAttribute("href"));
    window.scrollTo(0, 0);
  });

  function markCurrent() {
    for (const link of document.querySelectorAll("header.top nav a")) {
      const path = link.getAttribute("href");
      const here = path === "/" ? location.pathname === "/" : location.pathname.startsWith(path);
      if (here) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  function arrived() {
    const page = document.querySelector(".page");
    if (!page) return;
    if (page.dataset.title && document.title !== page.dataset.title) document.title = page.dataset.title;
    if (page === shownPage && page.dataset.view === shownSearch && location.pathname === shownPath) return;
    const first = shownPath === null;
    const samePath = shownPath === location.pathname;
    shownPage = page;
    shownPath = location.pathname;
    shownSearch = page.dataset.view;
    markCurrent();
    if (first) {
      if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
      return;
    }
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
    attributeFilter: ["data-title", "data-view"],
  });
})();
