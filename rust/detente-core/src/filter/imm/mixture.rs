//! Moments of mixtures of Gaussians, eight rows at a time.

use pulp::{Simd, WithSimd};

use crate::gaussian::{Gaussians, stride};
use crate::lanes::{Lanes, Vector, WIDTH};
use crate::linalg::{MAX_DIM, packed};

/// Mean and covariance of each row's mixture: x̄ = x_c + Σ wᵢ (xᵢ − x_c) around one of the sources,
/// which is left as it is where its weight is one, and Σ wᵢ (Pᵢ + (xᵢ − x̄)(xᵢ − x̄)ᵀ).
///
/// The weights are lanes, for each block one of each source.
pub(super) fn moments(sources: &[Gaussians], weights: &[Lanes], centre: usize) -> Gaussians {
    let mut out = sources[centre].clone();
    let dim = out.dim();
    pulp::Arch::new().dispatch(Moments { dim, sources, weights, centre, out: out.lanes_mut() });
    out
}

struct Moments<'a> {
    dim: usize,
    sources: &'a [Gaussians],
    weights: &'a [Lanes],
    centre: usize,
    out: &'a mut [Lanes],
}

impl WithSimd for Moments<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (dim, stride) = (self.dim, stride(self.dim));
        let weights = self.weights.chunks_exact(self.sources.len());
        for (number, (out, weights)) in self.out.chunks_exact_mut(stride).zip(weights).enumerate() {
            for part in 0..Vector::<S>::PARTS {
                let zero = Vector::splat(simd, 0.0);
                let source = |i: usize| &self.sources[i].lanes()[number * stride..][..stride];
                let mut mean = [zero; MAX_DIM];
                for k in 0..dim {
                    let centre = Vector::load(simd, &source(self.centre)[k], part);
                    mean[k] = centre;
                    for (i, weight) in weights.iter().enumerate() {
                        let off = Vector::load(simd, &source(i)[k], part) - centre;
                        mean[k] += Vector::load(simd, weight, part) * off;
                    }
                }
                let mut cov = [[zero; MAX_DIM]; MAX_DIM];
                for (i, weight) in weights.iter().enumerate() {
                    let weight = Vector::load(simd, weight, part);
                    let mut off = mean;
                    for k in 0..dim {
                        off[k] = Vector::load(simd, &source(i)[k], part) - mean[k];
                    }
                    for k in 0..dim {
                        for l in 0..k + 1 {
                            let own = Vector::load(simd, &source(i)[dim + packed(k, l)], part);
                            cov[k][l] += weight * (own + off[k] * off[l]);
                        }
                    }
                }
                for k in 0..dim {
                    mean[k].store(&mut out[k], part);
                    for l in 0..k + 1 {
                        cov[k][l].store(&mut out[dim + packed(k, l)], part);
                    }
                }
            }
        }
    }
}

/// With the given variances of components that are zero and uncorrelated.
pub(super) fn with_variances(source: &Gaussians, variances: &[(usize, f64)]) -> Gaussians {
    let mut out = source.clone();
    let dim = out.dim();
    for block in out.lanes_mut().chunks_exact_mut(stride(dim)) {
        for &(i, variance) in variances {
            block[dim + packed(i, i)] = Lanes([variance; WIDTH]);
        }
    }
    out
}

/// With the given components zero and uncorrelated, of the given variances.
pub(super) fn cleared(source: Gaussians, variances: &[(usize, f64)]) -> Gaussians {
    let mut out = with_variances(&source, variances);
    let dim = out.dim();
    for block in out.lanes_mut().chunks_exact_mut(stride(dim)) {
        for &(i, _) in variances {
            block[i] = Lanes::ZERO;
            for j in (0..dim).filter(|&j| j != i) {
                block[dim + packed(i, j)] = Lanes::ZERO;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_width_gives_the_same_bits() {
        let (dim, rows) = (6, 19);
        let number = |k: usize| (k as f64 * 0.37).sin();
        let source = |seed: usize| {
            let mut out = Gaussians::new(dim);
            for row in 0..rows {
                let start = 1000 * seed + 50 * row;
                let mean: Vec<f64> = (0..dim).map(|i| number(start + i)).collect();
                let cov: Vec<f64> =
                    (0..dim * (dim + 1) / 2).map(|i| number(start + 7 * i)).collect();
                out.push(&mean, &cov);
            }
            out
        };
        let sources = [source(1), source(2), source(3)];
        let weights: Vec<Lanes> =
            (0..9).map(|k| Lanes(std::array::from_fn(|lane| number(8 * k + lane).abs()))).collect();
        let run = |job: &dyn Fn(Moments<'_>)| {
            let mut out = sources[0].clone();
            job(Moments {
                dim,
                sources: &sources,
                weights: &weights,
                centre: 1,
                out: out.lanes_mut(),
            });
            out
        };
        let want = run(&|job| Simd::vectorize(pulp::Scalar::new(), job));
        assert_eq!(run(&|job| pulp::Arch::new().dispatch(job)), want);
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = pulp::x86::V3::try_new() {
            assert_eq!(run(&|job| Simd::vectorize(avx2, job)), want);
        }
    }
}
