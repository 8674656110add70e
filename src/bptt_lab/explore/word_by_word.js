// A row for each word, a column for each net, and in it two bars from the middle: was to the left, were to the right.

const ROW = 22, TOP = 26, BAR = 12, GAP = 14;
const VERBS = ["was", "were"];
const sure = (share) => (0.35 + 0.65 * Math.min(1, Math.max(0, (share - 0.5) / 0.3))).toFixed(2); // one half is pale on both sides

const explorer = {
  asks: true,
  holds: ({ text }, valuesOf) => valuesOf.text.includes(text), // the table has the sentences of the menu, whatever it was computed for
  build({ figure, words, facts, valuesOf, tell, change, asked: wanted }) {
    const examples = valuesOf.text, most = valuesOf.read.at(-1), { names, kinds, vocabulary, number_of } = facts, known = new Set(vocabulary.map((word) => word.toLowerCase()));
    let shown = [], asked = null, seen = null, top = TOP; // asked and seen: what was typed here last, and what was on show
    const open = new Set(); // what was typed here and has no answer yet: a late one must not stand in the place of what is typed now
    const ask = (text) => { asked = text; open.add(text); change("text", text); change("read", most); };
    const knows = (text) => text && text.split(" ").every((word) => known.has(word.toLowerCase()));
    const ahead = () => (asked === wanted("text") && knows(asked) ? asked.split(" ") : shown); // more is built on what Python was asked for

    // typing, and building from words; Python looks the words up
    const own = tag(figure, "div", { class: "control own" }), id = newId("own");
    tag(own, "label", { for: id, text: words.own });
    const input = tag(own, "input", { id, type: "text", autocomplete: "off", spellcheck: "false", maxlength: 400, ...KEYS_OURS, "aria-describedby": `${id}-why` });
    const why = tag(figure, "p", { class: "note why", id: `${id}-why` });
    const read = (text) => text.trim().split(/\s+/).join(" ");
    input.addEventListener("input", () => { // at once where every word is known; else when the learner says it is done
      const text = read(input.value);
      if (knows(text)) ask(text);
    });
    const done = () => { if (read(input.value) !== wanted("text")) ask(read(input.value)); };
    input.addEventListener("change", done);
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); done(); } }); // Lab may want the key
    const build = tag(figure, "details", { class: "build" });
    tag(build, "summary", { text: words.build, ...KEYS_OURS });
    const bricks = tag(build, "div", { class: "bricks" });
    const brick = (text, press) => tag(bricks, "button", { type: "button", class: "brick", text, ...KEYS_OURS }).addEventListener("click", press);
    brick(`⌫ ${words.take_away}`, () => ask(ahead().slice(0, -1).join(" ")));
    for (const word of vocabulary) brick(word, () => ask([...ahead(), word].join(" ")));

    // what each net says now
    const head = tag(figure, "div", { class: "nets" });
    tag(head, "span");
    const heads = names.map((name, i) => {
      const cell = tag(head, "div", { class: `net-head ${kinds[i]}` }), [first, ...rest] = name.split(", ");
      tag(cell, "b", { text: first });
      tag(cell, "span", { text: rest.join(", ").replace(/ =/g, "\u00a0=").replace(/–/g, "–\u2060") }); // broken before a number, if at all
      const number = tag(cell, "span", { class: "number" });
      return [tag(number, "span"), document.createTextNode(" "), tag(number, "span")].map((node) => (number.append(node), node));
    });

    const picture = svg(figure, "svg", { role: "img" }), band = svg(picture, "rect", { class: "band", x: 0, height: ROW });
    const grid = marks(picture, "line", { class: "grid" }), ends = marks(picture, "text", { class: "axis-title" });
    const ages = marks(picture, "rect", { width: 8, height: 14, rx: 2 }), labels = marks(picture, "text");
    const bars = names.map((_, i) => marks(picture, "rect", { height: BAR, class: `chance ${kinds[i]}` }));
    const point = (event) => {
      const row = Math.floor((event.clientY - picture.getBoundingClientRect().top - top) / ROW);
      if (row >= 0 && row < shown.length) change("read", row + 1);
    };
    picture.addEventListener("pointerdown", point);
    picture.addEventListener("pointermove", (event) => { if (event.buttons) point(event); });

    return (state) => {
      const { width, arrays, text, mute } = state, e = examples.indexOf(text), [s] = state.at("weight_scale"), N = names.length;
      shown = e >= 0 ? text.split(" ") : [...arrays.typed_words.row()].filter((n) => n >= 0).map((n) => vocabulary[n]);
      const T = shown.length, r = Math.min(state.read, T), complaint = e >= 0 ? "" : state.complaint;
      const p = (net, t, verb) => (e >= 0 ? arrays.examples(e, net, s, t, verb) : arrays.typed(net, s, t, verb));
      state.limits = { read: T };
      state.read = r;
      if (document.activeElement !== input || (text !== seen && !open.has(text))) { if (input.value !== text) input.value = text; } // else it is being typed
      seen = text;
      if (text === asked) open.clear();
      set(input, { "aria-invalid": complaint ? "true" : null, disabled: !!mute });
      set(build, { hidden: !!mute }); // ninety-nine buttons that would all be dead
      set(why, { text: words[mute] ?? (complaint || words.own_help) });

      const said = names.map((name, i) => {
        const [was, were] = [p(i, r - 1, 0), p(i, r - 1, 1)], verb = VERBS[Number(were > was)];
        return { name, verb, chance: fixed(100 * Math.max(was, were), 0) };
      });
      const left = width < NARROW ? 72 : 100, column = (width - left) / N, half = column / 2 - GAP / 2;
      head.style.gridTemplateColumns = `${(100 * left) / width}% repeat(${N}, ${(100 * column) / width}%)`; // on paper all is narrower
      heads.forEach(([verb, , share], i) => (set(verb, { text: words[said[i].verb] }), set(share, { text: `${said[i].chance} %` })));

      const narrow = column < 58; // the two verbs above a column stand one over the other
      const near = !narrow && column < 70; // on one line, beside the middle
      top = narrow ? TOP + 12 : TOP;
      const height = top + ROW * T + 4, middle = (i) => left + column * (i + 0.5), y = (t) => top + ROW * t;
      set(sized(picture, width, height), { "aria-label": words.title });
      set(band, { width, y: y(r - 1) });
      grid.show(3 * N, (j) => { const x = middle(Math.floor(j / 3)) + half * ((j % 3) - 1); return { x1: x, x2: x, y1: top - 6, y2: height, "stroke-width": j % 3 === 1 ? 2 : 1 }; });
      ends.show(2 * N, (j) => ({ x: middle(Math.floor(j / 2)) + (near ? 4 : half) * (j % 2 ? 1 : -1), y: narrow && j % 2 ? 28 : 16, "text-anchor": !near === !!(j % 2) ? "end" : "start", text: words[VERBS[j % 2]], style: column < 90 ? "font-size:11px" : null }));
      const k = shown.slice(0, r).findIndex((word) => word in number_of);
      ages.show(T, (t) => ({ x: 0, y: y(t) + 4, ...ageMark(r - 1 - t, T) }));
      labels.show(T, (t) => ({ x: 14, y: y(t) + 15, text: shown[t], class: t >= r ? "off" : "", "font-weight": t === k ? 700 : 400, "text-decoration": t === k ? "underline" : null }));
      bars.forEach((pool, i) => pool.show(2 * T, (j) => {
        const t = j >> 1, verb = j % 2, share = p(i, t, verb), length = half * share;
        return t >= r ? { display: "none" } : { x: verb ? middle(i) : middle(i) - length, y: y(t) + (ROW - BAR) / 2, width: length, "fill-opacity": sure(share) };
      }));

      const told = said.map((one) => tell("says", one)).join("; "), right = k < 0 ? words.no_noun : tell("right", { noun: shown[k], lag: r - 1 - k, verb: number_of[shown[k]] });
      return [complaint, tell("shows", { r, T, word: shown[r - 1], told }), right];
    };
  },
};
