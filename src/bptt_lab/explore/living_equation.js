// The sentence, the unrolled net, and the equation with one row for each term. A term that is pointed at lights up in all.

const SUBSCRIPT = (n) => String(n).replace(/\d/g, (d) => "₀₁₂₃₄₅₆₇₈₉"[d]);
const NET = 168, MIDDLE = 68, ROWS = 12, FROM = 16; // px; half a tick's label stands left of where the bars begin
const MATHS = 16, SMALLEST = 13, BAR = [110, 210]; // px: the formulas' letters, and a bar's room
const TINY = 300; // px: there a long product shows fewer factors, or its letters could not be read
const EDGE = 140; // ms that a message takes to the state before
const SEEN = 0.002; // of the row, as in living_equation.py

// d a / d b as MathML; ∂⁺a / ∂b is the immediate derivative. Returns what writes the indices, and hides it if there are none.
function derivative(line, above, below, dot = true) {
  const node = math(line, "mrow");
  if (dot) math(node, "mo", { text: "·" });
  const fraction = math(node, "mfrac"), parts = [above, below].map((name) => {
    const sub = math(fraction, "msub");
    return { name, symbol: (name === "y" ? letter : (parent, look) => math(parent, "mi", look))(sub, { class: "slanted" }), index: math(sub, name === "W" ? "mi" : "mn") }; // few nodes: a browser takes its time over each
  });
  return (indices, sign = "d") => {
    set(node, { hidden: !indices });
    if (indices) parts.forEach(({ name, symbol, index }, i) => { set(symbol, { text: (i ? sign[0] : sign) + name }); set(index, { text: String(indices[i]) }); });
  };
}

// The term of word k, whose nodes stay: only what changes is written, since a browser takes longer over new formulas than over all else.
function termOf(cell, k) {
  const line = math(math(cell, "math"), "mrow"), plus = math(line, "mo", { text: "+", form: "infix" });
  const loss = derivative(line, "L", "y", false), readout = derivative(line, "y", "h"), first = upTo(3).map(() => derivative(line, "h", "h"));
  const left_out = math(line, "mrow"), last = derivative(line, "h", "h"), end = derivative(line, "h", "W");
  for (const text of "·⋯") math(left_out, "mo", { text });
  return (t, explicit, most) => {
    const jacobians = t - k, shown = jacobians > most ? most / 2 : jacobians - 1; // long products show their ends
    set(plus, { hidden: k === t });
    loss([t, t]);
    readout([t, t]);
    first.forEach((write, i) => write(i < shown && [t - i, t - i - 1]));
    set(left_out, { hidden: jacobians <= most });
    last(jacobians > 0 && [k + 1, k]);
    end([k, "x"], explicit ? "∂⁺" : "d");
  };
}

const codeOf = (t, k) => `# word ${k}: k=${k - 1}, t=${t - 1}${t > k ? `; J[${t - 1}] is J${SUBSCRIPT(t)}` : ""}\nterm = np.outer((dL_dy[${t - 1}] @ W_oh${upTo(t - k).map((i) => ` @ J[${t - 1 - i}]`).join("")}) * slope[${k - 1}], x[${k - 1}])`;

// The sentence, and a menu that puts another word in the place of the lit one: Python is asked.
function buildSentence({ figure, words, facts, tell, change, now, asked }, pointed) {
  const chips = pool(tag(figure, "div", { class: "words" }), (parent, i) => pointed(tag(parent, "span"), () => [i + 1, 0]));
  const box = tag(figure, "div", { class: "control changing" }), id = newId("word");
  const label = tag(box, "label", { for: id }), menu = tag(box, "select", { id, ...KEYS_OURS }), place = ({ lit, length }) => Math.min(lit || 1, length);
  for (const word of facts.vocabulary) tag(menu, "option", { value: word, text: word });
  menu.addEventListener("change", () => {
    const sentences = asked("sentences").map((list) => [...list]), { length } = now();
    sentences[length - 1][place(now()) - 1] = menu.value;
    menu.value = now().sentences[length - 1][place(now()) - 1]; // until Python has answered
    change("sentences", sentences);
  });
  return (state, t) => {
    const { length, lit, lit_edge, sentences, small, mute } = state, read = sentences[length - 1], k = place(state);
    chips.show(length, (i) => ({ text: read[i], class: `word${i === t - 1 ? " target" : ""}${i + 1 === lit || i + 1 < lit_edge ? " lit" : ""}`, style: ageStyle(t - 1 - i) }));
    box.hidden = small;
    set(label, { text: tell("change", { k, word: read[k - 1] }) });
    set(menu, { disabled: !!mute, title: words[mute] ?? null });
    if (menu.value !== read[k - 1]) menu.value = read[k - 1];
  };
}

