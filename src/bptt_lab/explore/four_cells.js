// Four rows of the same words, coloured by what each cell's gradient has left there, and the same numbers as four curves.

const CELLS = ["plain", "gated", "gru", "lstm"];
const LEFT = 58, TOP = 22, FLOOR = 230, BOTTOM = 274, TICKS = [0, 4, 8, 12, 16, 20], FAR = 22;
// Shape is the second mark beside colour.
const SHAPES = { plain: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z", gated: "M-4 -4H4V4H-4Z", gru: "M0 -5L5 4H-5Z", lstm: "M0 -5.5L5.5 0L0 5.5L-5.5 0Z" };
const signed = (n) => String(n).replace("-", "−");

const explorer = {
  traits: { lit: 0, prefixes: 0, subject: 0 },
  build({ figure, words, spec, change }) {
    const valuesOf = (trait) => spec.find((control) => control.trait === trait).values;
    const scales = valuesOf("weight_scale"), biases = valuesOf("gate_bias"), activations = valuesOf("activation"), lengths = valuesOf("length");
    let now = null, x = null;
    const light = (k) => { if (now.lit !== k) change("lit", k); };

    const list = tag(figure, "div", { class: "cells" });
    const rows = CELLS.map((cell) => {
      const row = tag(list, "div", { class: `cell-row ${cell}` }), head = tag(row, "div", { class: "cell-head" }), icon = svg(head, "svg", { width: 14, height: 14, viewBox: "-7 -7 14 14", "aria-hidden": "true" });
      svg(icon, "path", { d: SHAPES[cell], class: "shape" });
      const name = tag(head, "b"), number = tag(head, "span", { class: "number" }), line = tag(row, "div", { class: "words" });
      const chips = pool(line, (parent, i) => {
        const chip = tag(parent, "span", { class: "word" });
        chip.addEventListener("pointerenter", () => light(i + 1));
        return chip;
      });
      return { cell, name, number, chips };
    });
    list.addEventListener("pointerleave", () => light(0));
    magnitudeBar(figure, words);

    const picture = svg(figure, "svg"), axisX = axis(picture, "x"), axisY = axis(picture, "y"), [plot, clip] = clipped(picture);
    const one = svg(plot, "line", { class: "dotted" }), hairs = marks(picture, "line", { class: "hair" });
    const lines = CELLS.map((cell) => svg(plot, "path", { class: `curve ${cell}` })), dots = CELLS.map((cell) => marks(plot, "path", { class: `shape ${cell}`, d: SHAPES[cell] }));
    reader(picture, `${words.title}. ${words.reader}`, {
      last: () => now.length - 1,
      at: (px) => now.length - 1 - Math.round((FAR * (x(0) - px)) / (x(0) - x(FAR))),
      now: () => (now.lit >= 1 && now.lit <= now.length ? now.lit - 1 : -1),
      change: (place) => light(place + 1),
    });

    return (state) => {
      const { width, arrays, length: T, activation, weight_scale, gate_bias, lit } = (now = state), read = state.prefixes[lengths.indexOf(T)];
      const s = scales.indexOf(weight_scale), b = biases.indexOf(gate_bias), k = lit >= 1 && lit <= T ? lit : read.indexOf(state.subject) + 1;
      const norms = Object.fromEntries(CELLS.map((cell) => [cell, arrays[`${cell}${T}`].row(cell === "plain" ? activations.indexOf(activation) : b, s)]));
      const at = (place) => Object.fromEntries(CELLS.map((cell) => [cell, say(norms[cell][place], words)]));
      rows.forEach(({ cell, name, number, chips }) => {
        set(name, { text: cell === "plain" ? `${words.cell_plain} ${activation}` : words[`cell_${cell}`] });
        set(number, { text: fill(words.at, { word: read[k - 1], norm: say(norms[cell][k - 1], words) }) });
        chips.show(T, (i) => {
          const v = norms[cell][i];
          return { text: read[i], class: `word ${onMagnitude(v)}${i + 1 === k ? " lit" : ""}`, style: `background:${magnitudeColour(v)}` };
        });
      });

      const edge = width - 14, y = logarithmic(FLOOR, TOP);
      x = linear(0, FAR, edge, LEFT);
      set(picture, { width, height: BOTTOM, viewBox: `0 0 ${width} ${BOTTOM}` });
      axisX(TICKS, x, FLOOR, TOP, String, words.lag_axis, { x: edge, y: FLOOR + 36, "text-anchor": "end" });
      axisY(decades(3), y, LEFT, edge, tenTo, words.norm_axis, { x: LEFT, y: 11 });
      clip(LEFT - 8, TOP - 6, edge - LEFT + 16, FLOOR - TOP + 12);
      set(one, { x1: LEFT, x2: edge, y1: y(1), y2: y(1) });
      const back = Array.from({ length: T }, (_, i) => T - 1 - i);
      CELLS.forEach((cell, c) => {
        set(lines[c], { d: curve(back, norms[cell], x, y) });
        dots[c].show(T, (i) => { const v = y(norms[cell][i]); return v >= TOP && v <= FLOOR ? { transform: `translate(${x(T - 1 - i).toFixed(1)} ${v.toFixed(1)})`, visibility: null } : { visibility: "hidden" }; });
      });
      hairs.show(1, () => ({ x1: x(T - k), x2: x(T - k), y1: TOP, y2: FLOOR }));
      const bias = signed(gate_bias), text = `${fill(words.shows, { k, word: read[k - 1], lag: T - k, activation, bias, ...at(k - 1) })} ${fill(words.last, at(T - 1))}`;
      set(picture, { "aria-valuemax": T, "aria-valuenow": k, "aria-valuetext": fill(words.place, { k, word: read[k - 1], ...at(k - 1) }) });
      return text;
    };
  },
};
