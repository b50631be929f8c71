//! Covariance intersection of several estimates at once, with the weights that are best together.
//!
//! P⁻¹ = Σ wᵢ Aᵢ⁻¹ and P⁻¹ x = Σ wᵢ Aᵢ⁻¹ aᵢ with w on the simplex (Niehsen 2002). −log det P⁻¹ and
//! log tr P are convex in w, so the joint optimum is one problem, solved by Newton's method along the
//! path of the barrier −μ Σ log wᵢ (Boyd and Vandenberghe, *Convex Optimization*, 2004, section
//! 11.3): at its end the criterion is within k μ of the least. Where weights are not determined,
//! as for equal covariances, the path leads to the middle of the best ones.

use super::check::{check_covariance, check_dim, check_length, check_rows};
use super::covariance_intersection::Criterion;
use super::small::{inner, inverse, lower, product, product_transposed, solve};
use crate::linalg::{cholesky_one, forward_one, packed_from_dense};
use crate::{Error, Result};

const LAST_BARRIER: f64 = 1e-13;
const STEPS_PER_BARRIER: usize = 30;

/// Fused means (n × d), covariances (n × d × d) and weights (n × k).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FusedMany {
    /// x
    pub mean: Vec<f64>,
    /// P
    pub cov: Vec<f64>,
    /// w, not negative, of sum 1.
    pub weight: Vec<f64>,
}

/// Fuses `count` estimates a row: means n × count × dim, covariances n × count × dim × dim.
///
/// # Errors
/// [`Error::NotPositiveDefinite`] with the first row that holds a matrix which is no covariance;
/// [`Error::NotFinite`]; [`Error::Setting`] for a dimension outside 1 to 9 or no estimates;
/// [`Error::Shape`].
pub fn covariance_intersection_of_many(
    dim: usize,
    count: usize,
    mean: &[f64],
    cov: &[f64],
    criterion: Criterion,
) -> Result<FusedMany> {
    check_dim(dim)?;
    if count == 0 {
        let (what, expected) = ("the number of estimates", "at least 1");
        return Err(Error::Setting { what, expected, found: "0".to_owned() });
    }
    check_length("cov", cov, mean.len() * dim)?;
    let mut out = FusedMany::default();
    let covs = cov.chunks_exact(count * dim * dim);
    for (row, (means, covs)) in mean.chunks_exact(count * dim).zip(covs).enumerate() {
        let bad = |error| in_row(error, row);
        for k in 0..count {
            check_rows("mean", means, dim, k).map_err(bad)?;
            check_covariance("cov", covs, dim, k).map_err(bad)?;
        }
        let problem = Problem::new(dim, covs, criterion);
        let solved = problem.and_then(|problem| problem.fuse(means));
        let (x, p, w) =
            solved.ok_or_else(|| Error::NotPositiveDefinite { what: "cov".to_owned(), row })?;
        out.mean.extend(x);
        out.cov.extend(p);
        out.weight.extend(w);
    }
    Ok(out)
}

fn in_row(error: Error, row: usize) -> Error {
    match error {
        Error::NotFinite { what, value, .. } => Error::NotFinite { what, row, value },
        Error::NotPositiveDefinite { what, .. } => Error::NotPositiveDefinite { what, row },
        other => other,
    }
}

/// One row, in the coordinates in which the first covariance is the unit matrix.
struct Problem {
    dim: usize,
    criterion: Criterion,
    /// L of the first covariance, dense.
    unit: Vec<f64>,
    /// L, packed.
    packed_unit: Vec<f64>,
    /// Xᵢ = (L⁻¹ Aᵢ L⁻ᵀ)⁻¹
    information: Vec<Vec<f64>>,
    /// Lᵀ L: tr P = tr (P′ Lᵀ L).
    metric: Vec<f64>,
}

impl Problem {
    fn new(dim: usize, covs: &[f64], criterion: Criterion) -> Option<Self> {
        let size = dim * dim;
        let unit = lower(dim, &covs[..size])?;
        let packed_unit = cholesky_one(dim, &packed_from_dense(dim, &covs[..size]))?;
        let mut metric = vec![0.0; size];
        for k in 0..dim {
            for i in 0..dim {
                for j in 0..dim {
                    metric[i * dim + j] += unit[k * dim + i] * unit[k * dim + j];
                }
            }
        }
        let mut information = Vec::new();
        for cov in covs.chunks_exact(size) {
            // Lᵀ A⁻¹ L
            let mut half = Vec::new(); // (L_A⁻¹ L)ᵀ, row by row
            let l = cholesky_one(dim, &packed_from_dense(dim, cov))?;
            for j in 0..dim {
                let mut column: Vec<f64> = (0..dim).map(|i| unit[i * dim + j]).collect();
                forward_one(dim, &l, &mut column);
                half.extend(column);
            }
            information.push(product_transposed(&half, &half, dim));
        }
        Some(Self { dim, criterion, unit, packed_unit, information, metric })
    }

    /// P′ = (Σ w X)⁻¹
    fn fused(&self, weight: &[f64]) -> Option<Vec<f64>> {
        let mut sum = vec![0.0; self.dim * self.dim];
        for (w, x) in weight.iter().zip(&self.information) {
            for (sum, x) in sum.iter_mut().zip(x) {
                *sum += w * x;
            }
        }
        inverse(self.dim, &sum)
    }

    fn criterion_at(&self, p: &[f64]) -> Option<f64> {
        match self.criterion {
            Criterion::Determinant => {
                let l = lower(self.dim, p)?;
                Some((0..self.dim).map(|i| 2.0 * libm::log(l[i * self.dim + i])).sum())
            }
            Criterion::Trace => Some(libm::log(inner(p, &self.metric))),
        }
    }

