// The page of a mission: two parties' maps, one clock, and where the agreement stands.

const data = JSON.parse(document.getElementById("data").textContent);
const find = (id) => document.getElementById(id);
const clock = new Clock(data.clock, data.sections);
const plane = new Plane(data.plane);
const backdrop = new Backdrop(null);
const [OWN, PARTNER, BOTH] = [0, 1, 2];
const bar = new ClockBar(find("time"), clock, 0);
const trail = clock.steps / 12;

// The step of the agreement that holds at a time, or -1 before the first.
const stepAt = (now) => data.agreement.findLastIndex((step) => step.after_s <= clock.seconds(now) + 1e-9);
const isAccepted = (now) => data.agreement[stepAt(now)]?.state === "accepted";

const parties = data.parties.map((party, number) => {
  const tracks = new Paths(party.tracks, clock.stepsIn(party.gap_s));
  const truth = party.truth && new Paths(party.truth, Infinity);
  const layer = new TrackLayer(tracks, {
    name: (p) => party.track_names[p],
    colour: (p, i) => colours()[tracks.origin[i] === BOTH ? "fused" : `party-${tracks.origin[i] === OWN ? number : 1 - number}`],
    shape: (p, i) => ["dot", "diamond", "ring"][tracks.origin[i]],
  });
  return { ...party, number, tracks, truth, layer };
});

const maps = [...document.querySelectorAll(".map")].map((root, number) => {
  const { layer, truth } = parties[number];
  return new MapView(root, plane, data.home, {
    below(context, view) { backdrop.draw(context, view, plane); },
    above(context, view) {
      drawCoverage(context, view, number, false);
      if (isAccepted(bar.now)) drawCoverage(context, view, 1 - number, true);
      if (truth && find("show-truth").checked) drawTrueNow(context, view, truth, bar.now);
      layer.drawNow(context, view, bar.now, trail);
    },
  });
});

function drawCoverage(context, view, number, isPartner) {
  const { sensor, name } = parties[number];
  if (!sensor) return;
  const colour = colours();
  const [X, Y] = view.screen(sensor.x, sensor.y);
  context.strokeStyle = context.fillStyle = colour[`party-${number}`];
  context.beginPath();
  context.arc(X, Y, sensor.range * view.k, 0, 2 * Math.PI);
  context.globalAlpha = isPartner ? 0.05 : 0.13;
  context.fill();
  context.globalAlpha = isPartner ? 0.6 : 1;
  context.lineWidth = 1.5;
  context.setLineDash(isPartner ? [5, 5] : []);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(X, Y - 7); context.lineTo(X + 6, Y + 5); context.lineTo(X - 6, Y + 5); context.closePath();
  context.fill();
  context.globalAlpha = 1;
  context.textAlign = "center";
  drawText(context, `sensor of ${name}`, X, Y - sensor.range * view.k + 16, colour);
  context.textAlign = "start";
}

function countsText({ tracks, number }) {
  const counts = [0, 0, 0];
  for (let p = 0; p < tracks.count; p++) {
    const state = tracks.stateAt(p, bar.now);
    if (state) counts[tracks.origin[state.i]]++;
  }
  const partner = parties[1 - number].name;
  const total = counts[OWN] + counts[PARTNER] + counts[BOTH];
  const parts = [`${counts[OWN]} by its own sensor`];
  if (counts[PARTNER]) parts.push(`${counts[PARTNER]} from ${partner}`);
  if (counts[BOTH]) parts.push(`${counts[BOTH]} by both`);
  const beyond = counts[PARTNER] + counts[BOTH] ? "" : `, nothing from ${partner}`;
  return `Knows of ${total} object${total === 1 ? "" : "s"}: ${parts.join(", ")}${beyond}.`;
}

const captions = [...document.querySelectorAll(".counts")];
const steps = [...find("steps").children];
const isAgreed = data.agreement.length > 0;
find("agreement").hidden = find("now").hidden = !isAgreed;
find("covers").hidden = !parties.some((party) => party.sensor);
function describe() {
  captions.forEach((caption, number) => { caption.textContent = countsText(parties[number]); });
  if (!isAgreed) return;
  const at = stepAt(bar.now);
  steps.forEach((li, s) => {
    li.classList.toggle("to-come", s > at);
    if (s === at) li.setAttribute("aria-current", "step"); else li.removeAttribute("aria-current");
  });
  const step = data.agreement[at];
  const flows = step?.state === "accepted" ? "What was agreed flows, and each fuses it with its own" : "Nothing flows; each sees only its own";
  const who = step?.must_act ? `, ${step.must_act} must act next` : "";
  find("now").textContent = `Agreement at this time: ${step ? step.state : "none yet"}${who}. ${flows}.`;
  find("now").dataset.state = step?.state ?? "";
}

bar.annotate({ marks: data.agreement.map((step) => clock.stepsIn(step.after_s)) });
steps.forEach((li, s) => {
  const at = clock.stepsIn(data.agreement[s].after_s);
  const isInside = at >= 0 && at <= clock.steps;
  li.querySelector("time").textContent = data.agreement[s].when || clock.text(at);
  const button = li.querySelector("button");
  button.disabled = !isInside;
  if (isInside) button.title = "Go to this time";
  button.addEventListener("click", () => bar.set(Math.ceil(at - 1e-9)));
});
for (const [number, map] of maps.entries()) {
  map.onMove = (view) => maps[1 - number].follow(view);
  map.keys = { " ": () => bar.toggle() };
}
find("show-truth").addEventListener("change", () => maps.forEach((map) => map.tick()));
bar.listen(() => { maps.forEach((map) => map.tick()); describe(); });
bar.set(isAgreed ? clock.steps : clock.steps / 2); // without an agreement nothing is decided at the end
