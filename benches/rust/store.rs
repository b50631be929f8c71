//! Rows a second through the store's kernels: predict, and predict with update, on one core.
//!
//! `cargo bench -p detente-core --bench store`; CPU time, median of seven runs.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints its figures")]
#![allow(missing_docs, reason = "a bench has no users")]

use std::fs;

use detente_core::filter::predict::{predict_block, predict_kinematic};
use detente_core::filter::update::{Evidence, Link, update_block};
use detente_core::gaussian::{Gaussians, stride};
use detente_core::lanes::{Lanes, Vector, WIDTH};
use detente_core::linalg::{packed, packed_len};
use detente_core::motion::{Kind, Kinematic};
use pulp::{Simd, WithSimd};

/// CPU time of this process [s], as Linux counts it.
fn cpu_s() -> f64 {
    let text = fs::read_to_string("/proc/self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() * 1e-9
}

fn rows_per_s(rows: usize, mut work: impl FnMut()) -> f64 {
    let repeats = 4_000_000 / rows;
    let mut rates: Vec<f64> = (0..7)
        .map(|_| {
            let start = cpu_s();
            (0..repeats).for_each(|_| work());
            (rows * repeats) as f64 / (cpu_s() - start)
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    rates[3]
}

/// One predict and one update of every row by a measured position, in one pass.
struct Both<'a> {
    model: &'a Kinematic,
    lanes: &'a mut [Lanes],
    noise: &'a [Lanes],
}

impl WithSimd for Both<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (dim, m) = (self.model.dim(), self.model.axes());
        for block in self.lanes.chunks_exact_mut(stride(dim)) {
            predict_block(simd, self.model, &Lanes::ONE, block);
            let mut innovation = [Lanes::ZERO; 3];
            for k in 0..m {
                for part in 0..Vector::<S>::PARTS {
                    let off = Vector::splat(simd, 1.0) - Vector::load(simd, &block[k], part);
                    off.store(&mut innovation[k], part);
                }
            }
            let mut spread = [Lanes::ZERO; 6];
            spread[..packed_len(m)].copy_from_slice(&block[dim..dim + packed_len(m)]);
            let evidence = Evidence {
                innovation: &innovation[..m],
                spread: &spread,
                noise: self.noise,
                active: &Lanes::ONE,
            };
            update_block(simd, dim, Link::Leading, evidence, block);
        }
    }
}

fn main() {
    println!("states/measured      rows  predict [M rows/s]  predict + update [M rows/s]");
    for axes in [2, 3] {
        let model = Kinematic::new(Kind::ConstantVelocity, &vec![0.05; axes]).unwrap();
        let dim = model.dim();
        for rows in [1_000, 10_000, 100_000] {
            let mut cov = vec![0.0; packed_len(dim)];
            (0..dim).for_each(|i| cov[packed(i, i)] = 100.0);
            let mut gaussians = Gaussians::new(dim);
            (0..rows).for_each(|_| gaussians.push(&vec![0.0; dim], &cov));
            let mut noise = vec![Lanes::ZERO; packed_len(axes)];
            (0..axes).for_each(|i| noise[packed(i, i)] = Lanes([100.0; WIDTH]));
            let both = rows_per_s(rows, || {
                let lanes = gaussians.lanes_mut();
                pulp::Arch::new().dispatch(Both { model: &model, lanes, noise: &noise });
            });
            let dt_s = vec![1e-3; rows];
            let predict = rows_per_s(rows, || predict_kinematic(&model, &mut gaussians, &dt_s));
            let name = format!("{dim}/{axes}");
            println!("{name:>15} {rows:>9} {:>19.0} {:>28.0}", predict / 1e6, both / 1e6);
        }
    }
}
