// The gradient and the state's size, one above the other over the same words; beside them the four terms at the word read off.

const TERMS = ["keep", "dG1", "dG2", "candidate", "J"];
const LEFT = 58, TOP = 22, FLOOR = 214, TOP2 = 278, FLOOR2 = 388, BESIDE = 292, FAR = 22, TICKS = [0, 4, 8, 12, 16, 20]; // px, and words
const ROW = 40, NAME = 96, NUMBER = 72, MOST = 2, ONE = 1.005; // the bars: px, where their axis ends, and from where a number is written as 1.01

const explorer = {
  build({ figure, words, tell, now, change }) {
    const point = (word) => change("word", word), sentence = sentenceLine(figure, point);
    legend(figure, [[words.true, "curve gated"], [words.alone, "curve gated direct"], [words.half_life, "ring"], [words.bound, "rung product"]]);
    const lens = magnified(figure, words, { now, change }), picture = svg(figure, "svg");
    const upper = panel(picture, ["curve gated direct", "curve gated"]), lower = panel(picture, ["rung product", "curve gated"]), ring = svg(upper.inside, "circle", { class: "ring", r: 5 });
    const bars = svg(picture, "g"), barTitle = svg(bars, "text", { class: "line-name" }), barAxis = axis(bars, "x"), limit = svg(bars, "line", { class: "dotted" });
    const tracks = marks(bars, "rect", { height: 16 }), names = marks(bars, "text"), numbers = marks(bars, "text"), past = marks(bars, "path", { class: "past", d: "M0 -5L7 0L0 5Z" });
    const readOff = lagReader(picture, words, { now: () => Math.max(0, now().length - (now().word || now().length)), change: (lag) => point(lag === null ? 0 : now().length - lag) });

    return ({ width, arrays, at, length: T, gate_bias, word, zoom, prefixes, subject }) => {
      const here = at("gate_bias", "weight_scale"), [norms, states] = ["norms", "states"].map((name) => arrays[`${name}_${T}`].row(...here)), read = prefixes.find((list) => list.length === T);
      const k = word >= 1 && word <= T ? word : T, place = k - 1, terms = [...arrays[`terms_${T}`].row(...here, place)], f = 1 / (1 + Math.exp(-gate_bias)), half = Math.LN2 / -Math.log(f);
      const wide = width >= NARROW, edge = wide ? width - BESIDE : width - 14, lags = upTo(T), far = T - 1 - read.indexOf(subject), back = upTo(T).map((i) => T - 1 - i);
      const x = linear(0, FAR, edge, LEFT + 6), { ends, levels, told: closer } = lens(zoom), y = logarithmic(FLOOR, TOP, ...ends), y2 = logarithmic(FLOOR2, TOP2, -2, 2), hair = x(T - k);
      sentence(read, k);
      sized(picture, width, wide ? FLOOR2 + 40 : FLOOR2 + 70 + ROW * 5 + 40);
      const alone = T > 1 ? [[0, T - 1], [1, f ** (T - 1)]] : [[], []];
      upper.draw({ box: [LEFT, TOP, edge, FLOOR], x, y, curves: [alone, [back, norms]], ticks: TICKS, ends: ["", words.norm_axis], levels, hair, heights: [y(norms[place])], words: T });
      lower.draw({ box: [LEFT, TOP2, edge, FLOOR2], x, y: y2, curves: [[back, back.map((lag) => T - lag)], [back, states]], ticks: TICKS, ends: [words.lag_axis, words.state_axis], levels: decades(1, -2, 2), hair, heights: [y2(states[place])], words: T });
      set(ring, { cx: x(half), cy: y(0.5), visibility: half <= T - 1 ? null : "hidden" });

      const left = wide ? edge + 28 : 0, top = wide ? TOP + 30 : FLOOR2 + 84, from = left + NAME, to = width - NUMBER, long = linear(0, MOST, from, to), bottom = top + ROW * 5 - 12;
      set(barTitle, { x: left + 2, y: top - 22, text: tell("terms_title", { k }) });
      barAxis([0, 1, 2], long, bottom, top - 8);
      set(limit, { x1: long(1), x2: long(1), y1: top - 8, y2: bottom });
      const middle = (i) => top + ROW * i + 8;
      tracks.show(5, (i) => ({ x: from, y: middle(i) - 8, width: Math.max(0, long(Math.min(MOST, terms[i])) - from).toFixed(1), class: `term-size${i === 4 ? " sum" : ""}` }));
      names.show(5, (i) => ({ x: left, y: middle(i) + 4, text: words[`bar_${TERMS[i]}`] }));
      numbers.show(5, (i) => ({ x: to + 12, y: middle(i) + 4, text: say(terms[i], words) }));
      const over = upTo(5).filter((i) => terms[i] > MOST);
      past.show(over.length, (i) => ({ transform: `translate(${to} ${middle(over[i])})` }));

      const told = Object.fromEntries(TERMS.map((name, i) => [name, terms[i]])), small = terms.slice(0, 4).every((v) => v < ONE);
      readOff(lags, x, T - k, tell("place", { k, word: read[place] }, told));
      return [
        tell("gate", { bias: fixed(gate_bias) }, { f, half }),
        far > 0 && tell("shows", { lags: far }, { far: norms[T - 1 - far], alone: f ** far }),
        tell("state", { word: read.at(-1) }, { state: states[T - 1] }),
        tell("terms", { k, word: read[place] }, told),
        words[small && terms[4] >= ONE ? "past_one" : small ? "all_small" : "not_small"],
        closer,
      ];
    };
  },
};
