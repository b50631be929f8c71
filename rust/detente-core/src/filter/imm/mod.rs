//! Interacting multiple models: several motion models, and which of them an object follows.
//!
//! A row of M models fills M entries of a store, model m of row r at r M + m, and as many
//! probabilities. All share one state order; a model that lacks a component keeps it at mean 0 and
//! variance [`crate::motion::UNUSED`], uncorrelated, so that its covariance stays positive definite. Between
//! measurements the models are mixed and each predicts its own entry; a measurement updates each
//! entry, and the likelihoods the probabilities (Blom and Bar-Shalom, *The interacting multiple
//! model algorithm for systems with Markovian switching coefficients*, IEEE Transactions on
//! Automatic Control 33, 1988).

mod begin;
mod entries;
mod future;
mod mixture;
mod predict;
mod rows;
mod smooth;

pub use begin::begin;
pub use entries::{of_model, put};
pub use predict::predict;
pub use rows::{check_probabilities, gaussians_from_rows};
pub use smooth::{History, smooth};

use crate::gaussian::Gaussians;
use crate::lanes::{Lanes, WIDTH};
use crate::motion::Modes;

/// Mixes the models of every row: afterwards entry (r, j) is what is believed of the state if model
/// j is followed from now on, and its probability that of the event.
///
/// `transition` (M × M, row-major, i to j) is one for all rows or one for each:
/// c_j = Σᵢ p_ij μᵢ, and with the weights p_ij μᵢ / c_j the moments of the mixture. A model that
/// cannot be followed stays as it is.
pub fn mix(modes: &Modes, gaussians: &mut Gaussians, probability: &mut [f64], transition: &[f64]) {
    let count = modes.count();
    let (weights, after) = weights(count, probability, transition);
    let sources: Vec<Gaussians> = (0..count).map(|i| of_model(count, gaussians, i)).collect();
    for j in 0..count {
        let entering: Vec<Gaussians> = (0..count)
            .map(|i| mixture::with_variances(&sources[i], &modes.taken_up(i, j)))
            .collect();
        let mixed = mixture::moments(&entering, &weights[j], j);
        put(count, gaussians, j, &mixture::cleared(mixed, &modes.lacking(j)));
    }
    probability.copy_from_slice(&after);
}

/// The weights of mixing, for each target the lanes of each source (block after block), and the
/// probabilities after the transition.
fn weights(count: usize, probability: &[f64], transition: &[f64]) -> (Vec<Vec<Lanes>>, Vec<f64>) {
    let rows = probability.len() / count;
    let mut weights = vec![vec![Lanes::ZERO; rows.div_ceil(WIDTH) * count]; count];
    let mut after = vec![0.0; probability.len()];
    let size = count * count;
    for (row, before) in probability.chunks_exact(count).enumerate() {
        let matrix = if transition.len() == size { 0 } else { row * size };
        let p = &transition[matrix..][..size];
        for j in 0..count {
            let total: f64 = (0..count).map(|i| p[i * count + j] * before[i]).sum();
            after[row * count + j] = total;
            for i in 0..count {
                let weight = if total > 0.0 {
                    p[i * count + j] * before[i] / total
                } else {
                    f64::from(u8::from(i == j))
                };
                weights[j][row / WIDTH * count + i].0[row % WIDTH] = weight;
            }
        }
    }
    (weights, after)
}

/// Weighs the models of every row by their log likelihoods: μ_j ← c_j ℓ_j / Σ c ℓ. Returns the log
/// likelihood log Σ c ℓ of each row.
///
/// A row whose likelihoods all vanish keeps its probabilities.
pub fn reweigh(count: usize, probability: &mut [f64], log_likelihood: &[f64]) -> Vec<f64> {
    let rows = probability.chunks_exact_mut(count).zip(log_likelihood.chunks_exact(count));
    rows.map(|(probability, log)| {
        let possible = probability.iter().zip(log).filter(|(p, _)| **p > 0.0);
        let largest = possible.map(|(_, &log)| log).fold(f64::NEG_INFINITY, f64::max);
        if largest == f64::NEG_INFINITY {
            return largest;
        }
        let mut total = 0.0;
        for (p, log) in probability.iter_mut().zip(log) {
            *p *= if *p > 0.0 { libm::exp(log - largest) } else { 0.0 };
            total += *p;
        }
        probability.iter_mut().for_each(|p| *p /= total);
        largest + libm::log(total)
    })
    .collect()
}

/// Mean and covariance of every row, whichever model it follows.
#[must_use]
pub fn combine(count: usize, gaussians: &Gaussians, probability: &[f64]) -> Gaussians {
    let rows = probability.len() / count;
    let mut weights = vec![Lanes::ZERO; rows.div_ceil(WIDTH) * count];
    weights.iter_mut().step_by(count).for_each(|first| *first = Lanes::ONE); // where no row is
    for (entry, &p) in probability.iter().enumerate() {
        let (row, model) = (entry / count, entry % count);
        weights[row / WIDTH * count + model].0[row % WIDTH] = p;
    }
    let sources: Vec<Gaussians> = (0..count).map(|i| of_model(count, gaussians, i)).collect();
    mixture::moments(&sources, &weights, 0)
}
