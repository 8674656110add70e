// The sentence, the unrolled net, and the equation with one row for each term. A term that is pointed at lights up in all.

const SUBSCRIPT = (n) => String(n).replace(/\d/g, (d) => "₀₁₂₃₄₅₆₇₈₉"[d]);
const percent = (share) => fixed(100 * share, 1);
const NET = 160, MIDDLE = 60, ROWS = 12, FROM = 16; // px; half a tick's label stands left of where the bars begin
const TICKS = decades(6);

// d a / d b as MathML; ∂⁺a / ∂b is the immediate derivative. Returns what writes the indices, and hides it if there are none.
function derivative(line, above, below, dot = true) {
  const node = math(line, "mrow");
  if (dot) math(node, "mo", { text: "·" });
  const fraction = math(node, "mfrac"), parts = [above, below].map((name) => {
    const sub = math(fraction, "msub");
    return { name, symbol: math(sub, "mi", { class: "slanted" }), index: math(sub, name === "W" ? "mi" : "mn") }; // few nodes: a browser takes its time over each
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
  return (t, explicit) => {
    const jacobians = t - k, shown = jacobians > 4 ? 2 : jacobians - 1; // long products show their ends
    set(plus, { hidden: k === t });
    loss([t, t]);
    readout([t, t]);
    first.forEach((write, i) => write(i < shown && [t - i, t - i - 1]));
    set(left_out, { hidden: jacobians <= 4 });
    last(jacobians > 0 && [k + 1, k]);
    end([k, "x"], explicit ? "∂⁺" : "d");
  };
}

const codeOf = (t, k) => `# word ${k}: k=${k - 1}, t=${t - 1}\nterm = np.outer((dL_dy[${t - 1}] @ W_oh${upTo(t - k).map((i) => ` @ J[${t - 1 - i}]`).join("")}) * slope[${k - 1}], x[${k - 1}])`;

// A chip and a picture wear the age of their word; what comes after the target has none.
const ageStyle = (age) => (age < 0 ? "opacity:.7" : `background:${ageColour(age)};color:${onAge(age)}`);

// The sentence, and a menu that puts another word in the place of the lit one: Python is asked.
function buildSentence({ figure, words, facts, tell, change, now, asked }, pointed) {
  const chips = pool(tag(figure, "div", { class: "words" }), (parent, i) => pointed(tag(parent, "span"), () => [i + 1, 0]));
  const box = tag(figure, "div", { class: "control changing" }), id = `bptt-word-${Math.random().toString(36).slice(2)}`;
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
  const output = svg(net, "path"), states = marks(net, "circle"), names = marks(net, "text", centred), ages = marks(net, "rect", { height: 9, rx: 2 });
  const below = marks(net, "text", centred), lossName = svg(net, "text", { ...centred, "font-weight": "bold" });
  const numbers = marks(net, "text", centred), endNumbers = marks(net, "text", { class: "factor" });
  // upward, with the shaft to the tip or through it
  const arrow = (x, from, to) => `M${x} ${from}L${x} ${to}M${x - 5} ${to - 7}L${x} ${to}L${x + 5} ${to - 7}`;
  const edge = (d, value, lit, more = {}) => ({ d, style: `stroke:${value === null ? "var(--line)" : magnitudeColour(value)}`, class: `edge${lit ? " lit" : ""}`, ...more });

  return ({ width, length, lit, lit_edge, sentences }, t, at) => {
    const even = (width - 60) / length, tight = even < 62, gap = tight ? (width - 56) / (length - 1) : Math.min(130, even), r = gap < 24 ? 7 : gap < 40 ? 9 : 14;
    const left = tight ? r + 6 : (width - gap * (length - 1)) / 2, x = (k) => left + gap * (k - 1), head = tight ? Math.min(6, (gap - 2 * r - 4) / 2) : 8, H = MIDDLE;
    const term = lit > 0 && lit <= t && !lit_edge, onPath = (j) => (lit_edge ? j < lit_edge : term && j >= lit && j <= t), crossed = (k) => (lit_edge ? k === lit_edge : term && k > lit && k <= t);
    const number = (v) => (tight ? brief(v) : say(v, words)), ending = (k) => (k === 2 ? "_one" : "");
    sized(net, width, NET);
    edges.show(length - 1, (i) => {
      const k = i + 2, norm = at("jacobians", k - 1), a = x(k) - r, b = x(k - 1) + r, d = `M${a} ${H}L${b} ${H}M${b + head} ${H - head}L${b} ${H}L${b + head} ${H + head}`;
      const label = tell(`edge_label${ending(k)}`, { k, before: k - 1 }, { norm }), drawn = edge(d, k <= t ? norm : null, crossed(k), { "aria-label": label });
      return { ...drawn, class: drawn.class.replace("edge", "edge hidden"), style: `stroke-width:${tight ? 3 : 5};${drawn.style}` };
    });
    inputs.show(length, (i) => edge(arrow(x(i + 1), H + r, H + 44), i < t ? at("ledger", t - 1, i) : null, i < t && (lit_edge ? i + 1 < lit_edge : i + 1 === lit)));
    set(output, edge(arrow(x(t), H - 34, H - r - 1), at("readout", t - 1), lit || lit_edge));
    states.show(length, (i) => ({ cx: x(i + 1), cy: H, r, class: `state${i + 1 > t ? " off" : ""}${onPath(i + 1) ? " lit" : ""}` }));
    names.show(length, (i) => ({ x: x(i + 1), y: H + 4, text: gap < 40 ? String(i + 1) : `h${SUBSCRIPT(i + 1)}`, class: i + 1 > t ? "off" : "" }));
    ages.show(length, (i) => ({ x: x(i + 1) - r, y: H + 48, width: 2 * r, ...ageMark(t - 1 - i) }));
    below.show(length, (i) => ({ x: x(i + 1), y: H + 72, text: gap < 46 ? `x${SUBSCRIPT(i + 1)}` : sentences[length - 1][i] }));
    set(lossName, { x: x(t), y: H - 42, text: `L${SUBSCRIPT(t)}` });
    const along = upTo(t + 1).filter((k) => k > 1 && crossed(k));
    numbers.show(along.length, (i) => ({ x: (x(along[i]) + x(along[i] - 1)) / 2, y: tight && (along.length - i) % 2 ? H + 24 : H - 20, text: number(at("jacobians", along[i] - 1)), class: gap < 24 ? "factor tiny" : "factor" }));
    const ends = term ? [[x(t) + 8, H - 24, at("readout", t - 1)], [x(lit) + 8, H + 38, at("immediate", lit - 1)]] : [];
    endNumbers.show(ends.length, (i) => ({ x: ends[i][0], y: ends[i][1], text: number(ends[i][2]) }));
  };
}

// The equation: one row a term, newest first, with its bar; and the line of code of the term that is lit.
function buildEquation({ figure, words, tell }, pointed) {
  const equation = tag(figure, "div"), head = tag(equation, "div", { class: "equation-head" }), headLine = math(math(head, "math"), "mrow"), whole = derivative(headLine, "L", "W", false);
  math(headLine, "mo", { text: "=" });
  const unknown = math(headLine, "mtext", { text: "?" });
  const rows = upTo(ROWS).map((i) => {
    const k = ROWS - i, row = tag(equation, "div", { tabindex: 0, role: "group", ...KEYS_OURS }), chip = tag(row, "span", { class: "chip" });
    const formula = tag(row, "span", { class: "formula" }), picture = svg(row, "svg", { height: 22, "aria-hidden": "true" });
    pointed(row, () => [row.classList.contains("remainder") ? 0 : k, 0]);
    return { k, row, chip, formula, picture, grid: marks(picture, "line", { class: "tick", y1: 0, y2: 22 }), bar: svg(picture, "rect", { class: "term-bar", y: 4, height: 14 }), number: tag(row, "span", { class: "number" }) };
  });
  const scale = tag(equation, "div", { class: "row ticks", "aria-hidden": "true" });
  tag(scale, "span");
  const tickPicture = svg(scale, "svg", { height: 18 }), tickTexts = marks(tickPicture, "text", { y: 13, "text-anchor": "middle" }), code = tag(figure, "pre", { class: "code" });

  return ({ width, length, lit, lit_edge, sentences, small }, t, at, unrolled) => {
    const read = sentences[length - 1], barWidth = width < NARROW ? width - 170 : small ? width - 242 : 210, x = logarithmic(FROM, barWidth - FROM);
    set(equation, { class: `equation${small ? " small" : ""}` });
    head.hidden = code.hidden = small;
    whole([t, "x"]);
    set(unknown, { hidden: unrolled >= 0 });
    for (const { k, row, chip, formula, picture, grid, bar, number } of rows) {
      row.hidden = k > t || t - k > unrolled; // the first that is not written out stands for the rest
      if (row.hidden) continue;
      const explicit = t - k < unrolled, norm = at("ledger", t - 1, k - 1), share = percent(at("shares", t - 1, k - 1)), on = explicit && (lit_edge ? k < lit_edge : k === lit);
      const remainder = tell(k === 1 ? "remainder_one" : "remainder", { k }), label = tell("term_label", { k, word: read[k - 1], share }, { norm });
      set(row, { class: `row${on ? " lit" : ""}${explicit ? "" : " remainder"}`, "aria-label": explicit ? label : remainder });
      set(chip, { text: explicit ? `${k} ${read[k - 1]}` : "…", style: explicit ? ageStyle(t - k) : "" });
      set(picture, { width: barWidth });
      grid.show(TICKS.length, (j) => ({ x1: x(TICKS[j]), x2: x(TICKS[j]) }));
      set(bar, { x: FROM, width: explicit && norm > 0 ? Math.max(0, Math.min(barWidth - FROM, norm === Infinity ? barWidth : x(norm)) - FROM) : 0, fill: magnitudeColour(norm) });
      set(number, { text: explicit ? say(norm, words) : remainder });
      (formula.write ??= termOf(formula, k))(t, explicit);
      formula.hidden = small;
    }
    scale.hidden = unrolled < 1;
    set(tickPicture, { width: barWidth });
    tickTexts.show(TICKS.length, (j) => ({ x: x(TICKS[j]), text: j === 1 && barWidth < 170 ? "" : tenTo(TICKS[j]) })); // two would touch
    set(code, { text: !lit_edge && lit >= 1 && lit <= t && t - lit < unrolled ? codeOf(t, lit) : `# ${words.code_help}\n ` });
  };
}

const explorer = {
  asks: true,
  build(frame) {
    const { figure, words, tell, change, now } = frame;
    const light = (lit, lit_edge) => { for (const [trait, value] of Object.entries({ lit, lit_edge })) if (now()[trait] !== value) change(trait, value); };
    const pointed = (node, of) => { // what a node lights when it is pointed at: a term, or an edge
      for (const event of ["pointerenter", "focus"]) node.addEventListener(event, () => light(...of()));
      return node;
    };
    const parts = [buildSentence, buildNet, buildEquation].map((build) => build(frame, pointed));
    magnitudeBar(figure, words);
    figure.addEventListener("pointerleave", () => light(0, 0));

    return (state) => {
      const { arrays, length, sentences, lit, lit_edge, small } = state, read = sentences[length - 1], t = (state.target = Math.min(state.target, length));
      const step = (state.step = small ? t + 1 : Math.min(state.step, t + 1)), here = state.at("activation", "weight_scale"), at = (name, ...index) => arrays[`${name}${length}`](...here, ...index);
      state.limits = { target: length, step: t + 2 };
      for (const draw of parts) draw(state, t, at, step - 1); // step 0: nothing yet; 1: three factors; then a word a step

      const [first, last] = [at("ledger", t - 1, 0), at("ledger", t - 1, t - 1)], told = { t: SUBSCRIPT(t), count: t, first_word: read[0], last_word: read[t - 1] };
      const key = t === 1 ? "shows_one" : Math.min(first, last) > 0 && Number.isFinite(Math.max(first, last)) ? "shows" : "shows_plain";
      let text = tell(key, told, { first, last, ratio: first / last, whole: at("whole", t - 1) });
      if (step <= t) text += " " + tell(`written_${step < 2 ? step : "n"}`, { ...told, step, steps: t + 1, written: step - 1 });
      if (lit_edge > 1 && lit_edge <= t) text += " " + tell(lit_edge === 2 ? "lit_edge_one" : "lit_edge", { k: lit_edge, before: lit_edge - 1 }, { norm: at("jacobians", lit_edge - 1) });
      else if (lit >= 1 && lit <= t) text += " " + tell("lit", { k: lit, word: read[lit - 1], jacobians: t - lit, share: percent(at("shares", t - 1, lit - 1)) }, { norm: at("ledger", t - 1, lit - 1) });
      return text;
    };
  },
};
