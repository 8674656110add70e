// The few methods of a widget's model that an explorer uses, on a plain object: no kernel stands behind this page.
function stillModel(state) {
  const listeners = {};
  return {
    isStill: true,
    get: (name) => state[name],
    set(name, value) {
      if (state[name] === value) return;
      state[name] = value;
      for (const run of listeners[`change:${name}`] ?? []) run();
    },
    on: (event, run) => (listeners[event] ??= []).push(run),
    off: (event, run) => { listeners[event] = (listeners[event] ?? []).filter((other) => other !== run); },
    save_changes() {},
  };
}
