// The equations as they are chosen, with what the choice changes marked; below, the true gradient and the direct road by lag.

const CURVES = ["gru", "lstm"], ROADS = ["true", "direct"];
const LEFT = 58, TOP = 22, FLOOR = 300, BOTTOM = 344, TICKS = [0, 16, 32, 48, 64];
const LAGS = Array.from({ length: 64 }, (_, i) => i), signed = (n) => String(n).replace("-", "−");

// Formulas in a small notation, token by token: a_b^c has indices below and above, ⟦…⟧ is what the switch has changed.
const EQUATIONS = {
  gru: ({ reset, z }) => [
    "r_t = σ ( a_t^r )",
    "z_t = σ ( a_t^z )",
    `n_t = tanh ( W_x^n x_t + b^n + ⟦ ${reset === "after" ? "r_t ⊙ ( W_hh^n h_t−1 + b_hn )" : "W_hh^n ( r_t ⊙ h_t−1 )"} ⟧ )`,
    `h_t = ⟦ ${z === "keeps" ? "z_t" : "( 1 − z_t )"} ⟧ ⊙ h_t−1 + ⟦ ${z === "keeps" ? "( 1 − z_t )" : "z_t"} ⟧ ⊙ n_t`,
    `∂⁺ h_t / ∂ h_t−1 = diag ( ⟦ ${z === "keeps" ? "z_t" : "1 − z_t"} ⟧ )`,
  ],
  lstm: ({ forget }) => [
    "i_t = σ ( a_t^i ) , o_t = σ ( a_t^o ) , g_t = tanh ( a_t^g )",
    `⟦ f_t = ${forget === "with" ? "σ ( a_t^f )" : "1"} ⟧`,
    `c_t = ⟦ ${forget === "with" ? "f_t ⊙ c_t−1" : "c_t−1"} ⟧ + i_t ⊙ g_t`,
    "h_t = o_t ⊙ tanh ( c_t )",
    `∂⁺ c_t / ∂ c_t−1 = ⟦ ${forget === "with" ? "diag ( f_t )" : "I"} ⟧`,
  ],
};

