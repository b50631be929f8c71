//! What one scan's detections add to what is known of a state.
//!
//! A detection z = H x + v, v ~ N(0, R), adds Y = Hᵀ R⁻¹ H to the inverse covariance and
//! y = Hᵀ R⁻¹ z to it times the mean, whatever was known before (the information filter). So the
//! increments of all parties at one time add up, whatever batches they come in.

use pulp::{Simd, WithSimd};

use super::check::{check_covariance, check_dim, check_rows, first_doubtful, load_dense};
use crate::filter::dense::{PerRow, Planes};
use crate::gaussian::{load_rows, store_rows, store_symmetric};
use crate::lanes::{Lanes, Vector, WIDTH};
use crate::linalg::{MAX_DIM, inverse_factor, packed, packed_len};
use crate::{Error, Result};

/// Information on n states.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Information {
    /// Y (n × d × d), positive semidefinite.
    pub matrix: Vec<f64>,
    /// y (n × d)
    pub vector: Vec<f64>,
}

/// Linear detections, one a row.
#[derive(Clone, Copy, Debug)]
pub struct Detections<'a> {
    /// d
    pub dim: usize,
    /// m, 1 to [`MAX_DIM`].
    pub measured: usize,
    /// z (n × m)
    pub values: &'a [f64],
    /// H (m × d)
    pub matrix: PerRow<'a>,
    /// R (m × m), positive definite.
    pub noise: PerRow<'a>,
}

/// Y = Hᵀ R⁻¹ H and y = Hᵀ R⁻¹ z of every detection.
///
/// # Errors
/// [`Error::NotPositiveDefinite`] with the first row whose R is not positive definite;
/// [`Error::NotFinite`] with the first that holds NaN or infinity; [`Error::Setting`] for a
/// dimension outside 1 to [`MAX_DIM`].
pub fn increments(detections: Detections<'_>) -> Result<Information> {
    let Detections { dim, measured: m, values, .. } = detections;
    check_dim(dim)?;
    if !(1..MAX_DIM + 1).contains(&m) {
        let what = "the dimension of the measurement";
        return Err(Error::Setting { what, expected: "1 to 9", found: m.to_string() });
    }
    let rows = values.len() / m;
    let mut out =
        Information { matrix: vec![0.0; rows * dim * dim], vector: vec![0.0; rows * dim] };
    pulp::Arch::new().dispatch(Increments { detections, out: &mut out })?;
    Ok(out)
}

pub(super) struct Increments<'a> {
    pub detections: Detections<'a>,
    pub out: &'a mut Information,
}

impl WithSimd for Increments<'_> {
    type Output = Result<()>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Result<()> {
        match (self.detections.dim, self.detections.measured) {
            (4, 2) => self.run::<S, 4, 2>(simd, 4, 2),
            (6, 3) => self.run::<S, 6, 3>(simd, 6, 3),
            (dim, m) => self.run::<S, MAX_DIM, MAX_DIM>(simd, dim, m),
        }
    }
}

impl Increments<'_> {
    #[inline(always)]
    fn run<S: Simd, const D: usize, const M: usize>(
        self,
        simd: S,
        dim: usize,
        m: usize,
    ) -> Result<()> {
        let Self { detections, out } = self;
        let mut h = Planes::full(detections.matrix, m * dim);
        let mut r = Planes::full(detections.noise, m * m);
        let mut z = vec![Lanes::ONE; m];
        let (mut vector, mut matrix) = (vec![Lanes::ONE; dim], vec![Lanes::ONE; packed_len(dim)]);
        let mut doubt_out = Lanes::ZERO;
        let zero = Vector::splat(simd, 0.0);
        let outs = out.vector.chunks_mut(WIDTH * dim).zip(out.matrix.chunks_mut(WIDTH * dim * dim));
        let blocks = detections.values.chunks(WIDTH * m).zip(outs).enumerate();
        for (number, (values, (vector_out, matrix_out))) in blocks {
            load_rows(m, values, &mut z);
            let (h, r) = (h.block(m * dim, number), r.block(m * m, number));
            for part in 0..Vector::<S>::PARTS {
                let mut doubt = zero;
                let mut w = load_dense::<S, M>(simd, m, r, part, &mut doubt);
                inverse_factor(m, &mut w);
                let mut white = [[zero; D]; M]; // W H
                let mut seen = [zero; M]; // W z
                for k in 0..m {
                    for l in 0..k + 1 {
                        doubt += w[k][l] * 0.0;
                        seen[k] += w[k][l] * Vector::load(simd, &z[l], part);
                        for i in 0..dim {
                            white[k][i] += w[k][l] * Vector::load(simd, &h[l * dim + i], part);
                        }
                    }
                }
                for i in 0..dim {
                    let mut sum = zero;
                    for k in 0..m {
                        sum += white[k][i] * seen[k];
                    }
                    doubt += sum * 0.0;
                    sum.store(&mut vector[i], part);
                    for j in 0..i + 1 {
                        let mut sum = zero;
                        for k in 0..m {
                            sum += white[k][i] * white[k][j];
                        }
                        doubt += sum * 0.0;
                        sum.store(&mut matrix[packed(i, j)], part);
                    }
                }
                doubt.store(&mut doubt_out, part);
            }
            if let Some(lane) = first_doubtful(&doubt_out, vector_out.len() / dim) {
                return Err(blame_detection(detections, number * WIDTH + lane));
            }
            store_rows(dim, &vector, vector_out);
            store_symmetric(dim, &matrix, matrix_out);
        }
        Ok(())
    }
}

#[cold]
fn blame_detection(detections: Detections<'_>, row: usize) -> Error {
    let Detections { dim, measured: m, values, matrix, noise } = detections;
    let named = |error| match error {
        Error::NotPositiveDefinite { what, .. } => Error::NotPositiveDefinite { what, row },
        Error::NotFinite { what, value, .. } => Error::NotFinite { what, row, value },
        other => other,
    };
    check_rows("measurement", values, m, row)
        .and_then(|()| check_rows("measurement_matrix", matrix.of(row, m * dim), m * dim, 0))
        .and_then(|()| check_covariance("noise", noise.of(row, m * m), m, 0))
        .err()
        .map_or(Error::NotPositiveDefinite { what: "noise".to_owned(), row }, named)
}
