// The frame that all explorers share: controls above, picture, sentence below. One road for every change:
//   input → model.set → "change:" → one draw in the next animation frame; a reader's first move in a frame is drawn at once.
// An explorer's own file defines `explorer = { build(frame) }`; build makes its nodes once and returns draw(state).

const NARROW = 620, NARROWEST = 240; // px of the figure, not of the window: Lab has columns beside it. Below, it is drawn smaller
const SAVE_AFTER = 60, SPEAK_AFTER = 350; // ms: Python hears of the last of many moves, a screen reader of the one that stays

// The arrays of the table by name, each as (…index) => number, read at once from one buffer.
function readTable(model) {
  const view = model.get("table");
  if (!view?.byteLength) return null;
  const numbers = new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength)), arrays = {};
  for (const [name, [offset, ...shape]] of Object.entries(model.get("layout_of_table"))) {
    arrays[name] = (...index) => numbers[offset + index.reduce((at, i, axis) => at * shape[axis] + i, 0)];
    arrays[name].shape = shape;
    arrays[name].row = (...index) => {
      const inner = shape.slice(index.length).reduce((a, b) => a * b, 1), start = offset + index.reduce((at, i, axis) => at * shape[axis] + i, 0) * inner;
      return numbers.subarray(start, start + inner);
    };
  }
  return arrays;
}

function buildControl(box, control, words, live, setTrait) {
  const { trait, kind, values, label } = control, id = `bptt-${trait}-${Math.random().toString(36).slice(2, 9)}`;
  const off = control.asks_python && !live, change = (value) => setTrait(trait, value);
  const show = (value) => words[`${trait}_${value}`] ?? (typeof value === "number" && !Number.isInteger(value) ? say(value) : String(value));
  const common = { "data-lm-suppress-shortcuts": "true", disabled: off, "aria-description": off ? words.needs_python : null };
  if (kind === "slider") {
    const cell = tag(box, "div", { class: "control slider" });
    tag(cell, "label", { for: id, text: label });
    const input = tag(cell, "input", { id, type: "range", min: 0, max: values.length - 1, step: 1, ...common }), output = tag(cell, "output", { for: id });
    output.style.minWidth = `${Math.max(...values.map((value) => show(value).length))}ch`; // room for the longest: nothing moves
    input.addEventListener("input", () => change(values[input.valueAsNumber]));
    return (state) => {
      const limit = state.limits?.[trait] ?? values.length, index = values.indexOf(state[trait]);
      set(input, { max: limit - 1, "aria-valuetext": show(state[trait]), disabled: off || !!state.fixed?.includes(trait) });
      if (input.valueAsNumber !== index) input.value = index;
      set(output, { text: show(state[trait]) });
    };
  }
  if (kind === "menu") {
    const cell = tag(box, "div", { class: "control" });
    tag(cell, "label", { for: id, text: label });
    const select = tag(cell, "select", { id, ...common });
    if (words[`${trait}_other`]) tag(select, "option", { value: "", text: words[`${trait}_other`], hidden: true }); // what no option names
    for (const value of values) tag(select, "option", { value, text: show(value) });
    select.addEventListener("change", () => change(select.value));
    return (state) => { const value = values.includes(state[trait]) ? String(state[trait]) : ""; if (select.value !== value) select.value = value; };
  }
  if (kind === "switch") {
    const cell = tag(box, "label", { class: "control switch" }), input = tag(cell, "input", { id, type: "checkbox", ...common });
    tag(cell, "span", { text: label });
    input.addEventListener("change", () => change(input.checked));
    return (state) => { input.checked = state[trait]; };
  }
  const group = tag(box, "fieldset", { class: "control choice" });
  tag(group, "legend", { text: label });
  const inputs = values.map((value) => {
    const choice = tag(group, "label"), input = tag(choice, "input", { type: "radio", name: id, value, ...common });
    tag(choice, "span", { text: show(value) });
    input.addEventListener("change", () => change(value));
    return input;
  });
  return (state) => inputs.forEach((input, i) => { input.checked = values[i] === state[trait]; });
}

// Whether Python stands behind this page. Jupyter's manager of exported pages has no kernel; a page of ours says so itself.
const isLive = ({ isStill, widget_manager: manager }) => !isStill && !(manager && "renderMime" in manager && !("kernel" in manager));

