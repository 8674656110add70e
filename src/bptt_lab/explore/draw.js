// Drawing for the explorers: what each colour and line means, and a few marks. No knowledge of nets in here.

// ---- what things look like: the same in every picture ---------------------------------------------------------------

// Age of a word, newest first: the cividis scale, safe for colour-blind readers. Up to twelve words each age has its own colour;
// a longer sentence has the whole scale too, or all of its beginning would be navy.
const AGE = [[253, 231, 55], [233, 213, 77], [210, 192, 96], [188, 174, 108], [165, 156, 116], [145, 139, 120], [125, 124, 120], [105, 109, 115], [87, 93, 109], [67, 78, 108], [43, 62, 110], [0, 32, 77]];
const ageOn = (age, words = 12) => (11 * age) / Math.max(11, words - 1); // its place on the scale
const ageColour = (age, words) => mixed(AGE, ageOn(age, words));
// A mark in the age's colour, beside a name in ink; a word after the target has no age yet.
const ageMark = (age, words) => ({ class: "age", fill: age < 0 ? "none" : ageColour(age, words) });
const onAge = (age, words) => (ageOn(age, words) < 6.4 ? "#000" : "#fff"); // contrast at least 4.5
// A chip and a picture wear the age of their word; what comes after the target has none.
const ageStyle = (age, words) => (age < 0 ? "opacity:.7" : `background:${ageColour(age, words)};color:${onAge(age, words)}`);
// Between the colours of a scale, at a place that is counted in them.
function mixed(scale, place) {
  const i = Math.min(scale.length - 2, Math.floor(place));
  return `rgb(${scale[i].map((from, c) => Math.round(from + (scale[i + 1][c] - from) * Math.min(1, place - i))).join(",")})`;
}

// Magnitude: log10 from −12 to 6 with its middle at 1. What vanishes fades into the page, what explodes glows.
const LOW = -12, HIGH = 6;
// From 1 up, every one and a half powers of ten. Between blue and orange stands a purple: a mixture of the two is mud.
const GLOW = [[40, 110, 180], [168, 60, 130], [213, 94, 0], [234, 158, 30], [255, 222, 60]];
function magnitudeColour(value) {
  if (!(value > 0)) return "rgba(40,110,180,0)";
  const e = Math.max(LOW, Math.min(HIGH, Math.log10(value)));
  if (e <= 0) return `rgba(40,110,180,${(1 - e / LOW).toFixed(3)})`;
  return mixed(GLOW, e / 1.5);
}

// The class of a text on that colour, with a contrast of at least 4.5 on light and dark paper: black on what glows, white on
// what is full, and on what fades the paper's own extreme: there ink that is only nearly black would be too pale.
const onMagnitude = (value) => (value >= 10 ** 2.4 ? "on-glow" : value > 10 ** -0.8 ? "on-colour" : "on-faint");

// ---- numbers for people: the same rules as text.py -------------------------------------------------------------------

