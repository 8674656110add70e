// Brings a page to life: its explorers first, each a still picture until its code and table are here; then Plotly's figures.
const folder = new URL("./explorers/", import.meta.url);

async function live(place) {
  const { explorer, table } = place.dataset;
  const [{ render, stillModel }, answer] = await Promise.all([import(new URL(`${explorer}.js`, folder)), fetch(new URL(table, folder))]);
  if (!answer.ok) throw new Error(`${table}: ${answer.status}`);
  const state = JSON.parse(place.querySelector("script").textContent);
  state.table = new DataView(await answer.arrayBuffer());
  place.replaceChildren();
  render({ model: stillModel(state), el: place });
}

function loadPlotly() {
  return new Promise((loaded, failed) => {
    const script = document.createElement("script");
    Object.assign(script, { src: new URL("./plotly.min.js", import.meta.url), onload: loaded, onerror: failed });
    document.head.append(script);
  });
}

const explorers = [...document.querySelectorAll(".bptt-living")].map((place) =>
  live(place).catch((error) => console.error("This explorer stays a still picture:", error)));
const figures = document.querySelectorAll(".bptt-figure");
if (figures.length) {
  await Promise.all(explorers);
  await loadPlotly();
  for (const place of figures) {
    const { data, layout, config } = JSON.parse(place.querySelector("script").textContent);
    Plotly.newPlot(place, data, layout, { ...config, responsive: true });
  }
}
// What is wider than the page is scrolled by key too.
for (const code of document.querySelectorAll("pre")) if (code.scrollWidth > code.clientWidth) code.tabIndex = 0;
