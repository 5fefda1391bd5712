/* Fills the selects whose options arrive as data (components.select), and makes the inputs that do (components.input_field),
 * anew whenever the data changes.
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

  function input(slot) {
    const data = slot.getAttribute("data-input");
    if (slot.dataset.filled === data) return;
    const held = JSON.parse(data);
    const made = document.createElement("input");
    for (const name of ["type", "name", "id", "value", "min", "max"]) if (held[name]) made.setAttribute(name, held[name]);
    if (held.describedby) made.setAttribute("aria-describedby", held.describedby);
    slot.replaceChildren(made);
    slot.dataset.filled = data;
  }

  new MutationObserver(function () {
    document.querySelectorAll("select[data-options]").forEach(fill);
    document.querySelectorAll("[data-input]").forEach(input);
  }).observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["data-options", "data-input"],
  });
})();
