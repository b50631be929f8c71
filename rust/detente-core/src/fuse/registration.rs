//! Registration: the shift, turn and time offset of one party's states against another's.
//!
//! A state of b with position p and velocity v reads in a's frame as p′ = o + R(φ)(p − o) + t − τ v′
//! and v′ = R(φ) v, so as G(θ) x + c(θ) with θ = (t, φ, τ): o is the point about which b is turned, and
//! b's clock is τ behind, its states are those of a moment τ later than it says. With r = xₐ − G x_b − c and
//! S = A + G B Gᵀ the sum of rᵀ S⁻¹ r is, the true states eliminated, that of a maximum-likelihood
//! errors-in-variables fit (Fuller, *Measurement Error Models*, 1987). Its gradient is −2 Dᵀ S⁻¹ r with
//! the derivative D = ∂(G x + c)/∂θ not at the state that b reports but at x̂ = x_b + B Gᵀ S⁻¹ r,
//! where both states meet: with the former the noise of the states would pull φ and τ to zero.
//!
//! What noise alone contributes to J = Σ Dᵀ S⁻¹ D is known, N = Σ tr(S⁻¹ Dᵢ Cov(x̂) Dⱼᵀ), and J − N
//! estimates the information at the true states, the inverse of the Cramér–Rao bound. A component or a
//! direction of θ of whose information noise makes up half or more is not observable, nor is a
//! component with a part in it.

use pulp::Scalar;

use super::check::{check_covariance, check_length, check_rows};
use super::diagonalise::Diagonal;
use super::small::{inner, inverse, product, product_transposed};
use crate::lanes::{Lanes, Vector};
use crate::linalg::{MAX_DIM, Matrix};
use crate::{Error, Result};

const MOST_STEPS: usize = 50;
/// A step of this many standard deviations is the last.
const LAST_STEP: f64 = 1e-6;
/// The share of noise in a direction's information from which on it counts as not observable.
const NOISE_SHARE: f64 = 0.5;
/// The part that a component may have in what is not observable.
const PARTICIPATION: f64 = 0.05;
/// How many deviations of chance its correlation with noise may have.
const CHANCE: f64 = 4.0;
/// What is added to both sides of the comparison: information this small is none.
const NOTHING: f64 = 1e-9;

/// States of the same objects by both parties: positions, then velocities (n × 2 axes each).
#[derive(Clone, Copy, Debug)]
pub struct Matched<'a> {
    /// 2 or 3 axes of space; the rotation is about the last of three.
    pub axes: usize,
    /// xₐ
    pub mean_a: &'a [f64],
    /// A (n × 2 axes × 2 axes)
    pub cov_a: &'a [f64],
    /// x_b
    pub mean_b: &'a [f64],
    /// B
    pub cov_b: &'a [f64],
    /// o, the point about which b is turned.
    pub about: &'a [f64],
    /// Which components of θ = (t, φ, τ) are estimated; the others are zero.
    pub free: &'a [bool],
}

/// θ and what is known of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Registration {
    /// θ = (t, φ, τ); zero where it was not estimated or along what cannot be observed.
    pub estimate: Vec<f64>,
    /// Its covariance, of the observable directions alone.
    pub cov: Vec<f64>,
    /// Which components are observable.
    pub observable: Vec<bool>,
    /// rᵀ S⁻¹ r of every row.
    pub distance: Vec<f64>,
}

/// Estimates θ by Gauss and Newton's method from zero.
///
/// # Errors
/// [`Error::NotPositiveDefinite`] with the first row that holds no covariance;
/// [`Error::NotFinite`]; [`Error::Shape`]; [`Error::Setting`] for other than 2 or 3 axes.
pub fn registration(matched: Matched<'_>) -> Result<Registration> {
    let Matched { axes, mean_a, cov_a, mean_b, cov_b, about, free } = matched;
    if !(2..4).contains(&axes) {
        let (what, expected) = ("the number of axes", "2 or 3");
        return Err(Error::Setting { what, expected, found: axes.to_string() });
    }
    let (dim, unknown) = (2 * axes, axes + 2);
    let rows = mean_a.len() / dim;
    check_length("mean_b", mean_b, rows * dim)?;
    check_length("cov_a", cov_a, rows * dim * dim)?;
    check_length("cov_b", cov_b, rows * dim * dim)?;
    check_length("about", about, axes)?;
    if free.len() != unknown {
        let (what, found) = ("free".to_owned(), free.len().to_string());
        return Err(Error::Shape { what, expected: format!("{unknown} numbers in all"), found });
    }

    for row in 0..rows {
        check_rows("mean_a", mean_a, dim, row)?;
        check_rows("mean_b", mean_b, dim, row)?;
        check_covariance("cov_a", cov_a, dim, row)?;
        check_covariance("cov_b", cov_b, dim, row)?;
    }
    let mut theta = vec![0.0; unknown];
    approach(matched, &mut theta, At::Reported)?; // near enough for the states to meet
    approach(matched, &mut theta, At::Meeting)?;
    let normal = Normal::at(matched, &theta, At::Meeting)?;
    Ok(summary(theta, free, &normal))
}

