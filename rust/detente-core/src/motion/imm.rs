//! Interacting multiple models: an object follows one of several models, and changes.
//!
//! They share one state order: positions, velocities, accelerations if one of them has any, then a
//! turn rate if one of them has any (Blom and Bar-Shalom 1988; the filter is in `filter::imm`).

use super::{Chain, Modes, Motion, UNUSED};
use crate::linalg::MAX_DIM;
use crate::{Error, Result};

/// Several models, and the chain by which one follows another.
#[derive(Clone, Debug)]
pub struct Imm {
    models: Vec<Motion>,
    chain: Chain,
    initial: Vec<f64>,
    axes: usize,
    used: Vec<Vec<bool>>,
}

impl Imm {
    /// M models, the rates from i to j (M × M, row-major) \[1/s\], and the probability of each in a
    /// new track; without, that of the chain in the long run.
    ///
    /// # Errors
    /// [`Error::Setting`] for no models, models of different axes, boxes beside others, a joint state of more than
    /// [`MAX_DIM`] components, bad rates or probabilities, or a chain without a long run of its own
    /// and no probabilities; [`Error::Shape`] for other than M × M rates.
    pub fn new(models: Vec<Motion>, rates_per_s: &[f64], initial: Option<&[f64]>) -> Result<Self> {
        let refuse = |what, expected, found| Err(Error::Setting { what, expected, found });
        let chain = Chain::new(models.len(), rates_per_s)?;
        let axes = models[0].axes();
        if let Some(other) = models.iter().find(|model| model.axes() != axes) {
            let found = format!("{axes} and {}", other.axes());
            return refuse("the axes of the models", "the same", found);
        }
        let of_box = |model: &Motion| matches!(model, Motion::Box(_));
        if models.iter().any(of_box) && !models.iter().all(of_box) {
            let found = "some of each".to_owned();
            return refuse("the models", "all of boxes, or none", found);
        }
        let initial = match initial {
            Some(given) => given.to_vec(),
            None => chain.stationary().ok_or(Error::Setting {
                what: "transition_per_s",
                expected: "leading from every model to every other, without initial_probability",
                found: format!("{rates_per_s:?}"),
            })?,
        };
        let total: f64 = initial.iter().sum();
        let good = initial.iter().all(|&p| p >= 0.0) && (total - 1.0).abs() <= 1e-9;
        if !good || initial.len() != models.len() {
            let expected = "one for each model, not negative and summing to one";
            return refuse("initial_probability", expected, format!("{initial:?}"));
        }
        let used = used(&models, axes);
        if used[0].len() > MAX_DIM {
            let expected = "at most 9: leave out the accelerations or the turn rate";
            return refuse(
                "the components of the joint state",
                expected,
                used[0].len().to_string(),
            );
        }
        Ok(Self { models, chain, initial, axes, used })
    }

    /// The models.
    #[must_use]
    pub fn models(&self) -> &[Motion] {
        &self.models
    }

    /// By which chain one follows another.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The probability of each model in a new track.
    #[must_use]
    pub fn initial(&self) -> &[f64] {
        &self.initial
    }

    /// How many axes of space they move in.
    #[must_use]
    pub fn axes(&self) -> usize {
        self.axes
    }

    /// The dimension of the joint state.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.used[0].len()
    }

    /// What each model has, and the variance with which it takes up what another lacks: its own
    /// where it knows one, else that of a new object's velocity or acceleration.
    #[must_use]
    pub fn modes(&self, velocity_variance: f64, acceleration_variance: f64) -> Modes {
        let prior = |model: usize| {
            let mut own = 0;
            let mut variance = |i: usize| {
                if !self.used[model][i] {
                    return UNUSED;
                }
                let known = self.models[model].prior_variance(own);
                own += 1;
                let given =
                    if i < 2 * self.axes { velocity_variance } else { acceleration_variance };
                known.unwrap_or(given)
            };
            (0..self.dim()).map(&mut variance).collect()
        };
        Modes::new(self.dim(), self.used.clone(), (0..self.models.len()).map(prior).collect())
    }
}

/// Which components each model has of the state that holds them all.
fn used(models: &[Motion], axes: usize) -> Vec<Vec<bool>> {
    let turning = |model: &Motion| matches!(model, Motion::Turn(turn) if !turn.is_linear());
    let leading = |model: &Motion| model.dim() - usize::from(turning(model));
    let most = models.iter().map(leading).fold(axes, usize::max);
    let dim = most + usize::from(models.iter().any(turning));
    let of = |model: &Motion| {
        (0..dim).map(|i| i < leading(model) || turning(model) && i + 1 == dim).collect()
    };
    models.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::{BoxMotion, CoordinatedTurn, Kind, Kinematic, Rate};

    fn kinematic(kind: Kind, axes: usize) -> Motion {
        Motion::Kinematic(Kinematic::new(kind, &vec![0.1; axes]).unwrap())
    }

    fn turning(axes: usize) -> Motion {
        let rate = Rate::Estimated { psd: 1e-5, std_rad_s: 0.1, unscented: true };
        Motion::Turn(CoordinatedTurn::new(axes, rate, 0.1, 0.1).unwrap())
    }

    #[test]
    fn all_components_have_a_place_in_the_joint_state() {
        let models = vec![
            kinematic(Kind::ConstantVelocity, 2),
            turning(2),
            kinematic(Kind::Singer { rate_per_s: 0.1 }, 2),
        ];
        let imm = Imm::new(models, &[1.0; 9], None).unwrap();
        let modes = imm.modes(100.0, 4.0);
        assert_eq!((imm.axes(), imm.dim()), (2, 7));
        assert_eq!(modes.components(0).collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert_eq!(modes.components(1).collect::<Vec<_>>(), [0, 1, 2, 3, 6]);
        assert_eq!(modes.components(2).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
        assert_eq!(modes.taken_up(0, 1), [(6, 0.1 * 0.1)]);
        assert_eq!(modes.taken_up(1, 2), [(4, 0.5), (5, 0.5)]);
        assert_eq!(modes.lacking(1), [(4, UNUSED), (5, UNUSED)]);
        assert!(imm.initial().iter().all(|p| (p - 1.0 / 3.0).abs() < 1e-15));
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let plain = |axes| kinematic(Kind::ConstantVelocity, axes);
        let boxes = BoxMotion::new(0.5, 0.02).unwrap();
        let cases = [
            (Imm::new(vec![plain(2), plain(3)], &[1.0; 4], None), "the axes of the models"),
            (
                Imm::new(vec![plain(2), Motion::Box(boxes)], &[1.0; 4], None),
                "the models must be all of boxes, or none",
            ),
            (
                Imm::new(vec![plain(2), plain(2)], &[0.0; 4], None),
                "transition_per_s must be leading",
            ),
            (
                Imm::new(vec![plain(2), plain(2)], &[1.0; 4], Some(&[0.5, 0.6])),
                "initial_probability",
            ),
            (
                Imm::new(
                    vec![kinematic(Kind::ConstantAcceleration, 3), turning(3)],
                    &[1.0; 4],
                    None,
                ),
                "the components of the joint state must be at most 9",
            ),
        ];
        for (result, message) in cases {
            let found = result.unwrap_err().to_string();
            assert!(found.starts_with(message), "{found}");
        }
    }
}
