// The frame that all explorers share: controls above, picture, sentence below. One road for every change:
//   input → model.set → "change:" → one draw in the next animation frame; a reader's first move in a frame is drawn at once.
// An explorer's own file defines `explorer = { build(frame) }`; build makes its nodes once and returns draw(state), which draws
// what the state says and returns what is said of it, sentence by sentence; what is false among them is left out. What is shown is of one setting: where the table is of another one than what is
// asked for, the table's counts, for picture, sentence and controls, until Python has answered.

const NARROW = 620, SLIM = 480, NARROWEST = 240; // px of the figure, not of the window: Lab has columns beside it. Below, it is drawn smaller
const SAVE_AFTER = 60, SPEAK_AFTER = 350; // ms: Python hears of the last of many moves, a screen reader of the one that stays
const LOOK_AFTER = 400; // ms between two looks at whether Python is there
const KEYS_OURS = { "data-lm-suppress-shortcuts": "true" }; // Lab would act on them

// The arrays of the table by name, each as (…index) => number, read at once from one buffer.
function readTable(model) {
  const view = model.get("table");
  if (!view?.byteLength) return null;
  const numbers = new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength)), arrays = {};
  for (const [name, [offset, ...shape]] of Object.entries(model.get("layout_of_table"))) {
    const place = (index) => index.reduce((at, i, axis) => at * shape[axis] + i, 0);
    arrays[name] = (...index) => numbers[offset + place(index)];
    arrays[name].shape = shape;
    arrays[name].row = (...index) => {
      const inner = shape.slice(index.length).reduce((a, b) => a * b, 1), start = offset + place(index) * inner;
      return numbers.subarray(start, start + inner);
    };
  }
  return arrays;
}

// Makes a control and returns what brings it to what is shown. A move is not yet shown: where Python is asked, it waits.
function buildControl(box, { trait, kind, values, label, asks_python }, words, asked, move) {
  const id = newId(trait), show = (value) => shownAs(trait, value, words);
  const off = ({ mute, fixed, why_fixed = null }) => {
    const muted = asks_python && !!mute, held = !!fixed?.includes(trait);
    return { disabled: muted || held, "aria-description": muted ? words[mute] : held ? why_fixed : null };
  };
  const cell = ["slider", "menu"].includes(kind) && tag(box, "div", { class: `control${kind === "slider" ? " slider" : ""}` });
  if (cell) tag(cell, "label", { for: id, text: label });
  if (kind === "slider") {
    const input = tag(cell, "input", { id, type: "range", min: 0, step: 1, max: values.length - 1, ...KEYS_OURS });
    const output = tag(cell, "output", { for: id });
    output.style.minWidth = `${Math.max(...[...values, asked()].map((value) => show(value).length))}ch`; // room for the longest: nothing moves
    // Where nothing is set yet the thumb stands in the middle, as an outline; to leave it there is a choice too.
    const placeOf = (value) => (value === null ? (values.length - 1) >> 1 : values.indexOf(value));
    // Some that stand at their end stay there when it moves on.
    const take = () => move(explorer.follows?.includes(trait) && input.value === input.max ? values.at(-1) : values[input.valueAsNumber]);
    input.addEventListener("input", take);
    input.addEventListener("click", () => { if (asked() === null) take(); });
    input.addEventListener("keydown", ({ key }) => {
      if (asked() === null && (key === "Enter" || key === " ")) take();
      input.value = placeOf(asked()); // goes on from what is asked for
      setTimeout(move);
    });
    return (state) => {
      const limit = state.limits?.[trait] ?? values.length;
      set(input, { max: limit - 1, class: state[trait] === null ? "unset" : "", "aria-valuetext": show(state[trait]), ...off(state) });
      if (input.valueAsNumber !== placeOf(state[trait])) input.value = placeOf(state[trait]);
      set(output, { text: show(state[trait]) });
    };
  }
  if (kind === "menu") {
    const select = tag(cell, "select", { id, ...KEYS_OURS }), other = words[`${trait}_other`]; // what no option names
    if (other) tag(select, "option", { value: "", text: other, hidden: true });
    for (const value of values) tag(select, "option", { value, text: show(value) });
    select.addEventListener("change", () => move(values[select.selectedIndex - (other ? 1 : 0)])); // a number stays a number
    return (state) => {
      const value = values.includes(state[trait]) ? String(state[trait]) : "";
      if (select.value !== value) select.value = value;
      set(select, off(state));
    };
  }
  const group = kind === "switch" ? box : tag(box, "fieldset", { class: "control choice" });
  if (kind === "choice") tag(group, "legend", { text: label });
  const options = kind === "switch" ? [[{ class: "control switch" }, { id, type: "checkbox" }, label]] : values.map((value) => [{}, { type: "radio", name: id, value }, show(value)]);
  const row = kind === "choice" ? tag(group, "div", { class: "options" }) : group, inputs = options.map(([outer, inner, text], i) => {
    const choice = tag(row, "label", outer), input = tag(choice, "input", { ...inner, ...KEYS_OURS });
    if (explorer.icons?.[trait]) iconOf(svg(choice, "svg", ICON), explorer.icons[trait]);
    tag(choice, "span", { maths: text });
    input.addEventListener("change", () => move(kind === "switch" ? input.checked : values[i]));
    return input;
  });
  let reason; // why it cannot be moved, for all to read; its room stays
  return (state) => {
    const { why_fixed: text } = state, held = text && state.fixed?.includes(trait);
    if (held) set((reason ??= tag(row, "span", { "aria-hidden": "true" })), { text, class: "reason" });
    else if (reason) set(reason, { class: "reason past" });
    inputs.forEach((input, i) => { input.checked = values[i] === state[trait]; set(input, off(state)); });
    set(group, { title: off(state)["aria-description"] });
  };
}

