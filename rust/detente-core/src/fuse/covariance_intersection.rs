//! Covariance intersection and its inverse: fusing two estimates whose correlation nobody knows.
//!
//! P⁻¹ = ω A⁻¹ + (1 − ω) B⁻¹ and P⁻¹ x = ω A⁻¹ a + (1 − ω) B⁻¹ b, consistent for every ω in [0, 1]
//! whatever the correlation (Julier and Uhlmann, *A non-divergent estimation algorithm in the
//! presence of unknown correlations*, 1997). Where the correlation comes from common information
//! alone, P⁻¹ = A⁻¹ + B⁻¹ − (ω A + (1 − ω) B)⁻¹ is consistent and tighter (Noack, Sijs, Reinhardt
//! and Hanebeck, *Decentralized data fusion with inverse covariance intersection*, 2017).

use pulp::{Simd, WithSimd};

use super::check::{
    check_covariance, check_dim, check_length, check_rows, first_doubtful, load_dense,
};
use super::diagonalise::Diagonal;
pub use super::weight::Criterion;
use super::weight::{Objective, Rule};
use crate::gaussian::{load_rows, store_rows, store_symmetric};
use crate::lanes::{Lanes, Vector, WIDTH};
use crate::linalg::{MAX_DIM, packed, packed_len};
use crate::{Error, Result};

/// Two estimates a row; means are n × dim, covariances n × dim × dim, row by row.
#[derive(Clone, Copy, Debug)]
pub struct Pairs<'a> {
    /// The dimension of a state, 1 to [`MAX_DIM`].
    pub dim: usize,
    /// The means of the first estimates.
    pub mean_a: &'a [f64],
    /// Their covariances.
    pub cov_a: &'a [f64],
    /// The means of the second estimates.
    pub mean_b: &'a [f64],
    /// Their covariances.
    pub cov_b: &'a [f64],
}

/// The fused estimates, laid out as [`Pairs`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fused {
    /// The means.
    pub mean: Vec<f64>,
    /// The covariances.
    pub cov: Vec<f64>,
    /// The weights of the first estimates.
    pub omega: Vec<f64>,
}

/// Fuses each pair with the ω that makes its criterion smallest; equal covariances get ω = ½.
///
/// # Errors
/// [`Error::NotPositiveDefinite`] names the first covariance that is not symmetric positive
/// definite; [`Error::NotFinite`] the first row that holds NaN or infinity; [`Error::Setting`]
/// refuses a dimension outside 1 to [`MAX_DIM`]; [`Error::Shape`] columns of different lengths.
pub fn covariance_intersection(pairs: Pairs<'_>, criterion: Criterion) -> Result<Fused> {
    fuse(pairs, Rule::Intersection, criterion)
}

/// As [`covariance_intersection`], for estimates whose correlation comes from common information.
///
/// # Errors
/// As [`covariance_intersection`].
pub fn inverse_covariance_intersection(pairs: Pairs<'_>, criterion: Criterion) -> Result<Fused> {
    fuse(pairs, Rule::Inverse, criterion)
}

fn fuse(pairs: Pairs<'_>, rule: Rule, criterion: Criterion) -> Result<Fused> {
    let dim = pairs.dim;
    check_dim(dim)?;
    let rows = pairs.mean_a.len() / dim;
    check_length("mean_b", pairs.mean_b, rows * dim)?;
    check_length("cov_a", pairs.cov_a, rows * dim * dim)?;
    check_length("cov_b", pairs.cov_b, rows * dim * dim)?;
    let mut out = Fused {
        mean: vec![0.0; rows * dim],
        cov: vec![0.0; rows * dim * dim],
        omega: vec![0.0; rows],
    };
    pulp::Arch::new().dispatch(Fuse { pairs, rule, criterion, out: &mut out })?;
    Ok(out)
}

pub(super) struct Fuse<'a> {
    pub pairs: Pairs<'a>,
    pub rule: Rule,
    pub criterion: Criterion,
    pub out: &'a mut Fused,
}

impl WithSimd for Fuse<'_> {
    type Output = Result<()>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Result<()> {
        match self.pairs.dim {
            2 => self.run::<S, 2>(simd, 2),
            3 => self.run::<S, 3>(simd, 3),
            4 => self.run::<S, 4>(simd, 4),
            6 => self.run::<S, 6>(simd, 6),
            dim => self.run::<S, MAX_DIM>(simd, dim),
        }
    }
}

