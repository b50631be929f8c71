//! One gain for a whole interval: what a party's detections between two times add to a state.
//!
//! From P̄ and x̄, predicted over the interval without its detections, and P and x with them, the
//! gain is Y = P⁻¹ − P̄⁻¹ and y = P⁻¹ x − P̄⁻¹ x̄ (Drummond, *Tracklets and a hybrid fusion with
//! process noise*, 1997). Its error u = y − Y x₀ has the covariance Y, but part of it comes from the
//! process noise within the interval, which the gains of other parties share.
//!
//! The correction. Split the errors e of x and ē of x̄ into what comes from process noise, c and c̄,
//! and from the party's own detections. With C = E[c cᵀ], M = E[c c̄ᵀ] and C̄ = E[c̄ c̄ᵀ], which
//! follow from F, Q and the covariances alone, the shared part of u = P⁻¹ e − P̄⁻¹ ē has the
//! covariance U = P⁻¹ C P⁻¹ − P⁻¹ M P̄⁻¹ − P̄⁻¹ Mᵀ P⁻¹ + P̄⁻¹ C̄ P̄⁻¹. The sum of the gains of n
//! parties with equal filters holds the information n Y with an error of covariance
//! n (Y + (n − 1) U): its noise has grown by Y + (n − 1) U over Y. Scaled by S = Y (Y + (n − 1) U)⁻¹
//! each gain becomes S y with the information S Y, and their plain sum is consistent: exactly so
//! for equal filters, and nearly for others, which share less. One party (n = 1) has S = I.

use pulp::{Simd, WithSimd};

use super::check::{check_covariance, check_dim, check_length, check_rows, first_doubtful};
use super::check::{load_dense, load_full};
use super::covariance_intersection::Pairs;
use super::diagonalise::Diagonal;
use super::increment::Information;
use crate::gaussian::{load_rows, store_rows, store_symmetric};
use crate::lanes::{Lanes, Real, Vector, WIDTH};
use crate::linalg::{MAX_DIM, Matrix, inverse_factor, packed, packed_len};
use crate::{Error, Result};

/// A gain this small against what was known is rounding, and left out; one this far below zero is
/// counted as clipped.
const NEGLIGIBLE: f64 = 1e-10;

/// Covariances (n × d × d) of the errors that all parties share.
#[derive(Clone, Copy, Debug)]
pub struct Shared<'a> {
    /// C = E[c cᵀ], of the estimate.
    pub updated: &'a [f64],
    /// M = E[c c̄ᵀ], between the estimate and the prediction.
    pub crossed: &'a [f64],
    /// C̄ = E[c̄ c̄ᵀ], of the prediction.
    pub predicted: &'a [f64],
    /// n − 1, how many other parties share it.
    pub others: f64,
}

/// The gains of n intervals.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gains {
    /// Y and y.
    pub information: Information,
    /// How many directions of each held less than before and were clipped.
    pub clipped: Vec<i64>,
}

/// The gain of each interval; `pairs` has the predictions first, then the estimates.
///
/// # Errors
/// [`Error::NotPositiveDefinite`] with the first row whose P̄ or P is not symmetric positive
/// definite, or whose shared errors are no covariances; [`Error::NotFinite`], [`Error::Setting`]
/// and [`Error::Shape`] as covariance intersection.
pub fn gains(pairs: Pairs<'_>, shared: Option<Shared<'_>>) -> Result<Gains> {
    let dim = pairs.dim;
    check_dim(dim)?;
    let rows = pairs.mean_a.len() / dim;
    let size = rows * dim * dim;
    check_length("mean", pairs.mean_b, rows * dim)?;
    check_length("predicted_cov", pairs.cov_a, size)?;
    check_length("cov", pairs.cov_b, size)?;
    if let Some(shared) = shared {
        for values in [shared.updated, shared.crossed, shared.predicted] {
            check_length("shared", values, size)?;
        }
    }
    let information = Information { matrix: vec![0.0; size], vector: vec![0.0; rows * dim] };
    let mut out = Gains { information, clipped: vec![0; rows] };
    pulp::Arch::new().dispatch(Gain { pairs, shared, out: &mut out })?;
    Ok(out)
}

pub(super) struct Gain<'a> {
    pub pairs: Pairs<'a>,
    pub shared: Option<Shared<'a>>,
    pub out: &'a mut Gains,
}

impl WithSimd for Gain<'_> {
    type Output = Result<()>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Result<()> {
        match self.pairs.dim {
            4 => self.run::<S, 4>(simd, 4),
            dim => self.run::<S, MAX_DIM>(simd, dim),
        }
    }
}