/// Gauss and Newton's steps until one is small.
fn approach(matched: Matched<'_>, theta: &mut [f64], at: At) -> Result<()> {
    for _ in 0..MOST_STEPS {
        let directions = Normal::at(matched, theta, at)?.directions();
        let mut size = 0.0;
        for direction in directions.iter().filter(|direction| direction.is_observable()) {
            let length = direction.step / direction.signal();
            size += length * length;
            for (theta, part) in theta.iter_mut().zip(&direction.axis) {
                *theta += length * part;
            }
        }
        if size <= LAST_STEP * LAST_STEP {
            break;
        }
    }
    Ok(())
}

/// Where the derivative is taken.
#[derive(Clone, Copy, PartialEq)]
enum At {
    /// At what b reports.
    Reported,
    /// At x̂.
    Meeting,
}

fn summary(theta: Vec<f64>, free: &[bool], normal: &Normal) -> Registration {
    let unknown = theta.len();
    let mut cov = vec![0.0; unknown * unknown];
    let mut observable = free.to_vec();
    for k in (0..unknown).filter(|&k| free[k] && !normal.has_signal(k)) {
        for (j, seen) in observable.iter_mut().enumerate() {
            *seen &= j != k && !normal.goes_with(j, k);
        }
    }
    for direction in normal.directions() {
        if direction.is_observable() {
            // of (J − N)⁻¹ J (J − N)⁻¹, the covariance of the root of an unbiased gradient
            let variance = 1.0 / (direction.signal() * direction.signal());
            for i in 0..unknown {
                for j in 0..unknown {
                    cov[i * unknown + j] += direction.axis[i] * direction.axis[j] * variance;
                }
            }
        } else {
            for (seen, part) in observable.iter_mut().zip(&direction.scaled) {
                *seen &= part.abs() <= PARTICIPATION;
            }
        }
    }
    Registration { estimate: theta, cov, observable, distance: normal.distance.clone() }
}

/// A direction u of θ with uᵀ J u = 1, orthogonal to the others in J and in N.
struct Direction {
    /// u, in the units of θ.
    axis: Vec<f64>,
    /// u of length one, each component in units of its own deviation.
    scaled: Vec<f64>,
    /// uᵀ g
    step: f64,
    /// uᵀ N u
    noise: f64,
}

impl Direction {
    fn is_observable(&self) -> bool {
        self.noise < NOISE_SHARE
    }

    /// The share of the true states in the information.
    fn signal(&self) -> f64 {
        1.0 - self.noise
    }
}

/// The normal equations at one θ.
struct Normal {
    unknown: usize,
    free: Vec<usize>,
    /// J = Σ Dᵀ S⁻¹ D
    information: Vec<f64>,
    /// N
    noise: Vec<f64>,
    /// g = Σ Dᵀ S⁻¹ r
    gradient: Vec<f64>,
    distance: Vec<f64>,
}

