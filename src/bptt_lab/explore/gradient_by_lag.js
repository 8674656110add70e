// Two curves against the lag on a logarithmic axis no longer than they need, forward mode's ring at the far end, and the cosine below.

const LEFT = 58, TOP = 20, FLOOR = 270, TOP2 = 330, FLOOR2 = 420, BOTTOM = 462; // px: two panels, one above the other
const FARS = [5, 10, 25, 50, 100], DECADES = 3; // where the axis of lags may end, and in what steps that of norms does

// From where to where, as powers of ten, an axis goes that shows all these numbers, as far as the widest axis does.
function span(values) {
  const powers = [...values].filter((v) => v > 0 && v < Infinity).map(Math.log10);
  if (!powers.length) return [LOW, HIGH];
  const low = Math.max(LOW, Math.min(HIGH - DECADES, DECADES * Math.floor(Math.min(...powers) / DECADES)));
  return [low, Math.max(low + DECADES, Math.min(HIGH, DECADES * Math.ceil(Math.max(...powers) / DECADES)))];
}

const explorer = {
  build({ figure, words, tell, now, change }) {
    legend(figure, [[words.right, "solid"], [words.lost, "dashed"], [words.forward, "ring"], [words.unrelated, "band"]]);
    const picture = svg(figure, "svg"), band = svg(picture, "rect", { class: "band" }), upper = panel(picture, ["solid", "dashed"]), lower = panel(picture, ["solid"]);
    const ring = svg(upper.inside, "circle", { class: "ring", r: 6 });
    const readOff = lagReader(picture, words, { now: () => now().lag, change: (lag) => change("lag", lag ?? -1) });

    return ({ width, arrays, at, length: T, activation, start, lag, unrelated }) => {
      const read = (name) => arrays[`${name}_${activation}_${start}_${T}`].row(...at("weight_scale")), [forward] = read("forward");
      const rights = read("right"), losts = read("lost"), cosines = read("cosine"), lags = upTo(T), edge = width - 14, reads = lag >= 0 && lag < T;
      const far = T - 1, most = FARS.find((lag) => lag >= far), ticks = upTo(6).map((i) => (i * most) / 5), [low, high] = span([...rights, ...losts]);
      const x = linear(0, most, edge, LEFT), y = logarithmic(FLOOR, TOP, low, high), c = linear(-1, 1, FLOOR2, TOP2), hair = reads ? x(lag) : null;
      sized(picture, width, BOTTOM);
      upper.draw({ box: [LEFT, TOP, edge, FLOOR], x, y, curves: [[lags, rights], [lags, losts]], ticks, ends: ["", tell("norm_axis", { low: tenTo(10 ** low), high: tenTo(10 ** high) })], levels: decades(high - low > DECADES ? DECADES : 1, low, high), hair, heights: [y(rights[lag]), y(losts[lag])] });
      lower.draw({ box: [LEFT, TOP2, edge, FLOOR2], x, y: c, curves: [[lags, cosines]], ticks, ends: [words.lag_axis, words.cosine_axis], levels: [-1, 0, 1], level: fixed, one: 0, hair, heights: [c(cosines[lag])] });
      set(band, { x: LEFT, width: edge - LEFT, y: c(unrelated), height: c(-unrelated) - c(unrelated) });
      set(ring, { cx: x(T - 1), cy: Math.max(-99, y(forward)) });
      readOff(lags, x, reads ? lag : 0, tell("place", { k: reads ? T - lag : T, lag: reads ? lag : 0 }));

      const numbers = { first: rights[far], last: rights[0], lost: losts[far], forward };
      return [
        tell(T === 1 ? "shows_one" : "shows", { T, cosine: fixed(cosines[far], 2) }, numbers),
        reads && tell("read", { k: T - lag, lag, cosine: fixed(cosines[lag], 2) }, { right: rights[lag], lost: losts[lag] }),
      ];
    };
  },
};
