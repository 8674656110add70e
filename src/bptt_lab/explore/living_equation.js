// The sentence, the unrolled net, and the equation with one row for each term. A term that is pointed at lights up in all.

const SUBSCRIPT = (n) => String(n).replace(/\d/g, (d) => "₀₁₂₃₄₅₆₇₈₉"[d]);
const percent = (share) => fixed(100 * share, 1);
const NET = 160, ROWS = 12, FROM = 16; // px; half a tick's label stands left of where the bars begin

// d a / d b as MathML; ∂⁺a / ∂b is the immediate derivative. Returns what writes the indices, and hides it if there are none.
function derivative(line, above, below, sign = "d", dot = true) {
  const node = math(line, "mrow");
  if (dot) math(node, "mo", { text: "·" });
  const fraction = math(node, "mfrac"), parts = [above, below].map((name) => {
    const sub = math(fraction, "msub");
    return { name, symbol: math(sub, "mi", { class: "slanted" }), index: math(sub, name === "W" ? "mi" : "mn") }; // few nodes: a browser takes its time over each
  });
  return (indices, written = sign) => {
    set(node, { hidden: !indices });
    if (indices) parts.forEach(({ name, symbol, index }, i) => { set(symbol, { text: (i ? written[0] : written) + name }); set(index, { text: String(indices[i]) }); });
  };
}

// The term of word k, whose nodes stay: only what changes is written, since a browser takes longer over new formulas than over all else.
function termOf(cell, k) {
  const line = math(math(cell, "math"), "mrow"), plus = math(line, "mo", { text: "+", form: "infix" });
  const loss = derivative(line, "L", "y", "d", false), readout = derivative(line, "y", "h"), first = [0, 1, 2].map(() => derivative(line, "h", "h"));
  const left_out = math(line, "mrow"), last = derivative(line, "h", "h"), end = derivative(line, "h", "W", "∂⁺");
  for (const text of "·⋯") math(left_out, "mo", { text });
  return (t, unrolled) => {
    const jacobians = t - k, shown = jacobians > 4 ? 2 : jacobians - 1; // long products show their ends
    set(plus, { hidden: k === t });
    loss([t, t]);
    readout([t, t]);
    first.forEach((write, i) => write(i < shown && [t - i, t - i - 1]));
    set(left_out, { hidden: jacobians <= 4 });
    last(jacobians > 0 && [k + 1, k]);
    end([k, "x"], unrolled ? "∂⁺" : "d");
  };
}

const codeOf = (t, k) => `# word ${k}: k=${k - 1}, t=${t - 1}\nterm = np.outer((dL_dy[${t - 1}] @ W_oh${Array.from({ length: t - k }, (_, i) => ` @ J[${t - 1 - i}]`).join("")}) * slope[${k - 1}], x[${k - 1}])`;

