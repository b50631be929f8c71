//! Motion models: how a state moves, and how uncertain that makes it.
//!
//! One state order for all: positions, then velocities, then accelerations or a turn rate. For the
//! kinematic models the transition is f ⊗ I and the noise q ⊗ diag(density), with f and q small
//! matrices in closed form (Bar-Shalom, Li and Kirubarajan 2001, section 6.2); a turn couples two
//! axes and has dense ones.

mod box_motion;
mod chain;
mod constant_acceleration;
mod constant_velocity;
mod coordinated_turn;
mod damped;
mod dynamics;
mod imm;
mod kinematic;
mod linearised;
mod modes;
mod ornstein_uhlenbeck;
mod random_walk;
mod series;
mod singer;
mod stumpff;

use std::fmt::Debug;
use std::sync::Arc;

pub use box_motion::BoxMotion;
pub use chain::Chain;
pub use coordinated_turn::{CoordinatedTurn, Rate};
pub use dynamics::Dynamics;
pub use imm::Imm;
pub use kinematic::{Kind, Kinematic};
pub use linearised::Linearised;
pub use modes::{Modes, UNUSED};

use crate::Result;

/// The most axes a model may have.
pub const MAX_AXES: usize = 3;
/// The most derivatives of the position a kinematic state holds, the position included.
pub const MAX_ORDER: usize = 3;

/// A matrix over the derivatives of one axis, f or q; entries beyond the order are zero.
pub type Axis<T> = [[T; MAX_ORDER]; MAX_ORDER];

/// How states move.
#[derive(Clone, Debug)]
pub enum Motion {
    /// A linear model in closed form.
    Kinematic(Kinematic),
    /// A turn at constant speed, its rate known or part of the state.
    Turn(CoordinatedTurn),
    /// A box in an image.
    Box(BoxMotion),
    /// A function of the user's.
    User(Arc<dyn UserMotion>),
}

/// A motion model that the user wrote, over many states at once.
pub trait UserMotion: Debug + Send + Sync {
    /// How many axes of space it moves in; the first components of the state are the positions.
    fn axes(&self) -> usize;

    /// The dimension d of the state.
    fn dim(&self) -> usize;

    /// f(x, Δt) for `states` (k × d, row-major), each by its own time step.
    ///
    /// # Errors
    /// [`Error::User`] with whatever the function raised.
    fn transition(&self, states: &[f64], dt_s: &[f64]) -> Result<Vec<f64>>;

    /// Q(Δt) for each time step (k × d × d, row-major).
    ///
    /// # Errors
    /// [`Error::User`] with whatever the function raised.
    fn noise(&self, dt_s: &[f64]) -> Result<Vec<f64>>;
}

impl Motion {
    /// How many axes of space it moves in.
    #[must_use]
    pub fn axes(&self) -> usize {
        match self {
            Self::Kinematic(model) => model.axes(),
            Self::Turn(model) => model.axes(),
            Self::Box(_) => 2,
            Self::User(model) => model.axes(),
        }
    }

    /// The dimension of the state.
    #[must_use]
    pub fn dim(&self) -> usize {
        match self {
            Self::Kinematic(model) => model.dim(),
            Self::Turn(model) => model.dim(),
            Self::Box(_) => BoxMotion::DIM,
            Self::User(model) => model.dim(),
        }
    }

    /// The variance of a component of a new object's state, where the model itself knows it: a
    /// Singer model's acceleration, a turn's rate.
    #[must_use]
    pub fn prior_variance(&self, component: usize) -> Option<f64> {
        match self {
            Self::Kinematic(model) => model.prior_variance(component),
            Self::Turn(model) => model.prior_variance(component),
            Self::Box(_) | Self::User(_) => None,
        }
    }

    /// f(x, Δt) for `states` (k × d, row-major), each by its own time step.
    ///
    /// # Errors
    /// [`crate::Error::User`] with whatever the user's function raised.
    pub fn moved(&self, states: &[f64], dt_s: &[f64]) -> Result<Vec<f64>> {
        match self {
            Self::Kinematic(model) => Ok(self.each(states, dt_s, |state, dt, out| {
                out.transition.copy_from_slice(&model.transition(dt));
                out.predict(state);
                out.predicted.clone()
            })),
            Self::Turn(model) => Ok(self.each(states, dt_s, |state, dt, out| {
                model.predict(state, dt, out);
                out.predicted.clone()
            })),
            Self::Box(model) => Ok(self.each(states, dt_s, |state, dt, out| {
                model.linearise(state, dt, out);
                out.predicted.clone()
            })),
            Self::User(model) => model.transition(states, dt_s),
        }
    }

    /// Q(x, Δt) for `states` (k × d, row-major), each by its own time step (k × d × d).
    ///
    /// # Errors
    /// [`crate::Error::User`] with whatever the user's function raised.
    pub fn noise(&self, states: &[f64], dt_s: &[f64]) -> Result<Vec<f64>> {
        match self {
            Self::Kinematic(model) => Ok(dt_s.iter().flat_map(|&dt| model.noise(dt)).collect()),
            Self::Turn(model) => Ok(self.each(states, dt_s, |state, dt, out| {
                model.linearise(state, dt, out);
                out.noise.clone()
            })),
            Self::Box(model) => Ok(self.each(states, dt_s, |state, dt, out| {
                model.linearise(state, dt, out);
                out.noise.clone()
            })),
            Self::User(model) => model.noise(dt_s),
        }
    }

    fn each(
        &self,
        states: &[f64],
        dt_s: &[f64],
        step: impl Fn(&[f64], f64, &mut Linearised) -> Vec<f64>,
    ) -> Vec<f64> {
        let mut out = Linearised::new(self.dim());
        let rows = states.chunks_exact(self.dim()).zip(dt_s);
        rows.flat_map(|(state, &dt)| step(state, dt, &mut out)).collect()
    }
}