    /// Gradient and Hessian (k × k) of the criterion.
    fn derivatives(&self, p: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let (dim, k) = (self.dim, self.information.len());
        let moved: Vec<Vec<f64>> = self.information.iter().map(|x| product(p, x, dim)).collect(); // P X
        let (mut gradient, mut hessian) = (vec![0.0; k], vec![0.0; k * k]);
        match self.criterion {
            Criterion::Determinant => {
                for i in 0..k {
                    gradient[i] = -(0..dim).map(|a| moved[i][a * dim + a]).sum::<f64>();
                    for j in 0..i + 1 {
                        let mut sum = 0.0;
                        for a in 0..dim {
                            for b in 0..dim {
                                sum += moved[i][a * dim + b] * moved[j][b * dim + a];
                            }
                        }
                        (hessian[i * k + j], hessian[j * k + i]) = (sum, sum);
                    }
                }
            }
            Criterion::Trace => {
                let trace = inner(p, &self.metric);
                // of P X P against the metric, over the trace
                let twice: Vec<Vec<f64>> = moved.iter().map(|px| product(px, p, dim)).collect();
                for i in 0..k {
                    gradient[i] = -inner(&twice[i], &self.metric) / trace;
                }
                for i in 0..k {
                    let left = product(&moved[i], p, dim); // P Xᵢ P
                    for j in 0..k {
                        let both = product(&moved[j], &left, dim); // P Xⱼ P Xᵢ P
                        hessian[i * k + j] = 2.0 * inner(&both, &self.metric) / trace;
                    }
                }
                for i in 0..k {
                    for j in 0..i {
                        let mean = 0.5 * (hessian[i * k + j] + hessian[j * k + i]);
                        (hessian[i * k + j], hessian[j * k + i]) = (mean, mean);
                    }
                }
                for i in 0..k {
                    for j in 0..k {
                        hessian[i * k + j] -= gradient[i] * gradient[j];
                    }
                }
            }
        }
        (gradient, hessian)
    }

    /// The weights at the end of the barrier's path.
    fn weights(&self) -> Option<Vec<f64>> {
        let k = self.information.len();
        let mut weight = vec![1.0 / k as f64; k];
        let mut barrier = 1.0;
        while barrier > LAST_BARRIER {
            barrier *= 0.1;
            for _ in 0..STEPS_PER_BARRIER {
                if !self.step(&mut weight, barrier)? {
                    break;
                }
            }
        }
        Some(weight)
    }

    /// One damped Newton step on the simplex; false when there is nothing left to gain.
    fn step(&self, weight: &mut [f64], barrier: f64) -> Option<bool> {
        let k = weight.len();
        let p = self.fused(weight)?;
        let (mut gradient, mut hessian) = self.derivatives(&p);
        // in the coordinates δᵢ / wᵢ, in which the barrier's Hessian is μ I
        for i in 0..k {
            gradient[i] = gradient[i] * weight[i] - barrier;
            for j in 0..k {
                hessian[i * k + j] *= weight[i] * weight[j];
            }
        }
        for i in 0..k {
            hessian[i * k + i] += barrier;
        }
        let down = solve(k, &hessian, &gradient)?;
        let along = solve(k, &hessian, weight)?;
        let level = inner(weight, &down) / inner(weight, &along);
        let step: Vec<f64> = (0..k).map(|i| level * along[i] - down[i]).collect(); // Σ w δ = 0
        let descent = -inner(&gradient, &step);
        if descent <= 1e-3 * barrier {
            return Some(false);
        }
        let value = |w: &[f64]| -> Option<f64> {
            let logs: f64 = w.iter().map(|&w| libm::log(w)).sum();
            Some(self.criterion_at(&self.fused(w)?)? - barrier * logs)
        };
        let now = value(weight)?;
        let lowest = step.iter().fold(0.0_f64, |least, &s| least.min(s));
        let mut length = if lowest < -0.99 { -0.99 / lowest } else { 1.0 };
        for _ in 0..40 {
            let mut next: Vec<f64> =
                weight.iter().zip(&step).map(|(w, s)| w * (1.0 + length * s)).collect();
            let sum: f64 = next.iter().sum();
            next.iter_mut().for_each(|w| *w /= sum);
            if value(&next).is_some_and(|then| then < now) {
                weight.copy_from_slice(&next);
                return Some(true);
            }
            length *= 0.5;
        }
        Some(false)
    }

    /// x, P and w.
    fn fuse(&self, means: &[f64]) -> Option<(Vec<f64>, Vec<f64>, Vec<f64>)> {
        let dim = self.dim;
        let weight = self.weights()?;
        let p = self.fused(&weight)?;
        // x = a₁ + L P′ Σ wᵢ Xᵢ L⁻¹ (aᵢ − a₁)
        let mut pull = vec![0.0; dim];
        for ((w, x), mean) in weight.iter().zip(&self.information).zip(means.chunks_exact(dim)) {
            let mut gap: Vec<f64> = mean.iter().zip(means).map(|(a, first)| a - first).collect();
            forward_one(dim, &self.packed_unit, &mut gap);
            for (pull, part) in pull.iter_mut().zip(product(x, &gap, dim)) {
                *pull += w * part;
            }
        }
        let shift = product(&self.unit, &product(&p, &pull, dim), dim);
        let mean = (0..dim).map(|i| means[i] + shift[i]).collect();
        let half = product(&self.unit, &p, dim);
        let mut cov = product_transposed(&half, &self.unit, dim);
        for i in 0..dim {
            for j in 0..i {
                cov[j * dim + i] = cov[i * dim + j];
            }
        }
        Some((mean, cov, weight))
    }
}
