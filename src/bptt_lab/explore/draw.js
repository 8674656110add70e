// Drawing for the explorers: what each colour and line means, and a few marks. No knowledge of nets in here.

// ---- what things look like: the same in every picture ---------------------------------------------------------------

// Age of a word, newest first: the cividis scale, safe for colour-blind readers.
const AGE = ["#fde737", "#e9d54d", "#d2c060", "#bcae6c", "#a59c74", "#918b78", "#7d7c78", "#696d73", "#575d6d", "#434e6c", "#2b3e6b", "#00204d"];
const ageColour = (age) => AGE[Math.min(age, AGE.length - 1)];
// A mark in the age's colour, beside a name in ink; a word after the target has no age yet.
const ageMark = (age) => ({ class: "age", fill: age < 0 ? "none" : ageColour(age) });
const onAge = (age) => (age < 7 ? "#111" : "#fff"); // contrast at least 4.5

// Magnitude: log10 from −12 to 6 with its middle at 1. What vanishes fades into the page, what explodes glows.
const LOW = -12, HIGH = 6;
function magnitudeColour(value) {
  if (!(value > 0)) return "rgba(40,110,180,0)";
  const e = Math.max(LOW, Math.min(HIGH, Math.log10(value)));
  if (e <= 0) return `rgba(40,110,180,${(1 - e / LOW).toFixed(3)})`;
  const mix = (a, b, x) => Math.round(a + (b - a) * x);
  const from = e < 3 ? [40, 110, 180] : [213, 94, 0], to = e < 3 ? [213, 94, 0] : [255, 222, 60], x = (e % 3) / 3 || (e === 3 ? 0 : e === 6 ? 1 : 0);
  return `rgb(${from.map((a, i) => mix(a, to[i], x)).join(",")})`;
}

// The class of a text on that colour, with a contrast of at least 4.5 on light and dark paper: black on what glows, white on
// what is full, and on what fades the paper's own extreme: there ink that is only nearly black would be too pale.
const onMagnitude = (value) => (value >= 10 ** 2.35 ? "on-glow" : value > 10 ** -0.8 ? "on-colour" : "on-faint");

// ---- numbers for people: the same rules as text.py -------------------------------------------------------------------

