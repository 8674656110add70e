// Plotly's figures in JupyterLite. Plotly's own extension, whose place this takes, fetches all of plotly.js, 4.8 MB, when Lab opens;
// this one does at the first figure.
const MIME = "application/vnd.plotly.v1+json", PLOTLY = new URL("plotly.min.js", document.currentScript.src);
let shared, loading;

const plotly = () => (loading ??= new Promise((loaded, failed) => {
  const script = document.createElement("script");
  Object.assign(script, { src: PLOTLY, onload: loaded, onerror: failed });
  document.head.append(script);
}));

// What Lab asks of an extension that is a file of its own: `init` gets the libraries that all share, `get` hands over the extension.
(window._JUPYTERLAB ??= {})["jupyterlab-plotly"] = {
  init(libraries) { shared = libraries; },
  async get() {
    const [library] = Object.values(shared["@lumino/widgets"]), { Widget } = (await library.get())();
    class Figure extends Widget {
      constructor() { super(); this.addClass("jp-RenderedPlotly"); }
      async renderModel(model) {
        const { data, layout, frames, config } = model.data[MIME];
        await plotly();
        await Plotly.react(this.node, data, { height: 360, ...layout }, config);
        if (frames) Plotly.addFrames(this.node, frames);
      }
      onResize() { if (this.isVisible && this.node.layout) Plotly.Plots.resize(this.node); }
      onAfterShow() { this.onResize(); }
    }
    const rendererFactory = { safe: true, mimeTypes: [MIME], createRenderer: () => new Figure() };
    return () => ({ __esModule: true, default: { id: "jupyterlab-plotly:factory", rendererFactory, rank: 2, dataType: "json" } });
  },
};
