// The norm against the lag with its ladder of bounds; left of it the stretches of the whole product on the same axis; the plane
// of the eigenvalues beside it, or below where it is narrow. A cell of one's own has neither γσ_max nor a plane. Time runs to
// the right, as in gradient_by_lag.js.

const LEFT = 58, STRIP = 30, TOP = 20, FLOOR = 290, PLANE = 224; // px
const between = (i) => FLOOR - ((FLOOR - TOP) / 6) * (i >> 1) - (i % 2 ? 29 : 8); // the place of line i of a text, from below: two between grid lines

// The eigenvalues of W_hh, with 0 at the centre, 1 half-way and ∞ at the rim, and the circles of the two rungs that it gives.
function eigenvaluePlane(picture, words) {
  const plane = svg(picture, "g", { class: "plane" }), title = svg(plane, "text", { class: "axis-title", "text-anchor": "middle" }), layer = (name, look) => marks(svg(plane, "g"), name, look);
  const cross = layer("line", { class: "tick" }), circles = layer("circle"), rungs = layer("circle"), names = layer("text", { "text-anchor": "middle", class: "small prompt" }), eigenvalues = layer("circle", { class: "eigenvalue", r: 3.5 });
  return ({ cx, cy, radius, points, scale, rates }) => {
    const from = (r) => (radius * r) / (1 + r), rings = [0.25, 1, 4, 1e9];
    set(title, { x: cx, y: cy - radius - 10, maths: words.plane });
    cross.show(2, (i) => ({ x1: cx - (i ? 0 : radius), x2: cx + (i ? 0 : radius), y1: cy - (i ? radius : 0), y2: cy + (i ? radius : 0) }));
    circles.show(4, (i) => ({ cx, cy, r: from(rings[i]), class: i === 1 ? "dotted" : "grid" }));
    names.show(3, (i) => ({ x: cx + from(rings[i]) * Math.SQRT1_2 + 9, y: cy + from(rings[i]) * Math.SQRT1_2 + 10, text: ["¼", "1", "4"][i] }));
    rungs.show(rates.length, (i) => ({ cx, cy, r: from(rates[i][1]), class: `rung ${rates[i][0]}` }));
    eigenvalues.show(points.shape[0], (i) => {
      const [re, im] = points.row(i), turn = Math.atan2(im, re), r = from(scale * Math.hypot(re, im));
      return { cx: cx + r * Math.cos(turn), cy: cy - r * Math.sin(turn) };
    });
  };
}

