//! The same bits on every kind of processor, and whatever stands in the lanes beside.

use pulp::{Simd, WithSimd};

use super::apply::Apply;
use super::bar_shalom_campo::{Combine, Estimates};
use super::covariance_intersection::{
    Criterion, Fuse, Fused, Pairs, covariance_intersection, inverse_covariance_intersection,
};
use super::cross_covariance::{Cross, Scan};
use super::increment::{Detections, Increments, Information};
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
    cross: Vec<f64>,
    transition: Vec<f64>,
    noise: Vec<f64>,
}

impl Columns {
    fn new(dim: usize) -> Self {
        Self {
            dim,
            mean_a: numbers(ROWS * dim, 1),
            cov_a: covariances(dim, 2),
            mean_b: numbers(ROWS * dim, 3),
            cov_b: covariances(dim, 4),
            cross: numbers(ROWS * dim * dim, 5).iter().map(|c| 0.01 * c).collect(),
            transition: numbers(ROWS * dim * dim, 6),
            noise: covariances(dim, 7),
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

/// One kernel on made-up rows, its results one after the other.
#[derive(Clone, Copy)]
struct Run<K> {
    dim: usize,
    kernel: K,
}

/// A kernel that a test may compile for any width.
trait Kernel: Copy {
    fn run<S: Simd>(self, simd: S, columns: &Columns) -> Vec<f64>;
}

impl<K: Kernel> WithSimd for Run<K> {
    type Output = Vec<u64>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<u64> {
        let out = self.kernel.run(simd, &Columns::new(self.dim));
        out.into_iter().map(f64::to_bits).collect()
    }
}

#[derive(Clone, Copy)]
struct Intersect(Rule, Criterion);

impl Kernel for Intersect {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S, columns: &Columns) -> Vec<f64> {
        let (x, p) = (ROWS * columns.dim, ROWS * columns.dim * columns.dim);
        let mut out = Fused { mean: vec![0.0; x], cov: vec![0.0; p], omega: vec![0.0; ROWS] };
        let pairs = columns.pairs(0..ROWS);
        let fuse = Fuse { pairs, rule: self.0, criterion: self.1, out: &mut out };
        fuse.with_simd(simd).unwrap();
        [out.mean, out.cov, out.omega].concat()
    }
}

#[derive(Clone, Copy)]
struct Campo;

impl Kernel for Campo {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S, columns: &Columns) -> Vec<f64> {
        let pairs = columns.pairs(0..ROWS);
        let mut out = Estimates::zeros(ROWS, columns.dim);
        let combine = Combine { pairs, cross: &columns.cross, out: &mut out };
        combine.with_simd(simd).unwrap();
        [out.mean, out.cov].concat()
    }
}

#[derive(Clone, Copy)]
struct Recursion;

impl Kernel for Recursion {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S, columns: &Columns) -> Vec<f64> {
        let mut out = vec![0.0; columns.cross.len()];
        let scan = Scan { predicted: &columns.cov_a, updated: &columns.cov_b };
        let cross = Cross {
            dim: columns.dim,
            cross: &columns.cross,
            transition: PerRow::Each(&columns.transition),
            noise: PerRow::Each(&columns.noise),
            scans: [scan, Scan { predicted: scan.updated, updated: scan.predicted }],
            out: &mut out,
        };
        cross.with_simd(simd).unwrap();
        out
    }
}

#[derive(Clone, Copy)]
struct See;

impl Kernel for See {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S, columns: &Columns) -> Vec<f64> {
        let (dim, x, p) = (columns.dim, columns.mean_a.len(), columns.cov_a.len());
        let mut out = Information { matrix: vec![0.0; p], vector: vec![0.0; x] };
        let detections = Detections {
            dim,
            measured: dim,
            values: &columns.mean_b,
            matrix: PerRow::Each(&columns.transition),
            noise: PerRow::Each(&columns.noise),
        };
        let increments = Increments { detections, out: &mut out };
        increments.with_simd(simd).unwrap();
        [out.matrix, out.vector].concat()
    }
}

#[derive(Clone, Copy)]
struct Learn;

impl Kernel for Learn {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S, columns: &Columns) -> Vec<f64> {
        let mut out = Estimates { mean: columns.mean_a.clone(), cov: columns.cov_a.clone() };
        let (matrix, vector) = (&columns.cov_b, &columns.mean_b);
        let apply = Apply { dim: columns.dim, estimates: &mut out, matrix, vector };
        apply.with_simd(simd).unwrap();
        [out.mean, out.cov].concat()
    }
}

#[derive(Clone, Copy)]
struct Compress;

impl Kernel for Compress {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S, columns: &Columns) -> Vec<f64> {
        let pairs = columns.pairs(0..ROWS);
        let part: Vec<f64> = pairs.cov_b.iter().map(|c| 0.3 * c).collect();
        let shared = Shared { updated: &part, crossed: &part, predicted: &part, others: 1.0 };
        let (x, p) = (pairs.mean_a.len(), part.len());
        let information = Information { matrix: vec![0.0; p], vector: vec![0.0; x] };
        let mut out = Gains { information, clipped: vec![0; ROWS] };
        let gain = Gain { pairs, shared: Some(shared), out: &mut out };
        gain.with_simd(simd).unwrap();
        let clipped = out.clipped.iter().map(|&count| count as f64).collect();
        [out.information.matrix, out.information.vector, clipped].concat()
    }
}

fn same_at_every_width<K: Kernel>(kernel: K) {
    for dim in [1, 2, 3, 4, 5, 6, 9] {
        let run = Run { dim, kernel };
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
fn every_width_gives_the_same_bits() {
    for rule in [Rule::Intersection, Rule::Inverse] {
        for criterion in [Criterion::Determinant, Criterion::Trace] {
            same_at_every_width(Intersect(rule, criterion));
        }
    }
    same_at_every_width(Campo);
    same_at_every_width(Recursion);
    same_at_every_width(See);
    same_at_every_width(Learn);
    same_at_every_width(Compress);
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