const shownAs = (trait, value, words) => (value === null ? words.unset : words[`${trait}_${value}`] ?? (typeof value === "number" && !Number.isInteger(value) ? say(value) : String(value).replace(/^-(?=\d)/, "−")));

// Why Python cannot be asked, as a key of the words; null if it can. Jupyter's manager of exported pages has no kernel; a page of
// ours says so itself. A kernel that stopped or began anew knows nothing of this explorer.
function listener({ isStill, widget_manager: manager }, el) {
  const still = isStill || (manager && "renderMime" in manager && !("kernel" in manager)), kernel = still ? null : manager?.kernel;
  let lost = false, cut = false;
  const hear = (_, status) => { lost ||= ["restarting", "autorestarting", "terminating", "dead"].includes(status); };
  const look = (_, status) => { cut ||= status !== "connected"; };
  kernel?.statusChanged?.connect(hear);
  kernel?.connectionStatusChanged?.connect(look);
  return {
    mute() {
      if (still) return "needs_python";
      const gone = lost || el.closest(".jupyter-widgets-disconnected") || (kernel && (kernel.isDisposed || manager.kernel?.id !== kernel.id || kernel.connectionStatus !== "connected"));
      return gone ? "python_gone" : null;
    },
    // A connection that was cut may have lost what Jupyter still waits for, and Jupyter would hold back all that comes after.
    tell: (model, news) => (cut ? model.send(news) : model.save_changes()),
    stop() {
      kernel?.statusChanged?.disconnect(hear);
      kernel?.connectionStatusChanged?.disconnect(look);
    },
  };
}

