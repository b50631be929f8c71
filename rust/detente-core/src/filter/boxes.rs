//! x ← F x, P ← F P Fᵀ + Q of boxes, whose noise is in proportion to their height.

use pulp::{Simd, WithSimd};

use super::state::State;
use crate::gaussian::{Gaussians, stride};
use crate::lanes::{Lanes, Vector, WIDTH};
use crate::motion::{BoxMotion, Kind};

/// Predicts every row by its own time step.
pub fn predict_boxes(model: &BoxMotion, gaussians: &mut Gaussians, dt_s: &[f64]) {
    pulp::Arch::new().dispatch(Predict { model, lanes: gaussians.lanes_mut(), dt_s });
}

struct Predict<'a> {
    model: &'a BoxMotion,
    lanes: &'a mut [Lanes],
    dt_s: &'a [f64],
}

impl WithSimd for Predict<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let blocks = self.lanes.chunks_exact_mut(stride(BoxMotion::DIM));
        for (block, dt_s) in blocks.zip(self.dt_s.chunks(WIDTH)) {
            let dt_s = Lanes::from_rows(dt_s);
            for part in 0..Vector::<S>::PARTS {
                let mut state = State::load(simd, BoxMotion::DIM, block, part);
                step(self.model, Vector::load(simd, &dt_s, part), &mut state);
                state.store(block, part);
            }
        }
    }
}

#[inline(always)]
fn step<S: Simd>(model: &BoxMotion, dt_s: Vector<S>, state: &mut State<S, { BoxMotion::DIM }>) {
    let mut cov = [state.mean; BoxMotion::DIM];
    for i in 0..BoxMotion::DIM {
        for j in 0..BoxMotion::DIM {
            cov[i][j] = state.cov(i, j);
        }
    }
    for axis in 0..2 {
        let velocity = state.mean[axis + 2];
        state.mean[axis] += dt_s * velocity;
        for j in 0..BoxMotion::DIM {
            let product = dt_s * cov[axis + 2][j];
            cov[axis][j] += product; // F P
        }
    }
    for axis in 0..2 {
        for i in 0..BoxMotion::DIM {
            let product = dt_s * cov[i][axis + 2];
            cov[i][axis] += product; // (F P) Fᵀ
        }
    }
    let height = state.mean[BoxMotion::DIM - 1];
    let squared = height * height;
    let (q, density) = (Kind::ConstantVelocity.noise(dt_s), squared * model.acceleration_psd());
    for axis in 0..2 {
        cov[axis][axis] += q[0][0] * density;
        cov[axis + 2][axis] += q[0][1] * density;
        cov[axis + 2][axis + 2] += q[1][1] * density;
        cov[axis + 4][axis + 4] += squared * dt_s * model.size_psd();
    }
    state.cov = cov; // of which only the lower triangle counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::packed;
    use crate::motion::{Linearised, Motion};

    const ROWS: usize = 19;

    fn model() -> BoxMotion {
        BoxMotion::new(0.3, 0.02).unwrap()
    }

    fn rows() -> (Gaussians, Vec<f64>) {
        let mut rows = Gaussians::new(BoxMotion::DIM);
        for row in 0..ROWS {
            let mean: Vec<f64> = (0..6).map(|i| ((row * 6 + i) as f64 * 0.7).sin()).collect();
            let mut cov = vec![0.1; 21];
            (0..6).for_each(|i| cov[packed(i, i)] = 1.0 + i as f64);
            rows.push(&mean, &cov);
        }
        (rows, (0..ROWS).map(|row| (row / 10) as f64 * 1.5).collect())
    }

    #[test]
    fn every_width_gives_the_same_bits() {
        let run = |simd: &dyn Fn(Predict<'_>)| {
            let (mut rows, dt_s) = rows();
            simd(Predict { model: &model(), lanes: rows.lanes_mut(), dt_s: &dt_s });
            rows
        };
        let want = run(&|job| Simd::vectorize(pulp::Scalar::new(), job));
        assert_eq!(run(&|job| pulp::Arch::new().dispatch(job)), want);
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = pulp::x86::V3::try_new() {
            assert_eq!(run(&|job| Simd::vectorize(avx2, job)), want);
        }
    }

    /// Against the plain product of dense matrices.
    #[test]
    fn a_step_is_that_of_its_matrices() {
        let (mut got, dt_s) = rows();
        let before = got.clone();
        predict_boxes(&model(), &mut got, &dt_s);
        let (means, covs) = (before.dense_means(), before.dense_covs());
        for row in 0..ROWS {
            let (x, p) = (&means[row * 6..][..6], &covs[row * 36..][..36]);
            let mut step = Linearised::new(6);
            model().linearise(x, dt_s[row], &mut step);
            let f = &step.transition;
            for i in 0..6 {
                assert!((got.mean(row, i) - step.predicted[i]).abs() < 1e-12);
                for j in 0..6 {
                    let mut want = step.noise[i * 6 + j];
                    for k in 0..6 {
                        for l in 0..6 {
                            want += f[i * 6 + k] * p[k * 6 + l] * f[j * 6 + l];
                        }
                    }
                    assert!((got.cov(row, i, j) - want).abs() < 1e-12, "{row} {i} {j}");
                }
            }
        }
    }

    /// In one step of 3 s or in three of 1 s: the height stays, so that the noise adds up exactly.
    #[test]
    fn steps_add_up() {
        let motion = Motion::Box(model());
        let (once, _) = rows();
        let mut thrice = once.clone();
        let mut once = once;
        crate::filter::predict::predict(&motion, &mut once, &[3.0; ROWS]).unwrap();
        for _ in 0..3 {
            crate::filter::predict::predict(&motion, &mut thrice, &[1.0; ROWS]).unwrap();
        }
        for row in 0..ROWS {
            for i in 0..6 {
                for j in 0..6 {
                    let (a, b) = (once.cov(row, i, j), thrice.cov(row, i, j));
                    assert!((a - b).abs() < 1e-9, "{a} {b}");
                }
            }
        }
    }
}
