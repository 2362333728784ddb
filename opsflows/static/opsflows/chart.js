// Draws a table of hours with Chart.js, which unfold brings. Without this file the table itself is shown.
{
  const SERIES = [
    { label: "Events", tone: "--ops-soft", kind: "line" },
    { label: "Runs started", tone: "--ops-running", kind: "bar" },
    { label: "Runs failed", tone: "--ops-failed", kind: "bar" },
  ];
  const FAILED = 2;
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function options() {
    const [soft, line] = [token("--ops-soft"), token("--ops-border")];
    return {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      plugins: { legend: { display: false } },
      scales: {
        x: { border: { display: false }, grid: { display: false }, ticks: { color: soft, maxRotation: 0, autoSkipPadding: 12 } },
        y: { border: { display: false }, beginAtZero: true, grid: { color: line }, ticks: { color: soft, precision: 0, maxTicksLimit: 5 } },
      },
    };
  }

  function datasets(rows) {
    return SERIES.map(({ label, tone, kind }, column) => ({
      label,
      type: kind,
      data: rows.map((row) => Number(row.cells[column + 1].dataset.count) || (column === FAILED ? null : 0)),
      borderColor: token(tone),
      backgroundColor: token(tone),
      borderWidth: kind === "line" ? 2 : 0,
      borderRadius: column === FAILED ? 0 : 2,
      grouped: false,
      pointRadius: 0,
      pointHitRadius: 8,
      cubicInterpolationMode: "monotone",
      // One failure among a thousand runs is to be seen: in front, and never too low.
      minBarLength: column === FAILED ? 3 : 0,
      order: -column,
    }));
  }

  function draw(canvas) {
    const rows = [...document.getElementById(canvas.dataset.table).tBodies[0].rows];
    const data = { labels: rows.map((row) => row.cells[0].dataset.label), datasets: datasets(rows) };
    const chart = new Chart(canvas, { data, options: options() });
    // The colours follow the theme.
    new MutationObserver(() => {
      chart.data.datasets = datasets(rows);
      chart.options = options();
      chart.update();
    }).observe(document.documentElement, { attributeFilter: ["class"] });
  }

  window.addEventListener("load", () => {
    Chart.defaults.font.family = "Inter";
    for (const canvas of document.querySelectorAll("canvas[data-table]")) draw(canvas);
  });
}
