// Paths of objects over time: where each was, and how to draw it.

class Paths {
  // layer: counts and the columns time, x, y and perhaps others; gap: steps after which a path is broken.
  constructor(layer, gap) {
    this.count = layer.counts.length;
    this.gap = gap;
    this.time = integersFromText(layer.time);
    this.x = integersFromText(layer.x);
    this.y = integersFromText(layer.y);
    this.level = layer.level === undefined ? null : integersFromText(layer.level);
    this.height = layer.height === undefined ? null : integersFromText(layer.height);
    this.origin = layer.origin === undefined ? null : integersFromText(layer.origin);
    this.start = new Int32Array(this.count + 1);
    layer.counts.forEach((n, p) => { this.start[p + 1] = this.start[p] + n; });
    this.boxes = Array.from({ length: this.count }, (_, p) => this.#box(p));
  }
  #box(p) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = this.start[p]; i < this.start[p + 1]; i++) {
      box[0] = Math.min(box[0], this.x[i]);
      box[1] = Math.min(box[1], this.y[i]);
      box[2] = Math.max(box[2], this.x[i]);
      box[3] = Math.max(box[3], this.y[i]);
    }
    return box;
  }
  isEmpty(p) { return this.start[p] === this.start[p + 1]; }
  first(p) { return this.time[this.start[p]]; }
  last(p) { return this.time[this.start[p + 1] - 1]; }

  // The last report of path p at or before a time, or -1.
  reportAt(p, now) {
    let low = this.start[p], high = this.start[p + 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.time[middle] <= now) low = middle + 1; else high = middle;
    }
    return low > this.start[p] ? low - 1 : -1;
  }

  // Where path p is at a time: {x, y, i: last report, silent: none for long}, or null if none for very long.
  stateAt(p, now) {
    if (this.isEmpty(p) || now < this.first(p) || now > this.last(p)) return null;
    const i = this.reportAt(p, now);
    const n = i + 1;
    if (n === this.start[p + 1] || this.time[n] === this.time[i]) return { x: this.x[i], y: this.y[i], i, silent: false };
    const between = this.time[n] - this.time[i];
    if (between > this.gap) {
      const silence = now - this.time[i];
      return silence > 4 * this.gap ? null : { x: this.x[i], y: this.y[i], i, silent: silence > this.gap };
    }
    const part = (now - this.time[i]) / between;
    return { x: this.x[i] + part * (this.x[n] - this.x[i]), y: this.y[i] + part * (this.y[n] - this.y[i]), i, silent: false };
  }

  // Velocity in units per step over the reports up to i that lie within `window` steps, or null.
  velocity(p, i, window) {
    let j = i;
    while (j > this.start[p] && this.time[i] - this.time[j - 1] <= window) j--;
    const steps = this.time[i] - this.time[j];
    return steps > 0 ? [(this.x[i] - this.x[j]) / steps, (this.y[i] - this.y[j]) / steps] : null;
  }

  // Add reports [from, to) to the context's current path; points that share a pixel are passed over.
  trace(context, view, from, to) {
    const { k, x: cx, y: cy, width, height } = view;
    const left = width / 2, top = height / 2;
    let lastX = 0, lastY = 0, pen = false;
    for (let i = from; i < to; i++) {
      const X = (this.x[i] - cx) * k + left, Y = top - (this.y[i] - cy) * k;
      const broken = !pen || this.time[i] - this.time[i - 1] > this.gap;
      if (broken) context.moveTo(X, Y);
      else if (Math.abs(X - lastX) + Math.abs(Y - lastY) < 1.5 && i < to - 1) continue;
      else context.lineTo(X, Y);
      lastX = X; lastY = Y; pen = true;
    }
  }

  inView(p, view) {
    const box = this.boxes[p], w = view.width / 2 / view.k, h = view.height / 2 / view.k;
    return box[0] < view.x + w && box[2] > view.x - w && box[1] < view.y + h && box[3] > view.y - h;
  }

  drawWhole(context, view, p) {
    if (this.isEmpty(p) || !this.inView(p, view)) return;
    context.beginPath();
    this.trace(context, view, this.start[p], this.start[p + 1]);
    context.stroke();
  }

  // The trail of path p up to a state, stronger towards its end.
  drawTrail(context, view, p, state, now, length) {
    const pieces = 4, alpha = context.globalAlpha;
    for (let piece = 0; piece < pieces; piece++) {
      const since = now - length * (1 - piece / pieces);
      const until = now - length * (1 - (piece + 1) / pieces);
      const from = Math.max(this.reportAt(p, since), this.start[p]);
      const to = piece === pieces - 1 ? state.i + 1 : this.reportAt(p, until) + 1;
      if (to - from < (piece === pieces - 1 ? 1 : 2)) continue;
      context.globalAlpha = alpha * (piece + 1) / pieces;
      context.beginPath();
      this.trace(context, view, from, to);
      if (piece === pieces - 1 && !state.silent) context.lineTo(...view.screen(state.x, state.y));
      context.stroke();
    }
    context.globalAlpha = alpha;
  }
}