const explorer = {
  traits: { target: 0, start: 0, step: 0, lit: 0, lit_edge: 0, small: 0, sentences: 0, vocabulary: 0 },

  build({ figure, words, spec, live, change }) {
    const scales = spec.find((c) => c.trait === "weight_scale").values, activations = spec.find((c) => c.trait === "activation").values;
    let small = null, now = null, equationKey = "", vocabularyShown = false, wordKey = "";
    const light = (lit, lit_edge = 0) => { if (now.lit !== lit) change("lit", lit); if (now.lit_edge !== lit_edge) change("lit_edge", lit_edge); };
    const pointed = (node, lit, edge) => {
      node.addEventListener("pointerenter", () => light(lit(), edge?.() ?? 0));
      node.addEventListener("focus", () => light(lit(), edge?.() ?? 0));
      return node;
    };

    // the sentence
    const sentence = tag(figure, "div", { class: "words" });
    const chips = pool(sentence, (parent, i) => pointed(tag(parent, "span", { class: "word" }), () => i + 1));
    const changing = tag(figure, "div", { class: "control changing" }), changeLabel = tag(changing, "label", { for: `bptt-word-${Math.random().toString(36).slice(2)}` });
    const wordMenu = tag(changing, "select", { id: changeLabel.getAttribute("for"), "data-lm-suppress-shortcuts": "true", disabled: !live, title: live ? null : words.needs_python });
    const changed = (state) => Math.min(state.lit || 1, state.length);
    wordMenu.addEventListener("change", () => {
      const sentences = now.sentences.map((list) => [...list]);
      sentences[now.length - 1][changed(now) - 1] = wordMenu.value;
      change("sentences", sentences);
    });

    // the net
    const net = svg(figure, "svg", { class: "net", role: "group", "aria-label": words.title });
    const inputs = marks(net, "path", { class: "edge" });
    const edges = pool(net, (parent, i) => pointed(svg(parent, "path", { class: "edge hidden", tabindex: 0, role: "img", "data-lm-suppress-shortcuts": "true" }), () => 0, () => i + 2));
    const output = svg(net, "path", { class: "edge" }), states = marks(net, "circle", { class: "state" }), names = marks(net, "text", { "text-anchor": "middle" });
    const ages = marks(net, "rect", { height: 9, rx: 2 }), below = marks(net, "text", { "text-anchor": "middle" }), lossName = svg(net, "text", { "text-anchor": "middle", "font-weight": "bold" });
    const numbers = marks(net, "text", { "text-anchor": "middle", class: "factor" }), inputNumbers = marks(net, "text", { "text-anchor": "start", class: "factor" });

    // the equation: one row a term
    const equation = tag(figure, "div", { class: "equation" }), head = tag(equation, "div", { class: "equation-head" });
    const headLine = math(math(head, "math"), "mrow"), whole = derivative(headLine, "L", "W", "d", false);
    math(headLine, "mo", { text: "=" });
    const unknown = math(headLine, "mtext", { text: "?" });
    const rows = Array.from({ length: ROWS }, (_, i) => {
      const k = ROWS - i, row = tag(equation, "div", { class: "row", tabindex: 0, role: "group", "data-lm-suppress-shortcuts": "true" });
      const chip = tag(row, "span", { class: "chip" }), formula = tag(row, "span", { class: "formula" }), picture = svg(row, "svg", { height: 22, "aria-hidden": "true" });
      pointed(row, () => (row.classList.contains("remainder") ? 0 : k));
      return { row, chip, formula, picture, grid: marks(picture, "line", { class: "tick" }), bar: svg(picture, "rect", { y: 4, height: 14 }), number: tag(row, "span", { class: "number" }), k };
    });
    const scaleRow = tag(equation, "div", { class: "row ticks", "aria-hidden": "true" }), tickGap = tag(scaleRow, "span"), tickPicture = svg(scaleRow, "svg", { height: 18 });
    const tickTexts = marks(tickPicture, "text", { y: 13, "text-anchor": "middle" });
    const code = tag(figure, "pre", { class: "code" });
    magnitudeBar(figure, words);
    figure.addEventListener("pointerleave", () => light(0));

    function drawNet(state, t, s) {
      const { width, length, lit, lit_edge, arrays } = state, at = (name, ...index) => arrays[`${name}${length}`](s, ...index);
      const even = (width - 60) / length, tight = even < 62, gap = tight ? (width - 56) / (length - 1) : Math.min(130, even), r = gap < 24 ? 7 : gap < 40 ? 9 : 14, head = tight ? Math.min(6, (gap - 2 * r - 4) / 2) : 8, H = 60;
      const left = tight ? r + 6 : (width - gap * (length - 1)) / 2, x = (k) => left + gap * (k - 1);
      set(net, { width, height: NET, viewBox: `0 0 ${width} ${NET}` });
      const onPath = (j) => lit_edge ? j <= lit_edge - 1 || false : lit > 0 && lit <= t && j >= lit && j <= t; // is state j on a lit way
      const edgeLit = (k) => (lit_edge ? k === lit_edge : lit > 0 && lit <= t && k > lit && k <= t);
      const termLit = (k) => k <= t && (lit_edge ? k < lit_edge : k === lit);
      edges.show(length - 1, (i) => {
        const k = i + 2, norm = at("jacobians", k - 1), a = x(k) - r, b = x(k - 1) + r; // drawn from h_k back to h_{k−1}: the way of the gradient
        return {
          d: `M${a} ${H}L${b + 4} ${H}M${b + 3 + head} ${H - head}L${b + 3} ${H}L${b + 3 + head} ${H + head}`, style: `stroke-width:${tight ? 3 : 5};stroke:${k <= t ? magnitudeColour(norm) : "var(--line)"}`, class: `edge hidden${edgeLit(k) ? " lit" : ""}`,
          "aria-label": fill(words[k === 2 ? "edge_label_one" : "edge_label"], { k, before: k - 1, norm: say(norm, words) }),
        };
      });
      inputs.show(length, (i) => {
        const k = i + 1;
        return { d: `M${x(k)} ${H + r}L${x(k)} ${H + 44}M${x(k) - 5} ${H + 37}L${x(k)} ${H + 44}L${x(k) + 5} ${H + 37}`, style: `stroke:${k <= t ? magnitudeColour(at("ledger", t - 1, k - 1)) : "var(--line)"}`, class: `edge${termLit(k) ? " lit" : ""}` };
      });
      set(output, { d: `M${x(t)} ${H - 34}L${x(t)} ${H - r - 1}M${x(t) - 5} ${H - r - 8}L${x(t)} ${H - r - 1}L${x(t) + 5} ${H - r - 8}`, style: `stroke:${magnitudeColour(at("readout", t - 1))}`, class: `edge${lit || lit_edge ? " lit" : ""}` });
      states.show(length, (i) => ({ cx: x(i + 1), cy: H, r, class: `state${i + 1 > t ? " off" : ""}${onPath(i + 1) ? " lit" : ""}` }));
      names.show(length, (i) => ({ x: x(i + 1), y: H + 4, text: gap < 40 ? String(i + 1) : `h${SUBSCRIPT(i + 1)}`, class: i + 1 > t ? "off" : "" }));
      ages.show(length, (i) => ({ x: x(i + 1) - r, y: H + 48, width: 2 * r, ...ageMark(t - 1 - i) }));
      below.show(length, (i) => ({ x: x(i + 1), y: H + 72, text: gap < 46 ? `x${SUBSCRIPT(i + 1)}` : state.sentences[length - 1][i] }));
      set(lossName, { x: x(t), y: H - 42, text: `L${SUBSCRIPT(t)}` });
      const along = Array.from({ length: t - 1 }, (_, i) => i + 2).filter(edgeLit), number = (v) => (tight ? brief(v) : say(v, words));
      numbers.show(along.length, (i) => ({ x: (x(along[i]) + x(along[i] - 1)) / 2, y: tight && (along.length - i) % 2 ? H + 24 : H - 20, text: number(at("jacobians", along[i] - 1)), class: gap < 24 ? "factor tiny" : "factor" }));
      const ends = !lit_edge && lit > 0 && lit <= t ? [[x(t) + 8, H - 24, at("readout", t - 1)], [x(lit) + 8, H + 38, at("immediate", lit - 1)]] : [];
      inputNumbers.show(ends.length, (i) => ({ x: ends[i][0], y: ends[i][1], text: number(ends[i][2]) }));
    }

    function writeEquation(t, unrolled) {
      const key = `${t} ${unrolled}`;
      if (key === equationKey) return;
      equationKey = key;
      whole([t, "x"]);
      set(unknown, { hidden: unrolled >= 0 });
      for (const { formula, k } of rows) if (k <= t && t - k <= unrolled) (formula.write ??= termOf(formula, k))(t, t - k < unrolled);
    }

    return (state) => {
      const { width, arrays, length, activation, weight_scale, sentences, lit, lit_edge } = (now = state);
      const t = Math.min(state.target, length), s = activations.indexOf(activation) * scales.length + scales.indexOf(weight_scale);
      const step = state.small ? t + 1 : Math.min(state.step, t + 1), unrolled = step - 1, read = sentences[length - 1]; // step 0: nothing yet; 1: three factors; then a word a step
      state.limits = { target: length, step: t + 2 };
      state.target = t;
      state.step = step;
      if (small !== state.small) {
        small = state.small;
        for (const node of [changing, code, head]) node.hidden = small;
        equation.classList.toggle("small", small);
      }
      chips.show(length, (i) => {
        const age = t - 1 - i;
        return { text: read[i], class: `word${i === t - 1 ? " target" : ""}${i + 1 === lit || (lit_edge && i + 1 < lit_edge) ? " lit" : ""}`, style: age < 0 ? "opacity:.7" : `background:${ageColour(age)};color:${onAge(age)}` };
      });
      if (!vocabularyShown) { vocabularyShown = true; for (const word of state.vocabulary) tag(wordMenu, "option", { value: word, text: word }); }
      const k0 = changed(state), nextWordKey = `${k0} ${read[k0 - 1]}`;
      if (nextWordKey !== wordKey) { wordKey = nextWordKey; set(changeLabel, { text: fill(words.change, { k: k0, word: read[k0 - 1] }) }); wordMenu.value = read[k0 - 1]; }

      drawNet(state, t, s);
      writeEquation(t, unrolled);
      const narrow = width < 620, barWidth = narrow ? width - 170 : small ? width - 242 : 210, x = logarithmic(FROM, barWidth - FROM);
      rows.forEach(({ row, chip, formula, picture, grid, bar, number, k }) => {
        const explicit = t - k < unrolled;
        row.hidden = k > t || t - k > unrolled; // the first that is not written out stands for the rest
        if (row.hidden) return;
        const norm = arrays[`ledger${length}`](s, t - 1, k - 1), share = arrays[`shares${length}`](s, t - 1, k - 1), on = explicit && (lit_edge ? k < lit_edge : k === lit);
        set(row, { class: `row${on ? " lit" : ""}${explicit ? "" : " remainder"}`, "aria-label": explicit ? fill(words.term_label, { k, word: read[k - 1], norm: say(norm, words), share: percent(share) }) : fill(words[k === 1 ? "remainder_one" : "remainder"], { k }) });
        set(chip, { text: explicit ? `${k} ${read[k - 1]}` : "…", style: explicit ? `background:${ageColour(t - k)};color:${onAge(t - k)}` : "" });
        set(picture, { width: barWidth });
        grid.show(4, (j) => ({ x1: x(10 ** (-12 + 6 * j)), x2: x(10 ** (-12 + 6 * j)), y1: 0, y2: 22 }));
        set(bar, { x: FROM, width: explicit && norm > 0 ? Math.max(0, Math.min(barWidth - FROM, norm === Infinity ? barWidth : x(norm)) - FROM) : 0, fill: magnitudeColour(norm), class: "term-bar" });
        set(number, { text: explicit ? say(norm, words) : fill(words[k === 1 ? "remainder_one" : "remainder"], { k }) });
        formula.hidden = small;
      });
      scaleRow.hidden = unrolled < 1;
      set(tickPicture, { width: barWidth });
      tickTexts.show(4, (j) => ({ x: x(10 ** (-12 + 6 * j)), text: j === 1 && barWidth < 170 ? "" : tenTo(10 ** (-12 + 6 * j)) })); // two would touch
      const litRow = !lit_edge && lit >= 1 && lit <= t && t - lit < unrolled;
      set(code, { text: litRow ? codeOf(t, lit) : `# ${words.code_help}\n ` });

      const norms = arrays[`ledger${length}`].row(s, t - 1), first = norms[0], last = norms[t - 1];
      const key = t === 1 ? "shows_one" : Math.min(first, last) > 0 && Number.isFinite(Math.max(first, last)) ? "shows" : "shows_plain";
      let text = fill(words[key], { t: SUBSCRIPT(t), count: t, first_word: read[0], first: say(first, words), last_word: read[t - 1], last: say(last, words), ratio: say(first / last, words), whole: say(arrays[`whole${length}`](s, t - 1), words) });
      if (step <= t) text += " " + fill(words[`written_${step < 2 ? step : "n"}`], { step, steps: t + 1, t: SUBSCRIPT(t), written: step - 1, count: t });
      if (lit_edge > 1 && lit_edge <= t) text += " " + fill(words[lit_edge === 2 ? "lit_edge_one" : "lit_edge"], { k: lit_edge, before: lit_edge - 1, norm: say(arrays[`jacobians${length}`](s, lit_edge - 1), words) });
      else if (lit >= 1 && lit <= t) text += " " + fill(words.lit, { k: lit, word: read[lit - 1], jacobians: t - lit, norm: say(norms[lit - 1], words), share: percent(arrays[`shares${length}`](s, t - 1, lit - 1)) });
      return text;
    };
  },
};
