// Four rows of the same words, coloured by what each cell's gradient has left there, and the same numbers as four curves.

const LEFT = 58, TOP = 22, FLOOR = 230, BOTTOM = 274, TICKS = [0, 4, 8, 12, 16, 20], FAR = 22;
// Shape is the second mark beside colour.
const SHAPES = { plain: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z", gated: "M-4 -4H4V4H-4Z", gru: "M0 -5L5 4H-5Z", lstm: "M0 -5.5L5.5 0L0 5.5L-5.5 0Z", yours: "M-5 -1.5H-1.5V-5H1.5V-1.5H5V1.5H1.5V5H-1.5V1.5H-5Z" };

const explorer = {
  build({ figure, words, facts, valuesOf, tell, now, change }) {
    const CELLS = Object.keys(SHAPES).filter((cell) => cell !== "yours" || facts.yours), table = { plain: ["activation"], yours: [] };
    const light = (k) => change("lit", k);
    const list = tag(figure, "div", { class: "cells" });
    const rows = CELLS.map((cell) => {
      const row = tag(list, "div", { class: `cell-row ${cell}` }), head = tag(row, "div", { class: "cell-head" });
      const sample = svg(head, "svg", { width: 30, height: 14, viewBox: "-15 -7 30 14", "aria-hidden": "true" });
      svg(sample, "path", { d: "M-15 0H15", class: "curve" });
      svg(sample, "path", { d: SHAPES[cell], class: "shape" });
      const name = tag(head, "b"), number = tag(head, "span", { class: "number" }), chips = chipsIn(tag(row, "div", { class: "words" }), light);
      return { cell, name, number, chips };
    });
    onLeave(list, () => light(0));
    magnitudeBar(figure, words);
    const lens = magnified(figure, words, { now, change }), picture = svg(figure, "svg"), plot = panel(picture, CELLS.map((cell) => `curve ${cell}`));
    const dots = CELLS.map((cell) => marks(plot.inside, "path", { class: `shape ${cell}`, d: SHAPES[cell] }));
    const readOff = lagReader(picture, words, { now: () => now().length - now().lit, change: (lag) => light(lag === null ? 0 : now().length - lag) });

    return ({ width, arrays, at, length: T, activation, gate_bias, lit, zoom, prefixes, subject }) => {
      const read = prefixes[valuesOf.length.indexOf(T)], k = lit >= 1 && lit <= T ? lit : read.indexOf(subject) + 1;
      const norms = Object.fromEntries(CELLS.map((cell) => [cell, arrays[`${cell}${T}`].row(...at(...(table[cell] ?? ["gate_bias"]), "weight_scale"))]));
      const of = (place) => Object.fromEntries(CELLS.map((cell) => [cell, norms[cell][place]]));
      rows.forEach(({ cell, name, number, chips }) => {
        set(name, { text: cell === "plain" ? `${words.cell_plain} ${activation}` : tell(`cell_${cell}`, facts) });
        set(number, { text: tell("at", { word: read[k - 1] }, { norm: norms[cell][k - 1] }) });
        chips.show(T, (i) => {
          const v = norms[cell][i];
          return { text: read[i], class: `word ${onMagnitude(v)}${i + 1 === k ? " lit" : ""}`, style: `background:${magnitudeColour(v)}` };
        });
      });

      const edge = width - 14, x = linear(0, FAR, edge, LEFT + 6), { ends, levels, told: closer } = lens(zoom), y = logarithmic(FLOOR, TOP, ...ends), back = upTo(T).map((i) => T - 1 - i);
      sized(picture, width, BOTTOM);
      plot.draw({ box: [LEFT, TOP, edge, FLOOR], x, y, curves: CELLS.map((cell) => [back, norms[cell]]), ticks: TICKS, ends: [words.lag_axis, words.norm_axis], levels, hair: x(T - k), words: T });
      CELLS.forEach((cell, c) => {
        const seen = back.filter((_, i) => y(norms[cell][i]) >= TOP && y(norms[cell][i]) <= FLOOR);
        dots[c].show(seen.length, (i) => ({ transform: `translate(${x(seen[i]).toFixed(1)} ${y(norms[cell][T - 1 - seen[i]]).toFixed(1)})` }));
      });
      const word = read[k - 1];
      readOff(upTo(T), x, T - k, tell("place", { k, word }, of(k - 1)));
      return [
        tell("shows", { k, word, lag: T - k, activation, bias: fixed(gate_bias) }, of(k - 1)),
        tell("last", {}, of(T - 1)),
        facts.yours && tell("yours", { cell: facts.yours }, { at: of(k - 1).yours, last: of(T - 1).yours }),
        closer,
      ];
    };
  },
};
