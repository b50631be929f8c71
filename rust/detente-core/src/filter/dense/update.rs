//! The Kalman update of dense rows, one measurement each.

use pulp::{Simd, WithSimd};

use super::check::{check_definite, check_dim, check_finite, check_semidefinite, first_doubtful};
use super::per_row::{PerRow, Planes};
use super::{Rows, RowsMut};
use crate::filter::project::Projection;
use crate::filter::state::State;
use crate::filter::update::{self, Evidence, Link};
use crate::gaussian::{load_block, load_rows, store_block, store_rows, store_symmetric, stride};
use crate::lanes::{Lanes, Vector, WIDTH};
use crate::linalg::{MAX_DIM, packed_len};
use crate::sensor::wrap;
use crate::{Error, Result};

/// What each row's measurement is compared with.
#[derive(Clone, Copy, Debug)]
pub enum Expected<'a> {
    /// ẑ = H x, with H (m × d).
    Linear(PerRow<'a>),
    /// ẑ (n × m), and the Jacobian H (m × d).
    Extended(&'a [f64], PerRow<'a>),
    /// The moments of unscented points.
    Unscented(&'a Projection),
}

/// One measurement per row.
#[derive(Clone, Copy, Debug)]
pub struct Measured<'a> {
    /// m, 1 to [`MAX_DIM`].
    pub dim: usize,
    /// z (n × m)
    pub values: &'a [f64],
    /// What it is compared with.
    pub expected: Expected<'a>,
    /// R (m × m), positive definite.
    pub noise: PerRow<'a>,
    /// The components that are angles: their innovations are wrapped.
    pub angular: &'a [usize],
}

/// Where the results of an update are written.
#[derive(Debug)]
pub struct Updated<'a> {
    /// x and P.
    pub posterior: RowsMut<'a>,
    /// ν = z − ẑ (n × m)
    pub innovation: &'a mut [f64],
    /// S = H P Hᵀ + R (n × m × m)
    pub innovation_cov: &'a mut [f64],
}

/// x ← x + K ν, P ← P − K S Kᵀ with K = P Hᵀ S⁻¹, for every row.
///
/// # Errors
/// [`Error::NotPositiveDefinite`] with the first row whose P has a negative variance or a
/// correlation beyond ±1, or whose R or S has no Cholesky factor; [`Error::NotFinite`] with the
/// first row that holds or becomes NaN or infinite; [`Error::Setting`] for a dimension above
/// [`MAX_DIM`] or an angular component that does not exist.
pub fn update(prior: Rows<'_>, measured: Measured<'_>, out: Updated<'_>) -> Result<()> {
    check_dim("the dimension of the state", prior.dim)?;
    check_dim("the dimension of the measurement", measured.dim)?;
    check_definite("noise", measured.dim, measured.noise)?;
    if let Some(bad) = measured.angular.iter().find(|&&k| k >= measured.dim) {
        return Err(Error::Setting {
            what: "angular",
            expected: "components of the measurement, counted from 0",
            found: bad.to_string(),
        });
    }
    pulp::Arch::new().dispatch(Update { prior, measured, out })
}

pub(super) struct Update<'a> {
    pub prior: Rows<'a>,
    pub measured: Measured<'a>,
    pub out: Updated<'a>,
}

impl WithSimd for Update<'_> {
    type Output = Result<()>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Result<()> {
        match (self.prior.dim, self.measured.dim) {
            (2, 2) => self.run::<S, 2, 2>(simd, 2, 2),
            (4, 2) => self.run::<S, 4, 2>(simd, 4, 2),
            (6, 2) => self.run::<S, 6, 2>(simd, 6, 2),
            (6, 3) => self.run::<S, 6, 3>(simd, 6, 3),
            (dim, m) => self.run::<S, MAX_DIM, MAX_DIM>(simd, dim, m),
        }
    }
}

impl Update<'_> {
    #[inline(always)]
    fn run<S: Simd, const D: usize, const M: usize>(
        self,
        simd: S,
        dim: usize,
        m: usize,
    ) -> Result<()> {
        let Self { prior, measured, out } = self;
        let mut noise = Planes::symmetric(measured.noise, m);
        let mut model = ModelPlanes::new(measured.expected, m, dim);
        let mut block = vec![Lanes::ONE; stride(dim)];
        let mut innovation = vec![Lanes::ZERO; m];
        let mut predicted = vec![Lanes::ZERO; m];
        let mut spread = vec![Lanes::ZERO; packed_len(m)];
        let mut doubt = Lanes::ZERO;
        let measurements = measured.values.chunks(WIDTH * m);
        let innovations = out.innovation.chunks_mut(WIDTH * m);
        let innovation_covs = out.innovation_cov.chunks_mut(WIDTH * m * m);
        let blocks = prior.blocks().zip(out.posterior.blocks(dim));
        let blocks = blocks.zip(measurements.zip(innovations.zip(innovation_covs))).enumerate();
        for (number, (((mean, cov), (mean_out, cov_out)), (z, (nu_out, s_out)))) in blocks {
            load_block(dim, mean, cov, &mut block);
            load_rows(m, z, &mut innovation);
            let r = noise.symmetric_block(m, number);
            let link = model.expect::<S, D, M>(
                simd,
                (dim, m),
                number,
                &block,
                &mut predicted,
                &mut spread,
            );
            for part in 0..Vector::<S>::PARTS {
                let before = State::<S, D>::load(simd, dim, &block, part);
                before.excess().store(&mut doubt, part);
                for k in 0..m {
                    let z = Vector::load(simd, &innovation[k], part);
                    (z - Vector::load(simd, &predicted[k], part)).store(&mut innovation[k], part);
                }
            }
            for &k in measured.angular {
                innovation[k].0.iter_mut().for_each(|angle| *angle = wrap(*angle));
            }
            let evidence = Evidence {
                innovation: &innovation[..m],
                spread: &spread,
                noise: r,
                active: &Lanes::ONE,
            };
            update::update::<S, D, M>(simd, dim, m, link, evidence, &mut block);
            for part in 0..Vector::<S>::PARTS {
                let after = State::<S, D>::load(simd, dim, &block, part);
                (Vector::load(simd, &doubt, part) + after.doubt()).store(&mut doubt, part);
                for k in 0..packed_len(m) {
                    let sum =
                        Vector::load(simd, &spread[k], part) + Vector::load(simd, &r[k], part);
                    sum.store(&mut spread[k], part);
                }
            }
            if let Some(lane) = first_doubtful(&doubt, mean.len() / dim) {
                return Err(blame(number * WIDTH + lane, prior, measured));
            }
            store_block(dim, &block, mean_out, cov_out);
            store_rows(m, &innovation, nu_out);
            store_symmetric(m, &spread, s_out);
        }
        Ok(())
    }
}

