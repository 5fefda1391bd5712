/* Makes the page ready for paper: every table built and unfolded, every chart scaled to the width of the sheet.
 * Does not belong here: styles for print (style.css).
 */
(function () {
  "use strict";

  let unfolded = [];

  window.addEventListener("beforeprint", function () {
    unfolded = [...document.querySelectorAll("details:not([open])")];
    for (const folded of unfolded) folded.open = true;
    if (window.sendAuditTables) window.sendAuditTables.buildAll();
    /* A chart is drawn for the screen's width. With a viewBox its drawing shrinks to the sheet's. */
    for (const drawing of document.querySelectorAll(".js-plotly-plot svg.main-svg")) {
      if (!drawing.getAttribute("viewBox")) {
        const width = drawing.getAttribute("width");
        const height = drawing.getAttribute("height");
        if (width && height) drawing.setAttribute("viewBox", "0 0 " + width + " " + height);
      }
    }
  });

  window.addEventListener("afterprint", function () {
    for (const folded of unfolded) folded.open = false;
    unfolded = [];
    for (const drawing of document.querySelectorAll(".js-plotly-plot svg.main-svg")) drawing.removeAttribute("viewBox");
  });
})();
