//! Mixes, and predicts each entry by its own model.

use super::entries::{narrowed, of_model, put, widen};
use super::mix;
use crate::Result;
use crate::filter::predict::predict as predict_by;
use crate::gaussian::Gaussians;
use crate::motion::{Chain, Imm, Modes};

/// Predicts every row by its own time step: rows of M entries, and their probabilities.
///
/// # Errors
/// As [`crate::filter::predict::predict`].
pub fn predict(
    motion: &Imm,
    modes: &Modes,
    gaussians: &mut Gaussians,
    probability: &mut [f64],
    dt_s: &[f64],
) -> Result<()> {
    let count = modes.count();
    mix(modes, gaussians, probability, &transitions(motion.chain(), dt_s));
    for (j, model) in motion.models().iter().enumerate() {
        let components: Vec<usize> = modes.components(j).collect();
        let mut entries = of_model(count, gaussians, j);
        if components.len() == modes.dim() {
            predict_by(model, &mut entries, dt_s)?;
        } else {
            let mut own = narrowed(&entries, &components);
            predict_by(model, &mut own, dt_s)?;
            widen(&mut entries, &components, &own);
        }
        put(count, gaussians, j, &entries);
    }
    Ok(())
}

/// One matrix if all time steps are equal, else one for each, computed anew where it changes.
fn transitions(chain: &Chain, dt_s: &[f64]) -> Vec<f64> {
    let Some(&first) = dt_s.first() else { return chain.transition(0.0) };
    let mut latest = (first, chain.transition(first));
    if dt_s.iter().all(|&dt| dt == first) {
        return latest.1;
    }
    let mut out = Vec::with_capacity(dt_s.len() * latest.1.len());
    for &dt in dt_s {
        if dt != latest.0 {
            latest = (dt, chain.transition(dt));
        }
        out.extend_from_slice(&latest.1);
    }
    out
}