const superscript = (n) => String(n).replace(/[-0-9]/g, (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻");
function say(value, words) {
  if (value === 0) return words?.vanished ?? "vanished";
  if (!Number.isFinite(value)) return words?.exploded ?? "exploded";
  const [mantissa, power] = Math.abs(value).toExponential(2).split("e"), exponent = Number(power), sign = value < 0 ? "−" : "";
  if (exponent >= -2 && exponent < 3) return sign + Number(`${mantissa}e${power}`).toFixed(2 - exponent);
  return `${sign}${mantissa}·10${superscript(exponent)}`;
}
// Where there is room for five characters: 0.0123, 12.3, 10⁻⁵, 0 or ∞.
const brief = (value) => (value === 0 ? "0" : value === Infinity ? "∞" : value >= 0.01 && value < 1000 ? say(value) : `10${superscript(Math.round(Math.log10(value)))}`);
const fixed = (value, digits) => value.toFixed(digits).replace(/^-(?=[0.]+$)/, "").replace("-", "−"); // as `fixed` in base.py
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// A sentence in lines of at most so many letters: SVG does not break lines.
const wrapped = (text, letters) => text.split(" ").reduce(([line, ...rest], word) => (!line || `${line} ${word}`.length <= letters ? [line ? `${line} ${word}` : word, ...rest] : [word, line, ...rest]), [""]).reverse();

// ---- nodes: made once, then only changed where they differ -----------------------------------------------------------

const SVG = "http://www.w3.org/2000/svg", MATH = "http://www.w3.org/1998/Math/MathML";
const place = (node, parent, attributes = {}) => (set(node, attributes), parent?.append(node), node);
const svg = (parent, name, attributes) => place(document.createElementNS(SVG, name), parent, attributes);
const math = (parent, name, attributes) => place(document.createElementNS(MATH, name), parent, attributes);
const tag = (parent, name, attributes) => place(document.createElement(name), parent, attributes);

function set(node, attributes) {
  const now = (node.bptt ??= {});
  for (const [name, value] of Object.entries(attributes)) {
    if (now[name] === value) continue;
    now[name] = value;
    if (name === "text") node.firstChild?.nodeType === 3 ? (node.firstChild.data = value) : (node.textContent = value); // a text that stays is quicker
    else if (value === null || value === false) node.removeAttribute(name);
    else node.setAttribute(name, value === true ? "" : value);
  }
  return node;
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
    set(title, { text: titleText, ...titleAt });
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

let clips = 0;
function clipped(parent) {
  const id = `bptt-clip-${++clips}-${Math.random().toString(36).slice(2, 8)}`, rect = svg(svg(parent, "clipPath", { id }), "rect");
  return [svg(parent, "g", { "clip-path": `url(#${id})` }), (x, y, width, height) => set(rect, { x, y, width, height })];
}

// Where a pointer is in a picture, in the picture's own px: larger text zooms the picture.
function pointIn(picture, event) {
  const { left, top, width } = picture.getBoundingClientRect(), own = picture.viewBox.baseVal.width / width;
  return [(event.clientX - left) * own, (event.clientY - top) * own];
}

// Reading a picture off, by pointer and by key: `place` counts the things read from the left, −1 is none. For people who
// listen the picture is a slider over these places; draw sets its aria-valuenow and aria-valuetext.
function reader(node, label, { last, at, now, change }) {
  const go = (place) => { if (place !== now()) change(place); };
  const point = (event) => { const place = at(...pointIn(node, event)); go(place >= 0 && place <= last() ? place : -1); };
  set(node, { class: "reader", role: "slider", tabindex: 0, "aria-label": label, "aria-valuemin": 1, "data-lm-suppress-shortcuts": "true" });
  node.addEventListener("pointermove", point);
  node.addEventListener("pointerdown", point);
  node.addEventListener("pointerleave", () => go(-1));
  node.addEventListener("blur", () => go(-1));
  node.addEventListener("keydown", (event) => {
    const n = last(), place = now(), step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[event.key];
    const to = step ? (place < 0 ? n : Math.max(0, Math.min(n, place + step))) : { Home: 0, End: n, Escape: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  });
}

// A triangle read cell by cell: row t, column k ≤ t. place() says where it is drawn, length() how many rows it has, now()
// which cell is chosen and change(cell) chooses one; [0, 0] is none.
function cellReader(node, { place, length, now, change }) {
  const choose = (t, k) => { const [a, b] = now(); if (a !== t || b !== k) change([t, k]); };
  node.addEventListener("pointermove", (event) => {
    const [x, y] = pointIn(node, event), { left, top, width, height } = place();
    const k = Math.floor((x - left) / width) + 1, t = Math.floor((y - top) / height) + 1;
    if (k >= 1 && k <= t && t <= length()) choose(t, k);
    else choose(0, 0);
  });
  node.addEventListener("pointerleave", () => choose(0, 0));
  node.addEventListener("keydown", (event) => {
    const n = length(), cell = now(), chosen = cell[1] >= 1 && cell[1] <= cell[0] && cell[0] <= n, [t, k] = chosen ? cell : [n, 1];
    const to = { ArrowUp: [Math.max(k, t - 1), k], ArrowDown: [Math.min(n, t + 1), k], ArrowLeft: [t, Math.max(1, k - 1)], ArrowRight: [t, Math.min(t, k + 1)], Home: [t, 1], End: [t, t], Escape: [0, 0] }[event.key];
    if (!to) return;
    event.preventDefault();
    choose(...(chosen || event.key === "Escape" ? to : [t, k]));
  });
}

// The legend of magnitude, with words at its ends: always beside what it explains.
function magnitudeBar(parent, words) {
  const box = tag(parent, "div", { class: "magnitude-bar" });
  tag(box, "span", { text: words.fades });
  const bar = tag(box, "span", { class: "ramp", role: "img", "aria-label": words.magnitude_label });
  bar.style.background = `linear-gradient(to right, ${Array.from({ length: 19 }, (_, i) => magnitudeColour(10 ** (LOW + i))).join(",")})`;
  for (const e of [-12, -6, 0, 6]) tag(bar, "i", { text: e === 0 ? "1" : `10${superscript(e)}` }).style.left = `${((e - LOW) / (HIGH - LOW)) * 100}%`;
  tag(box, "span", { text: words.glows });
}

// A legend entry: a short line in the style of what it names.
function legend(parent, entries) {
  const box = tag(parent, "div", { class: "legend" });
  for (const [text, className] of entries) {
    const item = tag(box, "span"), icon = svg(item, "svg", { width: 34, height: 12, "aria-hidden": "true" });
    if (className === "ring") svg(icon, "circle", { cx: 17, cy: 6, r: 4.5, class: className });
    else if (className === "rug") for (const y of [2, 5, 10]) svg(icon, "line", { x1: 8, x2: 26, y1: y, y2: y, class: className });
    else if (className === "tied-cell") svg(icon, "rect", { x: 10, y: 1, width: 14, height: 10, class: className });
    else if (className === "mean") svg(icon, "path", { d: "M17 0L23 6L17 12L11 6Z", class: className });
    else if (className === "band") svg(icon, "rect", { x: 1, width: 32, height: 12, class: className });
    else svg(icon, "line", { x1: 1, x2: 33, y1: 6, y2: 6, class: className });
    tag(item, "span", { text });
  }
}