// The net. What the gradient carries goes backward along the edges: drawn from h_k back to h_{k−1}.
function buildNet({ figure, words, tell }, pointed) {
  const net = svg(figure, "svg", { class: "net", role: "group", "aria-label": words.title }), centred = { "text-anchor": "middle" };
  const inputs = marks(net, "path"), edges = pool(net, (parent, i) => pointed(svg(parent, "path", { tabindex: 0, role: "img", ...KEYS_OURS }), () => [0, i + 2]));
  const ofWord = (name, common) => pool(net, (parent, i) => pointed(svg(parent, name, common), () => [i + 1, 0]));
  const output = svg(net, "path"), states = ofWord("circle"), names = ofWord("text", centred), ages = ofWord("rect", { height: 9, rx: 2 });
  const below = ofWord("text", centred), lossName = svg(net, "text", { ...centred, "font-weight": "bold" });
  const trail = marks(net, "circle", { class: "message" }), runner = svg(net, "circle", { class: "message", r: 10, opacity: 0 });
  let sent = "0";
  // The message that a term is: it starts at the loss and goes back along the path. Its size at a state is the norm of that state's
  // own term, since a word's row has length 1. The dots stay: where no motion is wanted they are the same in steps.
  const sizeOf = (v) => (v > 0 ? (2 + (7 * (Math.log10(Math.min(10 ** HIGH, Math.max(10 ** LOW, v))) - LOW)) / (HIGH - LOW)) / 10 : 0);
  const send = (stations) => {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches || stations.length < 2;
    runner.getAnimations?.().forEach((running) => running.cancel());
    if (!still) runner.animate(stations.map(([x, y, v]) => ({ opacity: 1, fill: magnitudeColour(v), transform: `translate(${x}px, ${y}px) scale(${2 * sizeOf(v)})` })), EDGE * (stations.length - 1));
  };
  const numbers = marks(net, "text", centred), endNumbers = marks(net, "text", { class: "factor" });
  // upward, with the shaft to the tip or through it
  const arrow = (x, from, to, half = 5) => `M${x} ${from}L${x} ${to}M${x - half} ${to - 7}L${x} ${to}L${x + half} ${to - 7}`;
  const edge = (d, value, lit, more = {}) => ({ d, style: `stroke:${value === null ? "var(--line)" : magnitudeColour(value)}`, class: `edge${lit ? " lit" : ""}`, ...more });

  return ({ width, length, lit, lit_edge, sentences }, t, at) => {
    const even = (width - 60) / length, tight = even < 62, gap = tight ? (width - 56) / (length - 1) : Math.min(130, even), r = gap < 24 ? 7 : gap < 40 ? 9 : 14;
    const left = tight ? r + 6 : (width - gap * (length - 1)) / 2, x = (k) => left + gap * (k - 1), head = tight ? Math.min(6, (gap - 2 * r - 4) / 2) : 8, H = MIDDLE;
    const term = lit > 0 && lit <= t && !lit_edge, onPath = (j) => (lit_edge ? j < lit_edge : term && j >= lit && j <= t), crossed = (k) => (lit_edge ? k === lit_edge : term && k > lit && k <= t);
    const close = gap < 44, above = H - (close ? 42 : 31); // numbers between two states, and the message's dots over both
    const short = (v) => (v >= 0.1 && v < 1000 ? String(Number(v.toPrecision(v < 1 && gap < 34 ? 1 : 2))) : v > 0 && v < 0.1 ? `10${superscript(Math.round(Math.log10(v)))}` : brief(v));
    const number = (v) => (tight ? short(v) : say(v, words)), ending = (k) => (k === 2 ? "_one" : "");
    sized(net, width, NET);
    edges.show(length - 1, (i) => {
      const k = i + 2, norm = at("jacobians", k - 1), a = x(k) - r, b = x(k - 1) + r, d = `M${a} ${H}L${b} ${H}M${b + head} ${H - head}L${b} ${H}L${b + head} ${H + head}`;
      const label = tell(`edge_label${ending(k)}`, { k, before: k - 1 }, { norm }), drawn = edge(d, k <= t ? norm : null, crossed(k), { "aria-label": label });
      return { ...drawn, class: drawn.class.replace("edge", "edge hidden"), style: `stroke-width:${tight ? 3 : 5};${drawn.style}` };
    });
    inputs.show(length, (i) => edge(arrow(x(i + 1), H + r, H + 44), i < t ? at("ledger", t - 1, i) : null, i < t && (lit_edge ? i + 1 < lit_edge : i + 1 === lit)));
    set(output, edge(arrow(x(t), H - 34, H - r - 1, close ? 3 : 5), at("readout", t - 1), lit || lit_edge));
    states.show(length, (i) => ({ cx: x(i + 1), cy: H, r, class: `state${i + 1 > t ? " off" : ""}${onPath(i + 1) ? " lit" : ""}` }));
    names.show(length, (i) => ({ x: x(i + 1), y: H + 4, text: gap < 40 ? String(i + 1) : `h${SUBSCRIPT(i + 1)}`, class: `${i + 1 > t ? "off" : ""}${r < 14 && i > 8 ? " two" : ""}` }));
    ages.show(length, (i) => ({ x: x(i + 1) - r, y: H + 48, width: 2 * r, ...ageMark(t - 1 - i) }));
    below.show(length, (i) => ({ x: x(i + 1), y: H + 72, text: gap < 46 ? `x${SUBSCRIPT(i + 1)}` : sentences[length - 1][i] }));
    set(lossName, { x: x(t), y: H - (close ? 54 : 50), text: `L${SUBSCRIPT(t)}` });
    const along = upTo(t + 1).filter((k) => k > 1 && crossed(k));
    numbers.show(along.length, (i) => {
      const text = number(at("jacobians", along[i] - 1)), last = close && along[i] === t, under = last && gap < 25.5; // above, two numbers would meet
      const clear = last && !under ? Math.max(0, 2.9 * text.length + 9 - gap / 2) : 0; // of the arrow of the loss
      return { x: (x(along[i]) + x(along[i] - 1)) / 2 - clear, y: under ? H + 22 : H - (close ? 19 : 20), text, class: close ? "factor tiny" : "factor" };
    });
    const stations = term ? upTo(t - lit + 1).map((i) => [x(t - i), above, at("ledger", t - 1, t - i - 1)]) : [];
    trail.show(stations.length, (i) => ({ cx: stations[i][0], cy: stations[i][1], r: (close ? 8 : 10) * sizeOf(stations[i][2]), fill: magnitudeColour(stations[i][2]) }));
    if (sent !== (sent = term ? `${lit} ${t} ${length}` : "0") && term) send(stations);
    const ends = term ? [[x(t) + 12, above + 5, at("readout", t - 1)], [x(lit) + 8, H + (tight ? 42 : 38), at("immediate", lit - 1)]].slice(0, close ? 1 : 2) : [];
    endNumbers.show(ends.length, (i) => ({ x: ends[i][0], y: ends[i][1], text: number(ends[i][2]) }));
  };
}

