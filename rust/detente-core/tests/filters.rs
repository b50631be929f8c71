//! Laws of the filters over the store's blocks: the same bits at every width of the registers, and
//! covariances that stay positive definite for a million steps.

#![allow(clippy::unwrap_used)] // a test may, its helpers too

use detente_core::filter::predict::predict_block;
use detente_core::filter::update::{Evidence, Link, spread_block, update_block};
use detente_core::gaussian::stride;
use detente_core::lanes::{Lanes, WIDTH};
use detente_core::linalg::{cholesky_one, packed, packed_len};
use detente_core::motion::{Kind, Kinematic};
use pulp::{Simd, WithSimd};

/// Predicts and updates one block again and again; each lane has noise of its own.
#[derive(Clone)]
struct Steps {
    motion: Kinematic,
    m: usize,
    leading: bool,
    count: usize,
    noise: [f64; WIDTH],
    block: Vec<Lanes>,
}

impl Steps {
    /// From a prior N(0, 1) in every component.
    fn new(kind: Kind, axes: usize, m: usize, leading: bool, count: usize) -> Self {
        let motion = Kinematic::new(kind, &vec![1e-9; axes]).unwrap();
        let dim = motion.dim();
        let mut block = vec![Lanes::ZERO; stride(dim)];
        for i in 0..dim {
            block[dim + packed(i, i)] = Lanes::ONE;
        }
        let noise = [1.0, 1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-11, 1e-12];
        Self { motion, m, leading, count, noise, block }
    }

    /// Row-major H: the first components, and half of the component m further on.
    fn jacobian(&self) -> Vec<Lanes> {
        let dim = self.motion.dim();
        let mut h = vec![Lanes::ZERO; self.m * dim];
        for k in 0..self.m {
            h[k * dim + k] = Lanes::ONE;
            if k + self.m < dim {
                h[k * dim + k + self.m] = Lanes([0.5; WIDTH]);
            }
        }
        h
    }
}

impl WithSimd for Steps {
    type Output = Vec<Lanes>;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) -> Vec<Lanes> {
        let (dim, m) = (self.motion.dim(), self.m);
        let h = self.jacobian();
        let mut noise = vec![Lanes::ZERO; packed_len(m)];
        for k in 0..m {
            noise[packed(k, k)] = Lanes(self.noise);
        }
        let mut spread = vec![Lanes::ZERO; packed_len(m)];
        for step in 0..self.count {
            let dt_s = 0.05 * (1 + step % 7) as f64;
            let steps = [1.0, 1.0, 1.0, 2.0, 1.5, 1.0, 1.0, 0.0].map(|factor| factor * dt_s);
            predict_block(simd, &self.motion, &Lanes(steps), &mut self.block);
            let link = if self.leading {
                spread.copy_from_slice(&self.block[dim..dim + packed_len(m)]);
                Link::Leading
            } else {
                spread_block(simd, dim, m, &h, &self.block, &mut spread);
                Link::Jacobian(&h)
            };
            let innovation: Vec<Lanes> = (0..m)
                .map(|k| Lanes(self.noise.map(|r| (step as f64 * 0.7 + k as f64).fract() * r)))
                .collect();
            let evidence = Evidence {
                innovation: &innovation,
                spread: &spread,
                noise: &noise,
                active: &Lanes::ONE,
            };
            update_block(simd, dim, link, evidence, &mut self.block);
            if step % 997 == 0 || step < 100 {
                assert_definite(dim, &self.block, step);
            }
        }
        assert_definite(dim, &self.block, self.count);
        self.block
    }
}

/// The correlations of every lane have a Cholesky factor.
fn assert_definite(dim: usize, block: &[Lanes], step: usize) {
    for lane in 0..WIDTH {
        let entry = |i: usize, j: usize| block[dim + packed(i, j)].0[lane];
        let correlation: Vec<f64> = (0..dim)
            .flat_map(|i| (0..=i).map(move |j| (i, j)))
            .map(|(i, j)| entry(i, j) / (entry(i, i).sqrt() * entry(j, j).sqrt()))
            .collect();
        assert!(cholesky_one(dim, &correlation).is_some(), "step {step}, lane {lane}");
    }
}

#[test]
fn a_million_steps_leave_covariances_definite() {
    for leading in [true, false] {
        pulp::Arch::new().dispatch(Steps::new(Kind::ConstantVelocity, 2, 2, leading, 1_000_000));
    }
    pulp::Arch::new().dispatch(Steps::new(Kind::ConstantAcceleration, 2, 2, true, 100_000));
}

#[test]
fn every_width_gives_the_same_bits() {
    use Kind::{ConstantAcceleration, ConstantVelocity, OrnsteinUhlenbeck, RandomWalk, Singer};
    let cases = [
        (RandomWalk, 1, 1),
        (RandomWalk, 2, 2),
        (ConstantVelocity, 1, 1),
        (ConstantVelocity, 2, 2),
        (ConstantVelocity, 3, 3),
        (ConstantVelocity, 2, 4),
        (ConstantAcceleration, 2, 2),
        (ConstantAcceleration, 3, 3),
        (OrnsteinUhlenbeck { rate_per_s: 0.5 }, 2, 2),
        (OrnsteinUhlenbeck { rate_per_s: 8.0 }, 3, 3),
        (Singer { rate_per_s: 0.5 }, 1, 1),
        (Singer { rate_per_s: 8.0 }, 3, 3),
    ];
    for (kind, axes, m) in cases {
        for leading in [true, false] {
            let steps = Steps::new(kind, axes, m, leading, 50);
            let want = bits(Simd::vectorize(pulp::Scalar::new(), steps.clone()));
            assert_eq!(bits(pulp::Arch::new().dispatch(steps.clone())), want);
            #[cfg(target_arch = "x86_64")]
            {
                if let Some(avx2) = pulp::x86::V3::try_new() {
                    assert_eq!(bits(Simd::vectorize(avx2, steps.clone())), want, "{kind:?} {axes}");
                }
                if let Some(avx512) = pulp::x86::V4::try_new() {
                    assert_eq!(bits(Simd::vectorize(avx512, steps)), want, "{kind:?} {axes}");
                }
            }
        }
    }
}

fn bits(block: Vec<Lanes>) -> Vec<u64> {
    block.iter().flat_map(|lanes| lanes.0.map(f64::to_bits)).collect()
}
