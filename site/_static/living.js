// Brings a page to life: its explorers first, each a still picture until its code and table are here; then the formulas, for which
// MathJax takes longer than an explorer, and Plotly's figures. It begins once the page is read.
if (document.readyState === "loading") await new Promise((read) => document.addEventListener("readystatechange", read, { once: true }));
const folder = new URL("./explorers/", import.meta.url), states = [], KEEP_AFTER = 400; // ms

async function live(place, i) {
  const { code, table } = place.dataset;
  const [{ render, stillModel }, answer] = await Promise.all([import(new URL(code, folder)), fetch(new URL(table, folder))]);
  if (!answer.ok) throw new Error(`${table}: ${answer.status}`);
  const first = JSON.parse(place.querySelector("script").textContent), state = { ...first, ...history.state?.explorers?.[i] };
  state.table = new DataView(await answer.arrayBuffer());
  states[i] = [first, state];
  place.replaceChildren();
  const model = stillModel(state);
  for (const name of state.spec.settings) model.on(`change:${name}`, keepLater);
  model.on("change:committed", () => requestAnimationFrame(() => requestAnimationFrame(showPredictions)));
  render({ model, el: place });
}

// Who comes back to a page finds its sliders where they were left: the browser keeps them with its place in the history.
let later = 0;
function keepLater() {
  clearTimeout(later);
  later = setTimeout(() => {
    const changed = ([first, state]) => Object.fromEntries(Object.entries(state).filter(([name, value]) => name !== "table" && value !== first[name]));
    history.replaceState({ ...history.state, explorers: states.map(changed) }, "");
  }, KEEP_AFTER);
}

// bl.explore.my_predictions() asks Python what was predicted. Here the page itself knows.
function showPredictions() {
  const made = [...document.querySelectorAll(".bptt-living")].filter((_, i) => states[i]?.[1].committed).map((place) => {
    const item = document.createElement("li");
    item.textContent = [".question", ".sentence"].map((part) => place.querySelector(part).textContent).join(" ");
    return item;
  });
  document.querySelector(".my-predictions")?.replaceChildren(...made);
}

function load(src) {
  return new Promise((loaded, failed) => {
    const script = document.createElement("script");
    Object.assign(script, { src, onload: loaded, onerror: failed });
    document.head.append(script);
  });
}