function render({ model, el }) {
  const words = model.get("words"), { controls: spec, settings, facts } = model.get("spec"), python = listener(model, el), off = [python.stop], timers = {};
  const gauge = tag(el, "span", { class: "bptt-gauge", "aria-hidden": "true" }), root = tag(el, "section", { class: "bptt", lang: model.get("language"), "aria-label": words.title });
  const controls = tag(root, "div", { class: "controls" }), note = tag(root, "p", { class: "note", hidden: true });
  const figure = tag(root, "div", { class: "bptt-draw" }), waiting = tag(figure, "p", { class: "asking", hidden: true });
  const sentence = tag(root, "p", { class: "sentence", "aria-hidden": "true" }), spoken = tag(root, "p", { class: "spoken" });
  // What is being moved stays in view while the picture is scrolled: the rows of controls above it go.
  controls.addEventListener("focusin", ({ target }) => {
    const above = target.closest(".controls > :not(.switches), .switches > *, .more > *").getBoundingClientRect().top - controls.getBoundingClientRect().top;
    controls.style.setProperty("--above", `${Math.round(above / (root.style.zoom || 1)) - 4}px`);
  });
  // The sentence that stays in view gives way to a control that it would lie on, for as long as the mouse is there.
  root.addEventListener("pointermove", ({ buttons, clientX, clientY }) => {
    if (buttons) return; // a slider that is dragged stays where it is
    const at = root.getRootNode().elementsFromPoint(clientX, clientY).map((node) => node.closest(".control, .words > *, button, select, summary")).find((node) => node && root.contains(node));
    root.classList.remove("yields");
    const { top, bottom } = at?.getBoundingClientRect() ?? {}, said = sentence.getBoundingClientRect();
    root.classList.toggle("yields", bottom > said.top - 12 && top < said.bottom);
  });
  // Lab hears no key of ours, and the browser would save its page.
  root.addEventListener("keydown", (event) => {
    const notebook = el.closest(".jp-Notebook"), { ctrlKey, metaKey, key } = event;
    if (!notebook || !(ctrlKey || metaKey) || key.toLowerCase() !== "s") return;
    event.preventDefault();
    notebook.dispatchEvent(new KeyboardEvent("keydown", { key, code: "KeyS", keyCode: 83, ctrlKey, metaKey, bubbles: true, cancelable: true }));
  });
  const later = (name, wait, run) => { clearTimeout(timers[name]); timers[name] = setTimeout(run, wait); };
  const greys = spec.some((control) => control.asks_python), valuesOf = Object.fromEntries(spec.map(({ trait, values }) => [trait, values])), same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  // What Python has not heard of yet. Its answer to an older change may come meanwhile and must not undo the newer one.
  const unsaved = new Map(), outdated = (name) => unsaved.has(name) && !same(model.get(name), unsaved.get(name));
  // What is asked for, and what is shown: where the table is of something else, that. A table that holds what is asked for is of all.
  const asked = () => Object.fromEntries(settings.map((name) => [name, model.get(name)]));
  const shown = () => { const wanted = asked(); return { ...wanted, ...(explorer.holds?.(wanted, valuesOf) ? {} : model.get("table_of")) }; };
  const save = () => {
    const news = Object.fromEntries(unsaved);
    unsaved.clear();
    if (!python.mute()) python.tell(model, news);
  };
  const change = (name, value) => { // Jupyter itself holds a question back while Python answers the one before
    if (same(model.get(name), value)) return;
    unsaved.set(name, value);
    model.set(name, value);
    // Python is asked before anything is drawn: its answer is there up to a frame sooner.
    if (name in model.get("table_of")) { clearTimeout(timers.save); queueMicrotask(save); } else later("save", SAVE_AFTER, save);
    drawn[name] = shown()[name]; // a second key in the same frame goes on from here, not from the picture
    // The first move in a frame is drawn, and its styles are worked out, when its handler is done: less is left when the frame is due.
    queueMicrotask(() => { if (due && !early) { early = true; paint(); void getComputedStyle(root).color; } });
  };
  let arrays = readTable(model), frame = 0, due = false, early = false, width = 0, drawn = shown(); // drawn: what the picture shows, as its handlers see it
  // Settings that an explorer can open without stand behind a line that is opened.
  const more = explorer.more && tag(null, "details", { class: "more" });
  if (more) tag(more, "summary", { text: words.more, ...KEYS_OURS });
  let switches; // stand together, in a row of their own where they do not fit beside the rest
  const sync = spec.map((control) => {
    const box = explorer.more?.includes(control.trait) ? more : control.kind === "switch" ? (switches ??= tag(controls, "div", { class: "switches" })) : controls;
    const update = buildControl(box, control, words, () => model.get(control.trait), (value) => {
      if (value !== undefined) change(control.trait, value);
      update(drawn);
    });
    return update;
  });
  if (more?.childElementCount > 1) controls.append(more);
  const tell = (key, values, numbers = {}) => fill(words[key], { ...values, ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, say(value, words)])) });
  const draw = explorer.build({ figure, controls, words, facts, valuesOf, change, tell, now: () => drawn, asked: (name) => model.get(name) });

  function paint() {
    due = false;
    if (!arrays || !width) return;
    const started = performance.now(), mute = python.mute(), wanted = asked(), state = (drawn = { ...facts, ...shown(), mute, arrays });
    state.width = Math.max(NARROWEST, Math.min(860, width));
    state.at = (...names) => names.map((name) => valuesOf[name].indexOf(state[name]));
    const open = mute ? [] : settings.filter((name) => !same(wanted[name], state[name])), text = draw(state).filter(Boolean).join(" ");
    sync.forEach((update) => update(state));
    const what = spec.filter(({ trait }) => open.includes(trait)).map(({ trait, label }) => `${label}: ${shownAs(trait, wanted[trait], words)}`).join(", ");
    set(waiting, { text: `${words.asking} ${what}`.trim(), hidden: !open.length });
    set(figure, { "aria-busy": open.length ? "true" : null });
    set(note, { text: words[mute] ?? "", hidden: !mute || !greys });
    set(sentence, { maths: text });
    if (!root.bpttDrawn) set(spoken, { text }); // read where it is met, not announced; only changes are
    later("speak", SPEAK_AFTER, () => set(spoken, { role: "status", "aria-live": "polite", text: open.length ? `${waiting.textContent}. ${text}` : text }));
    root.bpttDrawn = { text, at: performance.now(), took: performance.now() - started, draws: (root.bpttDrawn?.draws ?? 0) + 1 };
  }
  function request() {
    due = true;
    frame ||= requestAnimationFrame(() => { frame = 0; early = false; if (due) paint(); });
  }
  const listen = (event, run) => { model.on(event, run); off.push(() => model.off(event, run)); };
  for (const name of settings) listen(`change:${name}`, () => (outdated(name) ? model.set(name, unsaved.get(name)) : request()));
  listen("change:table", () => { arrays = readTable(model); request(); });
  listen("change:table_of", request);
  if (greys || explorer.asks) timers.look = setInterval(() => { if (python.mute() !== drawn.mute) request(); }, LOOK_AFTER);
  const observer = new ResizeObserver(() => {
    // Text grows with the reader's own size of letters, the browser's and Lab's, and the picture with it.
    const { width: rem, height: content } = gauge.getBoundingClientRect(), zoom = (rem / 16) * (content / 14);
    root.style.zoom = zoom;
    const found = Math.floor(figure.getBoundingClientRect().width / zoom);
    if (found === width) return; // a picture that grew taller needs no second drawing
    width = found;
    root.style.removeProperty("--grown");
    root.classList.toggle("narrow", width < NARROW);
    root.classList.toggle("slim", width < SLIM);
    request();
  });
  observer.observe(root);
  observer.observe(gauge);
  // The sentence keeps the height of the longest that it has been: nothing below it moves twice.
  const grown = new ResizeObserver(() => { root.style.setProperty("--grown", `${Math.ceil(parseFloat(getComputedStyle(sentence).height))}px`); }); // as it is by now
  grown.observe(sentence);
  return () => { observer.disconnect(); grown.disconnect(); cancelAnimationFrame(frame); Object.values(timers).forEach(clearTimeout); off.forEach((stop) => stop()); };
}
