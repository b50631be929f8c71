//! Coordinated turn: constant speed around a curve in the horizontal, at a known or estimated rate.
//!
//! With complex numbers for the horizontal, positive rates from the first axis to the second (from
//! east to north): ṗ = v, v̇ = i ω v + white noise; a third axis moves at constant velocity. Where
//! the rate is estimated, it is the last component of the state and driven by white noise too.
//! Bar-Shalom, Li and Kirubarajan 2001, section 11.7; the noise is integrated exactly along the
//! turn, in Stumpff's functions. Of an estimated rate F is the Jacobian at the state and Q the
//! covariance of the equation linearised along the mean: both together solve the differential
//! equations of the extended Kalman–Bucy filter, so that two steps are one.

use super::Linearised;
use super::stumpff::{c1, c2, c3, c4, c5, lag_squared, versine_squared};
use crate::{Error, Result};

/// How fast it turns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// Known.
    Known {
        /// ω \[rad/s\], positive from the first axis to the second.
        rad_s: f64,
    },
    /// The last component of the state.
    Estimated {
        /// The power spectral density of its drift \[rad²/s³\].
        psd: f64,
        /// Its standard deviation in a new object \[rad/s\].
        std_rad_s: f64,
        /// Whether states move by the unscented transform, instead of by the Jacobian.
        unscented: bool,
    },
}

/// A coordinated turn in two axes, or in the first two of three.
#[derive(Clone, Debug, PartialEq)]
pub struct CoordinatedTurn {
    axes: usize,
    rate: Rate,
    horizontal_psd: f64,
    vertical_psd: f64,
}

impl CoordinatedTurn {
    /// A turn whose acceleration has one power spectral density in the horizontal and one in the
    /// vertical \[m²/s³\].
    ///
    /// # Errors
    /// [`Error::Setting`] for other than two or three axes, or a setting that is not positive and
    /// finite (a known rate may be zero or negative).
    pub fn new(axes: usize, rate: Rate, horizontal_psd: f64, vertical_psd: f64) -> Result<Self> {
        let refuse = |what, expected, found| Err(Error::Setting { what, expected, found });
        if axes != 2 && axes != 3 {
            return refuse("the axes of a turn", "2 or 3", axes.to_string());
        }
        let mut positive = vec![
            ("the power spectral density", horizontal_psd),
            ("the power spectral density", vertical_psd),
        ];
        match rate {
            Rate::Known { rad_s } if !rad_s.is_finite() => {
                return refuse("the turn rate", "finite", rad_s.to_string());
            }
            Rate::Known { .. } => {}
            Rate::Estimated { psd, std_rad_s, .. } => {
                positive.push(("the power spectral density of the turn rate", psd));
                positive.push(("the standard deviation of the turn rate", std_rad_s));
            }
        }
        for (what, value) in positive {
            if !(value.is_finite() && value > 0.0) {
                return refuse(what, "positive and finite", value.to_string());
            }
        }
        Ok(Self { axes, rate, horizontal_psd, vertical_psd })
    }

    /// How many axes of space it moves in.
    #[must_use]
    pub fn axes(&self) -> usize {
        self.axes
    }

    /// The dimension of the state: positions, velocities, and the rate if it is estimated.
    #[must_use]
    pub fn dim(&self) -> usize {
        2 * self.axes + usize::from(!self.is_linear())
    }

    /// Whether F and Q depend on the time step alone.
    #[must_use]
    pub fn is_linear(&self) -> bool {
        matches!(self.rate, Rate::Known { .. })
    }

    /// The variance of the rate in a new object.
    pub(super) fn prior_variance(&self, component: usize) -> Option<f64> {
        match self.rate {
            Rate::Estimated { std_rad_s, .. } if component == 2 * self.axes => {
                Some(std_rad_s * std_rad_s)
            }
            _ => None,
        }
    }

    /// Whether states move by the unscented transform.
    #[must_use]
    pub fn is_unscented(&self) -> bool {
        matches!(self.rate, Rate::Estimated { unscented: true, .. })
    }

    /// f(x, Δt), F and Q about one state.
    pub fn linearise(&self, state: &[f64], dt_s: f64, out: &mut Linearised) {
        let turn = self.turn(state, dt_s);
        self.predict(state, dt_s, out);
        out.noise.fill(0.0);
        turn.shake_horizontally(self.horizontal_psd, &mut out.noise);
        if self.axes == 3 {
            turn.shake_vertically(self.vertical_psd, &mut out.noise);
        }
        if let Rate::Estimated { psd, .. } = self.rate {
            let (east, north) = (out.predicted[self.axes], out.predicted[self.axes + 1]);
            let aside = Complex(-north, east); // i v, the derivative of v by the angle turned
            turn.steer(aside, &mut out.transition);
            turn.shake_rate(psd, aside, &mut out.noise);
        }
    }

    /// f(x, Δt) alone; `out.transition` is left as F but for the derivative by the rate.
    pub fn predict(&self, state: &[f64], dt_s: f64, out: &mut Linearised) {
        let turn = self.turn(state, dt_s);
        out.transition.fill(0.0);
        turn.move_horizontally(&mut out.transition);
        if self.axes == 3 {
            turn.move_vertically(&mut out.transition);
        }
        if !self.is_linear() {
            out.transition[self.dim() * self.dim() - 1] = 1.0;
        }
        out.predict(state);
    }

    fn turn(&self, state: &[f64], dt_s: f64) -> Turn {
        let rate_rad_s = match self.rate {
            Rate::Known { rad_s } => rad_s,
            Rate::Estimated { .. } => state[2 * self.axes],
        };
        Turn { axes: self.axes, dim: self.dim(), rate_rad_s, dt_s }
    }
}