// A narrow page shows each row of a table as a card, see site.css: there each cell says its column. Roles that the cards' layout
// would take away are said too.
for (const table of document.querySelectorAll("article table:has(thead)")) {
  table.classList.add("cards");
  table.role = "table";
  const [heads] = table.tHead.rows;
  for (const row of table.rows) {
    row.role = "row";
    for (const cell of row.cells) {
      cell.role = cell.localName === "th" ? "columnheader" : "cell";
      if (row === heads || !cell.textContent.trim()) continue;
      const label = document.createElement("span");
      label.className = "label";
      label.ariaHidden = "true";
      label.append(...heads.cells[cell.cellIndex].cloneNode(true).childNodes);
      cell.prepend(label);
    }
  }
}
// A printed table is as wide as its longest line. A narrow page shows a real one, whose heads go on below; other lines go on below too.
const PHONE = 41; // characters of a printed line that a telephone has room for,
const FINE = 51.5 + Math.min(0, (document.documentElement.clientWidth - 390) / 6.62); // and of such a table's: at 390 px, fewer on a narrower one
const APART = 1.82, CLOSE = 1.22; // characters between two columns, and the fewest: 12 and 8 px, see site.css
const ENOUGH = 3; // lines that are a table even if they are short
function rowsUnder(head) {
  const found = [...head.matchAll(/\S+(?: \S+)*/g)], starts = found.map(({ index }) => index);
  const ends = [...(starts[0] > 1 ? [0] : []), ...found.map(([text], k) => starts[k] + text.length)]; // the first column may have no head
  const byEnds = (line) => { // each value ends where its head does
    const parts = ends.slice(1).map((end, k) => line.slice(k && ends[k], end).padEnd(end - (k && ends[k])));
    if (line.length > ends.at(-1) || parts.some((part, k) => k && !part.startsWith("  "))) return [];
    const [, name = "", value] = parts[0].match(/^ ?(\S+(?: \S+)*)?(.*)$/), values = [value, ...parts.slice(1)];
    return values.some((text) => text.trim() && text.endsWith(" ")) ? [] : [name, ...values];
  };
  const byStarts = (line) => starts.every((at) => line[at]?.trim() && !line[at - 1]?.trim()) ? starts.map((at, k) => line.slice(at, starts[k + 1])) : [];
  return [ends.length > 1 && byEnds, starts.length > 2 && byStarts].filter(Boolean).map((cells) => (line) => {
    const said = cells(line).map((cell) => cell.trim());
    return line === head || (said[0] && said.some((cell, k) => k && cell) && said.every((cell) => !cell.includes("  "))) ? said : null;
  });
}
// Where names and heads, and where values, may go on below: the first way that leaves the table narrow enough, or else it is scrolled.
// "H = 8" and "2 %" stay whole, and so does what stands in brackets.
const NAMES = / (?![=<>%]|to |[\d.]+(?:,|$))(?<!(?:[=<>]|\bto) )/, SHORT = / (?![=<>%])(?<![=<>] )/;
const WHOLE = /(?!)/, VALUES = / (?=\()|(?<=,) /, ALL = /(?<!\b(?:to|of|in)|[=<>]) (?![=<>%]|s$|of )/;
const WAYS = [[NAMES, WHOLE], [NAMES, VALUES], [SHORT, VALUES], [NAMES, ALL], [SHORT, ALL]];
function realTable(rows) {
  const whole = (text, i) => (i ? text.replace(/\(.*?\)/g, (bracket) => bracket.replaceAll(" ", "\u00a0")) : text);
  const words = ([names, values], i, k) => whole(rows[i][k], i).split(i && k ? values : names);
  const wide = (way, apart) => rows[0].reduce((sum, _, k) => sum + (k && apart) + Math.max(...rows.flatMap((_, i) => words(way, i, k).map((word) => word.length))), 0);
  const fine = (apart) => WAYS.find((way) => wide(way, apart) <= FINE), wider = fine(APART), close = wider ? null : fine(CLOSE);
  const way = wider ?? close ?? WAYS.at(-1), table = document.createElement("table"), box = document.createElement("div");
  table.classList.toggle("close", Boolean(close));
  const number = /^[-+−±×<>≤≥~]?\.?\d/, ofWords = rows[0].map((_, k) => {
    const values = rows.slice(1).map((cells) => cells[k]).filter(Boolean);
    return values.length > 4 * values.filter((value) => number.test(value)).length;
  });
  rows.forEach((cells, i) => {
    const row = table.insertRow();
    cells.forEach((_, k) => {
      const parts = words(way, i, k).map((word) => Object.assign(document.createElement("span"), { textContent: word }));
      const below = (n) => i && k && /^(\(|to )/.test(parts[n].textContent); // if one value of a column is broken, all are
      const cell = row.insertCell();
      cell.classList.toggle("words", ofWords[k]);
      cell.append(...parts.flatMap((part, n) => (n ? [" ", ...(below(n) ? [document.createElement("br")] : []), part] : [part])));
    });
  });
  box.append(table);
  return box;
}
function printed(text) {
  const lines = text.split("\n"), blocks = [];
  let apart = false; // after an empty line
  const add = (block) => { block.classList.toggle("apart", apart && blocks.length > 0); blocks.push(block); apart = false; };
  for (let i = 0; i < lines.length;) {
    const tables = rowsUnder(lines[i]).map((cells) => {
      const under = lines.slice(i).findIndex((line) => !cells(line));
      return lines.slice(i, under < 0 ? undefined : i + under).map(cells);
    });
    const rows = tables.sort((a, b) => b.length - a.length)[0] ?? [], many = rows.length;
    if (many >= ENOUGH || (many > 1 && lines[i].length > PHONE)) {
      add(realTable(rows));
      i += many;
      continue;
    }
    const line = lines[i++];
    if (line.trim()) add(Object.assign(document.createElement("pre"), { textContent: line }));
    else apart = true;
  }
  return blocks;
}
for (const pre of document.querySelectorAll(".cell_output :is(.stream, .text_plain) pre, .cell_output details > pre")) { // a covered one is in details
  const text = pre.textContent.trimEnd();
  if (text.startsWith("def ")) continue;
  const blocks = printed(text), narrow = document.createElement("div");
  if (!blocks.some((block) => block.localName === "div" || block.textContent.length > PHONE)) continue;
  narrow.className = "printed";
  narrow.append(...blocks);
  pre.after(narrow);
}
// Code in a table, or longer than a line of a telephone, may be broken after a dot, a bracket, a slash or an underscore, before a word is
// broken within; not after the dot that it begins with.
const LINE = 30, COLUMN = 27, CHIP = 20; // characters; what fits a column stays whole on a wide page, what is short everywhere, see site.css
for (const code of document.querySelectorAll("article :is(table, p, li) code, article :is(table, p, li) code .pre")) {
  if (code.childElementCount || (code.textContent.length < LINE && !code.closest("table"))) continue;
  const parts = code.textContent.split(/(?<=.[.(/])(?=[^\s\d.)])|(?=\[")|(?<=\w{3}_)(?=\w{3})/);
  const within = (part) => Object.assign(document.createElement("wbr"), { className: part.endsWith("_") ? "in-name" : "" });
  code.replaceChildren(...parts.flatMap((part, i) => (i ? [within(parts[i - 1]), part] : [part])));
}
for (const code of document.querySelectorAll("article :is(table, p, li) :is(code, code .pre)")) {
  const { length } = code.textContent;
  code.classList.toggle("short", length <= CHIP);
  code.classList.toggle("whole", length <= COLUMN);
}
for (const sign of document.querySelectorAll("article code > .pre")) { // "f * h" stays whole
  const { previousElementSibling: left, nextElementSibling: right } = sign, whole = document.createElement("span");
  if (!left || !right || !/^[-+*@/=<>]+$/.test(sign.textContent) || left.textContent.length + right.textContent.length > CHIP) continue;
  whole.className = "short";
  left.before(whole);
  whole.append(left, sign.previousSibling, sign, sign.nextSibling, right);
}
// On a narrow page a formula goes on below, before a sign that stands in no small bracket; see site.css. What
// stands after a wide space or a ⇒ is one clause: it goes on below first of all. A letter is not left alone before its =.
const SIGN = /mjx-c(3D|2B|2212|22C5|2264|2190|2248|21D2|27F9|27FA)\b/; // = + − · ≤ ← ≈ ⇒ ⟹ ⟺
const FOLLOWS = /mjx-c(21D2|27F9|27FA)\b/, LETTER = 40, BRACKET = 180; // px: what may stand alone before an =, and what is so long that a small bracket goes on below too
const PLAIN = 300; // px: what is shorter stays whole
const CARD = 210; // px beside the name of a column: there a longer formula stands below it
function breakable(row) {
  let depth = 0, part, clause = row, after = false, from;
  const nodes = [...row.childNodes], long = new Set(); // what stands in a small bracket that is long
  const signs = nodes.map((node) => (node.matches("mjx-mo, :has(> mjx-mo:only-child)") ? node.querySelector("mjx-c")?.className ?? "" : ""));
  const deeper = signs.map((sign) => (sign.includes("TEX-S") ? 0 : /mjx-c(28|5B)\b/.test(sign) - /mjx-c(29|5D)\b/.test(sign)));
  nodes.forEach((node, i) => {
    if (!depth) from = i;
    depth += deeper[i];
    const wide = () => node.getBoundingClientRect().right - nodes[from].getBoundingClientRect().left > BRACKET;
    if (!depth && from < i && wide()) nodes.slice(from, i).forEach((one) => long.add(one));
  });
  depth = 0;
  const within = (parent, name) => parent.appendChild(Object.assign(document.createElement("span"), { className: name }));
  row.classList.add("parts");
  nodes.forEach((node, i) => {
    const sign = signs[i];
    depth += deeper[i];
    if (/^mjx-m(row|style|text)$/.test(node.localName) && node.offsetWidth > PLAIN) {
      part = null;
      clause.append(node);
      breakable(node);
      return;
    }
    const breaks = SIGN.test(sign) && node.hasAttribute("space") && (!depth || (depth === 1 && long.has(node) && part.offsetWidth > BRACKET)), space = node.matches("mjx-mstyle") && node.querySelector("mjx-mspace");
    const follows = breaks && FOLLOWS.test(sign);
    if (follows && clause.hasChildNodes()) [clause, part] = [within(row, "clause"), null];
    if (!part || (node.localName === "mjx-mtext" && !depth) || (breaks && !(/mjx-c3D\b/.test(sign) && part.offsetWidth < LETTER))) part = within(clause, "part");
    if (space && node === nodes[0] && !node.querySelector("mjx-c")) part.classList.add("lead"); // it parted a row from what now stands above it
    part.append(node);
    if (space && !after && parseFloat(space.style.width) >= 1) [clause, part] = [within(row, "clause"), null];
    after = follows;
  });
}
// Where to go on with Python is told in full once a page; after that the two links are enough.
for (const note of [...document.querySelectorAll(".needs-python")].slice(1)) {
  const [binder, lite] = note.querySelectorAll("a");
  note.querySelector("p:last-child").replaceChildren(binder, " · ", lite);
}
// Formulas are read, not stopped at: MathJax would make a Tab stop of each one. What is wider than the page is scrolled by key too.
function stops() {
  for (const formula of document.querySelectorAll("mjx-container")) formula.tabIndex = formula.firstElementChild.offsetWidth > formula.clientWidth + 1 ? 0 : -1; // its text for readers is wider
}
async function typeset() {
  await MathJax.startup.promise;
  for (const formula of document.querySelectorAll("table.cards td > :not(.label) mjx-math, table.cards td > mjx-container > mjx-math")) {
    if (formula.offsetWidth <= CARD) continue;
    const { cellIndex: k, parentElement: { parentElement: body } } = formula.closest("td"); // and so do the others of its column that are formulas alone
    const alone = (cell) => [...cell.lastElementChild.childNodes].every((node) => (node.data ? !node.data.trim() : node.matches(".math")));
    for (const { cells } of body.rows) if (cells[k].contains(formula) || alone(cells[k])) cells[k].classList.add("wide");
  }
  for (const formula of document.querySelectorAll("article :is(mjx-container[display='true'], .formulas mjx-container, td.wide mjx-container) > mjx-math")) {
    const cells = formula.querySelectorAll("mjx-mtd");
    if (formula.querySelector("mjx-mtd:nth-child(5)")) continue; // a drawing
    for (const row of cells.length ? cells : [formula]) breakable(row);
  }
  // A line does not begin with the comma or stop that follows a formula, nor end with a bracket that opens before it.
  for (const formula of document.querySelectorAll("span.math")) {
    const { previousSibling: before, nextSibling: after } = formula;
    const [stop] = after?.data?.match(/^[.,;:?!)’”]+/) ?? [], [opens] = before?.data?.match(/[([“‘]+$/) ?? [];
    const end = [...formula.querySelectorAll(".part")].at(-1); // a formula that goes on below ends in its last line
    if (stop) after.splitText(stop.length);
    if (end) { if (stop) end.append(after); continue; }
    if (!stop && !opens) continue;
    const together = document.createElement("span"), opening = opens ? [before.splitText(before.length - opens.length)] : [];
    together.className = "with-stop";
    formula.after(together);
    together.append(...opening, formula, ...(stop ? [after] : []));
  }
  stops();
  addEventListener("resize", stops);
}
const explorers = [...document.querySelectorAll(".bptt-living")].map((place, i) =>
  live(place, i).catch((error) => console.error("This explorer stays a still picture:", error)));
const maths = document.querySelector('script[src*="/mathjax/"]');
const idle = () => new Promise((free) => (window.requestIdleCallback ?? setTimeout)(free)); // a slider answers a seventh sooner so
if (maths) Promise.resolve(explorers[0]).then(idle).then(() => load(maths.src)).then(typeset);
// A legend stands at the lower edge; in how many rows, and so how far below the axis, the page's width says: the room under the plot follows.
const UNDER = 16; // px
async function legendUnderAxis(place, config) {
  const legend = place.querySelector(".legend")?.getBoundingClientRect(), plot = place.querySelector(".nsewdrag")?.getBoundingClientRect();
  if (!legend || !plot || legend.top < plot.bottom) return;
  const below = [...place.querySelectorAll(".xtitle, .xaxislayer-above text, .annotation-text")].map((node) => node.getBoundingClientRect().bottom).filter((at) => at > plot.bottom);
  const spare = Math.round(legend.top - Math.max(plot.bottom, ...below) - UNDER), { height, margin } = place.layout;
  // Drawn anew: after a relayout of its height a finger that zooms would scroll the page too.
  if (Math.abs(spare) > 3) await Plotly.newPlot(place, place.data, { ...place.layout, height: height - spare, margin: { ...margin, b: margin.b - spare } }, config);
}
const figures = document.querySelectorAll(".bptt-figure");
await Promise.all(explorers);
showPredictions();
// On paper a figure is as wide as the page, unless it is so high that half a page before it would stay empty; see site.css.
const fit = () => figures.forEach((place) => {
  const { offsetWidth: wide, offsetHeight: high } = place;
  if (wide) place.style.setProperty("--fit", Math.min(700 / wide, Math.max(0.69, 475 / high)));
});
if (figures.length) {
  await load(new URL("./plotly.min.js", import.meta.url));
  for (const place of figures) {
    const { data, layout, config } = JSON.parse(place.querySelector("script").textContent);
    await Plotly.newPlot(place, data, layout, config);
    await legendUnderAxis(place, config);
    let width = place.offsetWidth;
    new ResizeObserver(() => { // the window's own event comes before a sidebar has slid in
      if (place.offsetWidth === width || !place.offsetWidth || matchMedia("print").matches) return;
      width = place.offsetWidth;
      Promise.resolve(Plotly.Plots.resize(place)).then(() => legendUnderAxis(place, config));
    }).observe(place);
  }
  fit();
  addEventListener("beforeprint", fit);
}
const scrolled = () => { for (const code of document.querySelectorAll("pre, .printed > div")) if (code.scrollWidth > code.clientWidth) code.tabIndex = 0; };
scrolled();
addEventListener("resize", scrolled);
