//! Several Gaussian hypotheses of one object become one, by matching mean and covariance.

use super::states::States;
use crate::gaussian::{Gaussians, stride};
use crate::lanes::WIDTH;
use crate::linalg::{MAX_DIM, packed, packed_len};

/// Writes over `merged` row by row the mixture of the hypotheses that stand side by side with one
/// parent: x = Σ w xₖ, P = Σ w (Pₖ + (xₖ − x)(xₖ − x)ᵀ).
pub(super) fn merge(hypotheses: &States, parent: &[u32], weights: &[f64], merged: &mut States) {
    let mut start = 0;
    for (row, group) in parent.chunk_by(|a, b| a == b).enumerate() {
        if group.len() > 1 {
            let members = start..start + group.len();
            merged.set_mixture(row, hypotheses, members.clone(), &weights[members]);
        }
        start += group.len();
    }
}

/// The mean and packed covariance of a mixture of some rows; the weights add up to 1.
pub(super) fn moments(
    rows: &Gaussians,
    members: impl Iterator<Item = usize> + Clone,
    weights: &[f64],
) -> ([f64; MAX_DIM], [f64; packed_len(MAX_DIM)]) {
    let dim = rows.dim();
    let mut mean = [0.0; MAX_DIM];
    let mut cov = [0.0; packed_len(MAX_DIM)];
    for (row, &weight) in members.clone().zip(weights) {
        for (i, mean) in mean[..dim].iter_mut().enumerate() {
            *mean += weight * rows.mean(row, i);
        }
    }
    for (row, &weight) in members.zip(weights) {
        let block = &rows.lanes()[row / WIDTH * stride(dim)..][..stride(dim)];
        let mut off = [0.0; MAX_DIM];
        for i in 0..dim {
            off[i] = block[i].0[row % WIDTH] - mean[i];
            for j in 0..i + 1 {
                let entry = packed(i, j);
                cov[entry] += weight * (block[dim + entry].0[row % WIDTH] + off[i] * off[j]);
            }
        }
    }
    (mean, cov)
}