/// One step at one rate.
struct Turn {
    axes: usize,
    dim: usize,
    rate_rad_s: f64,
    dt_s: f64,
}

impl Turn {
    fn theta(&self) -> f64 {
        self.rate_rad_s * self.dt_s
    }

    /// p + v (sin θ + i (1 − cos θ)) / ω and v e^(iθ).
    fn move_horizontally(&self, f: &mut [f64]) {
        let (theta, t) = (self.theta(), self.dt_s);
        self.put(f, (0, 0), Complex(1.0, 0.0));
        self.put(f, (0, self.axes), Complex(t * c1(theta), t * theta * c2(theta)));
        self.put(f, (self.axes, self.axes), Complex(libm::cos(theta), libm::sin(theta)));
    }

    /// The integral over the step of what white acceleration adds.
    fn shake_horizontally(&self, psd: f64, q: &mut [f64]) {
        let (theta, t) = (self.theta(), self.dt_s);
        let t2 = t * t;
        let cross = Complex(psd * t2 * c2(theta), -psd * t2 * theta * c3(theta));
        self.put(q, (0, 0), Complex(2.0 * psd * t2 * t * c3(theta), 0.0));
        self.put(q, (0, self.axes), cross);
        self.put(q, (self.axes, 0), Complex(cross.0, -cross.1));
        self.put(q, (self.axes, self.axes), Complex(psd * t, 0.0));
    }

    fn move_vertically(&self, f: &mut [f64]) {
        let (dim, up, climb) = (self.dim, 2, self.axes + 2);
        f[up * dim + up] = 1.0;
        f[up * dim + climb] = self.dt_s;
        f[climb * dim + climb] = 1.0;
    }

    fn shake_vertically(&self, psd: f64, q: &mut [f64]) {
        let (dim, up, climb, t) = (self.dim, 2, self.axes + 2, self.dt_s);
        q[up * dim + up] = psd * (t * t * t / 3.0);
        q[up * dim + climb] = psd * (t * t * 0.5);
        q[climb * dim + up] = psd * (t * t * 0.5);
        q[climb * dim + climb] = psd * t;
    }

    /// How much an error of the rate moves the position and the velocity by the end of the step,
    /// in units of i v: g = ∫₀ᵗ u e^(−iω(t−u)) du, and t.
    fn steer(&self, aside: Complex, f: &mut [f64]) {
        let (dim, last, t) = (self.dim, self.dim - 1, self.dt_s);
        let theta = self.theta();
        let pos = aside.times(Complex(t * t * c2(theta), -t * t * theta * c3(theta)));
        f[last] = pos.0;
        f[dim + last] = pos.1;
        f[self.axes * dim + last] = t * aside.0;
        f[(self.axes + 1) * dim + last] = t * aside.1;
    }

    /// The integral over the step of what a drifting rate adds: of g gᵀ, t gᵀ, g, t², t and 1.
    fn shake_rate(&self, psd: f64, aside: Complex, q: &mut [f64]) {
        let (dim, last, t, theta) = (self.dim, self.dim - 1, self.dt_s, self.theta());
        let (t2, t3) = (t * t, t * t * t);
        let (c3, c4, c5) = (c3(theta), c4(theta), c5(theta));
        let real = t2 * t3 * versine_squared(theta);
        let imaginary = t2 * t3 * theta * theta * lag_squared(theta);
        let mixed = -0.5 * t2 * t3 * theta * c3 * c3;
        // rows (Re, Im) of the position, then of the velocity, then the rate
        let local = [
            [real, mixed, t2 * t2 * (c3 - c4), 0.0, t3 * c3],
            [mixed, imaginary, -t2 * t2 * theta * (c4 - c5), 0.0, -t3 * theta * c4],
            [t2 * t2 * (c3 - c4), -t2 * t2 * theta * (c4 - c5), t3 / 3.0, 0.0, 0.5 * t2],
            [0.0; 5],
            [t3 * c3, -t3 * theta * c4, 0.5 * t2, 0.0, t],
        ];
        let turned = aside.on_both_sides(local);
        let place = [0, 1, self.axes, self.axes + 1, last];
        for (row, &i) in place.iter().enumerate() {
            for (col, &j) in place.iter().enumerate() {
                q[i * dim + j] += psd * turned[row.max(col)][row.min(col)];
            }
        }
    }

    /// Adds the matrix that multiplies by a complex number.
    fn put(&self, matrix: &mut [f64], (row, col): (usize, usize), by: Complex) {
        matrix[row * self.dim + col] = by.0;
        matrix[row * self.dim + col + 1] = -by.1;
        matrix[(row + 1) * self.dim + col] = by.1;
        matrix[(row + 1) * self.dim + col + 1] = by.0;
    }
}

#[derive(Clone, Copy)]
struct Complex(f64, f64);

impl Complex {
    fn times(self, other: Self) -> Self {
        Self(self.0 * other.0 - self.1 * other.1, self.0 * other.1 + self.1 * other.0)
    }

    /// T A Tᵀ, with T that multiplies the first and the second pair by this number.
    fn on_both_sides(self, mut a: [[f64; 5]; 5]) -> [[f64; 5]; 5] {
        for _ in 0..2 {
            for pair in [0, 2] {
                for col in 0..5 {
                    let moved = self.times(Self(a[pair][col], a[pair + 1][col]));
                    (a[pair][col], a[pair + 1][col]) = (moved.0, moved.1);
                }
            }
            a = transpose(a);
        }
        a
    }
}

fn transpose(a: [[f64; 5]; 5]) -> [[f64; 5]; 5] {
    let mut out = a;
    for i in 0..5 {
        for j in 0..5 {
            out[j][i] = a[i][j];
        }
    }
    out
}
