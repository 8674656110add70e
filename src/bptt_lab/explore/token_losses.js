// A bar for each token's loss on one linear axis, and the sum or the mean below them.

const ROW = 26, TOP = 30, ROWS = 12, MOST = 68, BAR = 36; // px, and the longest sentence: the axis stays where it is, and fewer words have more room

const explorer = {
  build({ figure, words, tell }) {
    const picture = svg(figure, "svg", { role: "img", "aria-label": words.title }), drawAxis = axis(picture, "x");
    const names = marks(picture, "text", { "text-anchor": "end" }), bars = marks(picture, "rect", { class: "bar" }), numbers = marks(picture, "text"), past = marks(picture, "path", { class: "past", d: "M0 -5L7 0L0 5Z" });
    const guessLine = svg(picture, "line", { class: "dotted" }), guessText = svg(picture, "text", { class: "axis-title" });
    const total = svg(picture, "text", { "font-weight": "bold", "text-anchor": "end" }), totalNumber = svg(picture, "text", { "font-weight": "bold" });
    const rule = svg(picture, "line", { class: "grid" });

    return ({ width, arrays, at, length, combine, counted, sentences, guess }) => {
      const read = sentences[length - 1], next = [...read.slice(1), "."], losses = arrays[`losses${length}`].row(...at("activation", "weight_scale"));
      const short = width < 560, left = short ? 122 : 240, right = width - 72, bottom = TOP + ROW * (ROWS + 1);
      const row = Math.min(MOST, (bottom - TOP) / (length + 1)), y = (i) => TOP + row * (i + 0.5); // the middle of a row
      const x = linear(0, 12, left, right), counts = next.map((word) => counted === "all" || word === "was" || word === "were");
      sized(picture, width, bottom + 44);
      drawAxis(right - left < 150 ? [0, 4, 8, 12] : [0, 2, 4, 6, 8, 10, 12], x, bottom, TOP - 8, String, words.axis, { x: right, y: bottom + 34, "text-anchor": "end" });
      names.show(length, (i) => ({ x: left - 8, y: y(i) + 4, text: short ? `${read[i]} → ${next[i]}` : tell("after", { word: read[i], next: next[i] }) }));
      bars.show(length, (i) => ({ x: left, y: y(i) - Math.min(BAR, row - 7) / 2, height: Math.min(BAR, row - 7), width: counts[i] ? Math.max(0, Math.min(right, x(losses[i])) - left) : 0 }));
      numbers.show(length, (i) => ({ x: right + 12, y: y(i) + 4, text: counts[i] ? say(losses[i], words) : words.masked }));
      const over = upTo(length).filter((i) => counts[i] && losses[i] > 12);
      past.show(over.length, (i) => ({ transform: `translate(${right} ${y(over[i])})` }));
      set(guessLine, { x1: x(guess), x2: x(guess), y1: TOP - 8, y2: bottom });
      set(guessText, { x: short ? Math.max(right, 215) : x(guess), y: TOP - 13, "text-anchor": short ? "end" : "middle", text: tell("guessing", { V: Math.round(Math.exp(guess)) }, { nats: guess }) });

      const tokens = [...losses].map((loss, i) => [loss, read[i]]).filter((_, i) => counts[i]), n = tokens.length;
      const sum = tokens.reduce((a, [loss]) => a + loss, 0), value = combine === "mean" ? sum / n : sum;
      set(total, { x: left - 8, y: y(length) + 4, text: words[`total_${combine}`] });
      set(rule, { x1: 8, x2: width, y1: y(length) - row / 2, y2: y(length) - row / 2 });
      set(totalNumber, { x: right + 12, y: y(length) + 4, text: n ? say(value, words) : "–" });
      if (!n) return [words.shows_none];
      const [most, word] = tokens.reduce((a, b) => (b[0] > a[0] ? b : a));
      return [tell(`shows_${combine}`, { n, word }, { total: value, most })];
    };
  },
};
