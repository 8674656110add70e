// A pad: G1 to the right, G2 upward, each cell coloured by its number. Beside it the places that have a name.

const LEFT = 56, TOP = 26, BELOW = 52, AXIS = 10, LIST = 380, LEGIBLE = 28; // px: around the pad, the means’ room at its edges, what stands beside it, and the cell that has room for a number
// Room for four characters: 0.09, 1.8, 120, 10⁻⁵.
const short = (v) => (v === 0 ? "0" : v === Infinity ? "∞" : v >= 1000 || v < 0.01 ? `10${superscript(Math.floor(Math.log10(v) + 0.5))}` : v.toFixed(v >= 10 ? 0 : v >= 1 ? 1 : 2));

const explorer = {
  more: ["weight_scale", "length"],
  build({ figure, words, facts, valuesOf, tell, now, asked, change }) {
    const values = valuesOf.G1, n = values.length, last = n - 1, { places, prefixes, subject } = facts, sentence = sentenceLine(figure, () => {});
    const beside = tag(figure, "div", { class: "beside" }), left = tag(beside, "div"), list = tag(beside, "div", { class: "places" });
    const picture = svg(left, "svg", { class: "pad", role: "img", "aria-label": `${words.title}. ${words.pad_help}` });
    const layers = upTo(4).map(() => svg(picture, "g")), axisX = axis(picture, "x"), axisY = axis(picture, "y"); // marks are made while drawing: each lies in its layer
    const cells = marks(layers[0], "rect"), line = marks(layers[1], "rect", { class: "tied-cell" }), texts = marks(layers[2], "text", { "text-anchor": "middle" });
    const pins = marks(layers[3], "circle", { class: "pin", r: 7 }), pinNames = marks(layers[3], "text", { class: "pin-name" }), frame = svg(picture, "rect", { class: "pad-frame" });
    const means = ["M-6 8L0 0L6 8Z", "M-8 -6L0 0L-8 6Z"].map((d) => svg(picture, "path", { class: "mean", d }));
    legend(left, [[words.tied_line, "tied-cell"], [words.means, "mean"]]);
    magnitudeBar(figure, words);
    let size = 1;

    const go = (gates, G1, G2) => { for (const [trait, value] of Object.entries({ gates, G1, G2 })) change(trait, value); };
    const point = (event) => {
      const [x, y] = pointIn(picture, event), i = Math.floor((x - LEFT) / size), j = last - Math.floor((y - TOP) / size);
      if (i < 0 || j < 0 || i > last || j > last) return;
      const on = now().gates === "tied" ? Math.round((i + last - j) / 2) : i; // tied gates stay on their line
      go(now().gates, values[on], now().gates === "tied" ? asked("G2") : values[j]);
    };
    picture.addEventListener("pointerdown", point);
    picture.addEventListener("pointermove", (event) => { if (event.buttons) point(event); });

    const rows = [...places, ["lstm"]].map(([name, gates, G1, G2], p) => { // LSTM has no place
      const row = tag(list, gates ? "button" : "div", { class: "place", ...(gates ? { type: "button", ...KEYS_OURS } : {}) });
      tag(row, "i", { text: gates ? String(p + 1) : "", class: gates ? null : "none", "aria-hidden": "true" });
      const what = tag(row, "span");
      tag(what, "b", { text: words[`place_${name}`] });
      tag(what, "span", { maths: `: ${words[`is_${name}`]}` });
      if (gates) row.addEventListener("click", () => go(gates, G1, G2));
      return row;
    });

    return (state) => {
      const { width, arrays, gates, view, length: T } = state, tied = gates === "tied", [s, l, i, free] = state.at("weight_scale", "length", "G1", "G2"), j = tied ? last - i : free;
      const read = (name, a = i, b = j) => arrays[`${name}_${gates}`](s, l, a, b), across = width >= NARROW ? width - LIST : width;
      const heard = prefixes.find((list) => list.length === T), from = heard.indexOf(subject);
      sentence(heard, from + 1);
      state.G2 = values[j]; // the slider follows tied gates, and cannot be moved on its own
      state.fixed = tied ? ["G2"] : [];
      size = Math.floor((across - LEFT - 12) / n);
      const right = LEFT + size * n, floor = TOP + size * n, cellX = (a) => LEFT + size * a, cellY = (b) => floor - size * (b + 1);
      sized(picture, right + 12, floor + BELOW);
      cells.show(n * n, (c) => {
        const [a, b] = [c % n, Math.floor(c / n)], on = !tied || a + b === last;
        return { x: cellX(a), y: cellY(b), width: size, height: size, class: "pad-cell", fill: on ? magnitudeColour(read(view, a, b)) : "none" };
      });
      const of = places.map(([, of, G1, G2]) => [values.indexOf(G1), values.indexOf(G2), of]), pinned = (a, b) => of.some(([x, y]) => x === a && y === b);
      // Colour says the rest: numbers stand in the frame and at the corners, where no pin is, and the sentence has the frame's in full.
      const corner = (c) => c === 0 || c === last, numbered = upTo(n * n).map((c) => [c % n, Math.floor(c / n)]).filter(([a, b]) => ((a === i && b === j) || (corner(a) && corner(b))) && !pinned(a, b));
      texts.show(numbered.length, (c) => {
        const [a, b] = numbered[c], v = read(view, a, b), on = !tied || a + b === last;
        return { x: cellX(a + 0.5), y: cellY(b) + size / 2 + 4, text: on && size >= LEGIBLE ? short(v) : "", class: `cell-text ${onMagnitude(v)}` };
      });
      const ticks = [0, 2, 4, 6, 8], tick = (c) => String(Number(values[c].toFixed(2))), middle = (c) => LEFT + size * (c + 0.5), up = (c) => floor - size * (c + 0.5);
      axisX(ticks, middle, floor + AXIS, floor + AXIS, tick, words.G1_axis, { x: right, y: floor + BELOW - 8, "text-anchor": "end" });
      axisY(ticks, up, LEFT - AXIS, LEFT - AXIS, tick, words.G2_axis, { x: LEFT, y: 14 });
      line.show(n, (a) => ({ x: cellX(a) + 1.5, y: cellY(last - a) + 1.5, width: size - 3, height: size - 3 }));
      set(frame, { x: cellX(i), y: cellY(j), width: size, height: size });
      const where = (G) => { const a = Math.min(last - 1, values.findLastIndex((v) => v <= G)); return a + (G - values[a]) / (values[a + 1] - values[a]); };
      const [g1, g2] = [read("G1"), read("G2")];
      const [meanX, meanY] = [middle(where(Math.max(0, Math.min(1, g1)))), up(where(Math.max(0, Math.min(1, g2))))].map((at) => at.toFixed(1));
      means.forEach((mean, p) => set(mean, { transform: p ? `translate(${LEFT - 3} ${meanY})` : `translate(${meanX} ${floor + 3})` }));
      pins.show(places.length, (p) => ({ cx: cellX(of[p][0] + 0.5), cy: cellY(of[p][1]) + size / 2, class: `pin${of[p][2] === gates ? "" : " other"}` }));
      pinNames.show(places.length, (p) => ({ x: cellX(of[p][0] + 0.5), y: cellY(of[p][1]) + size / 2 + 4, text: String(p + 1), class: `pin-name${of[p][2] === gates ? "" : " other"}` }));
      const here = places.map((_, p) => of[p][0] === i && of[p][1] === j && of[p][2] === gates);
      here.forEach((yes, p) => set(rows[p], { class: `place${yes ? " here" : ""}`, "aria-pressed": String(yes) }));

      const told = { G1: fixed(g1, 3), G2: fixed(g2, 3), state: say(read("state"), { ...words, vanished: "0" }), gates: words[`are_${gates}`], last: heard.at(-1), lags: T - 1 - from, view: words[`colour_${view}`] };
      const at = places.filter((_, p) => here[p]).map(([name]) => tell("here", { name: words[`place_${name}`], what: words[`is_${name}`] }));
      return [tell("shows", told, { gradient: read("gradient") }), ...at];
    };
  },
};
