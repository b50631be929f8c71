//! x ← f(x), P ← F P Fᵀ + Q under a turn, whose matrices are dense.

use pulp::{Simd, WithSimd};

use super::state::State;
use crate::gaussian::{Gaussians, stride};
use crate::lanes::{Lanes, Vector, WIDTH};
use crate::motion::{CoordinatedTurn, Linearised};

/// The largest dimension of a turn's state: three axes and the rate.
const MOST: usize = 7;

/// Predicts every row by its own time step; with an estimated rate this is the extended filter.
pub fn predict_turn(model: &CoordinatedTurn, gaussians: &mut Gaussians, dt_s: &[f64]) {
    pulp::Arch::new().dispatch(Predict { model, lanes: gaussians.lanes_mut(), dt_s });
}

struct Predict<'a> {
    model: &'a CoordinatedTurn,
    lanes: &'a mut [Lanes],
    dt_s: &'a [f64],
}

impl WithSimd for Predict<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.model.dim() {
            4 => self.run::<S, 4>(simd, 4),
            dim => self.run::<S, MOST>(simd, dim),
        }
    }
}

impl Predict<'_> {
    #[inline(always)]
    fn run<S: Simd, const D: usize>(self, simd: S, dim: usize) {
        let mut step = BlockStep::new(dim);
        for (block, dt_s) in self.lanes.chunks_exact_mut(stride(dim)).zip(self.dt_s.chunks(WIDTH)) {
            step.linearise(self.model, block, &Lanes::from_rows(dt_s));
            for part in 0..Vector::<S>::PARTS {
                let state = State::<S, D>::load(simd, dim, block, part);
                let state = state.transformed(simd, &step.transition, &step.noise, part);
                state.store(block, part);
            }
            if !self.model.is_linear() {
                block[..dim].copy_from_slice(&step.predicted);
            }
        }
    }
}

/// f(x), F and Q of the eight rows of a block.
struct BlockStep {
    one: Linearised,
    dt_s: Option<Lanes>,
    predicted: Vec<Lanes>,
    transition: Vec<Lanes>,
    noise: Vec<Lanes>,
}

impl BlockStep {
    fn new(dim: usize) -> Self {
        let zeros = |size| vec![Lanes::ZERO; size];
        Self {
            one: Linearised::new(dim),
            dt_s: None,
            predicted: zeros(dim),
            transition: zeros(dim * dim),
            noise: zeros(dim * dim),
        }
    }

    /// A linear model's F and Q are kept from block to block while the time steps stay the same.
    fn linearise(&mut self, model: &CoordinatedTurn, block: &[Lanes], dt_s: &Lanes) {
        if model.is_linear() && self.dt_s == Some(*dt_s) {
            return;
        }
        self.dt_s = Some(*dt_s);
        let mut state = [0.0; MOST];
        let state = &mut state[..model.dim()];
        for lane in 0..WIDTH {
            for (x, plane) in state.iter_mut().zip(block) {
                *x = plane.0[lane];
            }
            model.linearise(state, dt_s.0[lane], &mut self.one);
            put(&mut self.predicted, lane, &self.one.predicted);
            put(&mut self.transition, lane, &self.one.transition);
            put(&mut self.noise, lane, &self.one.noise);
        }
    }
}

fn put(planes: &mut [Lanes], lane: usize, values: &[f64]) {
    for (plane, &value) in planes.iter_mut().zip(values) {
        plane.0[lane] = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::packed;
    use crate::motion::Rate;

    const ROWS: usize = 19;

    fn models() -> Vec<CoordinatedTurn> {
        let known = Rate::Known { rad_s: -0.2 };
        let estimated = Rate::Estimated { psd: 1e-4, std_rad_s: 0.1, unscented: false };
        let all = [(2, known), (3, known), (2, estimated), (3, estimated)];
        all.map(|(axes, rate)| CoordinatedTurn::new(axes, rate, 0.3, 0.1).unwrap()).into()
    }

    /// Rows of different states, each by a time step of its own, some of them the same.
    fn rows(dim: usize) -> (Gaussians, Vec<f64>) {
        let mut rows = Gaussians::new(dim);
        for row in 0..ROWS {
            let mean: Vec<f64> = (0..dim).map(|i| ((row * dim + i) as f64 * 0.7).sin()).collect();
            let mut cov = vec![0.1; dim * (dim + 1) / 2];
            (0..dim).for_each(|i| cov[packed(i, i)] = 1.0 + i as f64);
            rows.push(&mean, &cov);
        }
        (rows, (0..ROWS).map(|row| (row / 10) as f64 * 1.5).collect())
    }

    #[test]
    fn every_width_gives_the_same_bits() {
        for model in models() {
            let (mut want, dt_s) = rows(model.dim());
            let run = |rows: &mut Gaussians, simd: &dyn Fn(Predict<'_>)| {
                simd(Predict { model: &model, lanes: rows.lanes_mut(), dt_s: &dt_s });
            };
            run(&mut want, &|job| Simd::vectorize(pulp::Scalar::new(), job));
            let (mut got, _) = rows(model.dim());
            run(&mut got, &|job| pulp::Arch::new().dispatch(job));
            assert_eq!(got, want);
            #[cfg(target_arch = "x86_64")]
            if let Some(avx2) = pulp::x86::V3::try_new() {
                let (mut got, _) = rows(model.dim());
                run(&mut got, &|job| Simd::vectorize(avx2, job));
                assert_eq!(got, want);
            }
        }
    }

    #[test]
    fn a_row_does_not_depend_on_its_neighbours() {
        for model in models() {
            let (mut all, dt_s) = rows(model.dim());
            let before = all.clone();
            predict_turn(&model, &mut all, &dt_s);
            for row in 0..ROWS {
                let mut alone = before.gather(&[row as u32]);
                predict_turn(&model, &mut alone, &dt_s[row..row + 1]);
                assert_eq!(alone, all.gather(&[row as u32]));
            }
        }
    }
}