const superscript = (n) => String(n).replace(/[-0-9]/g, (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻");
function say(value, words) {
  if (value === 0) return words?.vanished ?? "vanished";
  if (!Number.isFinite(value)) return words?.exploded ?? "exploded";
  const [mantissa, power] = Math.abs(value).toExponential(2).split("e"), exponent = Number(power), sign = value < 0 ? "−" : "";
  if (exponent >= -2 && exponent < 3) return sign + Number(`${mantissa}e${power}`).toFixed(2 - exponent);
  return `${sign}${mantissa}·10${superscript(exponent)}`;
}
// What is said of a guess that is so many powers of ten off, as `verdict` in predictions.py.
const verdict = (off) => (off === Infinity ? "nothing_left" : Math.abs(off) < 0.5 ? "close" : off > 0 ? "too_high" : "too_low");
// Where there is room for five characters: 0.0123, 12.3, 10⁻⁵, 0 or ∞.
const brief = (value) => (value === 0 ? "0" : value === Infinity ? "∞" : value >= 0.01 && value < 1000 ? say(value) : `10${superscript(Math.round(Math.log10(value)))}`);
const fixed = (value, digits = 0) => value.toFixed(digits).replace(/^-(?=[0.]+$)/, "").replace("-", "−"); // as `fixed` in base.py
const percent = (share) => fixed(100 * share, 1);
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
// What belongs together is not broken at a line's end, as `unbroken` in text.py.
const unbroken = (text) => text
  .replace(/\b[NU]\([^()]*\)|[(\[][A-Za-z\d]+(?:, [A-Za-z\d])+[)\]]|\b\d\d, deeper\b/g, (all) => all.replaceAll(" ", "\u00a0"))
  .replace(/(?<=\d) (?=(?:%|s|ms|px|\d{3})(?!\w))|(?<=[○●◇◆△▲□■×☐]) (?=\S)| (?=−\d)/g, "\u00a0")
  .replace(/[^\s]+(?: [=≈<>≤≥≠←+−·×*/] [^\s]+)+/g, (all) => (all.length <= 24 ? all.replaceAll(" ", "\u00a0") : all.replace(/(?<= \S) /g, "\u00a0")))
  .replace(/(?<=\d)([/–])(?=\S)|(\/)(?=[√(])/g, "$&\u2060");

// A sentence in lines of at most so many letters: SVG does not break lines.
const wrapped = (text, letters) => text.split(" ").reduce(([line, ...rest], word) => (!line || `${line} ${word}`.length <= letters ? [line ? `${line} ${word}` : word, ...rest] : [word, line, ...rest]), [""]).reverse();

// ---- nodes: made once, then only changed where they differ -----------------------------------------------------------

const SVG = "http://www.w3.org/2000/svg", MATH = "http://www.w3.org/1998/Math/MathML";
const place = (node, parent, attributes = {}) => (set(node, attributes), parent?.append(node), node);
const svg = (parent, name, attributes) => place(document.createElementNS(SVG, name), parent, attributes);
const math = (parent, name, attributes) => place(document.createElementNS(MATH, name), parent, attributes);
const tag = (parent, name, attributes) => place(document.createElement(name), parent, attributes);
// A letter in a formula whose indices stand as high as those of all others: bare, Chromium hangs them under the tail of a y.
// Firefox does not, and sets them near and high at a bare letter alone.
const BARE = CSS.supports("-moz-appearance", "none");
const letter = (parent, attributes) => math(BARE ? parent : math(parent, "mpadded", { depth: "0" }), "mi", attributes);

const newId = (what) => `bptt-${what}-${Math.random().toString(36).slice(2)}`; // several explorers stand on a page

function set(node, attributes) {
  const now = (node.bptt ??= {});
  for (const [name, value] of Object.entries(attributes)) {
    if (now[name] === value) continue;
    now[name] = value;
    if (name === "maths") typeset(node, value);
    else if (name === "text") node.firstChild?.nodeType === 3 ? (node.firstChild.data = value) : (node.textContent = value); // a text that stays is quicker
    else if (value === null || value === false) node.removeAttribute(name);
    else node.setAttribute(name, value === true ? "" : value);
  }
  return node;
}

// Words with indices, as the notebooks set them: in "dL_4/dW_x" 4 and x stand lower, in "f^lag" lag stands higher. The signs stay,
// of no size: what is copied, or read aloud, is the plain spelling. The first pieces, and their nodes, stay for the next text.
function typeset(node, text) {
  const inSvg = node.namespaceURI === SVG, nodes = (node.bpttPieces ??= []), pieces = unbroken(text).split(/([_^])(hh|oh|max|lag|[A-Za-z]\b|\d+)/);
  pieces.forEach((_, i) => { nodes[i] ??= inSvg ? svg(node, "tspan") : i % 3 ? tag(node, i % 3 === 1 ? "i" : "sub") : node.appendChild(document.createTextNode("")); });
  nodes.forEach((piece, i) => {
    const text = pieces[i] ?? "", up = pieces[i - (i % 3) + 1] === "^", before = pieces[i - 2] === "^" ? 5 : -3;
    if (piece.nodeType === 3) piece.data = text;
    else set(piece, { text, class: ["", "mark", up ? "above" : "below"][i % 3], ...(inSvg && i > 1 && i % 3 !== 1 ? { dy: i % 3 ? (up ? -5 : 3) : before } : {}) });
  });
}

// A row of like nodes: `pool.show(n, attributesOf)` shows n of them and hides the rest.
function pool(parent, make) {
  const nodes = [];
  return {
    nodes,
    show(n, attributesOf) {
      while (nodes.length < n) nodes.push(make(parent, nodes.length));
      nodes.forEach((node, i) => (i < n ? set(node, { display: null, ...attributesOf(i) }) : set(node, { display: "none" })));
    },
  };
}
const marks = (parent, name, fixed = {}) => pool(parent, (p) => svg(p, name, fixed));

// ---- axes ------------------------------------------------------------------------------------------------------------

const linear = (from, to, a, b) => (v) => a + ((v - from) / (to - from)) * (b - a);
const logarithmic = (a, b, low = LOW, high = HIGH) => (v) => (v > 0 ? a + ((Math.log10(v) - low) / (high - low)) * (b - a) : a + (0 - 1e4) * Math.sign(b - a));
const decades = (step, low = LOW, high = HIGH) => Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, i) => 10 ** (low + i * step));
const tenTo = (v) => (v === 1 ? "1" : v === 10 ? "10" : `10${superscript(Math.round(Math.log10(v)))}`);

// An axis along x (at height y0, grid up to y1) or along y (at x0, grid to x1). draw(ticks, scale, text) moves it.
function axis(parent, along) {
  const group = svg(parent, "g", { class: "axis" }), lines = marks(group, "line"), labels = marks(group, "text"), title = svg(group, "text", { class: "axis-title" });
  return (ticks, scale, a, b, text = String, titleText = "", titleAt = {}) => {
    const x = along === "x";
    lines.show(ticks.length, (i) => (x ? { x1: scale(ticks[i]), x2: scale(ticks[i]), y1: a, y2: b } : { y1: scale(ticks[i]), y2: scale(ticks[i]), x1: a, x2: b }));
    labels.show(ticks.length, (i) => ({ text: text(ticks[i]), ...(x ? { x: scale(ticks[i]), y: a + 16, "text-anchor": "middle" } : { x: a - 6, y: scale(ticks[i]) + 4, "text-anchor": "end" }) }));
    set(title, { maths: titleText, ...titleAt });
  };
}

// ---- marks -----------------------------------------------------------------------------------------------------------

// The path of a curve; where a value is missing, zero or infinite the pen is lifted: clipped, never clamped.
function curve(xs, ys, x, y) {
  let path = "", pen = "M";
  for (let i = 0; i < xs.length; i++) {
    const v = y(ys[i]);
    if (!Number.isFinite(v) || Math.abs(v) > 5000) { pen = "M"; continue; }
    path += `${pen}${x(xs[i]).toFixed(1)} ${v.toFixed(1)}`;
    pen = "L";
  }
  return path;
}

function clipped(parent) {
  const id = newId("clip"), rect = svg(svg(parent, "clipPath", { id }), "rect");
  return [svg(parent, "g", { "clip-path": `url(#${id})` }), (x, y, width, height) => set(rect, { x, y, width, height })];
}

// The size of a picture, in its own px.
const sized = (picture, width, height) => set(picture, { width, height, viewBox: `0 0 ${width} ${height}` });

// Two axes, curves that are clipped to them, and where they are read off: a hair, and dots at those heights that are inside.
// A curve has its class in `looks`, and as [xs, ys] its numbers in draw, which says where the panel lies, its scales, and what
// stands on its axes; other curves are made in `lines`, marks, which may lie on the edge, in `inside`. Of so many `words` that are read, the axis of lags wears the ages.
function panel(picture, looks = []) {
  const axes = [axis(picture, "x"), axis(picture, "y")], [lines, trim] = clipped(picture), [inside, clip] = clipped(picture), level = svg(lines, "line", { class: "dotted" });
  const paths = looks.map((look) => svg(lines, "path", { class: look })), ages = marks(picture, "rect", { height: 5 }), hairs = marks(picture, "line", { class: "hair" }), dots = marks(picture, "path", { class: "dot" });
  return {
    lines,
    inside,
    draw({ box: [left, top, right, floor], x, y, curves = [], ticks, ends = [], levels = decades(3), level: written = tenTo, one = 1, hair = null, heights = [], words = 0 }) {
      axes[0](ticks, x, floor + (words ? 4 : 0), top, String, ends[0] ?? "", { x: right, y: floor + 34, "text-anchor": "end" });
      axes[1](levels, y, left, right, written, ends[1] ?? "", { x: right < 386 ? 2 : left, y: top - 11 });
      trim(left - 8, top - 2, right - left + 16, floor - top + 4);
      clip(left - 8, top - 8, right - left + 16, floor - top + 16);
      set(level, { x1: left, x2: right, y1: y(one), y2: y(one) });
      paths.forEach((path, i) => set(path, { d: curve(...curves[i], x, y) }));
      const half = Math.min(4, (x(0) - x(1)) / 2 - 1) || 0;
      ages.show(words, (lag) => ({ x: x(lag) - half, y: floor + 1, width: 2 * half, ...ageMark(lag, words) }));
      hairs.show(hair === null ? 0 : 1, () => ({ x1: hair, x2: hair, y1: top, y2: floor }));
      const seen = heights.map((dot) => (typeof dot === "number" ? { at: dot } : dot)).filter(({ at }) => at >= top && at <= floor);
      dots.show(hair === null ? 0 : seen.length, (i) => ({ transform: `translate(${hair} ${seen[i].at})`, d: seen[i].d ?? DOT, class: seen[i].class ?? "dot" }));
    },
  };
}
const DOT = "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z";

// Where a pointer is in a picture, in the picture's own px: larger text zooms the picture.
function pointIn(picture, event) {
  const { left, top, width } = picture.getBoundingClientRect(), scale = picture.viewBox.baseVal.width / width;
  return [(event.clientX - left) * scale, (event.clientY - top) * scale];
}

// A key may scroll the page under a mouse that rests: then nothing is pointed at anew.
let mouse = "", rests = "";
const whereIs = ({ clientX, clientY }) => `${clientX} ${clientY}`, points = (event) => whereIs(event) !== rests;
addEventListener("keydown", () => { rests = mouse; }, true);
addEventListener("pointermove", (event) => { mouse = whereIs(event); if (points(event)) rests = ""; }, true);

// A finger that leaves, leaves what it read.
const onLeave = (node, run) => node.addEventListener("pointerleave", (event) => { if (event.pointerType !== "touch" && points(event)) run(); });

// Reading a picture off, by pointer and by key: `place` counts the things read from the left, −1 is none. For people who
// listen the picture is a slider over these places; draw sets its aria-valuenow and aria-valuetext, and a key goes on from there.
function reader(node, label, { last, at, now, change }) {
  const point = (event) => { const to = at(...pointIn(node, event)); change(to >= 0 && to <= last() ? to : -1); };
  set(node, { class: "reader", role: "slider", tabindex: 0, "aria-label": label, "aria-valuemin": 1, ...KEYS_OURS });
  node.addEventListener("pointermove", point);
  node.addEventListener("pointerdown", point);
  onLeave(node, () => change(-1));
  node.addEventListener("blur", () => change(-1));
  node.addEventListener("keydown", (event) => {
    const n = last(), place = now() < 0 ? node.getAttribute("aria-valuenow") - 1 : now(), step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[event.key];
    const to = step ? Math.max(0, Math.min(n, place + step)) : { Home: 0, End: n, Escape: -1 }[event.key];
    if (to === undefined || n < 0) return;
    event.preventDefault();
    change(to);
  });
}

// A reader of curves over lags. Time runs to the right: the largest lag is the first place. now() is the lag that is read, or one
// that is none of them. Returns what draw tells it: the lags, the scale they stand on, and the place in words.
function lagReader(node, words, { now, change }) {
  let lags = [0], x = null;
  reader(node, `${words.title}. ${words.reader}`, {
    last: () => lags.length - 1,
    at: (px) => {
      const away = lags.map((lag) => Math.abs(x(lag) - px)), nearest = Math.min(...away);
      return nearest > 40 ? -1 : lags.length - 1 - away.indexOf(nearest);
    },
    now: () => (lags.includes(now()) ? lags.length - 1 - lags.indexOf(now()) : -1),
    change: (place) => change(place < 0 ? null : lags[lags.length - 1 - place]),
  });
  return (all, scale, lag, text) => {
    [lags, x] = [all, scale];
    const slider = all.length > 0; // what stays hidden cannot be read
    set(node, { role: slider ? "slider" : "img", tabindex: slider ? 0 : null, "aria-valuemin": slider ? 1 : null });
    set(node, !slider ? { "aria-valuemax": null, "aria-valuenow": null, "aria-valuetext": null } : { "aria-valuemax": lags.length, "aria-valuenow": lags.length - lags.indexOf(lag), "aria-valuetext": text });
  };
}
// The magnifier of a picture: a press magnifies once more, `most` times at best. Its second function tells it what is on show; off,
// its buttons are grey.
function magnifier(parent, words, { now, change }, most, label = words.magnify) {
  const line = tag(parent, "p", { class: "magnifier" }), button = (text, to) => {
    const node = tag(line, "button", { class: "play", type: "button", text, ...KEYS_OURS });
    node.addEventListener("click", () => change("zoom", to()));
    return node;
  };
  const closer = button(label, () => Math.min(most, now().zoom + 1)), back = button(words.unmagnify, () => 0), factor = tag(line, "span", { class: "number" });
  return [line, (zoom, times, on = true) => {
    set(closer, { disabled: !on, "aria-disabled": on && zoom === most ? "true" : null });
    set(back, { disabled: !on || !zoom });
    set(factor, { text: on ? `×${times}` : "" });
  }];
}
// An axis of 18 powers of ten and the same magnifier: a press leaves a third of them. Gives its two ends and its marks, and says
// what it shows. A third entry of `zooms` are marks that are no powers of ten.
const ZOOMS = [[LOW, HIGH], [-4, 2], [-1, 1]]; // as in base.py
function magnified(parent, words, frame, zooms = ZOOMS) {
  const [, show] = magnifier(parent, words, frame, zooms.length - 1);
  return (zoom) => {
    const [from, to, marks] = zooms[zoom], times = 3 ** zoom, [low, high] = [from, to].map((end) => words[`guess_${end}`] ?? say(10 ** end));
    show(zoom, times);
    return { ends: [from, to], levels: marks ?? decades(zoom ? 1 : 3, from, to), level: marks ? String : tenTo, told: zoom ? fill(words.zoomed, { times, low, high }) : "" };
  };
}
// A row of words that are pointed at: light(k) says that word k is.
const chipsIn = (line, light) => pool(line, (parent, i) => {
  const chip = tag(parent, "span");
  chip.addEventListener("pointerenter", (event) => { if (points(event)) light(i + 1); });
  return chip;
});
// The words that are read as chips, newest last; the lit one is told apart. light(k) says that word k is pointed at, 0 is none.
function sentenceLine(figure, light) {
  const line = tag(figure, "div", { class: "words read" }), chips = chipsIn(line, light);
  onLeave(line, () => light(0));
  return (read, lit) => chips.show(read.length, (i) => ({ text: read[i], class: `word${i + 1 === lit ? " lit" : ""}`, style: ageStyle(read.length - 1 - i, read.length) }));
}
const upTo = (n) => Array.from({ length: n }, (_, i) => i);

// A triangle of cells, row t and column k ≤ t counted from 1, that is read cell by cell: now() says which is chosen, [0, 0] is none,
// and change(cell) chooses one. draw says where it lies, the size of a cell, how many rows, and what each cell looks like.
function triangle(figure, words, { now, change }) {
  const node = svg(figure, "svg", { role: "application", "aria-label": `${words.title}. ${words.rows}, ${words.columns}.`, tabindex: 0, ...KEYS_OURS });
  const cells = marks(svg(node, "g"), "rect", { class: "cell" }), over = svg(node, "g"), frame = svg(node, "rect", { class: "cell-frame" });
  let left = 0, top = 0, width = 1, height = 1, n = 1;
  const inside = ([t, k]) => k >= 1 && k <= t && t <= n;
  const choosing = (event) => {
    const [x, y] = pointIn(node, event), cell = [Math.floor((y - top) / height) + 1, Math.floor((x - left) / width) + 1];
    change(inside(cell) ? cell : [0, 0]);
  };
  node.addEventListener("pointermove", choosing);
  node.addEventListener("pointerdown", choosing);
  onLeave(node, () => change([0, 0]));
  node.addEventListener("keydown", (event) => {
    const chosen = inside(now()), [t, k] = chosen ? now() : [n, 1];
    const to = { ArrowUp: [Math.max(k, t - 1), k], ArrowDown: [Math.min(n, t + 1), k], ArrowLeft: [t, Math.max(1, k - 1)], ArrowRight: [t, Math.min(t, k + 1)], Home: [t, 1], End: [t, t], Escape: [0, 0] }[event.key];
    if (!to) return;
    event.preventDefault();
    change(chosen || event.key === "Escape" ? to : [t, k]);
  });
  return {
    node, over, inside,
    draw(box, gap, look) {
      [left, top, width, height, n] = box;
      const where = upTo(n).flatMap((t) => upTo(t + 1).map((k) => [t + 1, k + 1])), [t, k] = now(); // row by row
      const at = (t, k) => ({ x: left + width * (k - 1), y: top + height * (t - 1) });
      cells.show(where.length, (i) => { const { x, y } = at(...where[i]); return { x: x + gap, y: y + gap, width: width - 2 * gap, height: height - 2 * gap, class: "cell", ...look(...where[i]) }; });
      set(frame, { ...at(t, k), width, height, visibility: inside([t, k]) ? null : "hidden" });
      return where;
    },
  };
}

// A colour bar with words at its ends, and ticks as [text, share of its length].
function ramp(parent, low, high, label, colours, ticks = []) {
  const box = tag(parent, "div", { class: "magnitude-bar" });
  tag(box, "span", { text: low });
  const bar = tag(box, "span", { class: "ramp", role: "img", "aria-label": label });
  bar.style.background = `linear-gradient(to right, ${colours.join(",")})`;
  for (const [text, share] of ticks) tag(bar, "i", { text }).style.left = `${100 * share}%`;
  tag(box, "span", { text: high });
  return box;
}

// The legend of magnitude: always beside what it explains.
const magnitudeBar = (parent, words) =>
  ramp(parent, words.fades, words.glows, words.magnitude_label, decades(1).map(magnitudeColour), decades(6).map((v, i) => [tenTo(v), i / 3]));

// Legend entries as [text, class]: an icon in the style of what is named, a short line where nothing else is known of it.
const ICON = { width: 34, height: 12, "aria-hidden": "true" };
const ICONS = {
  ring: ["circle", { cx: 17, cy: 6, r: 4.5 }], rug: ["path", { d: "M8 2H26M8 5H26M8 10H26" }], "tied-cell": ["rect", { x: 10, y: 1, width: 14, height: 10 }],
  mean: ["path", { d: "M11 10L17 2L23 10Z" }], band: ["rect", { x: 1, width: 32, height: 12 }], "descent out": ["path", { d: "M12 1L22 6L12 11Z" }],
  "descent way": ["circle", { cx: 17, cy: 6, r: 4.5 }], "descent solved": ["circle", { cx: 17, cy: 6, r: 4.5 }], speck: ["circle", { cx: 17, cy: 6, r: 1.2 }],
  cell: ["rect", { x: 11, y: 0, width: 12, height: 12, fill: magnitudeColour(1) }], cross: ["path", { d: "M13 10L21 2" }],
};
function iconOf(icon, name) {
  const [shape, attributes] = ICONS[name] ?? ICONS[name.split(" ")[0]] ?? ["line", { x1: 1, x2: 33, y1: 6, y2: 6 }];
  svg(icon, shape, { ...attributes, class: name });
}
function legend(parent, entries) {
  const box = tag(parent, "div", { class: "legend" });
  for (const [text, ...classes] of entries) {
    const item = tag(box, "span"), narrow = classes.every((name) => (ICONS[name] ?? ICONS[name.split(" ")[0]]) && name !== "band"); // what is no line has no empty room beside it
    const icon = svg(item, "svg", narrow ? { ...ICON, width: 20, viewBox: "7 0 20 12" } : ICON);
    for (const name of classes) iconOf(icon, name);
    tag(item, "span", { maths: text });
  }
}