impl Normal {
    fn at(matched: Matched<'_>, theta: &[f64], at: At) -> Result<Self> {
        let Matched { axes, mean_a, cov_a, mean_b, cov_b, about, free } = matched;
        let (dim, unknown) = (2 * axes, axes + 2);
        let size = dim * dim;
        let link = Link::new(axes, about, theta);
        let mut out = Self {
            unknown,
            free: (0..unknown).filter(|&k| free[k]).collect(),
            information: vec![0.0; unknown * unknown],
            noise: vec![0.0; unknown * unknown],
            gradient: vec![0.0; unknown],
            distance: Vec::new(),
        };
        for row in 0..mean_a.len() / dim {
            let (a, b) = (&mean_a[row * dim..][..dim], &mean_b[row * dim..][..dim]);
            let (cov_a, cov_b) = (&cov_a[row * size..][..size], &cov_b[row * size..][..size]);
            let gb = product(&link.matrix, cov_b, dim); // G B
            let spread = product_transposed(&gb, &link.matrix, dim);
            let s: Vec<f64> = spread.iter().zip(cov_a).map(|(spread, a)| spread + a).collect();
            let s = inverse(dim, &s)
                .ok_or_else(|| Error::NotPositiveDefinite { what: "cov_a".to_owned(), row })?;
            let predicted = link.moved(b);
            let r: Vec<f64> = a.iter().zip(&predicted).map(|(a, p)| a - p).collect();
            let sr = product(&s, &r, dim);
            out.distance.push(inner(&r, &sr));
            // x̂ = x_b + B Gᵀ S⁻¹ r and its covariance B − B Gᵀ S⁻¹ G B
            let sgb = product(&s, &gb, dim);
            let mut meeting = b.to_vec();
            let mut rest = cov_b.to_vec();
            let meets = if at == At::Meeting { dim } else { 0 };
            for i in 0..meets {
                for k in 0..dim {
                    meeting[i] += gb[k * dim + i] * sr[k];
                    for j in 0..dim {
                        rest[i * dim + j] -= gb[k * dim + i] * sgb[k * dim + j];
                    }
                }
            }
            out.add(&link, &meeting, &rest, &s, &sr);
        }
        Ok(out)
    }

    fn add(&mut self, link: &Link, meeting: &[f64], rest: &[f64], s: &[f64], sr: &[f64]) {
        let slopes: Vec<Slope> =
            self.free.iter().map(|&k| link.slope(k, meeting, rest, s)).collect();
        for (&i, slope) in self.free.iter().zip(&slopes) {
            self.gradient[i] += inner(&slope.value, sr);
            for (&j, other) in self.free.iter().zip(&slopes) {
                self.information[i * self.unknown + j] += inner(&slope.value, &other.white);
                // tr(S⁻¹ Dᵢ C Dⱼᵀ)
                let sum = inner(&slope.spread, &other.matrix);
                self.noise[i * self.unknown + j] += sum;
            }
        }
    }

    /// Whether a component's own information is more than noise.
    fn has_signal(&self, k: usize) -> bool {
        let own = k * self.unknown + k;
        self.noise[own] < NOISE_SHARE * self.information[own]
    }

    /// Whether two components are correlated by more than chance.
    fn goes_with(&self, j: usize, k: usize) -> bool {
        let entry = |i: usize, j: usize| self.information[i * self.unknown + j];
        let chance = CHANCE / (self.distance.len() as f64).sqrt();
        let correlation = entry(j, k).abs() / (entry(j, j) * entry(k, k)).sqrt();
        correlation > PARTICIPATION.max(chance)
    }

    /// The directions in which J and N are diagonal at once, of the free components with a signal.
    fn directions(&self) -> Vec<Direction> {
        let free: Vec<usize> = self.free.iter().copied().filter(|&k| self.has_signal(k)).collect();
        let (unknown, count) = (self.unknown, free.len());
        if count == 0 {
            return Vec::new();
        }
        let simd = Scalar::new();
        let zero = Vector::splat(simd, 0.0);
        let unit: Vec<f64> = (0..unknown)
            .map(|k| {
                let own = self.information[k * unknown + k];
                1.0 / own.sqrt() // above zero wherever there is a signal
            })
            .collect();
        let mut matrices: [Matrix<Scalar, MAX_DIM, MAX_DIM>; 2] = [[[zero; MAX_DIM]; MAX_DIM]; 2];
        for (matrix, values) in matrices.iter_mut().zip([&self.information, &self.noise]) {
            for (i, &row) in free.iter().enumerate() {
                for (j, &col) in free.iter().enumerate() {
                    let nothing = if i == j { NOTHING } else { 0.0 };
                    let value = values[row * unknown + col] * unit[row] * unit[col] + nothing;
                    matrix[i][j] = Vector::splat(simd, value);
                }
            }
        }
        let both = Diagonal::new(simd, count, &matrices[0], &matrices[1]);
        let rows = both.inverse_basis();
        let directions = (0..count).map(|k| {
            let mut axis = vec![0.0; unknown];
            let mut scaled = vec![0.0; unknown];
            for (i, &component) in free.iter().enumerate() {
                scaled[component] = number(rows[k][i]);
                axis[component] = scaled[component] * unit[component];
            }
            let length = inner(&scaled, &scaled).sqrt();
            scaled.iter_mut().for_each(|part| *part /= length);
            let step = inner(&axis, &self.gradient);
            Direction { axis, scaled, step, noise: number(both.ratio[k]) }
        });
        directions.collect()
    }
}