/// The lanes of what a block's measurements are compared with.
enum ModelPlanes<'a> {
    Leading,
    Linear(Planes<'a>),
    Extended(Planes<'a>, Planes<'a>),
    Unscented(&'a Projection),
}

impl<'a> ModelPlanes<'a> {
    fn new(expected: Expected<'a>, m: usize, dim: usize) -> Self {
        match expected {
            Expected::Linear(PerRow::Shared(h)) if is_leading(h, m, dim) => Self::Leading,
            Expected::Linear(h) => Self::Linear(Planes::full(h, m * dim)),
            Expected::Extended(z, h) => {
                Self::Extended(Planes::full(PerRow::Each(z), m), Planes::full(h, m * dim))
            }
            Expected::Unscented(projection) => Self::Unscented(projection),
        }
    }

    /// Writes ẑ and H P Hᵀ of a block.
    #[inline(always)]
    fn expect<S: Simd, const D: usize, const M: usize>(
        &mut self,
        simd: S,
        (dim, m): (usize, usize),
        number: usize,
        block: &[Lanes],
        predicted: &mut [Lanes],
        spread: &mut [Lanes],
    ) -> Link<'_> {
        let size = m * dim;
        match self {
            Self::Leading => {
                predicted[..m].copy_from_slice(&block[..m]);
                spread.copy_from_slice(&block[dim..dim + packed_len(m)]);
                Link::Leading
            }
            Self::Linear(h) => {
                let h = h.block(size, number);
                for part in 0..Vector::<S>::PARTS {
                    for k in 0..m {
                        let mut sum = Vector::load(simd, &h[k * dim], part)
                            * Vector::load(simd, &block[0], part);
                        for i in 1..dim {
                            sum += Vector::load(simd, &h[k * dim + i], part)
                                * Vector::load(simd, &block[i], part);
                        }
                        sum.store(&mut predicted[k], part);
                    }
                }
                update::spread::<S, D, M>(simd, dim, m, h, block, spread);
                Link::Jacobian(h)
            }
            Self::Extended(z, h) => {
                predicted.copy_from_slice(z.block(m, number));
                let h = h.block(size, number);
                update::spread::<S, D, M>(simd, dim, m, h, block, spread);
                Link::Jacobian(h)
            }
            Self::Unscented(projection) => {
                predicted.copy_from_slice(&projection.predicted[number * m..][..m]);
                let len = packed_len(m);
                spread.copy_from_slice(&projection.spread[number * len..][..len]);
                projection.link(dim, number)
            }
        }
    }
}

/// Whether H = [I 0].
fn is_leading(h: &[f64], m: usize, dim: usize) -> bool {
    let unit = |k: usize, i: usize| if k == i { 1.0 } else { 0.0 };
    m <= dim && (0..m).all(|k| (0..dim).all(|i| h[k * dim + i] == unit(k, i)))
}

/// What is wrong with a row in doubt.
#[cold]
fn blame(row: usize, prior: Rows<'_>, measured: Measured<'_>) -> Error {
    let (dim, m) = (prior.dim, measured.dim);
    let cov = &prior.cov[row * dim * dim..][..dim * dim];
    let model = |matrix: PerRow<'_>, what: &str| check_finite(what, row, matrix.of(row, m * dim));
    let checked = check_finite("mean", row, &prior.mean[row * dim..][..dim])
        .and_then(|()| check_finite("cov", row, cov))
        .and_then(|()| check_finite("measurement", row, &measured.values[row * m..][..m]))
        .and_then(|()| match measured.expected {
            Expected::Linear(h) => model(h, "measurement_matrix"),
            Expected::Extended(z, h) => check_finite("predicted", row, &z[row * m..][..m])
                .and_then(|()| model(h, "jacobian")),
            Expected::Unscented(_) => Ok(()),
        })
        .and_then(|()| check_semidefinite("cov", dim, PerRow::Shared(cov)));
    match checked {
        Ok(()) => {
            let what = "the innovation covariance".to_owned();
            Error::NotPositiveDefinite { what, row }
        }
        Err(Error::NotPositiveDefinite { what, .. }) => Error::NotPositiveDefinite { what, row },
        Err(other) => other,
    }
}