const explorer = {
  more: ["start", "inputs"],
  icons: { product: "rung product", sigma: "rung sigma", radius: "rung radius" }, // their switches are their legend
  build({ figure, words, facts, valuesOf, tell, now, change }) {
    const rungs = ["product", "sigma", "radius"].filter((rung) => valuesOf[rung]), plain = valuesOf.radius;
    legend(figure, [[words.true, "solid"], [words.your_guess, "guess"], [words.stretches, "rug"]]);
    const lens = magnified(figure, words, { now, change }), picture = svg(figure, "svg"), plot = panel(picture, ["guess", ...rungs.map((rung) => `rung ${rung}`), "solid"]);
    const rug = marks(plot.inside, "line", { class: "rug" }), prompts = marks(picture, "text", { "text-anchor": "middle", class: "prompt" });
    const plane = plain && eigenvaluePlane(picture, words);
    const readOff = lagReader(picture, words, { now: () => now().lag, change: (lag) => change("lag", lag ?? -1) });

    return (state) => {
      const { width, arrays, at, length: T, weight_scale, activation, start, inputs, guess, lag } = state, shown = state.curve === "shown", lags = facts.lags[T];
      const net = facts.yours ? "yours" : `${start}_${activation}`, read = (name, ...index) => arrays[`${name}_${net}_${inputs}_${T}`].row(...at("weight_scale"), ...index);
      const [norms, products] = [0, 1].map((rung) => Array.from(read("ladder", rung), (log) => 10 ** log)), [rho, sigma, bound] = plain ? arrays[`sizes_${net}`].row(...at("weight_scale")) : [];
      const rates = { sigma: bound, radius: rho }, values = rungs.map((rung) => (rung === "product" ? products : lags.map((d) => rates[rung] ** d)));
      const narrow = width < NARROW, edge = narrow || !plain ? width - 14 : width - PLANE - 30, end = T > 16 ? 64 : 16;
      const x = linear(0, end, edge, LEFT + STRIP), { ends: powers, levels, told: closer } = lens(state.zoom), y = logarithmic(FLOOR, TOP, ...powers), place = shown ? lags.indexOf(lag) : -1;
      sized(picture, width, narrow && plain ? FLOOR + 44 + PLANE + 30 : FLOOR + 44);
      const none = [[], []], guessed = T > 1 && guess !== null ? [[0, T - 1], [1, 10 ** guess]] : none, ladder = rungs.map((rung, i) => (state[rung] ? [lags, values[i]] : none));
      plot.draw({ box: [LEFT, TOP, edge, FLOOR], x, y, curves: [guessed, ...ladder, shown ? [lags, norms] : none], ticks: [0, 1, 2, 3, 4].map((i) => (i * end) / 4), ends: [words.lag_axis, words.norm_axis], levels, hair: place < 0 ? null : x(lag), heights: [y(norms[place])] });
      const setting = { net: facts.yours ? tell("net_own", { cell: facts.yours }) : tell("net", { activation, start: words[`start_${start}`] }), scale: say(weight_scale), inputs: words[`inputs_${inputs}`] };
      const lines = [words.prompt, tell("prompt_net", setting)].flatMap((text) => wrapped(text, (edge - LEFT) / 7));
      prompts.show(shown ? 0 : lines.length, (i) => ({ x: (LEFT + edge) / 2, y: between(lines.length - 1 - i), text: lines[i] }));
      const stretches = [...read("stretches")], seen = shown ? stretches.filter((log) => log >= powers[0] && log <= powers[1]) : [];
      rug.show(seen.length, (i) => ({ x1: LEFT + 3, x2: LEFT + STRIP - 9, y1: y(10 ** seen[i]), y2: y(10 ** seen[i]) }));
      readOff(shown ? lags : [], x, Math.max(0, lags.includes(lag) ? lag : 0), tell("place", { lag: Math.max(0, lag) }));
      plane?.({
        cx: narrow ? width / 2 : width - PLANE / 2, cy: narrow ? FLOOR + 64 + PLANE / 2 : TOP + 14 + PLANE / 2, radius: PLANE / 2 - 8,
        points: arrays[`eigenvalues_${net}`], scale: weight_scale, rates: Object.entries(rates).filter(([rung]) => state[rung]),
      });

      const far = norms.at(-1), off = guess - Math.log10(far), told = { ...setting, lags: T - 1, guess: guess === null ? words.unset : words[`guess_${guess}`] };
      told.matrix = plain ? tell("matrix", told, { rho, sigma }) : tell("matrix_own", told);
      if (T === 1) return [tell("shows_one", told), closer];
      return [
        shown ? tell("shows", told, { far }) : tell(guess === null ? "shows_unset" : "shows_hidden", told),
        ...(shown && guess !== null ? [tell("judged", told), tell(verdict(off), { off: fixed(Math.abs(off), 1) })] : []),
        shown && told.matrix,
        shown && far > 0 && tell("alive", { alive: stretches.filter((log) => log > stretches[0] - 3).length, units: stretches.length }),
        ...rungs.map((rung, i) => state[rung] && tell(`at_${rung}`, {}, { value: values[i].at(-1) })),
        shown && plain && state.radius && values[2].at(-1) < 0.999 * far && words.radius_fails,
        !facts.yours && activation === "relu" && inputs === 0 && words.silent_relu,
        place >= 0 && tell("read", { lag }, { norm: norms[place] }),
        closer,
      ];
    };
  },
};
