// Draw tracks on a map: whole paths below; trails, places and names above.

class TrackLayer {
  // options: colour(p, i, dark), name(p), shape(p, i): "dot", "diamond" or "ring".
  constructor(paths, options) {
    Object.assign(this, { paths, shape: () => "dot", ...options });
    this.chosen = null;
    this.hovered = null;
    this.places = [];
  }

  drawWhole(context, view) {
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    context.lineJoin = "round";
    context.lineWidth = 1;
    context.globalAlpha = Math.min(0.45, 4 / Math.sqrt(this.paths.count)) * (this.chosen === null ? 1 : 0.5);
    for (let p = 0; p < this.paths.count; p++) {
      if (p === this.chosen || this.paths.isEmpty(p)) continue;
      context.strokeStyle = this.colour(p, this.paths.start[p], isDark);
      this.paths.drawWhole(context, view, p);
    }
    this.#drawChosen(context, view, isDark);
    context.globalAlpha = 1;
  }
  #drawChosen(context, view, isDark) {
    const p = this.chosen;
    if (p === null || this.paths.isEmpty(p)) return;
    context.globalAlpha = 1;
    for (const [stroke, width] of [[colours().halo, 5], [this.colour(p, this.paths.start[p], isDark), 2.5]]) {
      context.strokeStyle = stroke;
      context.lineWidth = width;
      this.paths.drawWhole(context, view, p);
    }
  }

  // Draw the state at a time; keep the places for picking.
  drawNow(context, view, now, trail) {
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const colour = colours();
    this.places = [];
    context.lineJoin = context.lineCap = "round";
    for (let p = 0; p < this.paths.count; p++) {
      const state = this.paths.stateAt(p, now);
      if (!state || !this.paths.inView(p, view)) continue;
      const [X, Y] = view.screen(state.x, state.y);
      this.places.push({ p, X, Y, ...state });
      context.strokeStyle = this.colour(p, state.i, isDark);
      context.lineWidth = p === this.chosen ? 4 : 2.5;
      context.globalAlpha = this.#alpha(p, state.i) * (this.chosen === null || p === this.chosen ? 1 : 0.45);
      if (trail > 0) this.paths.drawTrail(context, view, p, state, now, trail);
    }
    for (const place of this.places) this.#drawPlace(context, place, colour, isDark);
    context.globalAlpha = 1;
    this.#drawNames(context, view, colour);
  }
  #alpha(p, i) { return this.paths.level ? 0.25 + 0.75 * this.paths.level[i] / 255 : 1; }

  #drawPlace(context, { p, X, Y, i, silent }, colour, isDark) {
    const isChosen = p === this.chosen || p === this.hovered;
    const size = isChosen ? 7 : 4.5;
    const fill = this.colour(p, i, isDark);
    context.globalAlpha = this.chosen === null || isChosen ? 1 : 0.55;
    context.beginPath();
    if (this.shape(p, i) === "diamond") {
      context.moveTo(X, Y - size * 1.3); context.lineTo(X + size * 1.3, Y);
      context.lineTo(X, Y + size * 1.3); context.lineTo(X - size * 1.3, Y); context.closePath();
    } else context.arc(X, Y, size, 0, 2 * Math.PI);
    context.fillStyle = silent ? colour.paper : fill;
    context.strokeStyle = silent ? fill : colour.halo;
    context.lineWidth = silent ? 2 : 1.5;
    context.fill();
    context.stroke();
    if (this.shape(p, i) === "ring" || isChosen) {
      context.beginPath();
      context.arc(X, Y, size + 4, 0, 2 * Math.PI);
      context.strokeStyle = fill;
      context.lineWidth = 2;
      context.stroke();
    }
  }

  // Names where there is room, the chosen one first.
  #drawNames(context, view, colour) {
    const taken = [];
    const inside = ({ X, Y }) => X > 0 && Y > 0 && X < view.width && Y < view.height;
    const first = ({ p }) => (p === this.chosen || p === this.hovered ? 0 : 1);
    const wanted = this.places.filter(inside).sort((a, b) => first(a) - first(b));
    if (wanted.length > 400) wanted.length = 400;
    for (const { p, X, Y } of wanted) {
      const text = this.name(p);
      const width = text.length * 7 + 4;
      const left = X + 9 + width > view.width ? X - 5 - width : X + 9;
      const box = [left - 1, Y - 9, left + width, Y + 7];
      if (first({ p }) && taken.some((t) => t[0] < box[2] && t[2] > box[0] && t[1] < box[3] && t[3] > box[1])) continue;
      taken.push(box);
      drawText(context, text, left, Y + 4, colour, first({ p }) ? undefined : "bold 13px system-ui, sans-serif");
    }
  }

  // The track drawn nearest to a place on the screen, or null.
  at(X, Y, reach = 14) {
    let best = null, nearest = reach;
    for (const place of this.places) {
      const distance = Math.hypot(place.X - X, place.Y - Y);
      if (distance < nearest) [best, nearest] = [place.p, distance];
    }
    return best;
  }
}

// A colour that keeps its hue in both schemes and reads on land and water.
function hueColour(hue, isDark, shade = 0) {
  return isDark ? `oklch(${0.8 - shade * 0.07} 0.14 ${hue})` : `oklch(${0.5 + shade * 0.06} 0.17 ${hue})`;
}
