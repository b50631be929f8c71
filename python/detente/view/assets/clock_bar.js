// The time of a page: a slider, a play button, a speed; tells its listeners when time moves.

class ClockBar {
  constructor(root, clock, start) {
    Object.assign(this, { clock, now: start, listeners: [] });
    [this.button, this.slider, this.output, this.select] =
      ["button", "input", "output", "select"].map((tag) => root.querySelector(tag));
    this.slider.max = clock.steps;
    const duration = clock.seconds(clock.steps);
    const speeds = [1, 10, 60, 300, 1000, 5000].filter((speed) => speed === 1 || duration / speed > 3);
    const usual = speeds.reduce((a, b) => (Math.abs(Math.log(duration / b / 45)) < Math.abs(Math.log(duration / a / 45)) ? b : a));
    for (const speed of speeds) this.select.add(new Option(speed === 1 ? "real time" : `${speed}×`, speed, false, speed === usual));
    this.button.addEventListener("click", () => this.toggle());
    this.slider.addEventListener("input", () => this.set(Number(this.slider.value)));
    this.playing = false;
  }
  // Draw what happens when above the slider: `levels` over the whole time, and `marks` at steps.
  annotate({ levels = [], marks = [] }) {
    const canvas = this.slider.previousElementSibling;
    const draw = () => drawStrip(canvas, levels, marks.map((step) => step / Math.max(this.clock.steps, 1)));
    new ResizeObserver(draw).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  }
  listen(listener) { this.listeners.push(listener); }
  set(now) {
    this.now = Math.min(Math.max(now, 0), this.clock.steps);
    this.slider.value = Math.round(this.now);
    const text = this.clock.text(this.now);
    if (this.output.textContent !== text) {
      this.output.textContent = text;
      this.slider.setAttribute("aria-valuetext", text);
    }
    for (const listener of this.listeners) listener(this.now);
  }
  toggle() {
    this.playing = !this.playing;
    this.button.textContent = this.playing ? "❚❚ Pause" : "▶ Play";
    if (!this.playing) return;
    if (this.now >= this.clock.steps) this.set(0);
    let before = performance.now();
    const frame = (at) => {
      if (!this.playing) return;
      const seconds = Math.min((at - before) / 1000, 0.25) * Number(this.select.value);
      before = at;
      this.set(this.now + this.clock.stepsIn(Math.max(seconds, 0)));
      if (this.now >= this.clock.steps) this.toggle(); else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }
}

function drawStrip(canvas, levels, marks) {
  const { width, height } = canvas.getBoundingClientRect();
  const ratio = Math.min(devicePixelRatio || 1, 2);
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const colour = colours();
  const highest = Math.max(...levels, 1);
  context.fillStyle = colour.accent;
  context.globalAlpha = 0.35;
  context.beginPath();
  context.moveTo(0, height);
  levels.forEach((level, i) => context.lineTo(width * i / (levels.length - 1), height * (1 - level / highest)));
  context.lineTo(width, height);
  context.fill();
  context.globalAlpha = 1;
  context.fillStyle = colour.warn;
  for (const at of marks.filter((mark) => mark >= 0 && mark <= 1)) {
    const X = Math.min(Math.max(at * width, 5), width - 5);
    context.beginPath();
    context.moveTo(X, height - 2);
    context.lineTo(X - 5, 2);
    context.lineTo(X + 5, 2);
    context.fill();
  }
}