// The equation: one row a term, newest first, with its bar; and the line of code of the term that is lit.
function buildEquation({ figure, words, tell, change, now }, pointed) {
  const equation = tag(figure, "div"), head = tag(equation, "div", { class: "equation-head" }), headLine = math(math(head, "math"), "mrow"), whole = derivative(headLine, "L", "W", false);
  math(headLine, "mo", { text: "=" });
  const unknown = math(headLine, "mtext", { text: "?" });
  const rows = upTo(ROWS).map((i) => {
    const k = ROWS - i, row = tag(equation, "div", { tabindex: 0, role: "group", ...KEYS_OURS }), chip = tag(row, "span", { class: "chip" });
    const formula = tag(row, "span", { class: "formula" }), picture = svg(row, "svg", { height: 22, "aria-hidden": "true" });
    pointed(row, () => [row.classList.contains("remainder") ? 0 : k, 0]);
    return { k, row, chip, formula, picture, grid: marks(picture, "line", { class: "tick", y1: 0, y2: 22 }), bar: svg(picture, "rect", { class: "term-bar", y: 4, height: 14 }), past: svg(picture, "path", { class: "past" }), number: tag(row, "span", { class: "number" }) };
  });
  const scale = tag(equation, "div", { class: "row ticks", "aria-hidden": "true" });
  tag(scale, "span");
  const tickPicture = svg(scale, "svg", { height: 18 }), tickTexts = marks(tickPicture, "text", { y: 13, "text-anchor": "middle" }), code = tag(figure, "pre", { class: "code" });
  const [, magnify] = now().small ? magnifier(equation, words, { now, change }, ROWS, words.magnify_true) : [];
  const lens = now().small ? () => ({ ends: [LOW, HIGH], told: "" }) : magnified(equation, words, { now, change });
  let measured = "", widest = 0, letters = MATHS; // of the formulas: their width is the browser's and its maths font's

  // The room of the formulas, and what is left for the bars: measured, where they are others than before.
  const roomOf = (key, width, narrow) => {
    const shown = rows.filter(({ row }) => !row.hidden).map(({ formula }) => formula.firstChild), scale = width / figure.getBoundingClientRect().width;
    if (measured !== key && Number.isFinite(scale)) {
      measured = key;
      widest = (Math.max(0, ...shown.map((node) => node.getBoundingClientRect().width)) * scale * MATHS) / letters;
    }
    const room = narrow ? width - 10 : width - 144 - 13 * 8 - BAR[0];
    letters = Math.max(SMALLEST, Math.min(MATHS, Math.floor((10 * MATHS * room) / (widest + 2)) / 10));
    equation.style.setProperty("--letters", `${letters}px`);
    return narrow ? width - 170 : Math.max(BAR[0], Math.min(BAR[1], width - 144 - 13 * 8 - (widest * letters) / MATHS - 2));
  };

  return (state, t, at, unrolled) => {
    const { width, length, lit, lit_edge, sentences, small, axis, zoom } = state, { ends, told } = lens(Math.min(zoom, ZOOMS.length - 1));
    state.told = told;
    const read = sentences[length - 1], narrow = width < NARROW, real = small && axis === "true";
    set(equation, { class: `equation${small ? " small" : ""}` });
    head.hidden = code.hidden = small;
    whole([t, "x"]);
    set(unknown, { hidden: unrolled >= 0 });
    for (const { k, row, formula } of rows) {
      row.hidden = k > t || t - k > unrolled; // the first that is not written out stands for the rest
      formula.hidden = small;
      if (!row.hidden && !small) (formula.write ??= termOf(formula, k))(t, t - k < unrolled, width < TINY ? 2 : 4);
    }
    const barWidth = small ? width - (narrow ? 170 : 242) : roomOf(`${t} ${unrolled} ${width}`, width, narrow), to = barWidth - FROM;
    const x = real ? linear(0, 10 ** -zoom, FROM, to) : logarithmic(FROM, to, ...ends), ticks = real ? [0, 10 ** -zoom] : decades(Math.ceil((ends[1] - ends[0]) / 3), ...ends);
    for (const { k, row, chip, picture, grid, bar, past, number } of rows) {
      if (row.hidden) continue;
      const explicit = t - k < unrolled, norm = at("ledger", t - 1, k - 1), share = percent(at("shares", t - 1, k - 1)), on = explicit && (lit_edge ? k < lit_edge : k === lit);
      const remainder = tell(k === 1 ? "remainder_one" : "remainder", { k }), label = tell("term_label", { k, word: read[k - 1], share }, { norm });
      const end = explicit && norm > 0 ? (norm === Infinity ? to + 1 : x(norm)) : FROM;
      set(row, { class: `row${on ? " lit" : ""}${explicit ? "" : " remainder"}`, "aria-label": explicit ? label : remainder });
      set(chip, { text: explicit ? `${k} ${read[k - 1]}` : "…", style: explicit ? ageStyle(t - k) : "" });
      set(picture, { width: barWidth });
      grid.show(ticks.length, (j) => ({ x1: x(ticks[j]), x2: x(ticks[j]) }));
      set(bar, { x: FROM, width: Math.max(0, Math.min(to, end) - FROM), fill: magnitudeColour(norm) });
      const [from, tip] = end < FROM ? [FROM + 8, FROM + 1] : [to + 3, to + 10]; // past an end of the axis: its number says how far
      set(past, { d: `M${from} 6L${tip} 11L${from} 16Z`, visibility: end > to + 0.5 || end < FROM - 0.5 ? null : "hidden" });
      set(number, { text: explicit ? say(norm, words) : remainder });
    }
    scale.hidden = unrolled < 1;
    set(tickPicture, { width: barWidth });
    tickTexts.show(ticks.length, (j) => ({ x: x(ticks[j]), text: real ? (j ? tenTo(ticks[j]) : "0") : j === 1 && barWidth < 170 ? "" : tenTo(ticks[j]) })); // two would touch
    magnify?.(zoom, tenTo(10 ** zoom), real);
    set(code, { text: !lit_edge && lit >= 1 && lit <= t && t - lit < unrolled ? codeOf(t, lit) : `# ${words.code_help}\n ` });
  };
}

