// The page of one recording: a map, the time and the table of tracks, tied together.

const data = JSON.parse(document.getElementById("data").textContent);
const find = (id) => document.getElementById(id);
const clock = new Clock(data.clock);
const plane = new Plane(data.plane);
const { table } = data;
const tracks = new Paths(data.tracks, clock.stepsIn(data.gap_s));
const truth = data.truth && new Paths(data.truth, clock.stepsIn(data.gap_s));
const detections = data.detections && new Paths(data.detections, Infinity);
const backdrop = new Backdrop(data.backdrop);
const layer = new TrackLayer(tracks, {
  colour: (p, _, isDark) => hueColour(table.hue[p], isDark, table.hue[p] % 3),
  name: (p) => table.name[p],
});
const shows = (id) => find(id)?.checked ?? false;
const trailSteps = () => clock.stepsIn(Number(find("trail").value));

const levels = activity(tracks, clock);
const busiest = levels.lastIndexOf(Math.max(...levels)) / (levels.length - 1) * clock.steps;
const bar = new ClockBar(find("time"), clock, busiest);
bar.annotate({ levels });
const map = new MapView(find("map"), plane, data.home, {
  below(context, view) {
    backdrop.draw(context, view, plane);
    if (shows("show-truth")) drawTrueWhole(context, view, truth);
    if (shows("show-paths")) layer.drawWhole(context, view);
    else if (layer.chosen !== null) layer.drawWhole(context, view);
  },
  above(context, view) {
    if (shows("show-detections")) drawDetections(context, view);
    if (shows("show-truth")) drawTrueNow(context, view, truth, bar.now);
    layer.drawNow(context, view, bar.now, trailSteps());
  },
});

function drawDetections(context, view) {
  context.fillStyle = colours().ink;
  context.globalAlpha = 0.5;
  const from = detections.reportAt(0, bar.now - Math.max(trailSteps(), 1)) + 1;
  for (let i = from; i <= detections.reportAt(0, bar.now); i++) {
    const [X, Y] = view.screen(detections.x[i], detections.y[i]);
    context.fillRect(X - 1.5, Y - 1.5, 3, 3);
  }
  context.globalAlpha = 1;
}

const list = new TrackTable(find("tracks"), [
  { title: "Track", value: (p) => table.name[p], text: (p) => table.name[p], colour: (p) => hueColour(table.hue[p], matchMedia("(prefers-color-scheme: dark)").matches, table.hue[p] % 3), find: (p) => `${table.name[p]} ${table.id[p]}`.toLowerCase() },
  { title: "From", value: (p) => table.first[p], text: (p) => clock.short(table.first[p]) },
  { title: "For", number: true, value: (p) => table.last[p] - table.first[p], text: (p) => roundedDurationText(clock.seconds(table.last[p] - table.first[p])) },
  { title: "Reports", number: true, value: (p) => table.detections[p], text: (p) => table.detections[p].toLocaleString("en") },
  ...(table.highest === null ? [] : [{ title: "Highest", number: true, value: (p) => table.highest[p], text: (p) => altitudeText(table.highest[p]) }]),
  ...(table.existence === null ? [] : [{ title: "Certainty", number: true, value: (p) => table.existence[p], text: (p) => percentText(table.existence[p]) }]),
], tracks.count, (p) => choose(p === layer.chosen ? null : p, true));

function choose(p, move) {
  layer.chosen = p;
  list.select(p);
  if (p !== null) {
    if (move && !tracks.isEmpty(p)) {
      const state = tracks.stateAt(p, bar.now);
      if (!state) bar.set(tracks.first(p) + (tracks.last(p) - tracks.first(p)) / 2);
      map.show(tracks.boxes[p]);
    } else list.reveal(p);
  }
  map.redraw();
  describe();
}

function describe() {
  const card = find("chosen");
  const p = layer.chosen;
  card.hidden = p === null;
  if (p === null) return;
  find("chosen-name").textContent = table.name[p];
  const state = tracks.stateAt(p, bar.now);
  const lines = { Identity: table.id[p], Seen: `${clock.short(table.first[p])} to ${clock.short(table.last[p])}` };
  if (state) {
    lines.Place = plane.placeText(state.x, state.y);
    if (tracks.height) lines.Altitude = altitudeText(tracks.height[state.i]);
    const velocity = tracks.velocity(p, state.i, Math.max(tracks.gap / 3, 1));
    if (velocity) lines.Moving = motionText(velocity, state);
    lines["Last update"] = `${durationText(clock.seconds(bar.now - tracks.time[state.i]))} before`;
    if (tracks.level) lines.Certainty = `${percentText(tracks.level[state.i])} that it is there`;
  } else lines.Now = "not on the map at this time";
  find("chosen-facts").replaceChildren(...Object.entries(lines).flatMap(([term, text]) => {
    const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
    dt.textContent = term; dd.textContent = text;
    return [dt, dd];
  }));
}

// Heights are whole metres above 10 km below the sea, 0 for unknown.
function altitudeText(height) {
  if (height === 0) return "unknown";
  const metres = height - 10000;
  return `${metres.toLocaleString("en")} m (${(Math.round(metres / 0.3048 / 25) * 25).toLocaleString("en")} ft)`;
}

function motionText([vx, vy], state) {
  const speed = Math.hypot(vx, vy) * plane.metresPerUnit(state.y) / clock.quantum;
  if (speed < 0.3) return "hardly";
  const knots = speed / 0.514444;
  const course = plane.isGlobe ? `, course ${String(Math.round((Math.atan2(vx, vy) * 180 / Math.PI + 360) % 360) % 360).padStart(3, "0")}°` : "";
  return `${(speed * 3.6).toPrecision(speed * 3.6 < 100 ? 2 : 3)} km/h (${knots.toPrecision(knots < 100 ? 2 : 3)} knots)${course}`;
}

// How many tracks are on the map at each of 300 times from the first to the last.
function activity(paths, { steps }) {
  return Array.from({ length: 300 }, (_, i) => {
    let count = 0;
    for (let p = 0; p < paths.count; p++) if (paths.stateAt(p, steps * i / 299)) count++;
    return count;
  });
}

let marked = null;
function mark() {
  const alive = Array.from({ length: tracks.count }, (_, p) => tracks.stateAt(p, bar.now) !== null);
  const key = alive.map(Number).join("");
  if (key === marked) return;
  marked = key;
  list.mark(alive);
  find("alive").textContent = `${alive.filter(Boolean).length} of ${tracks.count} on the map at this time`;
}
const markSoon = throttled(mark, 200);
const describeSoon = throttled(describe, 200);
function throttled(act, milliseconds) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => { waiting = false; act(); }, milliseconds);
  };
}

bar.listen(() => { map.tick(); markSoon(); describeSoon(); });
map.onPick = (X, Y) => choose(layer.at(X, Y, 22), false);
map.onHover = (X, Y) => {
  const p = X === null ? null : layer.at(X, Y);
  if (p === layer.hovered) return;
  layer.hovered = p;
  map.root.classList.toggle("pointing", p !== null);
  map.tick();
};
map.keys = { " ": () => bar.toggle(), Escape: () => choose(null, false) };
find("chosen-close").addEventListener("click", () => choose(null, false));
find("find").addEventListener("input", (event) => list.find(event.target.value));
for (const id of ["show-paths", "show-truth", "show-detections", "trail"]) find(id)?.addEventListener("change", () => map.redraw());
list.sort(3);
bar.set(bar.now);
mark();
