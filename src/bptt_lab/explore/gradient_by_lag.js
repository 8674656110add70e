// Two curves against the lag on an absolute log axis, forward mode's ring at the far end, and the cosine below.

const LEFT = 58, TOP = 20, FLOOR = 270, TOP2 = 330, FLOOR2 = 420, BOTTOM = 462; // px: two panels, one above the other
const LAGS = Array.from({ length: 100 }, (_, i) => i), TICKS = [0, 20, 40, 60, 80, 100];

const explorer = {
  traits: { lag: -1, unrelated: 0 },
  build({ figure, words, spec, change }) {
    const valuesOf = (trait) => spec.find((control) => control.trait === trait).values, scales = valuesOf("weight_scale"), lengths = valuesOf("length");
    legend(figure, [[words.right, "solid"], [words.lost, "dashed"], [words.forward, "ring"], [words.unrelated, "band"]]);
    const picture = svg(figure, "svg"), unrelated = svg(picture, "rect", { class: "band" });
    const normX = axis(picture, "x"), normY = axis(picture, "y"), cosineX = axis(picture, "x"), cosineY = axis(picture, "y");
    const [upper, clipUpper] = clipped(picture), [lower, clipLower] = clipped(picture), one = svg(upper, "line", { class: "dotted" });
    const right = svg(upper, "path", { class: "solid" }), lost = svg(upper, "path", { class: "dashed" }), cosine = svg(lower, "path", { class: "solid" });
    const ring = svg(upper, "circle", { class: "ring", r: 6 }), hairs = marks(picture, "line", { class: "hair" });
    const dots = [marks(upper, "circle", { class: "dot", r: 4 }), marks(lower, "circle", { class: "dot", r: 4 })];
    let now = null, x = null;
    reader(picture, `${words.title}. ${words.reader}`, { // places are words from the left, so the last word is the last place
      last: () => now.length - 1,
      at: (px) => now.length - 1 - Math.round(100 * (x(0) - px) / (x(0) - x(100))),
      now: () => (now.lag >= 0 && now.lag < now.length ? now.length - 1 - now.lag : -1),
      change: (place) => change("lag", place < 0 ? -1 : now.length - 1 - place),
    });

    return (state) => {
      const { width, arrays, weight_scale, length: T, activation, start, lag } = (now = state), key = `_${activation}_${start}`, s = scales.indexOf(weight_scale), l = lengths.indexOf(T);
      const offset = lengths.slice(0, l).reduce((a, b) => a + b, 0), row = (name) => arrays[name + key].row(s).subarray(offset, offset + T);
      const rights = row("right"), losts = row("lost"), cosines = row("cosine"), forward = arrays["forward" + key](s, l), edge = width - 14;
      const y = logarithmic(FLOOR, TOP), c = linear(-1, 1, FLOOR2, TOP2);
      x = linear(0, 100, edge, LEFT); // time runs to the right: the last word is at the right edge
      set(picture, { width, height: BOTTOM, viewBox: `0 0 ${width} ${BOTTOM}` });
      normX(TICKS, x, FLOOR, TOP);
      normY(decades(3), y, LEFT, edge, tenTo, words.norm_axis, { x: LEFT, y: 11 });
      cosineX(TICKS, x, FLOOR2, TOP2, String, words.lag_axis, { x: edge, y: FLOOR2 + 34, "text-anchor": "end" });
      cosineY([-1, 0, 1], c, LEFT, edge, (v) => String(v).replace("-", "−"), words.cosine_axis, { x: width < 400 ? 2 : LEFT, y: TOP2 - 10 });
      clipUpper(LEFT - 8, TOP, edge - LEFT + 16, FLOOR - TOP);
      clipLower(LEFT - 8, TOP2 - 5, edge - LEFT + 16, FLOOR2 - TOP2 + 10);
      set(one, { x1: LEFT, x2: edge, y1: y(1), y2: y(1) });
      set(unrelated, { x: LEFT, width: edge - LEFT, y: c(state.unrelated), height: c(-state.unrelated) - c(state.unrelated) });
      const live = LAGS.slice(0, T);
      set(right, { d: curve(live, rights, x, y) });
      set(lost, { d: curve(live, losts, x, y) });
      set(cosine, { d: curve(live, cosines, x, c) });
      const inside = (v) => v >= TOP && v <= FLOOR;
      set(ring, { cx: x(T - 1), ...(inside(y(forward)) ? { cy: y(forward), visibility: null } : { visibility: "hidden" }) });

      const read = lag >= 0 && lag < T, heights = read ? [y(rights[lag]), y(losts[lag])].filter(inside) : [];
      hairs.show(read ? 2 : 0, (i) => ({ x1: x(lag), x2: x(lag), y1: [TOP, TOP2][i], y2: [FLOOR, FLOOR2][i] }));
      dots[0].show(heights.length, (i) => ({ cx: x(lag), cy: heights[i] }));
      dots[1].show(read ? 1 : 0, () => ({ cx: x(lag), cy: c(cosines[lag]) }));
      set(picture, { "aria-valuemax": T, "aria-valuenow": read ? T - lag : T, "aria-valuetext": fill(words.place, { k: read ? T - lag : T, lag: read ? lag : 0 }) });

      const at = (d) => ({ right: say(rights[d], words), lost: say(losts[d], words), cosine: fixed(cosines[d], 2) });
      const far = at(T - 1), shows = { T, ...far, first: far.right, last: at(0).right, forward: say(forward, words) };
      const text = fill(words[T === 1 ? "shows_one" : "shows"], shows);
      return read ? `${text} ${fill(words.read, { k: T - lag, lag, ...at(lag) })}` : text;
    };
  },
};
