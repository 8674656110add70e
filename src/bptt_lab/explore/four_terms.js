// The gradient and the state's size, one above the other over the same words; beside them the four terms at the word read off.

const TERMS = ["keep", "dG1", "dG2", "candidate", "J"], signed = (n) => String(n).replace("-", "−");
const LEFT = 58, TOP = 22, FLOOR = 214, TOP2 = 262, FLOOR2 = 372, BESIDE = 292, FAR = 128, TICKS = [0, 32, 64, 96, 128]; // px, and words
const ROW = 40, NAME = 96, NUMBER = 72, MOST = 2, ONE = 1.005; // the bars: px, where their axis ends, and from where a number is written as 1.01

const explorer = {
  traits: { word: 0, words_read: 0 },
  build({ figure, words, spec, change }) {
    const valuesOf = (trait) => spec.find((control) => control.trait === trait).values;
    const scales = valuesOf("weight_scale"), biases = valuesOf("gate_bias"), lengths = valuesOf("length");
    legend(figure, [[words.true, "curve gated"], [words.alone, "curve gated direct"], [words.half_life, "ring"], [words.bound, "rung product"]]);
    const picture = svg(figure, "svg"), axes = ["x", "y", "x", "y"].map((along) => axis(picture, along)), [upper, clipUpper] = clipped(picture), [lower, clipLower] = clipped(picture);
    const one = svg(upper, "line", { class: "dotted" }), alone = svg(upper, "path", { class: "curve gated direct" }), truth = svg(upper, "path", { class: "curve gated" }), ring = svg(upper, "circle", { class: "ring", r: 5 });
    const bound = svg(lower, "path", { class: "rung product" }), state_ = svg(lower, "path", { class: "curve gated" });
    const hairs = marks(picture, "line", { class: "hair" }), dots = marks(picture, "circle", { class: "dot", r: 4 });
    const bars = svg(picture, "g"), barTitle = svg(bars, "text", { class: "line-name" }), barAxis = axis(bars, "x"), limit = svg(bars, "line", { class: "dotted" });
    const tracks = marks(bars, "rect", { class: "term-size", height: 16 }), names = marks(bars, "text"), numbers = marks(bars, "text"), past = marks(bars, "path", { class: "past", d: "M0 -5L7 0L0 5Z" });
    let now = null, x = null, read = null;
    reader(picture, `${words.title}. ${words.reader}`, { // places are the words that were computed, from the left
      last: () => read.length - 1,
      at: (px) => {
        const k = now.length - (FAR * (x(0) - px)) / (x(0) - x(FAR));
        return px > x(0) + 10 ? -1 : read.reduce((best, word, i) => (Math.abs(word - k) < Math.abs(read[best] - k) ? i : best), 0);
      },
      now: () => (now.word ? read.indexOf(now.word) : -1),
      change: (place) => change("word", place < 0 ? 0 : read[place]),
    });

    return (state) => {
      const { width, arrays, length: T, weight_scale, gate_bias, word, words_read } = (now = state);
      const b = biases.indexOf(gate_bias), s = scales.indexOf(weight_scale), l = lengths.indexOf(T), ends = lengths.map((n) => words_read.indexOf(n) + 1);
      read = words_read.slice(0, ends[l]);
      const offset = ends.slice(0, l).reduce((a, n) => a + n, 0), norms = arrays.norms.row(b, s).subarray(offset, offset + ends[l]), states = arrays.states.row(b, s);
      const k = word >= 1 && word <= T ? word : T, place = read.indexOf(k), terms = [...arrays.terms.row(b, s, place)], f = 1 / (1 + Math.exp(-gate_bias)), half = Math.LN2 / -Math.log(f);
      const wide = width >= NARROW, edge = wide ? width - BESIDE : width - 14, height = wide ? FLOOR2 + 40 : FLOOR2 + 70 + ROW * 5 + 40;
      const y = logarithmic(FLOOR, TOP), y2 = logarithmic(FLOOR2, TOP2, -2, 3), lag = (n) => T - n, inside = (v, from, to) => v >= from && v <= to;
      x = linear(0, FAR, edge, LEFT); // time runs to the right: the last word is at the right edge
      set(picture, { width, height, viewBox: `0 0 ${width} ${height}` });
      axes[0](TICKS, x, FLOOR, TOP);
      axes[1](decades(3), y, LEFT, edge, tenTo, words.norm_axis, { x: LEFT, y: 11 });
      axes[2](TICKS, x, FLOOR2, TOP2, String, words.lag_axis, { x: edge, y: FLOOR2 + 34, "text-anchor": "end" });
      axes[3](decades(1, -2, 3), y2, LEFT, edge, tenTo, words.state_axis, { x: LEFT, y: TOP2 - 11 });
      clipUpper(LEFT - 8, TOP, edge - LEFT + 16, FLOOR - TOP);
      clipLower(LEFT - 8, TOP2, edge - LEFT + 16, FLOOR2 - TOP2);
      set(one, { x1: LEFT, x2: edge, y1: y(1), y2: y(1) });
      set(alone, { d: T > 1 ? curve([0, T - 1], [1, f ** (T - 1)], x, (v) => (v > 0 ? FLOOR + ((Math.log10(v) - LOW) / (HIGH - LOW)) * (TOP - FLOOR) : 4999)) : "" });
      set(ring, { cx: x(half), cy: y(0.5), visibility: half <= T - 1 ? null : "hidden" });
      set(truth, { d: curve(read.map(lag), norms, x, y) });
      set(bound, { d: curve(read.map(lag), read, x, y2) });
      set(state_, { d: curve(Array.from({ length: T }, (_, i) => T - 1 - i), states, x, y2) });
      hairs.show(2, (i) => ({ x1: x(lag(k)), x2: x(lag(k)), y1: [TOP, TOP2][i], y2: [FLOOR, FLOOR2][i] }));
      const at = [y(norms[place]), y2(states[k - 1])].filter((v, i) => inside(v, [TOP, TOP2][i], [FLOOR, FLOOR2][i]));
      dots.show(at.length, (i) => ({ cx: x(lag(k)), cy: at[i] }));

      const left = wide ? edge + 28 : 0, top = wide ? TOP + 30 : FLOOR2 + 84, from = left + NAME, to = width - NUMBER, size = linear(0, MOST, from, to), bottom = top + ROW * 5 - 12;
      set(barTitle, { x: left, y: top - 22, text: fill(words.terms_title, { k }) });
      barAxis([0, 1, 2], size, bottom, top - 8);
      set(limit, { x1: size(1), x2: size(1), y1: top - 8, y2: bottom });
      const middle = (i) => top + ROW * i + 8;
      tracks.show(5, (i) => ({ x: from, y: middle(i) - 8, width: Math.max(0, size(Math.min(MOST, terms[i])) - from).toFixed(1), class: `term-size${i === 4 ? " sum" : ""}` }));
      names.show(5, (i) => ({ x: left, y: middle(i) + 4, text: words[`bar_${TERMS[i]}`] }));
      numbers.show(5, (i) => ({ x: to + 12, y: middle(i) + 4, text: say(terms[i], words) }));
      const over = TERMS.map((_, i) => i).filter((i) => terms[i] > MOST);
      past.show(over.length, (i) => ({ transform: `translate(${to} ${middle(over[i])})` }));

      const told = Object.fromEntries(TERMS.map((name, i) => [name, say(terms[i], words)])), small = terms.slice(0, 4).every((v) => v < ONE);
      set(picture, { "aria-valuemax": T, "aria-valuenow": k, "aria-valuetext": fill(words.place, { k, ...told }) });
      const text = [fill(words.gate, { bias: signed(gate_bias), f: say(f), half: say(half) })];
      if (T > 1) text.push(fill(words.shows, { far: say(norms[0], words), lags: T - 1, alone: say(f ** (T - 1), words) }));
      text.push(fill(words.state, { T, state: say(states[T - 1], words) }), fill(words.terms, { k, ...told }));
      text.push(words[small && terms[4] >= ONE ? "past_one" : small ? "all_small" : "not_small"]);
      return text.join(" ");
    };
  },
};