impl Gain<'_> {
    #[inline(always)]
    fn run<S: Simd, const D: usize>(self, simd: S, dim: usize) -> Result<()> {
        let Self { pairs, shared, out } = self;
        let size = dim * dim;
        let mut block = Block::new(dim, shared.map_or(0.0, |shared| shared.others));
        let rows = out.clipped.len();
        for first in (0..rows).step_by(WIDTH) {
            let count = WIDTH.min(rows - first);
            let (x, p) = (first * dim..(first + count) * dim, first * size..(first + count) * size);
            load_rows(dim, &pairs.mean_a[x.clone()], &mut block.means[0]);
            load_rows(dim, &pairs.mean_b[x.clone()], &mut block.means[1]);
            load_rows(size, &pairs.cov_a[p.clone()], &mut block.covs[0]);
            load_rows(size, &pairs.cov_b[p.clone()], &mut block.covs[1]);
            if let Some(shared) = shared {
                load_rows(size, &shared.updated[p.clone()], &mut block.shared[0]);
                load_rows(size, &shared.crossed[p.clone()], &mut block.shared[1]);
                load_rows(size, &shared.predicted[p.clone()], &mut block.shared[2]);
            }
            for part in 0..Vector::<S>::PARTS {
                block.gain::<S, D>(simd, dim, part);
            }
            if let Some(lane) = first_doubtful(&block.doubt, count) {
                return Err(blame(pairs, shared, first + lane));
            }
            store_rows(dim, &block.vector, &mut out.information.vector[x]);
            store_symmetric(dim, &block.matrix, &mut out.information.matrix[p]);
            for (lane, clipped) in out.clipped[first..first + count].iter_mut().enumerate() {
                *clipped = block.clipped.0[lane] as i64;
            }
        }
        Ok(())
    }
}

/// Eight intervals: x̄ and x, P̄ and P, the shared errors, and what becomes of them.
struct Block {
    means: [Vec<Lanes>; 2],
    covs: [Vec<Lanes>; 2],
    shared: [Vec<Lanes>; 3],
    others: f64,
    vector: Vec<Lanes>,
    matrix: Vec<Lanes>,
    clipped: Lanes,
    doubt: Lanes,
}

impl Block {
    fn new(dim: usize, others: f64) -> Self {
        let lanes = |count| vec![Lanes::ONE; count];
        let square = || lanes(dim * dim);
        Self {
            means: [lanes(dim), lanes(dim)],
            covs: [square(), square()],
            shared: [square(), square(), square()],
            others,
            vector: lanes(dim),
            matrix: lanes(packed_len(dim)),
            clipped: Lanes::ZERO,
            doubt: Lanes::ZERO,
        }
    }

    #[inline(always)]
    fn gain<S: Simd, const D: usize>(&mut self, simd: S, dim: usize, part: usize) {
        let (zero, one) = (Vector::splat(simd, 0.0), Vector::splat(simd, 1.0));
        let mut doubt = zero;
        let before = load_dense::<S, D>(simd, dim, &self.covs[0], part, &mut doubt);
        let after = load_dense::<S, D>(simd, dim, &self.covs[1], part, &mut doubt);
        let both = Diagonal::new(simd, dim, &before, &after);
        // rows of T⁻¹ = Vᵀ L⁻¹, in which P̄ = I and P = diag(λ)
        let mut white = both.inverse_basis();
        let (mut scale, mut seen, mut clipped) = ([zero; D], [zero; D], zero);
        let mut precision = scale;
        for i in 0..dim {
            doubt += both.recip[i] * 0.0;
            precision[i] = both.ratio[i].recip();
            let gain = precision[i] - one;
            clipped += gain.if_less(one * -NEGLIGIBLE, one, zero);
            let kept = (one * NEGLIGIBLE).if_less(gain, gain, zero);
            scale[i] = kept.sqrt();
            let (mut x_bar, mut x) = (zero, zero);
            for k in 0..dim {
                x_bar += white[i][k] * Vector::load(simd, &self.means[0][k], part);
                x += white[i][k] * Vector::load(simd, &self.means[1][k], part);
            }
            doubt += (x_bar + x) * 0.0; // what is not finite is refused even where nothing was gained
            // y against the root of its information
            seen[i] = ((precision[i] * x - x_bar) * scale[i].recip()).or_zero(kept);
        }
        if self.others > 0.0 {
            let (mut grown, unsure) =
                self.shared_growth(simd, dim, &white, &precision, &scale, part);
            doubt += unsure;
            inverse_factor(dim, &mut grown);
            for k in 0..dim {
                for i in 0..dim {
                    white[i][k] = white[i][k] * scale[i];
                }
            }
            let (plain, raw) = (white, seen);
            for i in 0..dim {
                seen[i] = grown[i][0] * raw[0];
                for k in 0..dim {
                    white[i][k] = grown[i][0] * plain[0][k];
                }
                for j in 1..i + 1 {
                    seen[i] += grown[i][j] * raw[j];
                    for k in 0..dim {
                        white[i][k] += grown[i][j] * plain[j][k];
                    }
                }
            }
        } else {
            for i in 0..dim {
                for k in 0..dim {
                    white[i][k] = white[i][k] * scale[i];
                }
            }
        }
        for i in 0..dim {
            let mut sum = white[0][i] * seen[0];
            for k in 1..dim {
                sum += white[k][i] * seen[k];
            }
            doubt += sum * 0.0;
            sum.store(&mut self.vector[i], part);
            for j in 0..i + 1 {
                let mut sum = white[0][i] * white[0][j];
                for k in 1..dim {
                    sum += white[k][i] * white[k][j];
                }
                doubt += sum * 0.0;
                sum.store(&mut self.matrix[packed(i, j)], part);
            }
        }
        clipped.store(&mut self.clipped, part);
        doubt.store(&mut self.doubt, part);
    }

