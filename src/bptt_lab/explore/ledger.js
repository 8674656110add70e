// The ledger as a triangle of cells. Arrow keys walk through the cells; the one that is pointed at is read out.

const TALL = 264; // px for the rows of any length: nothing below moves
const percent = (share) => fixed(100 * share, 1);
// A share from −100 % over 0 to 100 %: orange works against the sum, blue adds to it, 0 is the page.
const shareColour = (share) => `rgba(${share < 0 ? "213,94,0" : "0,114,178"},${Math.min(1, Math.abs(share)).toFixed(3)})`;
const onShare = (share) => (share < -0.895 ? "on-glow" : share > 0.935 ? "on-colour" : "on-faint"); // contrast as onMagnitude

const explorer = {
  traits: { cell: 0, sentences: 0 },
  build({ figure, words, spec, change }) {
    const scales = spec.find((c) => c.trait === "weight_scale").values, activations = spec.find((c) => c.trait === "activation").values;
    const picture = svg(figure, "svg", { role: "application", "aria-label": `${words.title}. ${words.rows}, ${words.columns}.`, tabindex: 0, "data-lm-suppress-shortcuts": "true" });
    const cells = marks(picture, "rect", { class: "cell" }), texts = marks(picture, "text", { "text-anchor": "middle", class: "cell-text" });
    const rowNames = marks(picture, "text", { "text-anchor": "end" }), columnNames = marks(picture, "text"), ages = marks(picture, "rect", { height: 9, rx: 2 }), wholes = marks(picture, "text");
    const frame = svg(picture, "rect", { class: "cell-frame" }), wholeTitle = svg(picture, "text", { class: "axis-title" }), rowTitle = svg(picture, "text", { class: "axis-title" }), columnTitle = svg(picture, "text", { class: "axis-title" });
    const magnitude = tag(figure, "div"), shareBar = tag(figure, "div", { class: "magnitude-bar" });
    magnitudeBar(magnitude, words);
    tag(shareBar, "span", { text: words.shares_low });
    const ramp = tag(shareBar, "span", { class: "ramp", role: "img", "aria-label": words.shares_label });
    ramp.style.background = `linear-gradient(to right, ${[-1, -0.5, 0, 0.5, 1].map(shareColour).join(",")})`;
    tag(shareBar, "span", { text: words.shares_high });
    let now = null, geometry = null;

    cellReader(picture, { place: () => geometry, length: () => now.length, now: () => now.cell, change: (cell) => change("cell", cell) });

    return (state) => {
      const { width, arrays, length: n, activation, weight_scale, wrt, view, cell, sentences } = (now = state);
      const s = activations.indexOf(activation) * scales.length + scales.indexOf(weight_scale), read = sentences[n - 1], key = `_${wrt}${n}`;
      const [left, wholeWidth] = width < NARROW ? [88, 70] : [104, 92], top = 96, size = Math.min(56, (width - left - wholeWidth) / n), height = Math.min(TALL / n, Math.max(40, size)), right = left + size * n, bottom = top + height * n;
      geometry = { left, top, width: size, height };
      const where = []; // the lower triangle, row by row
      for (let t = 1; t <= n; t++) for (let k = 1; k <= t; k++) where.push([t, k]);
      const norm = (t, k) => arrays[`ledger${key}`](s, t - 1, k - 1), share = (t, k) => arrays[`shares${key}`](s, t - 1, k - 1);
      set(picture, { width, height: top + TALL + 8, viewBox: `0 0 ${width} ${top + TALL + 8}` });
      cells.show(where.length, (i) => {
        const [t, k] = where[i];
        return { x: left + size * (k - 1) + 1, y: top + height * (t - 1) + 1, width: size - 2, height: height - 2, fill: view === "norms" ? magnitudeColour(norm(t, k)) : shareColour(share(t, k)) };
      });
      const wide = size >= 44;
      texts.show(wide ? where.length : 0, (i) => {
        const [t, k] = where[i], v = norm(t, k);
        return { x: left + size * (k - 0.5), y: top + height * (t - 0.5) + 4, class: `cell-text ${view === "norms" ? onMagnitude(v) : onShare(share(t, k))}`, text: view === "norms" ? brief(v) : fixed(100 * share(t, k), 0) };
      });
      rowNames.show(n, (i) => ({ x: left - 20, y: top + height * (i + 0.5) + 4, text: `${i + 1} ${read[i]}` }));
      columnNames.show(n, (i) => { const x = left + size * (i + 0.5) + 4; return { x, y: top - 20, transform: `rotate(-45 ${x} ${top - 20})`, text: size > 12 || [0, n - 1].includes(i) ? `${i + 1} ${read[i]}` : "" }; }); // between, they would lie on each other
      wholes.show(n, (i) => ({ x: right + 10, y: top + height * (i + 0.5) + 4, text: say(arrays[`whole${key}`](s, i), words) }));
      set(wholeTitle, { x: right + 10, y: top - 8, text: words.whole });
      set(rowTitle, { x: 2, y: top - 8, text: words.rows });
      set(columnTitle, { x: left + 4, y: 12, text: words.columns });
      const [t, k] = cell, on = k >= 1 && k <= t && t <= n;
      // Age counts back from the row that is read: the chosen cell's, or the last. Rows first, then columns.
      const broad = Math.min(9, size - 2);
      ages.show(2 * n, (i) => ({ ...(i < n ? { x: left - 15, y: top + height * (i + 0.5) - 4.5, width: 9 } : { x: left + size * (i - n + 0.5) - broad / 2, y: top - 15, width: broad }), ...ageMark((on ? t : n) - 1 - (i % n)) }));
      set(frame, { x: left + size * (k - 1), y: top + height * (t - 1), width: size, height, visibility: on ? "visible" : "hidden" });
      magnitude.hidden = view !== "norms";
      shareBar.hidden = view === "norms";

      const norms = arrays[`ledger${key}`].row(s, n - 1);
      let text = fill(words[view === "norms" ? "shows" : "shows_shares"], { cells: where.length, against: where.filter(([t, k]) => share(t, k) < 0).length, first: say(norms[0], words), first_share: percent(share(n, 1)), last: say(norms[n - 1], words), last_share: percent(share(n, n)), norms: say(norms.reduce((a, b) => a + b, 0), words), whole: say(arrays[`whole${key}`](s, n - 1), words) });
      if (on) text += " " + fill(words.cell, { t, target: read[t - 1], k, word: read[k - 1], norm: say(norm(t, k), words), share: percent(share(t, k)) });
      return text;
    };
  },
};
