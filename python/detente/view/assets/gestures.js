// Move a map by mouse, wheel, touch and keyboard.

function listenToGestures(map) {
  const { root } = map;
  const pointers = new Map();
  let travelled = 0;
  const place = (event) => {
    const box = root.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  root.addEventListener("pointerdown", (event) => {
    if (event.button || event.target.closest("button, details")) return;
    if (!pointers.size) travelled = 0;
    pointers.set(event.pointerId, place(event));
    root.setPointerCapture(event.pointerId);
  });
  root.addEventListener("pointermove", (event) => {
    const now = place(event);
    const before = pointers.get(event.pointerId);
    if (!before) { if (event.pointerType === "mouse") map.onHover?.(...now); return; }
    const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    if (others.length === 0) map.pan(now[0] - before[0], now[1] - before[1]);
    if (others.length === 1) {
      const [other] = others;
      const middle = (at) => [(at[0] + other[0]) / 2, (at[1] + other[1]) / 2];
      const apart = (at) => Math.max(Math.hypot(at[0] - other[0], at[1] - other[1]), 1);
      const [from, to] = [middle(before), middle(now)];
      map.pan(to[0] - from[0], to[1] - from[1]);
      map.zoom(apart(now) / apart(before), ...to);
    }
    travelled += Math.hypot(now[0] - before[0], now[1] - before[1]);
    pointers.set(event.pointerId, now);
  });
  const up = (event) => {
    if (!pointers.delete(event.pointerId)) return;
    if (event.type === "pointerup" && !pointers.size && travelled < 6) map.onPick?.(...place(event));
  };
  root.addEventListener("pointerup", up);
  root.addEventListener("pointercancel", up);
  root.addEventListener("pointerleave", () => map.onHover?.(null));

  root.addEventListener("wheel", (event) => {
    event.preventDefault();
    const pixels = event.deltaMode === 1 ? event.deltaY * 30 : event.deltaY;
    map.zoom(2 ** (-Math.max(-240, Math.min(240, pixels)) / (event.ctrlKey ? 60 : 240)), ...place(event));
  }, { passive: false });
  root.addEventListener("dblclick", (event) => {
    if (!event.target.closest("button, details")) map.zoom(2, ...place(event));
  });

  const keys = {
    ArrowLeft: () => map.pan(60, 0), ArrowRight: () => map.pan(-60, 0),
    ArrowUp: () => map.pan(0, 60), ArrowDown: () => map.pan(0, -60),
    "+": () => map.zoom(1.5), "=": () => map.zoom(1.5), "-": () => map.zoom(1 / 1.5), 0: () => map.fit(),
  };
  root.addEventListener("keydown", (event) => {
    if (event.target !== root || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys[event.key] ?? map.keys?.[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  root.querySelectorAll("button[data-map]").forEach((button) => button.addEventListener("click", {
    in: () => map.zoom(1.6), out: () => map.zoom(1 / 1.6), fit: () => map.fit(),
  }[button.dataset.map]));
}
