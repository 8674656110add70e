// The norm against the lag with its ladder of bounds; left of it the stretches of the whole product on the same axis; the plane
// of the eigenvalues beside it, or below where it is narrow. Time runs to the right, as in gradient_by_lag.js.

const LEFT = 58, STRIP = 30, TOP = 20, FLOOR = 290, PLANE = 224; // px

const explorer = {
  traits: { lag: -1, lags: 0 },
  build({ figure, words, spec, change }) {
    const valuesOf = (trait) => spec.find((control) => control.trait === trait).values, scales = valuesOf("weight_scale"), lengths = valuesOf("length");
    const rungs = ["product", "sigma", "radius"];
    legend(figure, [[words.true, "solid"], [words.your_guess, "guess"], ...rungs.map((rung) => [words[`${rung}_line`], `rung ${rung}`]), [words.stretches, "rug"]]);
    const picture = svg(figure, "svg"), lagX = axis(picture, "x"), normY = axis(picture, "y");
    const [inside, clip] = clipped(picture), one = svg(inside, "line", { class: "dotted" }), guessed = svg(inside, "path", { class: "guess" });
    const ladder = rungs.map((rung) => svg(inside, "path", { class: `rung ${rung}` })), truth = svg(inside, "path", { class: "solid" });
    const rug = marks(inside, "line", { class: "rug" }), hairs = marks(picture, "line", { class: "hair" }), dots = marks(inside, "circle", { class: "dot", r: 4 });
    const prompts = marks(picture, "text", { "text-anchor": "middle", class: "prompt" });
    const plane = svg(picture, "g", { class: "plane" }), title = svg(plane, "text", { class: "axis-title", "text-anchor": "middle" }), cross = marks(plane, "line", { class: "tick" });
    const circles = marks(plane, "circle", { class: "grid" }), circleNames = marks(plane, "text", { "text-anchor": "middle", class: "small" });
    const rungCircles = ["sigma", "radius"].map((rung) => svg(plane, "circle", { class: `rung ${rung}` })), eigenvalues = marks(plane, "circle", { class: "eigenvalue", r: 3.5 });
    let now = null, lags = null, x = null;
    reader(picture, `${words.title}. ${words.reader}`, { // places are counted from the left: the largest lag first
      last: () => lags.length - 1,
      at: (px) => {
        const away = lags.map((lag) => Math.abs(x(lag) - px)), nearest = Math.min(...away);
        return nearest > 40 ? -1 : lags.length - 1 - away.indexOf(nearest);
      },
      now: () => (lags.includes(now.lag) ? lags.length - 1 - lags.indexOf(now.lag) : -1),
      change: (place) => change("lag", place < 0 ? -1 : lags[lags.length - 1 - place]),
    });

    return (state) => {
      const { width, arrays, length: T, weight_scale, activation, start, inputs, guess, lag } = (now = state), shown = state.curve === "shown";
      const s = scales.indexOf(weight_scale), l = lengths.indexOf(T), offset = state.lags.slice(0, l).reduce((sum, some) => sum + some.length, 0);
      lags = state.lags[l];
      const of = (name) => arrays[`${name}_${start}_${activation}`], read = (name) => arrays[`${name}_${start}_${activation}_${inputs}`];
      const row = (array) => Array.from(array.row(s).subarray(offset, offset + lags.length), (log) => 10 ** log), norms = row(read("true")), values = [row(read("product")), row(of("sigma")), row(of("radius"))];
      const narrow = width < NARROW, edge = narrow ? width - 14 : width - PLANE - 30, y = logarithmic(FLOOR, TOP), end = T > 16 ? 64 : 16;
      const bottom = narrow ? FLOOR + 44 + PLANE + 30 : FLOOR + 44;
      x = linear(0, end, edge, LEFT + STRIP);
      set(picture, { width, height: bottom, viewBox: `0 0 ${width} ${bottom}` });
      lagX([0, 1, 2, 3, 4].map((i) => (i * end) / 4), x, FLOOR, TOP, String, words.lag_axis, { x: edge, y: FLOOR + 34, "text-anchor": "end" });
      normY(decades(3), y, LEFT, edge, tenTo, words.norm_axis, { x: LEFT, y: 11 });
      clip(LEFT, TOP, edge - LEFT + 8, FLOOR - TOP);
      set(one, { x1: LEFT, x2: edge, y1: y(1), y2: y(1) });
      set(guessed, { d: T > 1 ? curve([0, T - 1], [1, 10 ** guess], x, y) : "" });
      set(truth, { d: shown ? curve(lags, norms, x, y) : "" });
      ladder.forEach((path, i) => set(path, { d: state[rungs[i]] ? curve(lags, values[i], x, y) : "" }));
      const net = { activation, start: words[`start_${start}`], scale: say(weight_scale), inputs: words[`inputs_${inputs}`] };
      const lines = [words.prompt, fill(words.prompt_net, net)].flatMap((text) => wrapped(text, (edge - LEFT) / 7));
      prompts.show(shown ? 0 : lines.length, (i) => ({ x: (LEFT + edge) / 2, y: FLOOR - 20 * (lines.length - i), text: lines[i] }));
      const stretches = read("stretches").row(s, l), seen = shown ? [...stretches].filter((log) => log >= LOW && log <= HIGH) : [];
      rug.show(seen.length, (i) => ({ x1: LEFT + 3, x2: LEFT + STRIP - 9, y1: y(10 ** seen[i]), y2: y(10 ** seen[i]) }));
      const place = shown ? lags.indexOf(lag) : -1, height = place < 0 ? -1 : y(norms[place]);
      hairs.show(place < 0 ? 0 : 1, () => ({ x1: x(lag), x2: x(lag), y1: TOP, y2: FLOOR }));
      dots.show(height >= TOP && height <= FLOOR ? 1 : 0, () => ({ cx: x(lag), cy: height }));
      set(picture, { "aria-valuemax": lags.length, "aria-valuenow": lags.length - Math.max(0, lags.indexOf(lag)), "aria-valuetext": fill(words.place, { lag: Math.max(0, lag) }) });

      const cx = narrow ? width / 2 : width - PLANE / 2, cy = narrow ? FLOOR + 64 + PLANE / 2 : TOP + 14 + PLANE / 2, radius = PLANE / 2 - 8;
      const from = (r) => (radius * r) / (1 + r), rings = [0.25, 1, 4]; // 0 at the centre, 1 half-way, ∞ at the rim
      const [rho, sigma, bound] = of("sizes").row(s), points = of("eigenvalues");
      set(title, { x: cx, y: cy - radius - 10, text: words.plane });
      cross.show(2, (i) => ({ x1: cx - (i ? 0 : radius), x2: cx + (i ? 0 : radius), y1: cy - (i ? radius : 0), y2: cy + (i ? radius : 0) }));
      circles.show(4, (i) => ({ cx, cy, r: from(rings[i] ?? 1e9), class: i === 1 ? "dotted" : "grid" }));
      circleNames.show(3, (i) => ({ x: cx + from(rings[i]) * Math.SQRT1_2 + 9, y: cy + from(rings[i]) * Math.SQRT1_2 + 10, text: ["¼", "1", "4"][i] }));
      [bound, rho].forEach((r, i) => set(rungCircles[i], { cx, cy, r: from(r), visibility: state[rungs[i + 1]] ? null : "hidden" }));
      eigenvalues.show(points.shape[0], (i) => {
        const [re, im] = points.row(i), turn = Math.atan2(im, re), r = from(weight_scale * Math.hypot(re, im));
        return { cx: cx + r * Math.cos(turn), cy: cy - r * Math.sin(turn) };
      });

      const far = norms.at(-1), off = guess - Math.log10(far);
      const matrix = fill(words.matrix, { scale: say(weight_scale), rho: say(rho), sigma: say(sigma) }), told = { matrix, lags: T - 1, guess: words[`guess_${guess}`] };
      if (T === 1) return fill(words.shows_one, told);
      const text = [];
      if (shown) {
        const verdict = words[far === 0 ? "nothing_left" : Math.abs(off) < 0.5 ? "close" : off > 0 ? "too_high" : "too_low"];
        text.push(fill(words.shows, { ...told, far: say(far, words) }), fill(verdict, { off: fixed(Math.abs(off), 1) }), matrix);
        if (far > 0) text.push(fill(words.alive, { alive: [...stretches].filter((log) => log > stretches[0] - 3).length, units: stretches.length }));
      } else text.push(fill(words.shows_hidden, { ...told, ...net }));
      rungs.forEach((rung, i) => { if (state[rung]) text.push(fill(words[`at_${rung}`], { value: say(values[i].at(-1), words) })); });
      if (shown && state.radius && values[2].at(-1) < 0.999 * far) text.push(words.radius_fails);
      if (activation === "relu" && inputs === 0) text.push(words.silent_relu);
      if (place >= 0) text.push(fill(words.read, { lag, norm: say(norms[place], words) }));
      return text.join(" ");
    };
  },
};
