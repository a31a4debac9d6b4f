(function () {
  "use strict";
  const coarse = window.matchMedia("(pointer: coarse)").matches;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const config = read("chart-config");
  const ranges = read("rep-ranges");
  const charts = Array.from(document.querySelectorAll("[data-figure]"));

  for (const chart of charts) {
    const figure = read(chart.dataset.figure);
    if (coarse) {
      figure.layout.dragmode = false; // a finger that moves over a chart scrolls the page
    }
    window.Plotly.newPlot(chart, figure.data, figure.layout, config);
  }

  const choice = document.getElementById("rep-choice");
  if (choice) {
    choice.addEventListener("change", function () {
      for (const chart of charts) {
        if (chart.dataset.time === "yes") {
          window.Plotly.relayout(chart, { "xaxis.range": ranges[choice.value].slice() });
        }
      }
    });
  }

  // On paper everything is open, and the curves are as wide as the sheet.
  const paperWidth = 680;
  let closed = [];
  window.addEventListener("beforeprint", function () {
    closed = Array.from(document.querySelectorAll("details:not([open])"));
    closed.forEach((item) => item.setAttribute("open", ""));
    charts.forEach((chart) => window.Plotly.relayout(chart, { width: paperWidth, autosize: false }));
  });
  window.addEventListener("afterprint", function () {
    closed.forEach((item) => item.removeAttribute("open"));
    charts.forEach((chart) => window.Plotly.relayout(chart, { width: null, autosize: true }));
  });
})();
