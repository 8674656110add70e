// A message on its way back: ten thin lines and a thick median with tanh, ten with ReLU, and what is predicted for ReLU.

const LEFT = 58, TOP = 24, FLOOR = 300, BOTTOM = 344, AT_END = 46; // px; room for the names at the lines' ends
const NAMES = ["tanh", "relu"];

const explorer = {
  traits: { lag: -1 },
  build({ figure, words, spec, change }) {
    const valuesOf = (trait) => spec.find((control) => control.trait === trait).values, gains = valuesOf("weight_scale"), starts = valuesOf("start");
    legend(figure, [[words.line_tanh, "solid"], [words.line_relu, "solid relu"], [words.line_predicted, "dashed"], [words.line_seed, "thin"]]);
    const picture = svg(figure, "svg"), axisX = axis(picture, "x"), axisY = axis(picture, "y"), [inside, clip] = clipped(picture), one = svg(inside, "line", { class: "dotted" });
    const thin = NAMES.map((name) => marks(inside, "path", { class: `solid thin ${name}` })), guess = svg(inside, "path", { class: "dashed" }), thick = NAMES.map((name) => svg(inside, "path", { class: `solid ${name}` }));
    const ends = NAMES.map(() => svg(picture, "text", { class: "axis-title" })), hair = svg(inside, "line", { class: "hair" }), dots = marks(inside, "circle", { class: "dot", r: 4 });
    let now = null, x = null, last = 0;
    reader(picture, `${words.title}. ${words.reader}`, { // time runs to the right: the last word is the last place
      last: () => last,
      at: (px) => last - Math.round((last * (x(0) - px)) / (x(0) - x(last))),
      now: () => (now.lag >= 0 ? last - now.lag : -1),
      change: (place) => change("lag", place < 0 ? -1 : last - place),
    });

    return (state) => {
      const { width, arrays, weight_scale, start, inputs, lag } = (now = state), s = gains.indexOf(weight_scale), messages = arrays[`messages_${start}_${inputs}`], edge = width - AT_END;
      const [, , seeds, steps] = messages.shape, lags = Array.from({ length: steps }, (_, i) => i), y = logarithmic(FLOOR, TOP), row = (a, seed) => messages.row(s, a, seed), expected = arrays.predicted.row(s, starts.indexOf(start));
      last = steps - 1;
      x = linear(0, last, edge, LEFT);
      const sorted = NAMES.map((_, a) => lags.map((d) => Array.from({ length: seeds }, (_, i) => messages(s, a, i, d)).sort((p, q) => p - q)));
      const middle = (values) => (values[seeds / 2 - 1] + values[seeds / 2]) / 2, medians = sorted.map((all) => all.map(middle));
      set(picture, { width, height: BOTTOM, viewBox: `0 0 ${width} ${BOTTOM}` });
      axisX([0, 20, 40, 60, 80, 100], x, FLOOR, TOP, String, words.lag_axis, { x: edge, y: FLOOR + 36, "text-anchor": "end" });
      axisY(decades(3), y, LEFT, edge, tenTo, words.norm_axis, { x: LEFT, y: 12 });
      clip(LEFT - 8, TOP, edge - LEFT + 16, FLOOR - TOP);
      set(one, { x1: LEFT, x2: edge, y1: y(1), y2: y(1) });
      NAMES.forEach((name, a) => {
        thin[a].show(seeds, (i) => ({ d: curve(lags, row(a, i), x, y) }));
        set(thick[a], { d: curve(lags, medians[a], x, y) });
      });
      set(guess, { d: curve(lags, expected, x, y) });
      // a name stands at its line's far end: where the median leaves the picture, or at the left edge
      const end = (values) => { const outside = values.findIndex((v) => !(y(v) >= TOP && y(v) <= FLOOR)), at = outside < 0 ? last : Math.max(0, outside - 1); return [x(at), y(values[at])]; };
      const places = medians.map((values) => { const [px, py] = end(values); return [Math.max(LEFT + 4, px - 2), Math.max(TOP + 12, Math.min(FLOOR - 6, py - 7))]; }), [upper, lower] = places;
      if (Math.abs(upper[0] - lower[0]) < 40 && Math.abs(upper[1] - lower[1]) < 16) [upper[1], lower[1]] = upper[1] > FLOOR - 24 ? [FLOOR - 22, FLOOR - 6] : [upper[1], upper[1] + 16];
      places.forEach(([px, py], a) => set(ends[a], { text: words[`line_${NAMES[a]}`], x: px, y: py, class: `line-name ${NAMES[a]}` }));

      const read = lag >= 0, d = read ? lag : last, heights = medians.map((values) => y(values[d])).filter((v) => v >= TOP && v <= FLOOR);
      set(hair, { x1: x(d), x2: x(d), y1: TOP, y2: FLOOR, visibility: read ? "visible" : "hidden" });
      dots.show(read ? heights.length : 0, (i) => ({ cx: x(d), cy: heights[i] }));
      set(picture, { "aria-valuemax": steps, "aria-valuenow": steps - d, "aria-valuetext": fill(words.place, { lag: d }) });
      const values = { lag: d, predicted: say(expected[d], words) };
      NAMES.forEach((name, a) => Object.assign(values, { [name]: say(medians[a][d], words), [`${name}_low`]: say(sorted[a][d][0], words), [`${name}_high`]: say(sorted[a][d].at(-1), words) }));
      return fill(words.shows, values);
    };
  },
};
