//! The same bits on every kind of processor, and whatever stands in the lanes beside.

use pulp::{Simd, WithSimd};

use super::bar_shalom_campo::{Combine, Estimates};
use super::covariance_intersection::{
    Criterion, Fuse, Fused, Pairs, covariance_intersection, inverse_covariance_intersection,
};
use super::cross_covariance::{Cross, Scan};
use super::increment::{Apply, Detections, Increments, Information};
use super::tracklet::{Gain, Gains, Shared};
use super::weight::Rule;
use crate::filter::dense::PerRow;

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

/// Diagonally dominant matrices whose axes differ by up to a hundred.
fn covariances(dim: usize, seed: u64) -> Vec<f64> {
    let mut out = numbers(ROWS * dim * dim, seed);
    let size = numbers(ROWS * dim, seed + 100);
    for (matrix, size) in out.chunks_exact_mut(dim * dim).zip(size.chunks_exact(dim)) {
        let size: Vec<f64> = size.iter().map(|s| 10_f64.powf(*s)).collect();
        for i in 0..dim {
            matrix[i * dim + i] = 1.5 * dim as f64;
            for j in 0..i {
                matrix[j * dim + i] = matrix[i * dim + j];
            }
        }
        for i in 0..dim {
            for j in 0..dim {
                matrix[i * dim + j] *= size[i] * size[j];
            }
        }
    }
    out
}

struct Columns {
    dim: usize,
    mean_a: Vec<f64>,
    cov_a: Vec<f64>,
    mean_b: Vec<f64>,
    cov_b: Vec<f64>,
}

impl Columns {
    fn new(dim: usize) -> Self {
        Self {
            dim,
            mean_a: numbers(ROWS * dim, 1),
            cov_a: covariances(dim, 2),
            mean_b: numbers(ROWS * dim, 3),
            cov_b: covariances(dim, 4),
        }
    }

    fn pairs(&self, rows: std::ops::Range<usize>) -> Pairs<'_> {
        let (x, p) = (self.dim, self.dim * self.dim);
        Pairs {
            dim: self.dim,
            mean_a: &self.mean_a[rows.start * x..rows.end * x],
            cov_a: &self.cov_a[rows.start * p..rows.end * p],
            mean_b: &self.mean_b[rows.start * x..rows.end * x],
            cov_b: &self.cov_b[rows.start * p..rows.end * p],
        }
    }
}

/// Every kernel on the same rows, its results one after the other.
#[derive(Clone, Copy)]
struct Run {
    dim: usize,
}

impl WithSimd for Run {
    type Output = Vec<u64>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<u64> {
        let dim = self.dim;
        let (x, p) = (ROWS * dim, ROWS * dim * dim);
        let columns = Columns::new(dim);
        let pairs = columns.pairs(0..ROWS);
        let mut out = Vec::new();
        for rule in [Rule::Intersection, Rule::Inverse] {
            for criterion in [Criterion::Determinant, Criterion::Trace] {
                let (mean, cov) = (vec![0.0; x], vec![0.0; p]);
                let mut fused = Fused { mean, cov, omega: vec![0.0; ROWS] };
                let fuse = Fuse { pairs, rule, criterion, out: &mut fused };
                fuse.with_simd(simd).unwrap();
                out.extend([fused.mean, fused.cov, fused.omega].concat());
            }
        }
        let small: Vec<f64> = numbers(p, 5).iter().map(|c| 0.01 * c).collect();
        let mut combined = Estimates::zeros(ROWS, dim);
        let combine = Combine { pairs, cross: &small, out: &mut combined };
        combine.with_simd(simd).unwrap();
        out.extend([combined.mean, combined.cov].concat());

        let (f, q) = (numbers(p, 6), covariances(dim, 7));
        let mut crossed = vec![0.0; p];
        let scans = [
            Scan { predicted: pairs.cov_a, updated: pairs.cov_b },
            Scan { predicted: pairs.cov_b, updated: pairs.cov_a },
        ];
        let cross = Cross {
            dim,
            cross: &small,
            transition: PerRow::Each(&f),
            noise: PerRow::Each(&q),
            scans,
            out: &mut crossed,
        };
        cross.with_simd(simd).unwrap();
        out.extend(crossed);

        let mut seen = Information { matrix: vec![0.0; p], vector: vec![0.0; x] };
        let detections = Detections {
            dim,
            measured: dim,
            values: pairs.mean_b,
            matrix: PerRow::Each(&f),
            noise: PerRow::Each(&q),
        };
        let increments = Increments { detections, out: &mut seen };
        increments.with_simd(simd).unwrap();
        let mut known = Estimates { mean: pairs.mean_a.to_vec(), cov: pairs.cov_a.to_vec() };
        let apply =
            Apply { dim, estimates: &mut known, matrix: &seen.matrix, vector: &seen.vector };
        apply.with_simd(simd).unwrap();
        out.extend([seen.matrix, seen.vector].concat());

        let after = Pairs { mean_b: &known.mean, cov_b: &known.cov, ..pairs };
        let part: Vec<f64> = known.cov.iter().map(|c| 0.3 * c).collect();
        let shared = Shared { updated: &part, crossed: &part, predicted: &part, others: 1.0 };
        let information = Information { matrix: vec![0.0; p], vector: vec![0.0; x] };
        let mut gains = Gains { information, clipped: vec![0; ROWS] };
        let gain = Gain { pairs: after, shared: Some(shared), out: &mut gains };
        gain.with_simd(simd).unwrap();
        out.extend([known.mean, known.cov].concat());
        out.extend([gains.information.matrix, gains.information.vector].concat());
        out.into_iter().map(f64::to_bits).collect()
    }
}

#[test]
fn every_width_gives_the_same_bits() {
    for dim in [1, 2, 3, 4, 5, 6, 9] {
        let run = Run { dim };
        let want = Simd::vectorize(pulp::Scalar::new(), run);
        assert!(want.iter().all(|&bits| f64::from_bits(bits).is_finite()));
        assert_eq!(pulp::Arch::new().dispatch(run), want);
        #[cfg(target_arch = "x86_64")]
        {
            if let Some(avx2) = pulp::x86::V3::try_new() {
                assert_eq!(Simd::vectorize(avx2, run), want, "AVX2 {dim}");
            }
            if let Some(avx512) = pulp::x86::V4::try_new() {
                assert_eq!(Simd::vectorize(avx512, run), want, "AVX-512 {dim}");
            }
        }
    }
}

#[test]
fn a_row_has_the_same_bits_alone() {
    for dim in [2, 4, 6] {
        let columns = Columns::new(dim);
        for fuse in [covariance_intersection, inverse_covariance_intersection] {
            for by in [Criterion::Determinant, Criterion::Trace] {
                let all = fuse(columns.pairs(0..ROWS), by).unwrap();
                for row in 0..ROWS {
                    let one = fuse(columns.pairs(row..row + 1), by).unwrap();
                    assert_eq!(one.omega[..], all.omega[row..row + 1]);
                    assert_eq!(one.mean[..], all.mean[row * dim..(row + 1) * dim]);
                    assert_eq!(one.cov[..], all.cov[row * dim * dim..(row + 1) * dim * dim]);
                }
            }
        }
    }
}
