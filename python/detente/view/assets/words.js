// Say times, places and lengths in words.

const pad = (n) => String(n).padStart(2, "0");

class Clock {
  // sections: [{after_s, name}], names for parts of the clock.
  constructor({ start_s, quantum_s, steps, is_posix }, sections = []) {
    Object.assign(this, { start: start_s, quantum: quantum_s, steps, isPosix: is_posix, sections });
  }
  seconds(step) { return step * this.quantum; }
  stepsIn(seconds) { return seconds / this.quantum; }
  text(step) {
    const section = this.sections.findLast(({ after_s }) => after_s <= this.seconds(step) + 1e-9);
    if (section) return `${section.name} + ${durationText(this.seconds(step) - section.after_s)}`;
    if (!this.isPosix) return `${durationText(this.seconds(step))} from the start`;
    const date = new Date((this.start + this.seconds(step)) * 1000);
    return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
  }
  short(step) {
    if (!this.isPosix) return durationText(this.seconds(step));
    const iso = new Date((this.start + this.seconds(step)) * 1000).toISOString();
    return this.seconds(this.steps) < 86400 ? iso.slice(11, 19) : iso.slice(5, 16).replace("T", " ");
  }
}

function durationText(seconds) {
  if (seconds < 60) return `${Number(seconds.toFixed(seconds < 10 ? 1 : 0))} s`;
  const whole = Math.round(seconds);
  const [days, hours, minutes] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60];
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${pad(minutes)} min`;
  return whole % 60 ? `${minutes} min ${pad(whole % 60)} s` : `${minutes} min`;
}

// The same without seconds where there are minutes.
function roundedDurationText(seconds) { return durationText(seconds < 60 ? seconds : Math.round(seconds / 60) * 60); }

function lengthText(metres) {
  return metres >= 1000 ? `${Number((metres / 1000).toPrecision(3))} km` : `${Number(metres.toPrecision(3))} m`;
}

function degreesText(degrees, letters, digits) {
  const letter = degrees === 0 ? "" : ` ${letters[degrees > 0 ? 0 : 1]}`;
  return `${Math.abs(degrees).toFixed(digits)}°${letter}`;
}

function percentText(level) {
  const percent = level / 2.55;
  if (percent > 99) return "> 99 %"; // never certain: the level is rounded
  return percent > 0 && percent < 1 ? "< 1 %" : `${Math.round(percent)} %`;
}
