//! x ← F x, P ← F P Fᵀ + Q.

use pulp::{Simd, WithSimd};

use super::boxes::predict_boxes;
use super::turn::predict_turn;
use super::unscented;
use crate::Result;
use crate::gaussian::{Gaussians, stride};
use crate::lanes::{Lanes, Real, Vector, WIDTH};
use crate::linalg::{Matrix, packed, packed_from_dense};
use crate::motion::{Axis, Kind, Kinematic, Motion};

/// Predicts every row by its own time step, under any model.
///
/// # Errors
/// Whatever the user's function raised; [`crate::Error::NotPositiveDefinite`] if a covariance that
/// goes through the unscented transform has no Cholesky factor.
pub fn predict(motion: &Motion, gaussians: &mut Gaussians, dt_s: &[f64]) -> Result<()> {
    match motion {
        Motion::Kinematic(model) => predict_kinematic(model, gaussians, dt_s),
        Motion::Turn(model) if !model.is_unscented() => predict_turn(model, gaussians, dt_s),
        Motion::Box(model) => predict_boxes(model, gaussians, dt_s),
        _ => *gaussians = predict_unscented(motion, gaussians, dt_s)?,
    }
    Ok(())
}

fn predict_unscented(motion: &Motion, rows: &Gaussians, dt_s: &[f64]) -> Result<Gaussians> {
    let (dim, means) = (motion.dim(), rows.dense_means());
    let points = unscented::points(dim, &means, &rows.packed_covs())?;
    let count = unscented::count(dim);
    let repeated: Vec<f64> = dt_s.iter().flat_map(|&dt| std::iter::repeat_n(dt, count)).collect();
    let images = motion.moved(&points, &repeated)?;
    let noise = motion.noise(&means, dt_s)?;
    let mut out = Gaussians::new(dim);
    let moments = unscented::moments(dim, dim, &images, |_| false);
    for ((mean, mut cov), noise) in moments.zip(noise.chunks_exact(dim * dim)) {
        for (entry, noise) in cov.iter_mut().zip(packed_from_dense(dim, noise)) {
            *entry += noise;
        }
        out.push(&mean, &cov);
    }
    Ok(out)
}

/// Predicts every row by its own time step, one step per row.
pub fn predict_kinematic(model: &Kinematic, gaussians: &mut Gaussians, dt_s: &[f64]) {
    pulp::Arch::new().dispatch(Predict { model, lanes: gaussians.lanes_mut(), dt_s });
}

struct Predict<'a> {
    model: &'a Kinematic,
    lanes: &'a mut [Lanes],
    dt_s: &'a [f64],
}

impl WithSimd for Predict<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let stride = stride(self.model.dim());
        for (block, dt_s) in self.lanes.chunks_exact_mut(stride).zip(self.dt_s.chunks(WIDTH)) {
            predict_block(simd, self.model, &Lanes::from_rows(dt_s), block);
        }
    }
}

/// Predicts one block; each kind and number of axes is compiled on its own.
#[inline(always)]
pub fn predict_block<S: Simd>(simd: S, model: &Kinematic, dt_s: &Lanes, block: &mut [Lanes]) {
    use Kind::{
        ConstantAcceleration as CA, ConstantVelocity as CV, OrnsteinUhlenbeck as OU,
        RandomWalk as RW, Singer,
    };
    let (kind, density) = (model.kind(), model.density());
    match (kind, model.axes()) {
        (RW, 1) => kinematic::<S, 1>(simd, RW, 1, density, dt_s, block),
        (RW, 2) => kinematic::<S, 1>(simd, RW, 2, density, dt_s, block),
        (RW, _) => kinematic::<S, 1>(simd, RW, 3, density, dt_s, block),
        (CV, 1) => kinematic::<S, 2>(simd, CV, 1, density, dt_s, block),
        (CV, 2) => kinematic::<S, 2>(simd, CV, 2, density, dt_s, block),
        (CV, _) => kinematic::<S, 2>(simd, CV, 3, density, dt_s, block),
        (CA, 1) => kinematic::<S, 3>(simd, CA, 1, density, dt_s, block),
        (CA, 2) => kinematic::<S, 3>(simd, CA, 2, density, dt_s, block),
        (CA, _) => kinematic::<S, 3>(simd, CA, 3, density, dt_s, block),
        (OU { .. }, axes) => kinematic::<S, 2>(simd, kind, axes, density, dt_s, block),
        (Singer { .. }, axes) => kinematic::<S, 3>(simd, kind, axes, density, dt_s, block),
    }
}

/// F = f ⊗ I and Q = q ⊗ diag(density): each pair of axes is a problem of its own, of the order O
/// of the model, M ← f M fᵀ + q.
#[inline(always)]
fn kinematic<S: Simd, const O: usize>(
    simd: S,
    kind: Kind,
    axes: usize,
    density: &[f64],
    dt_s: &Lanes,
    block: &mut [Lanes],
) {
    let dim = O * axes;
    let (x, p) = block[..stride(dim)].split_at_mut(dim);
    let density = &density[..axes];
    for part in 0..Vector::<S>::PARTS {
        let dt_s = Vector::load(simd, dt_s, part);
        let (f, q) = (kind.transition(dt_s), kind.noise(dt_s));
        for i in 0..axes {
            let mut mean = [[dt_s]; O];
            for r in 0..O {
                mean[r][0] = Vector::load(simd, &x[r * axes + i], part);
            }
            apply(&f, &mut mean);
            for r in 0..O {
                mean[r][0].store(&mut x[r * axes + i], part);
            }
            for j in 0..i + 1 {
                let at = |r: usize, c: usize| packed(r * axes + i, c * axes + j);
                let mut cov = [[dt_s; O]; O];
                for r in 0..O {
                    for c in 0..O {
                        cov[c][r] = Vector::load(simd, &p[at(r, c)], part);
                    }
                }
                apply(&f, &mut cov); // f Mᵀ
                let mut cov = transpose(cov);
                apply(&f, &mut cov); // f (f Mᵀ)ᵀ = f M fᵀ
                for r in 0..O {
                    for c in 0..if i == j { r + 1 } else { O } {
                        let noise = if i == j { q[r][c] * density[i] } else { dt_s.constant(0.0) };
                        (cov[r][c] + noise).store(&mut p[at(r, c)], part);
                    }
                }
            }
        }
    }
}

/// A ← f A for an upper triangular f, in place from the top.
#[inline(always)]
fn apply<S: Simd, const O: usize, const C: usize>(f: &Axis<Vector<S>>, a: &mut Matrix<S, O, C>) {
    for r in 0..O {
        for c in 0..C {
            a[r][c] = f[r][r] * a[r][c];
            for k in r + 1..O {
                a[r][c] += f[r][k] * a[k][c];
            }
        }
    }
}

#[inline(always)]
fn transpose<S: Simd, const O: usize>(a: Matrix<S, O, O>) -> Matrix<S, O, O> {
    let mut out = a;
    for r in 0..O {
        for c in 0..O {
            out[c][r] = a[r][c];
        }
    }
    out
}