fn number(value: Vector<Scalar>) -> f64 {
    let mut lanes = Lanes::ZERO;
    value.store(&mut lanes, 0);
    lanes.0[0]
}

/// G and c of one θ.
struct Link {
    axes: usize,
    about: Vec<f64>,
    theta: Vec<f64>,
    /// R and its derivative by φ (axes × axes).
    turn: [Vec<f64>; 2],
    /// G
    matrix: Vec<f64>,
}

/// The derivative of G x + c by one component of θ, at one row.
struct Slope {
    /// D = Gₖ x̂ + cₖ
    value: Vec<f64>,
    /// S⁻¹ D
    white: Vec<f64>,
    /// Gₖ
    matrix: Vec<f64>,
    /// S⁻¹ Gₖ Cov(x̂)
    spread: Vec<f64>,
}

impl Link {
    fn new(axes: usize, about: &[f64], theta: &[f64]) -> Self {
        let (phi, tau) = (theta[axes], theta[axes + 1]);
        let (sine, cosine) = (libm::sin(phi), libm::cos(phi));
        let plane = |a: f64, b: f64, up: f64| {
            let mut out = vec![0.0; axes * axes];
            (out[0], out[1], out[axes], out[axes + 1]) = (a, -b, b, a);
            if axes == 3 {
                out[8] = up;
            }
            out
        };
        let turn = [plane(cosine, sine, 1.0), plane(-sine, cosine, 0.0)];
        let matrix = blocks(axes, &turn[0], 1.0, -tau, 1.0);
        Self { axes, about: about.to_vec(), theta: theta.to_vec(), turn, matrix }
    }

    /// G x + c
    fn moved(&self, x: &[f64]) -> Vec<f64> {
        let shifted: Vec<f64> =
            x.iter().enumerate().map(|(i, x)| x - self.about.get(i).unwrap_or(&0.0)).collect();
        let mut out = product(&self.matrix, &shifted, 2 * self.axes);
        for i in 0..self.axes {
            out[i] += self.about[i] + self.theta[i];
        }
        out
    }

    fn slope(&self, component: usize, x: &[f64], rest: &[f64], s: &[f64]) -> Slope {
        let (axes, dim, tau) = (self.axes, 2 * self.axes, self.theta[self.axes + 1]);
        let matrix = if component < axes {
            vec![0.0; dim * dim]
        } else if component == axes {
            blocks(axes, &self.turn[1], 1.0, -tau, 1.0)
        } else {
            blocks(axes, &self.turn[0], 0.0, -1.0, 0.0)
        };
        let shifted: Vec<f64> =
            x.iter().enumerate().map(|(i, x)| x - self.about.get(i).unwrap_or(&0.0)).collect();
        let mut value = product(&matrix, &shifted, dim);
        if component < axes {
            value[component] += 1.0;
        }
        let white = product(s, &value, dim);
        let spread = product(&product(s, &matrix, dim), rest, dim);
        Slope { value, white, matrix, spread }
    }
}

/// [[p R, q R], [0, v R]]
fn blocks(axes: usize, turn: &[f64], p: f64, q: f64, v: f64) -> Vec<f64> {
    let dim = 2 * axes;
    let mut out = vec![0.0; dim * dim];
    for i in 0..axes {
        for j in 0..axes {
            let r = turn[i * axes + j];
            out[i * dim + j] = p * r;
            out[i * dim + axes + j] = q * r;
            out[(axes + i) * dim + axes + j] = v * r;
        }
    }
    out
}
