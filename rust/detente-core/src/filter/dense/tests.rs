//! The same bits on every kind of processor.

use pulp::{Simd, WithSimd};

use super::predict::Predict;
use super::update::Update;
use super::{Expected, Measured, PerRow, Rows, RowsMut, Updated};

const ROWS: usize = 19;

/// Numbers in −1..1 that look random.
fn numbers(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// Diagonally dominant matrices.
fn covariances(dim: usize, seed: u64) -> Vec<f64> {
    let mut out = numbers(ROWS * dim * dim, seed);
    for matrix in out.chunks_exact_mut(dim * dim) {
        for i in 0..dim {
            matrix[i * dim + i] += 1.5 * dim as f64;
            for j in 0..i {
                matrix[j * dim + i] = matrix[i * dim + j];
            }
        }
    }
    out
}

/// One prediction and one update of the same rows, its results one after the other.
#[derive(Clone, Copy)]
struct Run {
    dim: usize,
    m: usize,
    leading: bool,
}

impl WithSimd for Run {
    type Output = Vec<u64>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<u64> {
        let Self { dim, m, leading } = self;
        let (mean, cov) = (numbers(ROWS * dim, 1), covariances(dim, 2));
        let (f, q) = (numbers(ROWS * dim * dim, 3), covariances(dim, 4));
        let (z, r) = (numbers(ROWS * m, 5), covariances(m, 6));
        let identity: Vec<f64> =
            (0..m * dim).map(|k| if k / dim == k % dim { 1.0 } else { 0.0 }).collect();
        let h = numbers(ROWS * m * dim, 7);
        let mut out: Vec<Vec<f64>> =
            [dim, dim * dim, dim, dim * dim, m, m * m].map(|size| vec![0.0; ROWS * size]).into();
        let [x, p, x_after, p_after, innovation, innovation_cov] = &mut out[..] else {
            return Vec::new();
        };
        let predict = Predict {
            prior: Rows { dim, mean: &mean, cov: &cov },
            transition: PerRow::Each(&f),
            noise: PerRow::Each(&q),
            out: RowsMut { mean: x, cov: p },
        };
        predict.with_simd(simd).unwrap();
        let h = if leading { PerRow::Shared(&identity) } else { PerRow::Each(&h) };
        let update = Update {
            prior: Rows { dim, mean: x, cov: p },
            measured: Measured {
                dim: m,
                values: &z,
                expected: Expected::Linear(h),
                noise: PerRow::Each(&r),
                angular: &[0],
            },
            out: Updated {
                posterior: RowsMut { mean: x_after, cov: p_after },
                innovation,
                innovation_cov,
            },
        };
        update.with_simd(simd).unwrap();
        out.concat().into_iter().map(f64::to_bits).collect()
    }
}

#[test]
fn every_width_gives_the_same_bits() {
    for (dim, m) in [(1, 1), (2, 2), (3, 1), (4, 2), (6, 2), (6, 3), (9, 4)] {
        for leading in [true, false] {
            let run = Run { dim, m, leading };
            let want = Simd::vectorize(pulp::Scalar::new(), run);
            assert!(want.iter().all(|&bits| f64::from_bits(bits).is_finite()));
            assert_eq!(pulp::Arch::new().dispatch(run), want);
            #[cfg(target_arch = "x86_64")]
            {
                if let Some(avx2) = pulp::x86::V3::try_new() {
                    assert_eq!(Simd::vectorize(avx2, run), want, "AVX2 {dim}/{m}");
                }
                if let Some(avx512) = pulp::x86::V4::try_new() {
                    assert_eq!(Simd::vectorize(avx512, run), want, "AVX-512 {dim}/{m}");
                }
            }
        }
    }
}
