//! How the objects of a tracker move: by one model, or by one of several that change.

use super::{Imm, Modes, Motion};

/// One model, or several that interact.
#[derive(Clone, Debug)]
pub enum Dynamics {
    /// One model for all.
    Single(Motion),
    /// Each object follows one of several, and changes.
    Interacting(Imm),
}

impl Dynamics {
    /// The axes of space.
    #[must_use]
    pub fn axes(&self) -> usize {
        match self {
            Self::Single(model) => model.axes(),
            Self::Interacting(models) => models.axes(),
        }
    }

    /// The dimension of the state.
    #[must_use]
    pub fn dim(&self) -> usize {
        match self {
            Self::Single(model) => model.dim(),
            Self::Interacting(models) => models.dim(),
        }
    }

    /// M: how many models there are.
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            Self::Single(_) => 1,
            Self::Interacting(models) => models.models().len(),
        }
    }

    /// Whether the objects are boxes in an image.
    #[must_use]
    pub fn is_of_boxes(&self) -> bool {
        match self {
            Self::Single(model) => matches!(model, Motion::Box(_)),
            Self::Interacting(models) => matches!(models.models()[0], Motion::Box(_)),
        }
    }

    /// The variance of a component of a new object's state, where the only model knows it; of
    /// several each has its own.
    #[must_use]
    pub fn prior_variance(&self, component: usize) -> Option<f64> {
        match self {
            Self::Single(model) => model.prior_variance(component),
            Self::Interacting(_) => None,
        }
    }

    /// The components that each of several models has; nothing if there is only one.
    #[must_use]
    pub fn modes(&self, velocity_variance: f64, acceleration_variance: f64) -> Option<Modes> {
        match self {
            Self::Single(_) => None,
            Self::Interacting(models) => {
                Some(models.modes(velocity_variance, acceleration_variance))
            }
        }
    }
}
