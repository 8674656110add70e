// The ledger as a triangle of cells, those that the cut removes crossed out; beside it the norm and the cosine for each cut.

const explorer = {
  traits: { cell: [0, 0] },
  build({ figure, words, spec, change }) {
    const valuesOf = (trait) => spec.find((control) => control.trait === trait).values, scales = valuesOf("weight_scale"), lengths = valuesOf("length"), cuts = valuesOf("cut"), countedOf = valuesOf("counted");
    const key = tag(figure, "div", { class: "legend" });
    for (const [what, text] of [["kept", words.kept], ["removed", words.removed], ["uncounted", words.uncounted]]) {
      const item = tag(key, "span"), icon = svg(item, "svg", { width: 16, height: 16, "aria-hidden": "true" });
      svg(icon, "rect", { x: 1, y: 1, width: 14, height: 14, class: "cell", fill: what === "uncounted" ? "none" : magnitudeColour(1) }).classList.toggle("gone", what === "removed");
      if (what === "removed") svg(icon, "path", { d: "M4 12L12 4", class: "cross" });
      if (what === "uncounted") svg(icon, "circle", { cx: 8, cy: 8, r: 1.2, class: "speck" });
      tag(item, "span", { text });
    }
    const picture = svg(figure, "svg", { role: "application", "aria-label": `${words.title}. ${words.rows}, ${words.columns}.`, tabindex: 0, "data-lm-suppress-shortcuts": "true" });
    const cells = marks(svg(picture, "g"), "rect", { class: "cell" }), crosses = svg(picture, "path", { class: "cross" }), specks = svg(picture, "path", { class: "speck" }), frame = svg(picture, "rect", { class: "cell-frame" });
    const rowTitle = svg(picture, "text", { class: "axis-title" }), columnTitle = svg(picture, "text", { class: "axis-title" }), rowNames = marks(picture, "text", { "text-anchor": "end" }), columnNames = marks(picture, "text", { "text-anchor": "middle" });
    const normX = axis(picture, "x"), normY = axis(picture, "y"), cosineX = axis(picture, "x"), cosineY = axis(picture, "y"), [upper, clipUpper] = clipped(picture);
    const whole = svg(upper, "line", { class: "dashed" }), norms = svg(upper, "path", { class: "solid" }), cosines = svg(picture, "path", { class: "solid" }), hairs = marks(picture, "line", { class: "hair" }), dots = marks(picture, "circle", { class: "dot", r: 4 });
    const wholeText = svg(picture, "text", { "text-anchor": "end", class: "axis-title" });
    magnitudeBar(tag(figure, "div"), words);
    let now = null, geometry = null;

    cellReader(picture, { place: () => geometry, length: () => now.length, now: () => now.cell, change: (cell) => change("cell", cell) });

    return (state) => {
      const { width, arrays, length: n, activation, weight_scale, cut, counted, cell } = (now = state), s = scales.indexOf(weight_scale), l = lengths.indexOf(n), c = countedOf.indexOf(counted);
      const beside = width >= NARROW, left = 42, top = 40, side = beside ? Math.min(400, width * 0.5 - left) : width - left - 4, size = side / n;
      geometry = { left, top, width: size, height: size };
      const norm = (t, k) => arrays[`ledger_${activation}`](s, t - 1, k - 1), removed = (t, k) => Math.floor((k - 1) / cut) < Math.floor((t - 1) / cut), counts = (t) => counted === "every" || t === n;
      const where = []; // the lower triangle, row by row
      for (let t = 1; t <= n; t++) for (let k = 1; k <= t; k++) where.push([t, k]);
      cells.show(where.length, (i) => {
        const [t, k] = where[i], pad = size > 8 ? 1 : 0.5;
        return { x: (left + size * (k - 1) + pad).toFixed(1), y: (top + size * (t - 1) + pad).toFixed(1), width: (size - 2 * pad).toFixed(1), height: (size - 2 * pad).toFixed(1), fill: counts(t) ? magnitudeColour(norm(t, k)) : "none", class: counts(t) && removed(t, k) ? "cell gone" : "cell" };
      });
      const at = (t, k, a, b) => `${(left + size * (k - 1 + a)).toFixed(1)} ${(top + size * (t - 1 + b)).toFixed(1)}`, gone = where.filter(([t, k]) => counts(t) && removed(t, k)), silent = where.filter(([t]) => !counts(t));
      set(crosses, { d: gone.map(([t, k]) => `M${at(t, k, 0.25, 0.75)}L${at(t, k, 0.75, 0.25)}`).join("") });
      set(specks, { d: silent.map(([t, k]) => `M${at(t, k, 0.5, 0.5)}h.01`).join("") });
      const named = Array.from({ length: n }, (_, i) => i + 1).filter((t) => t === 1 || t % (n > 8 ? 4 : 1) === 0);
      rowNames.show(named.length, (i) => ({ x: left - 6, y: top + size * (named[i] - 0.5) + 4, text: String(named[i]) }));
      columnNames.show(named.length, (i) => ({ x: left + size * (named[i] - 0.5), y: top - 6, text: String(named[i]) }));
      set(rowTitle, { x: left - 30, y: top + side + 18, text: words.rows });
      set(columnTitle, { x: left, y: 14, text: words.columns });
      const [t, k] = cell, on = k >= 1 && k <= t && t <= n;
      set(frame, { x: left + size * (k - 1), y: top + size * (t - 1), width: size, height: size, visibility: on ? "visible" : "hidden" });

      // the curves over the cuts
      const x0 = beside ? left + side + 76 : 54, x1 = width - 12, start = beside ? top : top + side + 70, floor = start + 150, start2 = floor + 66, floor2 = start2 + 100;
      const sums = (i) => [arrays[`sums_${activation}`](s, c, l, i, 0), arrays[`sums_${activation}`](s, c, l, i, 1)], live = cuts.map((_, i) => i).filter((i) => cuts[i] <= n);
      const logs = Math.log2(n), x = (v) => x0 + (Math.log2(v) / logs) * (x1 - x0), y = logarithmic(floor, start, -3, 9), z = linear(-1, 1, floor2, start2), ticks = [1, 2, 4, 8, 16, 32].filter((v) => v <= n);
      const [full] = sums(cuts.length - 1), here = Math.min(cuts.indexOf(cut), live.at(-1));
      normX(ticks, x, floor, start);
      normY(decades(3, -3, 9), y, x0, x1, tenTo, words.norm_axis, { x: x0, y: start - 26 + 12 });
      cosineX(ticks, x, floor2, start2, String, words.cut_axis, { x: x1, y: floor2 + 34, "text-anchor": "end" });
      cosineY([-1, 0, 1], z, x0, x1, (v) => String(v).replace("-", "−"), words.cosine_axis, { x: x0, y: start2 - 12 });
      clipUpper(x0 - 6, start, x1 - x0 + 12, floor - start);
      const inside = (v) => v >= start && v <= floor, level = y(full);
      set(whole, { x1: x0, x2: x1, y1: level, y2: level });
      set(wholeText, { x: x1, y: Math.min(floor - 6, Math.max(start + 14, level - 8)), text: words.whole });
      set(norms, { d: curve(live.map((i) => cuts[i]), live.map((i) => sums(i)[0]), x, y) });
      set(cosines, { d: curve(live.map((i) => cuts[i]), live.map((i) => sums(i)[1]), x, z) });
      const marked = [y(sums(here)[0]), z(sums(here)[1])], seen = [inside(marked[0]), true].map((yes, i) => (yes ? i : -1)).filter((i) => i >= 0);
      hairs.show(2, (i) => ({ x1: x(cuts[here]), x2: x(cuts[here]), y1: [start, start2][i], y2: [floor, floor2][i] }));
      dots.show(seen.length, (i) => ({ cx: x(cuts[here]), cy: marked[seen[i]] }));
      const height = Math.max(top + side + 26, floor2 + 42);
      set(picture, { width, height, viewBox: `0 0 ${width} ${height}` });

      const [kept, cosine] = sums(cuts.indexOf(cut)), values = { cells: counted === "every" ? where.length : n, gone: gone.length, norm: say(kept, words), whole: say(full, words), cosine: fixed(cosine, 3), cut };
      let text = fill(words[gone.length ? "shows" : "shows_all"], values);
      if (on) text += " " + fill(words[!counts(t) ? "cell_uncounted" : removed(t, k) ? "cell_removed" : "cell_kept"], { t, k, norm: say(norm(t, k), words) });
      return text;
    };
  },
};
