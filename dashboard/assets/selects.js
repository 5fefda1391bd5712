/* Fills the selects whose options arrive as data (components.select), anew whenever the data changes.
 * Does not belong here: anything that knows what is chosen.
 */
(function () {
  "use strict";

  function option(chosen) {
    return function (pair) {
      const made = document.createElement("option");
      made.value = pair[0];
      made.textContent = pair[1];
      made.defaultSelected = pair[0] === chosen;
      return made;
    };
  }

  function fill(select) {
    const data = select.getAttribute("data-options");
    if (select.dataset.filled === data) return;
    const held = JSON.parse(data);
    const make = option(held.chosen);
    const groups = held.groups.map(function (group) {
      const made = document.createElement("optgroup");
      made.label = group[0];
      made.append(...group[1].map(make));
      return made;
    });
    select.replaceChildren(...held.options.map(make), ...groups);
    select.dataset.filled = data;
  }

  new MutationObserver(function () {
    document.querySelectorAll("select[data-options]").forEach(fill);
  }).observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["data-options"],
  });
})();
