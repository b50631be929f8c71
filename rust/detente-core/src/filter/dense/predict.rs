//! x ← F x, P ← F P Fᵀ + Q.

use pulp::{Simd, WithSimd};

use super::check::{check_dim, check_finite, check_semidefinite, first_doubtful};
use super::per_row::{PerRow, Planes};
use super::{Rows, RowsMut};
use crate::filter::state::State;
use crate::gaussian::{load_block, store_block, stride};
use crate::lanes::{Lanes, Vector, WIDTH};
use crate::linalg::MAX_DIM;
use crate::{Error, Result};

/// x ← F x, P ← F P Fᵀ + Q for every row.
///
/// # Errors
/// [`Error::NotPositiveDefinite`] with the first row whose P or Q has a negative variance or a
/// correlation beyond ±1; [`Error::NotFinite`] with the first row that holds or becomes NaN or
/// infinite; [`Error::Setting`] for a dimension above [`MAX_DIM`].
pub fn predict(
    prior: Rows<'_>,
    transition: PerRow<'_>,
    noise: PerRow<'_>,
    out: RowsMut<'_>,
) -> Result<()> {
    check_dim("the dimension of the state", prior.dim)?;
    check_semidefinite("noise", prior.dim, noise)?;
    pulp::Arch::new().dispatch(Predict { prior, transition, noise, out })
}

pub(super) struct Predict<'a> {
    pub prior: Rows<'a>,
    pub transition: PerRow<'a>,
    pub noise: PerRow<'a>,
    pub out: RowsMut<'a>,
}

impl WithSimd for Predict<'_> {
    type Output = Result<()>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Result<()> {
        match self.prior.dim {
            2 => self.run::<S, 2>(simd, 2),
            4 => self.run::<S, 4>(simd, 4),
            6 => self.run::<S, 6>(simd, 6),
            dim => self.run::<S, MAX_DIM>(simd, dim),
        }
    }
}

impl Predict<'_> {
    #[inline(always)]
    fn run<S: Simd, const D: usize>(self, simd: S, dim: usize) -> Result<()> {
        let mut transition = Planes::full(self.transition, dim * dim);
        let mut noise = Planes::full(self.noise, dim * dim);
        let mut block = vec![Lanes::ONE; stride(dim)];
        let mut doubt = Lanes::ZERO;
        let blocks = self.prior.blocks().zip(self.out.blocks(dim));
        for (number, ((mean, cov), (mean_out, cov_out))) in blocks.enumerate() {
            load_block(dim, mean, cov, &mut block);
            let (f, q) = (transition.block(dim * dim, number), noise.block(dim * dim, number));
            for part in 0..Vector::<S>::PARTS {
                let before = State::<S, D>::load(simd, dim, &block, part);
                let after = before.transformed(simd, f, q, part);
                after.store(&mut block, part);
                (before.excess() + after.doubt()).store(&mut doubt, part);
            }
            if let Some(lane) = first_doubtful(&doubt, mean.len() / dim) {
                let row = number * WIDTH + lane;
                return Err(blame(row, self.prior, self.transition, self.noise));
            }
            store_block(dim, &block, mean_out, cov_out);
        }
        Ok(())
    }
}

/// What is wrong with a row in doubt.
#[cold]
fn blame(row: usize, prior: Rows<'_>, transition: PerRow<'_>, noise: PerRow<'_>) -> Error {
    let dim = prior.dim;
    let cov = &prior.cov[row * dim * dim..][..dim * dim];
    let checked = check_finite("mean", row, &prior.mean[row * dim..][..dim])
        .and_then(|()| check_finite("cov", row, cov))
        .and_then(|()| check_finite("transition", row, transition.of(row, dim * dim)))
        .and_then(|()| check_finite("noise", row, noise.of(row, dim * dim)))
        .and_then(|()| check_semidefinite("cov", dim, PerRow::Shared(cov)));
    match checked {
        Ok(()) => Error::NotFinite { what: "the prediction".to_owned(), row, value: f64::INFINITY },
        Err(Error::NotPositiveDefinite { what, .. }) => Error::NotPositiveDefinite { what, row },
        Err(other) => other,
    }
}