function symbol(row, token) {
  if (/^[σ=⊙+−(),/|]$|^∂⁺?$/.test(token)) return math(row, token === "σ" ? "mi" : "mo", { text: token, ...(/^∂|\//.test(token) ? { lspace: "0", rspace: "0" } : /^[()]$/.test(token) ? { stretchy: "false" } : {}) });
  if (/^\d+$/.test(token)) return math(row, "mn", { text: token });
  const [, name, below, above] = token.match(/^([^_^]+)(?:_([^^]+))?(?:\^(.+))?$/);
  const part = math(row, below && above ? "msubsup" : below ? "msub" : above ? "msup" : "mrow");
  math(part, "mi", { text: name });
  for (const index of [below, above]) if (index) index.includes("−") ? index.split("−").forEach((piece, i, all) => { const group = all.group ??= math(part, "mrow"); if (i) math(group, "mo", { text: "−" }); math(group, /\d/.test(piece) ? "mn" : "mi", { text: piece }); }) : math(part, "mi", { text: index });
  return part;
}

function write(cell, formula) {
  cell.replaceChildren();
  let row = math(math(cell, "math"), "mrow");
  const outer = row;
  for (const token of formula.split(" ")) {
    if (token === "⟦") row = math(outer, "mrow", { class: "switched" });
    else if (token === "⟧") row = outer;
    else symbol(row, token);
  }
}

const explorer = {
  traits: { lag: -1 },
  build({ figure, words, spec, change }) {
    const valuesOf = (trait) => spec.find((control) => control.trait === trait).values;
    const scales = valuesOf("weight_scale"), biases = valuesOf("gate_bias"), lengths = valuesOf("length");
    let now = null, x = null;
    const cards = tag(figure, "div", { class: "cards" }), written = {};
    const lines = Object.fromEntries(CURVES.map((cell) => {
      const card = tag(cards, "div", { class: `card ${cell}` });
      tag(card, "b", { text: words[`card_${cell}`] });
      return [cell, Array.from({ length: 5 }, (_, i) => tag(card, "div", { class: `formula${i === 4 ? " direct" : ""}` }))];
    }));
    const note = tag(figure, "p", { class: "note blocks" });
    write(tag(note, "span"), "a_t = W_x x_t + W_hh h_t−1 + b");
    tag(note, "span", { text: words.blocks });
    legend(figure, CURVES.flatMap((cell) => ROADS.map((road) => [words[`${cell}_${road}`], `curve ${cell} ${road}`])));
    const picture = svg(figure, "svg"), axisX = axis(picture, "x"), axisY = axis(picture, "y"), [plot, clip] = clipped(picture);
    const one = svg(plot, "line", { class: "dotted" }), hairs = marks(picture, "line", { class: "hair" });
    const drawn = CURVES.flatMap((cell) => ROADS.map((road) => ({ key: `${cell}_${road}`, cell, road, path: svg(plot, "path", { class: `curve ${cell} ${road}` }) })));
    const dots = marks(plot, "circle", { r: 4 });
    reader(picture, `${words.title}. ${words.reader}`, {
      last: () => now.length - 1,
      at: (px) => now.length - 1 - Math.round((64 * (x(0) - px)) / (x(0) - x(64))),
      now: () => (now.lag >= 0 && now.lag < now.length ? now.length - 1 - now.lag : -1),
      change: (place) => change("lag", place < 0 ? -1 : now.length - 1 - place),
    });

    return (state) => {
      const { width, arrays, length: T, weight_scale, gate_bias, reset, z, forget } = (now = state), lag = state.lag >= 0 && state.lag < T ? state.lag : T - 1;
      const s = scales.indexOf(weight_scale), b = biases.indexOf(gate_bias), l = lengths.indexOf(T), offset = lengths.slice(0, l).reduce((a, c) => a + c, 0);
      for (const cell of CURVES) EQUATIONS[cell](state).forEach((formula, i) => {
        const key = cell + i;
        if (written[key] !== formula) { written[key] = formula; write(lines[cell][i], formula); }
      });
      const chosen = { gru: `gru_${reset}_${z}`, lstm: `lstm_${forget}` }, row = (cell, road) => arrays[`${chosen[cell]}_${road}`].row(b, s).subarray(offset, offset + T);
      const edge = width - 14, y = logarithmic(FLOOR, TOP);
      x = linear(0, 64, edge, LEFT); // time runs to the right: lag 0 is at the right edge
      set(picture, { width, height: BOTTOM, viewBox: `0 0 ${width} ${BOTTOM}` });
      axisX(TICKS, x, FLOOR, TOP, String, words.lag_axis, { x: edge, y: FLOOR + 36, "text-anchor": "end" });
      axisY(decades(3), y, LEFT, edge, tenTo, words.norm_axis, { x: LEFT, y: 11 });
      clip(LEFT - 8, TOP - 6, edge - LEFT + 16, FLOOR - TOP + 12);
      set(one, { x1: LEFT, x2: edge, y1: y(1), y2: y(1) });
      for (const { cell, road, path } of drawn) set(path, { d: curve(LAGS.slice(0, T), row(cell, road), x, y) });
      hairs.show(1, () => ({ x1: x(lag), x2: x(lag), y1: TOP, y2: FLOOR }));
      const seen = drawn.filter(({ cell, road }) => { const v = y(row(cell, road)[lag]); return v >= TOP && v <= FLOOR; });
      dots.show(seen.length, (i) => ({ cx: x(lag), cy: y(row(seen[i].cell, seen[i].road)[lag]), class: `dot ${seen[i].cell} ${seen[i].road}` }));
      set(picture, { "aria-valuemax": T, "aria-valuenow": T - lag, "aria-valuetext": fill(words.place, { lag }) });
      const at = (cell) => ({ true: say(row(cell, "true")[lag], words), direct: say(row(cell, "direct")[lag], words) });
      const gru = fill(words.shows_gru, { lag, reset: words[`gru_${reset}`], z: words[`gru_${z}`], bias: signed(gate_bias), ...at("gru") });
      return `${gru} ${fill(words.shows_lstm, { forget: words[`lstm_${forget}`], ...at("lstm") })}`;
    };
  },
};
