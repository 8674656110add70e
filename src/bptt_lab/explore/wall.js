// Two maps of the same surface side by side: the descents without clipping, and with it. One canvas holds the map's cells.

const LEFT = 44, TOP = 30, BELOW = 40, GAP = 26; // px around each map
const STEEPEST = 0.5; // the error's colours end here: more than the largest error, .49

// The colours of a map as bytes: what `magnitudeColour` says for each tenth of a decade, and pale to full for the error.
const rgba = (colour) => { const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number); return [r, g, b, Math.round(255 * a)]; };
const MAGNITUDES = Array.from({ length: 10 * (HIGH - LOW) + 1 }, (_, i) => rgba(magnitudeColour(10 ** (LOW + i / 10))));
const errorColour = (e) => [40, 110, 180, Math.round(255 * Math.min(1, e / STEEPEST))];
const steepColour = (v) => (v > 0 ? MAGNITUDES[Math.max(0, Math.min(MAGNITUDES.length - 1, Math.round(10 * (Math.log10(v) - LOW))))] : [0, 0, 0, 0]);

const explorer = {
  build({ figure, controls, words, valuesOf, tell, now, change }) {
    const frames = valuesOf.step, all = valuesOf.points.at(-1), play = tag(null, "button", { class: "play", type: "button", ...KEYS_OURS });
    controls.firstElementChild.after(play); // beside the step
    legend(figure, [[words.on_the_way, "descent way"], [words.is_solved, "descent solved"], [words.is_out, "descent out"]]);
    const stage = tag(figure, "div", { class: "stage" }), cells = tag(stage, "canvas", { width: 1, height: 1, "aria-hidden": "true" }), twin = tag(stage, "canvas", { width: 1, height: 1, "aria-hidden": "true" });
    const picture = svg(stage, "svg");
    const panels = [0, 1].map(() => {
      const [inside, clip] = clipped(picture);
      return { x: axis(picture, "x"), y: axis(picture, "y"), title: svg(picture, "text", { class: "map-title" }), frame: svg(picture, "rect", { class: "map-frame" }), clip, path: svg(inside, "path", { class: "descent-path" }), dots: marks(picture, "circle"), outs: marks(picture, "path", { class: "descent out" }) };
    });
    const magnitude = magnitudeBar(figure, words), ticks = [0, 0.25, 0.5].map((at) => [String(at), 2 * at]);
    const errors = ramp(figure, words.error_low, words.error_high, words.error_label, ["rgba(40,110,180,0)", "rgb(40,110,180)"], ticks);
    let dots = [], painted = "", largest = 0, timer = 0;
    reader(picture, `${words.title}. ${words.reader}`, {
      last: () => 80,
      at: (px, py) => { // the nearest dot, if it is near
        const apart = ([x, y]) => Math.hypot(x - px, y - py), best = dots.reduce((a, dot, i) => (apart(dot) < apart(dots[a]) ? i : a), 0);
        return dots.length && apart(dots[best]) < 14 ? best % 81 : -1;
      },
      now: () => now().lit - 1,
      change: (place) => change("lit", place + 1),
    });
    const calm = matchMedia("(prefers-reduced-motion: reduce)"), stop = () => { clearInterval(timer); timer = 0; set(play, { text: calm.matches ? words.next : words.play }); };
    const next = () => {
      const i = frames.indexOf(now().step) + 1;
      if (i >= frames.length || !figure.isConnected) return stop();
      change("step", frames[i]);
    };
    play.addEventListener("click", () => {
      if (timer) return stop();
      const done = now().step === frames.at(-1);
      if (done) change("step", 0);
      if (calm.matches) return done || next(); // where no motion is wanted each press is one step
      timer = setInterval(next, 60);
      set(play, { text: words.pause });
    });
    stop();

    function paintMap({ arrays, view, points }) {
      const what = `${view} ${points}`;
      if (what === painted) return;
      painted = what;
      const every = (all - 1) / (points - 1), colour = view === "error" ? errorColour : steepColour, image = new ImageData(points, points);
      largest = 0;
      for (let i = 0; i < points; i++) { // the lowest b at the bottom
        const row = arrays[view].row((points - 1 - i) * every), steep = arrays.gradient.row((points - 1 - i) * every);
        for (let j = 0; j < points; j++) {
          image.data.set(colour(row[j * every]), 4 * (i * points + j));
          largest = Math.max(largest, steep[j * every]);
        }
      }
      for (const canvas of [cells, twin]) {
        canvas.width = canvas.height = points;
        canvas.getContext("2d").putImageData(image, 0, 0);
      }
    }

    return (state) => {
      const { width, arrays, step, limit, starts, view, points, lit, box, solved } = state, [at, chosen] = state.at("step", "limit"), rows = [0, 1 + chosen];
      const beside = width >= NARROW, across = Math.floor((beside ? (width - GAP) / 2 : width) - LEFT - 10), tall = Math.round(0.7 * across), [[w0, w1], [b0, b1]] = box;
      const height = beside ? TOP + tall + BELOW : 2 * (TOP + tall + BELOW);
      paintMap(state);
      sized(picture, width, height);
      const counts = [], outCounts = [];
      dots = [];
      panels.forEach((panel, p) => {
        const left = LEFT + (beside ? p * (across + LEFT + 10 + GAP - 10) : 0), top = TOP + (beside ? 0 : p * (TOP + tall + BELOW)), right = left + across, bottom = top + tall;
        const x = linear(w0, w1, left, right), y = linear(b0, b1, bottom, top);
        const share = (part, whole) => `${(100 * part) / whole}%`; // on paper, which is narrower, the picture is drawn smaller
        Object.assign([cells, twin][p].style, { left: share(left, width), top: share(top, height), width: share(across, width), height: share(tall, height) });
        set(panel.frame, { x: left, y: top, width: across, height: tall });
        panel.x([0, 2, 4, 6, 8], x, bottom, bottom + 4, String, "w", { x: right, y: bottom + 32, "text-anchor": "end" });
        panel.y([-4, -3, -2, -1, 0], y, left, left - 4, fixed, "b", { x: left - 36, y: top + 4 });
        panel.clip(left, top, across, tall);
        const place = (i, frame, axis) => arrays[`places_${starts}`](rows[p], i, frame, axis), error = (i) => arrays[`errors_${starts}`](rows[p], i, at);
        const where = upTo(81).map((i) => [place(i, at, 0), place(i, at, 1)]), out = where.map(([w, b]) => w < w0 || w > w1 || b < b0 || b > b1);
        const held = ([w, b]) => [x(Math.max(w0, Math.min(w1, w))), y(Math.max(b0, Math.min(b1, b)))], is = where.map((_, i) => error(i) < Math.fround(solved));
        const shown = where.map(held);
        dots.push(...shown);
        counts.push(is.filter(Boolean).length);
        outCounts.push(out.filter(Boolean).length);
        const rank = (i) => (i === lit - 1 ? 2 : is[i] ? 1 : 0); // what is solved lies above what is not
        const inside = shown.map((_, i) => i).filter((i) => !out[i]).sort((i, j) => rank(i) - rank(j)), outside = shown.map((_, i) => i).filter((i) => out[i]);
        panel.dots.show(inside.length, (n) => { const i = inside[n]; return { cx: shown[i][0].toFixed(1), cy: shown[i][1].toFixed(1), r: i === lit - 1 ? 5 : 3, class: `descent ${is[i] ? "solved" : "way"}${i === lit - 1 ? " lit" : ""}` }; });
        panel.outs.show(outside.length, (n) => {
          const i = outside[n], [w, b] = where[i], turn = w > w1 ? 0 : w < w0 ? 180 : b > b1 ? -90 : 90;
          return { d: "M-5 -4.5L4 0L-5 4.5Z", transform: `translate(${shown[i][0].toFixed(1)} ${shown[i][1].toFixed(1)}) rotate(${turn})`, class: `descent out${i === lit - 1 ? " lit" : ""}` };
        });
        const path = lit ? upTo(at + 1).map((f) => `${x(place(lit - 1, f, 0)).toFixed(1)} ${y(place(lit - 1, f, 1)).toFixed(1)}`).join("L") : "";
        set(panel.path, { d: path ? `M${path}` : "" });
        set(panel.title, { x: beside ? left : 2, y: top - 10, text: tell(p ? "panel_clipped" : "panel", { limit: String(limit), n: counts[p] }) });
      });
      magnitude.hidden = view === "error";
      errors.hidden = view !== "error";

      set(picture, { "aria-valuemax": 81, "aria-valuenow": lit || 1, "aria-valuetext": lit ? tell("place", { k: lit }) : words.nowhere });
      const [error, error_clipped] = lit ? rows.map((row) => arrays[`errors_${starts}`](row, lit - 1, at)) : [];
      return [
        tell("shows", { step, solved: counts[0], out: outCounts[0], limit: String(limit), clipped: counts[1], out_clipped: outCounts[1] }),
        tell(`map_${view}`, { points }, { largest }),
        lit && tell("lit", { k: lit }, { error, error_clipped }),
      ];
    };
  },
};
