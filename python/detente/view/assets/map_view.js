// A map on two canvases: what changes with the view below, what changes with time above it.

class MapView {
  // root: the element with two canvases; layers: {below(context, view), above(context, view)}.
  constructor(root, plane, home, layers) {
    Object.assign(this, { root, plane, home, layers });
    [this.lower, this.upper] = root.querySelectorAll("canvas");
    this.view = new View();
    this.onMove = () => {};
    this.fitted = false;
    new ResizeObserver(() => this.resize()).observe(root);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
    listenToGestures(this);
  }

  resize() {
    const { width, height } = this.root.getBoundingClientRect();
    if (!width || !height) return;
    const ratio = Math.min(devicePixelRatio || 1, 2);
    for (const canvas of [this.lower, this.upper]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    Object.assign(this.view, { width, height });
    if (this.fitted) this.moved(); else this.fit();
  }

  get fitScale() { return fitScale(this.home, this.view); }
  fit() { this.fitted = true; this.show(this.home); }
  // Show a box of units, whole.
  show(box) {
    const scale = Math.min(fitScale(box, this.view), this.fitScale * 40);
    Object.assign(this.view, { x: (box[0] + box[2]) / 2, y: (box[1] + box[3]) / 2, k: scale });
    this.moved();
  }
  centre(x, y) { Object.assign(this.view, { x, y }); this.moved(); }
  pan(dx, dy) { this.view.x -= dx / this.view.k; this.view.y += dy / this.view.k; this.moved(); }
  zoom(factor, X = this.view.width / 2, Y = this.view.height / 2) {
    const nearest = Math.max(50 * this.plane.metresPerUnit(this.view.y), this.fitScale);
    const k = Math.min(Math.max(this.view.k * factor, this.fitScale / 4), nearest);
    const [x, y] = this.view.place(X, Y);
    this.view.k = k;
    const [x2, y2] = this.view.place(X, Y);
    this.view.x += x - x2;
    this.view.y += y - y2;
    this.moved();
  }
  follow(view) { Object.assign(this.view, { x: view.x, y: view.y, k: view.k }); this.redraw(); }
  moved() {
    const w = this.view.width / 4 / this.view.k, h = this.view.height / 4 / this.view.k;
    this.view.x = Math.min(Math.max(this.view.x, this.home[0] - 3 * w), this.home[2] + 3 * w);
    this.view.y = Math.min(Math.max(this.view.y, this.home[1] - 3 * h), this.home[3] + 3 * h);
    this.redraw();
    this.onMove(this.view);
  }

  redraw() { this.stale = true; this.tick(); }
  tick() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      if (!this.view.width) return;
      if (this.stale) this.#draw(this.lower, this.layers.below);
      this.stale = false;
      this.#draw(this.upper, this.layers.above);
    });
  }
  #draw(canvas, layer) {
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, this.view.width, this.view.height);
    context.save();
    layer(context, this.view);
    context.restore();
  }
}

// What part of the plane is seen: centre x, y in units, and k pixels per unit.
class View {
  constructor() { Object.assign(this, { x: 0, y: 0, k: 1, width: 0, height: 0 }); }
  screen(x, y) { return [(x - this.x) * this.k + this.width / 2, this.height / 2 - (y - this.y) * this.k]; }
  place(X, Y) { return [this.x + (X - this.width / 2) / this.k, this.y - (Y - this.height / 2) / this.k]; }
}

function fitScale(box, view) {
  const margin = 0.9;
  const scale = Math.min(view.width / (box[2] - box[0]), view.height / (box[3] - box[1])) * margin;
  return Number.isFinite(scale) ? scale : 1;
}
