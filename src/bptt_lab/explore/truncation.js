// The ledger as a triangle of cells, those that the cut removes crossed out; beside it the norm and the cosine for each cut.

const explorer = {
  build({ figure, words, valuesOf, tell, now, change }) {
    legend(figure, [[words.kept, "cell"], [words.removed, "cell gone", "cross"], [words.uncounted, "cell empty", "speck"]]);
    const table = triangle(figure, words, { now: () => now().cell, change: (cell) => change("cell", cell) }), { node, over } = table;
    const crosses = svg(over, "path", { class: "cross" }), specks = svg(over, "path", { class: "speck" }), titles = marks(over, "text", { class: "axis-title" });
    const rowNames = marks(over, "text", { "text-anchor": "end" }), columnNames = marks(over, "text", { "text-anchor": "middle" });
    const upper = panel(node, ["solid", "dashed"]), lower = panel(node, ["solid"]);
    magnitudeBar(figure, words);

    return ({ width, arrays, at, length: n, activation, cut, counted, cell: [t, k] }) => {
      const cuts = valuesOf.cut, sums = (i) => arrays[`sums_${activation}`].row(...at("weight_scale", "counted", "length"), i), norm = (t, k) => arrays[`ledger_${activation}`](...at("weight_scale"), t - 1, k - 1);
      const beside = width >= NARROW, left = 42, top = 40, side = beside ? Math.min(400, width * 0.5 - left) : width - left - 4, size = side / n;
      const counts = (t) => counted === "every" || t === n, removed = (t, k) => Math.floor((k - 1) / cut) < Math.floor((t - 1) / cut);
      const where = table.draw([left, top, size, size, n], size > 8 ? 1 : 0.5, (t, k) => ({ fill: counts(t) ? magnitudeColour(norm(t, k)) : "none", class: counts(t) && removed(t, k) ? "cell gone" : "cell" }));
      const point = (t, k, a, b) => `${(left + size * (k - 1 + a)).toFixed(1)} ${(top + size * (t - 1 + b)).toFixed(1)}`, gone = where.filter(([t, k]) => counts(t) && removed(t, k));
      set(crosses, { d: gone.map(([t, k]) => `M${point(t, k, 0.25, 0.75)}L${point(t, k, 0.75, 0.25)}`).join("") });
      set(specks, { d: where.filter(([t]) => !counts(t)).map(([t, k]) => `M${point(t, k, 0.5, 0.5)}h.01`).join("") });
      const named = upTo(n).filter((i) => i === 0 || (i + 1) % (n > 8 ? 4 : 1) === 0), middle = (i) => size * (named[i] + 0.5);
      rowNames.show(named.length, (i) => ({ x: left - 6, y: top + middle(i) + 4, text: String(named[i] + 1) }));
      columnNames.show(named.length, (i) => ({ x: left + middle(i), y: top - 6, text: String(named[i] + 1) }));
      titles.show(2, (i) => [{ x: left - 30, y: top + side + 18, text: words.rows }, { x: left, y: 14, text: words.columns }][i]);

      // the curves over the cuts
      const x0 = beside ? left + side + 76 : 54, x1 = width - 12, start = beside ? top : top + side + 70, floor = start + 150, start2 = floor + 66, floor2 = start2 + 100;
      const live = upTo(cuts.length).filter((i) => cuts[i] <= n), full = sums(cuts.length - 1)[0], here = Math.min(cuts.indexOf(cut), live.at(-1));
      const x = (v) => x0 + (Math.log2(v) / Math.log2(n)) * (x1 - x0), y = logarithmic(floor, start, -3, 9), z = linear(-1, 1, floor2, start2), hair = x(cuts[here]);
      const ticks = [1, 2, 4, 8, 16, 32].filter((v) => v <= n), line = (part) => [live.map((i) => cuts[i]), live.map((i) => sums(i)[part])];
      sized(node, width, Math.max(top + side + 26, floor2 + 42));
      upper.draw({ box: [x0, start, x1, floor], x, y, curves: [line(0), [[1, n], [full, full]]], ticks, ends: ["", words.norm_axis], levels: decades(3, -3, 9), hair, heights: [y(sums(here)[0])] });
      lower.draw({ box: [x0, start2, x1, floor2], x, y: z, curves: [line(1)], ticks, ends: [words.cut_axis, words.cosine_axis], levels: [-1, 0, 1], level: fixed, one: 0, hair, heights: [z(sums(here)[1])] });

      const [kept, cosine] = sums(cuts.indexOf(cut)), cells = counted === "every" ? where.length : n;
      return [
        tell(gone.length ? "shows" : "shows_all", { cells, gone: gone.length, cosine: fixed(cosine, 3), cut }, { norm: kept, whole: full }),
        table.inside([t, k]) && tell(!counts(t) ? "cell_uncounted" : removed(t, k) ? "cell_removed" : "cell_kept", { t, k }, { norm: norm(t, k) }),
      ];
    };
  },
};
