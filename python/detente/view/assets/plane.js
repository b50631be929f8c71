// Places on the page's plane: whole numbers to degrees or metres, and the lines of a grid.

class Plane {
  constructor(description) {
    Object.assign(this, description);
    this.isGlobe = this.kind === "mercator";
  }
  x(unit) { return this.x_m + unit * this.quantum_m; }
  y(unit) { return this.y_m + unit * this.quantum_m; }
  longitude(unit) {
    const degrees = this.longitude_deg + (this.x(unit) / this.radius_m) * (180 / Math.PI);
    return ((degrees + 540) % 360) - 180;
  }
  latitude(unit) { return Math.atan(Math.sinh(this.y(unit) / this.radius_m)) * (180 / Math.PI); }
  unitFromAway(degrees) { return ((degrees * Math.PI / 180) * this.radius_m - this.x_m) / this.quantum_m; }
  unitFromLatitude(degrees) {
    return (Math.asinh(Math.tan(degrees * Math.PI / 180)) * this.radius_m - this.y_m) / this.quantum_m;
  }
  // Metres on the ground for one unit at this height of the plane.
  metresPerUnit(unitY) {
    return this.isGlobe ? this.quantum_m / Math.cosh(this.y(unitY) / this.radius_m) : this.quantum_m;
  }
  placeText(unitX, unitY) {
    if (!this.isGlobe) return `x ${lengthText(this.x(unitX))}, y ${lengthText(this.y(unitY))}`;
    return `${degreesText(this.latitude(unitY), "NS", 4)}, ${degreesText(this.longitude(unitX), "EW", 4)}`;
  }
  // Grid lines in a box of units: [{unit, text}] across and up, about `count` of each.
  grid(left, bottom, right, top, count) {
    return this.isGlobe ? this.#degreeGrid(left, bottom, right, top, count) : this.#metreGrid(left, bottom, right, top, count);
  }
  #degreeGrid(left, bottom, right, top, count) {
    const away = (unit) => (this.x(unit) / this.radius_m) * (180 / Math.PI);
    const step = niceDegrees((away(right) - away(left)) / count);
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    const across = [], up = [];
    const first = Math.ceil((away(left) + this.longitude_deg) / step);
    const last = Math.floor((away(right) + this.longitude_deg) / step);
    for (let i = first; i <= last && across.length < 99; i++) {
      const degrees = ((i * step + 540) % 360) - 180;
      across.push({ unit: this.unitFromAway(i * step - this.longitude_deg), text: degreesText(degrees, "EW", digits) });
    }
    for (let i = Math.ceil(this.latitude(bottom) / step); i * step <= this.latitude(top) && up.length < 99; i++) {
      up.push({ unit: this.unitFromLatitude(i * step), text: degreesText(i * step, "NS", digits) });
    }
    return { across, up };
  }
  #metreGrid(left, bottom, right, top, count) {
    const step = niceNumber((this.x(right) - this.x(left)) / count);
    const lines = (from, to, unit) => {
      const out = [];
      for (let i = Math.ceil(from / step); i * step <= to && out.length < 99; i++) {
        out.push({ unit: unit(i * step), text: signedText(i * step, step) });
      }
      return out;
    };
    return {
      across: lines(this.x(left), this.x(right), (x) => (x - this.x_m) / this.quantum_m),
      up: lines(this.y(bottom), this.y(top), (y) => (y - this.y_m) / this.quantum_m),
    };
  }
}

// A coordinate in metres, in kilometres where the grid's step is one.
function signedText(value, step) {
  if (value === 0) return "0";
  const kilo = step >= 500;
  return `${value < 0 ? "−" : ""}${Number(Math.abs(kilo ? value / 1000 : value).toPrecision(6))} ${kilo ? "km" : "m"}`;
}

// The largest of 1, 2, 5 × 10ⁿ that is not above the value.
function niceNumber(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (value >= 5 * power ? 5 : value >= 2 * power ? 2 : 1);
}

function niceDegrees(value) {
  return value >= 30 ? 30 : value >= 10 ? 10 : niceNumber(value);
}