const explorer = {
  asks: true,
  follows: ["step"], // all terms of a sentence are all terms of a longer one
  build(frame) {
    const { figure, words, tell, change } = frame;
    const light = (lit, lit_edge) => { change("lit", lit); change("lit_edge", lit_edge); };
    const pointed = (node, of) => { // what a node lights when it is pointed at: a term, or an edge
      for (const type of node.hasAttribute("tabindex") ? ["pointerenter", "focus"] : ["pointerenter"]) node.addEventListener(type, (event) => { if (points(event)) light(...of()); });
      return node;
    };
    const parts = [buildSentence, buildNet, buildEquation].map((build) => build(frame, pointed));
    magnitudeBar(figure, words);
    onLeave(figure, () => light(0, 0));
    let found = false; // the bar that was looked for, in its true length: after that the axis of powers of ten

    return (state) => {
      const { arrays, length, sentences, lit, lit_edge, small } = state, read = sentences[length - 1], t = (state.target = Math.min(state.target, length));
      const step = (state.step = small ? t + 1 : Math.min(state.step, t + 1)), here = state.at("activation", "weight_scale"), at = (name, ...index) => arrays[`${name}${length}`](...here, ...index);
      state.limits = { target: length, step: t + 2 };
      for (const draw of parts) draw(state, t, at, step - 1); // step 0: nothing yet; 1: three factors; then a word a step

      const [first, last] = [at("ledger", t - 1, 0), at("ledger", t - 1, t - 1)], told = { t, count: t, first_word: read[0], last_word: read[t - 1] };
      const text = [];
      if (small && state.axis === "true") {
        const k = Math.min(2, t), norm = at("ledger", t - 1, k - 1), shows = norm * 10 ** state.zoom >= SEEN;
        found ||= shows;
        text.push(tell(shows ? "true_shows" : "true_hidden", { ...told, word: read[k - 1], zoom: state.zoom }, { norm, last, ratio: last / norm }));
        if (shows && norm * 10 ** state.zoom <= 1 && last * 10 ** state.zoom > 1) text.push(words.true_past);
        state.fixed = found ? [] : ["axis"];
        state.why_fixed = tell("find_first", { word: read[k - 1] });
      } else {
        const key = t === 1 ? "shows_one" : Math.min(first, last) > 0 && Number.isFinite(Math.max(first, last)) ? "shows" : "shows_plain";
        text.push(tell(key, told, { first, last, ratio: first / last, whole: at("whole", t - 1) }));
        if (step <= t) text.push(tell(`written_${step < 2 ? step : "n"}`, { ...told, step, steps: t + 1, written: step - 1 }));
      }
      if (lit_edge > 1 && lit_edge <= t) text.push(tell(lit_edge === 2 ? "lit_edge_one" : "lit_edge", { k: lit_edge, before: lit_edge - 1 }, { norm: at("jacobians", lit_edge - 1) }));
      else if (lit >= 1 && lit <= t && t - lit < step - 1) { // its row is written out
        const factors = tell(t === lit ? "factors_none" : t - lit === 1 ? "factors_one" : "factors_n", { n: t - lit });
        text.push(tell(small ? "lit_small" : "lit", { k: lit, word: read[lit - 1], factors, share: percent(at("shares", t - 1, lit - 1)) }, { norm: at("ledger", t - 1, lit - 1) }));
      }
      return [...text, state.told];
    };
  },
};
