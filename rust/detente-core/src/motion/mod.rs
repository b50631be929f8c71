//! Motion models: how a state moves, and how uncertain that makes it.
//!
//! One state order for all: positions, then velocities, then accelerations. For the kinematic
//! models the transition is f ⊗ I and the noise q ⊗ diag(density), with f and q small matrices in
//! closed form (Bar-Shalom, Li and Kirubarajan 2001, section 6.2).

mod constant_acceleration;
mod constant_velocity;
mod random_walk;

use std::fmt::Debug;
use std::sync::Arc;

use crate::lanes::Real;
use crate::{Error, Result};

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
            Self::User(model) => model.axes(),
        }
    }

    /// The dimension of the state.
    #[must_use]
    pub fn dim(&self) -> usize {
        match self {
            Self::Kinematic(model) => model.dim(),
            Self::User(model) => model.dim(),
        }
    }
}

/// Which derivative is driven by white noise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The position.
    RandomWalk,
    /// The velocity.
    ConstantVelocity,
    /// The acceleration.
    ConstantAcceleration,
}

impl Kind {
    /// How many derivatives of the position the state holds, the position included.
    #[inline(always)]
    #[must_use]
    pub const fn order(self) -> usize {
        match self {
            Self::RandomWalk => 1,
            Self::ConstantVelocity => 2,
            Self::ConstantAcceleration => 3,
        }
    }

    /// f(Δt), the transition of one axis.
    #[inline(always)]
    pub fn transition<T: Real>(self, dt_s: T) -> Axis<T> {
        match self {
            Self::RandomWalk => random_walk::transition(dt_s),
            Self::ConstantVelocity => constant_velocity::transition(dt_s),
            Self::ConstantAcceleration => constant_acceleration::transition(dt_s),
        }
    }

    /// q(Δt), the noise of one axis at density 1.
    #[inline(always)]
    pub fn noise<T: Real>(self, dt_s: T) -> Axis<T> {
        match self {
            Self::RandomWalk => random_walk::noise(dt_s),
            Self::ConstantVelocity => constant_velocity::noise(dt_s),
            Self::ConstantAcceleration => constant_acceleration::noise(dt_s),
        }
    }
}

/// A random walk, constant velocity or constant acceleration in one to three axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Kinematic {
    kind: Kind,
    density: Vec<f64>,
}

impl Kinematic {
    /// A model with one power spectral density of the driving white noise for each axis.
    ///
    /// # Errors
    /// [`Error::Setting`] unless there are one to three densities, each positive and finite.
    pub fn new(kind: Kind, density: &[f64]) -> Result<Self> {
        if density.is_empty() || density.len() > MAX_AXES {
            return Err(Error::Setting {
                what: "axes",
                expected: "1, 2 or 3",
                found: density.len().to_string(),
            });
        }
        if let Some(bad) = density.iter().find(|d| !(d.is_finite() && **d > 0.0)) {
            return Err(Error::Setting {
                what: "the power spectral density",
                expected: "positive and finite",
                found: bad.to_string(),
            });
        }
        Ok(Self { kind, density: density.to_vec() })
    }

    /// How many axes of space it moves in.
    #[must_use]
    pub fn axes(&self) -> usize {
        self.density.len()
    }

    /// Which derivative is driven by white noise.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The dimension of the state, axes × order.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.axes() * self.kind.order()
    }

    /// The power spectral density of the driving noise, one per axis.
    #[must_use]
    pub fn density(&self) -> &[f64] {
        &self.density
    }

    /// F(Δt) = f ⊗ I as a dense row-major matrix of dim × dim.
    #[must_use]
    pub fn transition(&self, dt_s: f64) -> Vec<f64> {
        let f = self.kind.transition(dt_s);
        self.dense(|row, col, _| f[row][col])
    }

    /// Q(Δt) = q ⊗ diag(density) as a dense row-major matrix of dim × dim.
    #[must_use]
    pub fn noise(&self, dt_s: f64) -> Vec<f64> {
        let q = self.kind.noise(dt_s);
        self.dense(|row, col, axis| q[row][col] * self.density[axis])
    }

    fn dense(&self, entry: impl Fn(usize, usize, usize) -> f64) -> Vec<f64> {
        let (axes, order, dim) = (self.axes(), self.kind.order(), self.dim());
        let mut out = vec![0.0; dim * dim];
        for row in 0..order {
            for col in 0..order {
                for axis in 0..axes {
                    out[(row * axes + axis) * dim + col * axes + axis] = entry(row, col, axis);
                }
            }
        }
        out
    }
}
