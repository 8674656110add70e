// A question, a guess on a line, a button; then the truth beside the guess, for good.

const LEFT = 28, BASE = 64, LINE = 38; // px

const explorer = {
  build({ figure, controls, words, valuesOf, tell, now, change }) {
    const values = valuesOf.guess, { powers, asked } = now();
    controls.before(tag(null, "p", { class: "question", text: words[`question_${asked}`] }));
    const button = tag(controls, "button", { class: "play", type: "button", ...KEYS_OURS });
    button.addEventListener("click", () => change("committed", true));
    const picture = svg(figure, "svg", { "aria-hidden": "true" }), ticks = axis(picture, "x");
    const marked = svg(picture, "line", { class: "guess" }), measured = svg(picture, "line", { class: "solid" });
    const names = [0, 1].map(() => svg(picture, "text", { class: "line-name" }));
    const every = powers ? 3 : Math.max(1, Math.round((values.at(-1) - values[0]) / 50) * 10 || 5);
    const marksAt = values.length < 12 ? values : values.filter((value) => value % every === 0);
    const label = (value) => (powers ? words[`guess_${value}`] : String(value));

    return (state) => {
      const { width, guess, truth, committed } = state, x = linear(values[0], values.at(-1), LEFT, width - LEFT), at = powers ? Math.log10(truth) : truth;
      const found = powers ? say(truth, words) : String(Math.round(truth));
      sized(picture, width, BASE + 24);
      ticks(marksAt, x, BASE, LINE, (value) => (powers ? tenTo(10 ** value) : String(value)));
      set(marked, { x1: x(guess), x2: x(guess), y1: LINE + 4, y2: BASE - 4 });
      set(measured, { x1: x(at), x2: x(at), y1: LINE, y2: BASE, visibility: committed ? null : "hidden" });
      const anchor = (place) => (place < 110 ? "start" : place > width - 110 ? "end" : "middle");
      const told = [[x(guess), `${words.your_guess}: ${label(guess)}`], [x(at), committed ? `${words.measured}: ${found}` : ""]];
      told.forEach(([place, text], i) => set(names[i], { x: place, y: i ? 12 : 30, text, "text-anchor": anchor(place) }));
      set(button, { text: words[committed ? "done" : "commit"], "aria-disabled": committed ? "true" : null });
      state.fixed = committed ? ["guess"] : [];

      if (!committed) return tell("shows_open", { guess: label(guess) });
      const off = powers ? guess - at : guess - Math.round(truth);
      const key = powers ? verdict(off) : off === 0 ? "exactly" : off > 0 ? "number_too_high" : "number_too_low";
      return tell("shows", { guess: label(guess), truth: found, verdict: tell(key, { off: powers ? fixed(Math.abs(off), 1) : Math.abs(off) }) });
    };
  },
};
