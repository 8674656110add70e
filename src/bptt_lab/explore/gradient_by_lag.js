// Two curves against the lag on an absolute log axis, forward mode's ring at the far end, and the cosine below.

const explorer = {
  traits: {},
  build({ figure, words, spec }) {
    const value = (trait) => spec.find((c) => c.trait === trait).values, scales = value("weight_scale"), lengths = value("length");
    legend(figure, [[words.right, "solid"], [words.lost, "dashed"], [words.forward, "ring"]]);
    const picture = svg(figure, "svg", { role: "img", "aria-label": words.title });
    const normX = axis(picture, "x"), normY = axis(picture, "y"), cosineX = axis(picture, "x"), cosineY = axis(picture, "y");
    const [upper, clipUpper] = clipped(picture), [lower, clipLower] = clipped(picture);
    const right = svg(upper, "path", { class: "solid" }), lost = svg(upper, "path", { class: "dashed" }), cosine = svg(lower, "path", { class: "solid" });
    const ring = svg(picture, "circle", { class: "ring", r: 6 }), one = svg(upper, "line", { class: "dotted" });
    const lags = Array.from({ length: 100 }, (_, i) => i);

    return (state) => {
      const { width, arrays, weight_scale, length: T, activation, start } = state, s = scales.indexOf(weight_scale), l = lengths.indexOf(T), key = `_${activation}_${start}`;
      const offset = lengths.slice(0, l).reduce((a, b) => a + b, 0), row = (name) => arrays[name + key].row(s).subarray(offset, offset + T), at = (name, d) => row(name)[d];
      const left = 58, edge = width - 14, top = 20, floor = 270, top2 = 330, floor2 = 420;
      set(picture, { width, height: 462, viewBox: `0 0 ${width} 462` });
      const x = linear(0, 100, edge, left), y = logarithmic(floor, top), c = linear(-1, 1, floor2, top2); // time runs to the right: the last word is at the right edge
      const ticks = [0, 20, 40, 60, 80, 100];
      normX(ticks, x, floor, top);
      normY(decades(3), y, left, edge, tenTo, words.norm_axis, { x: left, y: 11 });
      cosineX(ticks, x, floor2, top2, String, words.lag_axis, { x: edge, y: floor2 + 34, "text-anchor": "end" });
      cosineY([-1, 0, 1], c, left, edge, (v) => String(v).replace("-", "−"), words.cosine_axis, { x: left, y: top2 - 10 });
      clipUpper(left, top, edge - left + 1, floor - top);
      clipLower(left, top2 - 2, edge - left + 1, floor2 - top2 + 4);
      set(one, { x1: left, x2: edge, y1: y(1), y2: y(1) });
      const live = lags.slice(0, T);
      set(right, { d: curve(live, row("right"), x, y) });
      set(lost, { d: curve(live, row("lost"), x, y) });
      set(cosine, { d: T > 1 ? curve(live, row("cosine"), x, c) : "" });
      const forward = arrays["forward" + key](s, l), ringY = y(forward), visible = ringY >= top && ringY <= floor;
      set(ring, { cx: x(T - 1), cy: visible ? ringY : top, visibility: visible ? "visible" : "hidden" });

      const values = { T, first: say(at("right", T - 1), words), last: say(at("right", 0), words), forward: say(forward, words), lost: say(at("lost", T - 1), words), cosine: at("cosine", T - 1).toFixed(2).replace("-", "−") };
      return fill(words[T === 1 ? "shows_one" : "shows"], values);
    };
  },
};