impl Fuse<'_> {
    #[inline(always)]
    fn run<S: Simd, const D: usize>(self, simd: S, dim: usize) -> Result<()> {
        let Self { pairs, rule, criterion, out } = self;
        let size = dim * dim;
        let mut lanes = Block::new(dim);
        let means = pairs.mean_a.chunks(WIDTH * dim).zip(pairs.mean_b.chunks(WIDTH * dim));
        let covs = pairs.cov_a.chunks(WIDTH * size).zip(pairs.cov_b.chunks(WIDTH * size));
        let outs = out.mean.chunks_mut(WIDTH * dim).zip(out.cov.chunks_mut(WIDTH * size));
        let outs = outs.zip(out.omega.chunks_mut(WIDTH));
        for (number, ((means, covs), ((mean_out, cov_out), omega_out))) in
            means.zip(covs).zip(outs).enumerate()
        {
            load_rows(dim, means.0, &mut lanes.mean_a);
            load_rows(dim, means.1, &mut lanes.mean_b);
            load_rows(size, covs.0, &mut lanes.cov_a);
            load_rows(size, covs.1, &mut lanes.cov_b);
            for part in 0..Vector::<S>::PARTS {
                lanes.fuse::<S, D>(simd, dim, rule, criterion, part);
            }
            if let Some(lane) = first_doubtful(&lanes.doubt, omega_out.len()) {
                return Err(blame(pairs, number * WIDTH + lane));
            }
            store_rows(dim, &lanes.mean, mean_out);
            store_symmetric(dim, &lanes.cov, cov_out);
            omega_out.copy_from_slice(&lanes.omega.0[..omega_out.len()]);
        }
        Ok(())
    }
}

/// Eight pairs and what becomes of them.
struct Block {
    mean_a: Vec<Lanes>,
    mean_b: Vec<Lanes>,
    cov_a: Vec<Lanes>,
    cov_b: Vec<Lanes>,
    mean: Vec<Lanes>,
    cov: Vec<Lanes>,
    omega: Lanes,
    doubt: Lanes,
}

impl Block {
    fn new(dim: usize) -> Self {
        let lanes = |count| vec![Lanes::ONE; count];
        Self {
            mean_a: lanes(dim),
            mean_b: lanes(dim),
            cov_a: lanes(dim * dim),
            cov_b: lanes(dim * dim),
            mean: lanes(dim),
            cov: lanes(packed_len(dim)),
            omega: Lanes::ZERO,
            doubt: Lanes::ZERO,
        }
    }

    #[inline(always)]
    fn fuse<S: Simd, const D: usize>(
        &mut self,
        simd: S,
        dim: usize,
        rule: Rule,
        criterion: Criterion,
        part: usize,
    ) {
        let zero = Vector::splat(simd, 0.0);
        let one = Vector::splat(simd, 1.0);
        let mut doubt = zero;
        let a = load_dense::<S, D>(simd, dim, &self.cov_a, part, &mut doubt);
        let b = load_dense::<S, D>(simd, dim, &self.cov_b, part, &mut doubt);
        let both = Diagonal::new(simd, dim, &a, &b);
        let basis = both.basis();
        let (mut size, mut gap) = ([zero; D], [zero; D]);
        for i in 0..dim {
            doubt += both.recip[i] * 0.0;
            size[i] = super::diagonalise::dot(dim, &basis[i], &basis[i]);
            gap[i] = Vector::load(simd, &self.mean_b[i], part)
                - Vector::load(simd, &self.mean_a[i], part);
        }
        let gap = both.coordinates(&gap);
        let objective = Objective { dim, rule, criterion, ratio: &both.ratio, size: &size };
        let omega = objective.weight();
        let rest = one - omega;
        // the fused variance against that of B, and the gain of b against √λ
        let (mut shrink, mut moved) = ([zero; D], [zero; D]);
        for i in 0..dim {
            let lambda = both.ratio[i];
            match rule {
                Rule::Intersection => {
                    shrink[i] = (rest + omega * lambda).recip();
                    moved[i] = rest * shrink[i] * lambda.recip() * gap[i];
                }
                Rule::Inverse => {
                    let under = (omega + rest * lambda * lambda).recip();
                    shrink[i] = (omega + rest * lambda) * under;
                    moved[i] = omega * under * lambda.recip() * gap[i];
                }
            }
        }
        for i in 0..dim {
            let mut mean = Vector::load(simd, &self.mean_a[i], part);
            for k in 0..dim {
                mean += basis[k][i] * moved[k];
            }
            mean.store(&mut self.mean[i], part);
            doubt += mean * 0.0;
            for j in 0..i + 1 {
                let mut sum = basis[0][i] * basis[0][j] * shrink[0];
                for k in 1..dim {
                    sum += basis[k][i] * basis[k][j] * shrink[k];
                }
                sum.store(&mut self.cov[packed(i, j)], part);
                doubt += sum * 0.0;
            }
        }
        omega.store(&mut self.omega, part);
        doubt.store(&mut self.doubt, part);
    }
}

/// What is wrong with a row in doubt.
#[cold]
fn blame(pairs: Pairs<'_>, row: usize) -> Error {
    let dim = pairs.dim;
    check_rows("mean_a", pairs.mean_a, dim, row)
        .and_then(|()| check_rows("mean_b", pairs.mean_b, dim, row))
        .and_then(|()| check_covariance("cov_a", pairs.cov_a, dim, row))
        .and_then(|()| check_covariance("cov_b", pairs.cov_b, dim, row))
        .err()
        .unwrap_or(Error::NotPositiveDefinite { what: "cov_a".to_owned(), row })
}
