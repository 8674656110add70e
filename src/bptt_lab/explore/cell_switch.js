// The equations as they are chosen, with what the choice changes marked; below, the true gradient and the direct road by lag.

const CURVES = ["gru", "lstm"], ROADS = ["true", "direct"];
const LEFT = 58, TOP = 22, FLOOR = 300, BOTTOM = 344, TICKS = [0, 4, 8, 12, 16, 20], FAR = 22;
const CLOSEST = [Math.log10(0.03), Math.log10(3), [0.03, 0.1, 0.3, 1, 3]]; // as in cell_switch.py

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
  if (/^[σ=⊙+−(),/|]$|^∂⁺?$/.test(token)) return math(row, token === "σ" ? "mi" : "mo", { text: token, ...(token === "σ" ? { class: "upright" } : {}), ...(/^∂|\//.test(token) ? { lspace: "0", rspace: "0" } : /^[()]$/.test(token) ? { stretchy: "false" } : token === "," ? { rspace: ".4em" } : {}) });
  if (/^\d+$/.test(token)) return math(row, "mn", { text: token });
  const [, name, below, above] = token.match(/^([^_^]+)(?:_([^^]+))?(?:\^(.+))?$/);
  const part = math(row, below && above ? "msubsup" : below ? "msub" : above ? "msup" : "mrow");
  letter(below ? part : math(part, "mrow"), { text: name, ...(name.length > 1 ? { class: "upright" } : {}) });
  for (const index of [below, above]) if (index) index.includes("−") ? index.split("−").forEach((piece, i, all) => { const group = all.group ??= math(part, "mrow"); if (i) math(group, "mo", { text: "−", lspace: "0", rspace: "0" }); math(group, /\d/.test(piece) ? "mn" : "mi", { text: piece }); }) : math(part, "mi", { text: index });
  return part;
}

function write(cell, formula) {
  cell.replaceChildren();
  const begin = () => math(math(cell, "math"), "mrow");
  let row = begin(), outer = row;
  for (const token of formula.split(" ")) {
    if (token === "⟦") math((row = math(outer, "mrow", { class: "switched" })), "mspace", { height: "1.05em", depth: ".45em" }); // all boxes are of one height
    else if (token === "⟧") row = outer;
    else if (token === "+" && row === outer) math((row = outer = begin()), "mo", { text: "+", form: "infix" }); // here a line that is too long is broken
    else symbol(row, token);
    if (token === ",") row = outer = begin(); // and here
  }
}

const explorer = {
  build({ figure, words, tell, now, change }) {
    const cards = tag(figure, "div", { class: "cards" }), written = {};
    const lines = Object.fromEntries(CURVES.map((cell) => {
      const card = tag(cards, "div", { class: `card ${cell}` });
      tag(card, "b", { text: words[`card_${cell}`] });
      return [cell, upTo(5).map((i) => tag(card, "div", { class: `formula${i === 4 ? " direct" : ""}` }))];
    }));
    const note = tag(figure, "p", { class: "note blocks" });
    write(tag(note, "span"), "a_t = W_x x_t + W_hh h_t−1 + b");
    tag(note, "span", { text: words.blocks });
    const sentence = sentenceLine(figure, (k) => change("lag", k ? now().length - k : -1));
    const drawn = CURVES.flatMap((cell) => ROADS.map((road) => ({ cell, road, name: `${cell}_${road}`, look: `${cell} ${road}` })));
    legend(figure, drawn.map(({ name, look }) => [words[name], `curve ${look}`]));
    const lens = magnified(figure, words, { now, change }, [...ZOOMS.slice(0, 2), CLOSEST]), picture = svg(figure, "svg"), plot = panel(picture, drawn.map(({ look }) => `curve ${look}`));
    const readOff = lagReader(picture, words, { now: () => now().lag, change: (lag) => change("lag", lag ?? -1) });

    return (state) => {
      const { width, arrays, at, length: T, gate_bias, reset, z, forget, prefixes, subject } = state, read = prefixes.find((list) => list.length === T);
      const lag = state.lag >= 0 && state.lag < T ? state.lag : T - 1 - read.indexOf(subject), word = read[T - 1 - lag];
      sentence(read, T - lag);
      for (const cell of CURVES) EQUATIONS[cell](state).forEach((formula, i) => {
        if (written[cell + i] !== formula) write(lines[cell][i], (written[cell + i] = formula));
      });
      const form = { gru: `gru_${reset}_${z}`, lstm: `lstm_${forget}` }, rows = drawn.map(({ cell, road }) => arrays[`${form[cell]}_${road}_${T}`].row(...at("gate_bias", "weight_scale")));
      const edge = width - 14, x = linear(0, FAR, edge, LEFT + 6), { ends: powers, levels, level, told } = lens(state.zoom), y = logarithmic(FLOOR, TOP, ...powers), heights = drawn.map(({ look }, i) => ({ at: y(rows[i][lag]), class: `dot ${look}` }));
      sized(picture, width, BOTTOM);
      plot.draw({ box: [LEFT, TOP, edge, FLOOR], x, y, curves: rows.map((row) => [upTo(T), row]), ticks: TICKS, ends: [words.lag_axis, words.norm_axis], levels, level, hair: x(lag), heights, words: T });
      readOff(upTo(T), x, lag, tell("place", { lag, word }));
      const gru = tell("shows_gru", { lag, word, reset: words[`gru_${reset}`], z: words[`gru_${z}`], bias: fixed(gate_bias) }, { true: rows[0][lag], direct: rows[1][lag] });
      return [gru, tell("shows_lstm", { forget: words[`lstm_${forget}`] }, { true: rows[2][lag], direct: rows[3][lag] }), told];
    };
  },
};
