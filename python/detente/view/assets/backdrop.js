// What lies under the tracks: land and water where known, a grid and a scale bar.

function colours() {
  const style = getComputedStyle(document.documentElement);
  return new Proxy({}, { get: (_, name) => style.getPropertyValue(`--${name}`).trim() });
}

class Backdrop {
  constructor(data) {
    this.region = data?.region;
    this.rings = (data?.groups ?? []).map(({ kind, counts, x, y }) => {
      const [xs, ys] = [integersFromText(x), integersFromText(y)];
      const starts = counts.reduce((all, n) => [...all, all.at(-1) + n], [0]);
      return { kind, starts, xs, ys };
    });
    this.scale = data?.scale ?? 1;
  }

  draw(context, view, plane) {
    const colour = colours();
    context.fillStyle = colour.paper;
    context.fillRect(0, 0, view.width, view.height);
    if (this.region) {
      const [left, bottom] = view.screen(this.region[0], this.region[1]);
      const [right, top] = view.screen(this.region[2], this.region[3]);
      context.fillStyle = colour.water;
      context.fillRect(left, top, right - left, bottom - top);
      for (const group of this.rings) this.#drawGroup(context, view, group, colour);
    }
    drawGrid(context, view, plane, colour);
    drawScaleBar(context, view, plane, colour);
  }

  #drawGroup(context, view, { kind, starts, xs, ys }, colour) {
    context.beginPath();
    for (let ring = 0; ring + 1 < starts.length; ring++) {
      for (let i = starts[ring]; i < starts[ring + 1]; i++) {
        const X = (this.region[0] + xs[i] * this.scale - view.x) * view.k + view.width / 2;
        const Y = view.height / 2 - (this.region[1] + ys[i] * this.scale - view.y) * view.k;
        if (i === starts[ring]) context.moveTo(X, Y); else context.lineTo(X, Y);
      }
      if (kind !== "border") context.closePath();
    }
    if (kind === "border") {
      context.strokeStyle = colour.border;
      context.lineWidth = 1;
      context.setLineDash([6, 3]);
      context.stroke();
      context.setLineDash([]);
    } else {
      context.fillStyle = kind === "land" ? colour.land : colour.water;
      context.fill();
    }
  }
}

function drawGrid(context, view, plane, colour) {
  const [left, top] = view.place(0, 0);
  const [right, bottom] = view.place(view.width, view.height);
  const { across, up } = plane.grid(left, bottom, right, top, Math.max(3, view.width / 150));
  context.strokeStyle = colour.grid;
  context.lineWidth = 1;
  context.beginPath();
  for (const { unit } of across) {
    const X = Math.round(view.screen(unit, 0)[0]) + 0.5;
    context.moveTo(X, 0); context.lineTo(X, view.height);
  }
  for (const { unit } of up) {
    const Y = Math.round(view.screen(0, unit)[1]) + 0.5;
    context.moveTo(0, Y); context.lineTo(view.width, Y);
  }
  context.stroke();
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = colour.faint;
  context.textBaseline = "top";
  for (const { unit, text } of across) context.fillText(text, view.screen(unit, 0)[0] + 4, 4);
  context.textBaseline = "bottom";
  for (const { unit, text } of up) {
    const Y = view.screen(0, unit)[1];
    if (Y > 30 && Y < view.height - 40) context.fillText(text, 4, Y - 2);
  }
}

function drawScaleBar(context, view, plane, colour) {
  const metresPerPixel = plane.metresPerUnit(view.y) / view.k;
  const metres = niceNumber(metresPerPixel * 120);
  const width = metres / metresPerPixel;
  const [X, Y] = [12, view.height - 12];
  for (const [stroke, line] of [[colour.halo, 5], [colour.ink, 2]]) {
    context.strokeStyle = stroke;
    context.lineWidth = line;
    context.beginPath();
    context.moveTo(X, Y - 6); context.lineTo(X, Y); context.lineTo(X + width, Y); context.lineTo(X + width, Y - 6);
    context.stroke();
  }
  drawText(context, lengthText(metres), X + 5, Y - 5, colour);
}

function drawText(context, text, X, Y, colour, font = "12px system-ui, sans-serif") {
  context.font = font;
  context.textBaseline = "alphabetic";
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = colour.halo;
  context.strokeText(text, X, Y);
  context.fillStyle = colour.ink;
  context.fillText(text, X, Y);
}
