// A question, a guess on a line, a button; then the truth beside the guess, for good.

const LEFT = 28, BASE = 64, LINE = 38; // px

const explorer = {
  build({ figure, controls, words, valuesOf, tell, now, change }) {
    const values = valuesOf.guess, { powers, asked } = now(), why = words[`why_${asked}`];
    controls.before(tag(null, "p", { class: "question", maths: words[`question_${asked}`] }));
    const button = () => tag(controls, "button", { class: "play", type: "button", ...KEYS_OURS });
    const commit = button(), show = button(), open = () => !now().committed && !now().seen;
    const slider = controls.querySelector(".slider");
    commit.addEventListener("click", () => { if (open() && now().guess !== null) change("committed", true); });
    show.addEventListener("click", () => { if (open()) change("seen", true); });
    const picture = svg(figure, "svg", { "aria-hidden": "true" }), ticks = axis(picture, "x");
    const marked = svg(picture, "line", { class: "guess" }), measured = svg(picture, "line", { class: "solid measured" });
    const names = [0, 1].map(() => svg(picture, "text", { class: "line-name" }));
    const every = powers ? 3 : Math.max(1, Math.round((values.at(-1) - values[0]) / 50) * 10 || 5);
    const marksAt = values.length < 14 ? values : values.filter((value) => value % every === 0);
    const label = (value) => (value === null ? words.unset : powers ? words[`guess_${value}`] : String(value));

    return (state) => {
      const { width, guess, truth, committed, seen } = state, x = linear(values[0], values.at(-1), LEFT, width - LEFT), at = powers ? Math.log10(truth) : truth;
      const found = powers ? say(truth, words) : String(Math.round(truth)), unset = guess === null, known = committed || seen;
      sized(picture, width, BASE + 24);
      ticks(marksAt, x, BASE, LINE, (value) => (powers ? tenTo(10 ** value) : String(value)));
      set(marked, { x1: x(guess), x2: x(guess), y1: LINE + 4, y2: BASE - 4, visibility: unset ? "hidden" : null });
      set(measured, { x1: x(at), x2: x(at), y1: LINE, y2: BASE, visibility: known ? null : "hidden" });
      const anchor = (place) => (place < 110 ? "start" : place > width - 110 ? "end" : "middle");
      const told = [[x(guess), unset ? "" : `${words.your_guess}: ${label(guess)}`], [x(at), known ? `${words.measured}: ${found}` : ""]];
      told.forEach(([place, text], i) => set(names[i], { x: place, y: i && !unset ? 12 : 30, text, "text-anchor": anchor(place) }));
      set(commit, { text: words[committed ? "done" : "commit"], "aria-disabled": known || unset ? "true" : null });
      set(show, { text: words[known ? "shown" : "show_me"], "aria-disabled": known ? "true" : null });
      for (const node of [slider, commit]) set(node, { hidden: seen && !committed }); // there is nothing left to guess
      set(show, { hidden: committed });
      state.fixed = known ? ["guess"] : [];
      set(figure.parentNode, { "data-open": known ? null : "" }); // see "covered" in explorer.css

      if (committed) {
        const off = powers ? guess - at : guess - Math.round(truth);
        const key = powers ? verdict(off) : off === 0 ? "exactly" : off > 0 ? "number_too_high" : "number_too_low";
        const text = tell("shows", { guess: label(guess), truth: found, verdict: tell(key, { off: powers ? fixed(Math.abs(off), 1) : Math.abs(off) }) });
        return [text, why];
      }
      return [seen ? tell("answer", { truth: found, why }) : tell(unset ? "shows_unset" : "shows_open", { guess: label(guess) })];
    };
  },
};