    /// I + (n − 1) G^−½ U G^−½ in the coordinates in which Y = G is diagonal, lower triangle; NaN
    /// in the second where a shared error is not finite.
    #[inline(always)]
    fn shared_growth<S: Simd, const D: usize>(
        &self,
        simd: S,
        dim: usize,
        white: &Matrix<S, D, D>,
        precision: &[Vector<S>; D],
        scale: &[Vector<S>; D],
        part: usize,
    ) -> (Matrix<S, D, D>, Vector<S>) {
        let zero = Vector::splat(simd, 0.0);
        let mut doubt = zero;
        let c = turned(dim, white, &load_full::<S, D>(simd, dim, &self.shared[0], part));
        let m = turned(dim, white, &load_full::<S, D>(simd, dim, &self.shared[1], part));
        let c_bar = turned(dim, white, &load_full::<S, D>(simd, dim, &self.shared[2], part));
        let mut out = [[zero; D]; D];
        for i in 0..dim {
            for j in 0..i + 1 {
                let (up, low) = (precision[i], precision[j]);
                let u = up * c[i][j] * low - up * m[i][j] - low * m[j][i] + c_bar[i][j];
                doubt += u * 0.0;
                let against = (scale[i] * scale[j]).recip();
                out[i][j] = (u * against * self.others).or_zero(scale[i] * scale[j]);
            }
            out[i][i] += zero.constant(1.0);
        }
        (out, doubt)
    }
}

/// T⁻¹ A T⁻ᵀ
#[inline(always)]
fn turned<S: Simd, const D: usize>(
    dim: usize,
    white: &Matrix<S, D, D>,
    a: &Matrix<S, D, D>,
) -> Matrix<S, D, D> {
    let (mut half, mut out) = (*a, *a);
    for i in 0..dim {
        for j in 0..dim {
            half[i][j] = white[i][0] * a[0][j];
            for k in 1..dim {
                half[i][j] += white[i][k] * a[k][j];
            }
        }
    }
    for i in 0..dim {
        for j in 0..dim {
            out[i][j] = half[i][0] * white[j][0];
            for k in 1..dim {
                out[i][j] += half[i][k] * white[j][k];
            }
        }
    }
    out
}

#[cold]
fn blame(pairs: Pairs<'_>, shared: Option<Shared<'_>>, row: usize) -> Error {
    let dim = pairs.dim;
    let mut checked = check_rows("predicted_mean", pairs.mean_a, dim, row)
        .and_then(|()| check_rows("mean", pairs.mean_b, dim, row))
        .and_then(|()| check_covariance("predicted_cov", pairs.cov_a, dim, row))
        .and_then(|()| check_covariance("cov", pairs.cov_b, dim, row));
    if let Some(shared) = shared {
        for values in [shared.updated, shared.crossed, shared.predicted] {
            checked = checked.and_then(|()| check_rows("shared", values, dim * dim, row));
        }
    }
    let what = "the shared error".to_owned();
    checked.err().unwrap_or(Error::NotPositiveDefinite { what, row })
}
