// A message on its way back: ten thin lines and a thick median with tanh, ten with ReLU, and what is predicted for ReLU.

const LEFT = 58, TOP = 24, FLOOR = 300, BOTTOM = 344, AT_END = 46; // px; room for the names at the lines' ends
const NAMES = ["tanh", "relu"];

const explorer = {
  build({ figure, words, tell, now, change }) {
    legend(figure, [[words.line_tanh, "solid"], [words.line_relu, "solid relu"], [words.line_predicted, "dashed"], [words.line_seed, "thin"]]);
    const picture = svg(figure, "svg"), plot = panel(picture, ["dashed", ...NAMES.map((name) => `solid ${name}`)]);
    const thin = NAMES.map((name) => marks(plot.lines, "path", { class: `solid thin ${name}` })), ends = NAMES.map(() => svg(picture, "text"));
    const readOff = lagReader(picture, words, { now: () => now().lag, change: (lag) => change("lag", lag ?? -1) });

    return ({ width, arrays, at, start, inputs, lag }) => {
      const messages = arrays[`messages_${start}_${inputs}`], [s] = at("weight_scale"), [, , seeds, steps] = messages.shape, last = steps - 1, lags = upTo(steps);
      const edge = width - AT_END, x = linear(0, last, edge, LEFT), y = logarithmic(FLOOR, TOP), expected = arrays.predicted.row(...at("weight_scale", "start"));
      const sorted = NAMES.map((_, a) => lags.map((d) => upTo(seeds).map((i) => messages(s, a, i, d)).sort((p, q) => p - q)));
      const medians = sorted.map((all) => all.map((values) => (values[seeds / 2 - 1] + values[seeds / 2]) / 2)), d = lag >= 0 ? lag : last;
      sized(picture, width, BOTTOM);
      plot.draw({ box: [LEFT, TOP, edge, FLOOR], x, y, curves: [expected, ...medians].map((values) => [lags, values]), ticks: [0, 20, 40, 60, 80, 100], ends: [words.lag_axis, words.norm_axis], hair: lag >= 0 ? x(d) : null, heights: medians.map((values) => y(values[d])) });
      thin.forEach((lines, a) => lines.show(seeds, (i) => ({ d: curve(lags, messages.row(s, a, i), x, y) })));
      // a name stands at its line's far end: where the median leaves the picture, or at the left edge
      const places = medians.map((values) => {
        const outside = values.findIndex((v) => !(y(v) >= TOP && y(v) <= FLOOR)), end = outside < 0 ? last : Math.max(0, outside - 1);
        return [Math.max(LEFT + 4, x(end) - 2), Math.max(TOP + 12, Math.min(FLOOR - 6, y(values[end]) - 7))];
      });
      const [upper, lower] = places;
      if (Math.abs(upper[0] - lower[0]) < 40 && Math.abs(upper[1] - lower[1]) < 16) [upper[1], lower[1]] = upper[1] > FLOOR - 24 ? [FLOOR - 22, FLOOR - 6] : [upper[1], upper[1] + 16];
      places.forEach(([px, py], a) => set(ends[a], { text: words[`line_${NAMES[a]}`], x: px, y: py, class: `line-name ${NAMES[a]}` }));
      readOff(lags, x, d, tell("place", { lag: d }));
      const numbers = NAMES.map((name, a) => ({ [name]: medians[a][d], [`${name}_low`]: sorted[a][d][0], [`${name}_high`]: sorted[a][d].at(-1) }));
      return [tell("shows", { lag: d }, Object.assign({ predicted: expected[d] }, ...numbers))];
    };
  },
};