function render({ model, el }) {
  const words = model.get("words"), spec = model.get("spec"), live = isLive(model), off = [], timers = {};
  const gauge = tag(el, "span", { class: "bptt-gauge", "aria-hidden": "true" }), root = tag(el, "section", { class: "bptt", lang: model.get("language"), "aria-label": words.title });
  const controls = tag(root, "div", { class: "controls" });
  if (!live && spec.some((control) => control.asks_python)) tag(root, "p", { class: "note", text: words.needs_python });
  const figure = tag(root, "div", { class: "figure" });
  const sentence = tag(root, "p", { class: "sentence", "aria-hidden": "true" }), spoken = tag(root, "p", { class: "spoken" });
  const later = (name, wait, run) => { clearTimeout(timers[name]); timers[name] = setTimeout(run, wait); };
  const asks = new Set(spec.filter((control) => control.asks_python).map((control) => control.trait));
  // What Python has not heard of yet. Its answer to an older change may come meanwhile and must not undo the newer one.
  const unsaved = new Map(), outdated = (name) => unsaved.has(name) && JSON.stringify(model.get(name)) !== JSON.stringify(unsaved.get(name));
  const change = (name, value) => { // Jupyter itself holds a question back while Python answers the one before
    unsaved.set(name, value);
    drawn[name] = value; // a second key in the same frame goes on from here, not from the picture
    model.set(name, value);
    // The first move in a frame is drawn, and its styles are worked out, when its handler is done: less is left when the frame is due.
    queueMicrotask(() => { if (due && !early) { early = true; paint(); void getComputedStyle(root).color; } });
    later("save", asks.has(name) ? 0 : SAVE_AFTER, () => { unsaved.clear(); model.save_changes(); });
  };
  const sync = spec.map((control) => buildControl(controls, control, words, live, change));
  let arrays = readTable(model), frame = 0, due = false, early = false, width = 0, drawn = {}; // drawn: what the picture shows, as its handlers see it
  const traits = Object.keys(explorer.traits).concat(spec.map((control) => control.trait));
  const draw = explorer.build({ figure, controls, words, spec, live, change, traits, model });

  function paint() {
    due = false;
    if (!arrays || !width) return;
    const started = performance.now(), state = (drawn = Object.fromEntries(traits.map((name) => [name, model.get(name)])));
    state.width = Math.max(NARROWEST, Math.min(860, width));
    state.arrays = arrays;
    const text = draw(state);
    sync.forEach((update) => update(state));
    set(sentence, { text });
    if (!root.bpttDrawn) set(spoken, { text }); // read where it is met, not announced; only changes are
    later("speak", SPEAK_AFTER, () => set(spoken, { role: "status", "aria-live": "polite", text }));
    root.bpttDrawn = { text, at: performance.now(), took: performance.now() - started, draws: (root.bpttDrawn?.draws ?? 0) + 1 };
  }
  function request() {
    due = true;
    frame ||= requestAnimationFrame(() => { frame = 0; early = false; if (due) paint(); });
  }
  const listen = (event, run) => { model.on(event, run); off.push(() => model.off(event, run)); };
  for (const name of traits) listen(`change:${name}`, () => (outdated(name) ? model.set(name, unsaved.get(name)) : request()));
  listen("change:table", () => { arrays = { ...arrays, ...readTable(model) }; request(); }); // a part may come before the rest
  const observer = new ResizeObserver(() => {
    // Text grows with the reader's own size of letters, the browser's and Lab's, and the picture with it.
    const { width: rem, height: content } = gauge.getBoundingClientRect(), zoom = (rem / 16) * (content / 14);
    root.style.zoom = zoom;
    const found = Math.floor(figure.getBoundingClientRect().width / zoom);
    if (found === width) return; // a picture that grew taller needs no second drawing
    width = found;
    root.classList.toggle("narrow", width < NARROW);
    request();
  });
  observer.observe(root);
  observer.observe(gauge);
  return () => { observer.disconnect(); cancelAnimationFrame(frame); Object.values(timers).forEach(clearTimeout); off.forEach((stop) => stop()); };
}
