//! Models whose axes move alike and apart: F = f ⊗ I, Q = q ⊗ diag(density), f and q closed forms.

use super::{
    Axis, MAX_AXES, constant_acceleration, constant_velocity, ornstein_uhlenbeck, random_walk,
    singer,
};
use crate::lanes::Real;
use crate::{Error, Result};

/// What is driven by white noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// The position.
    RandomWalk,
    /// The velocity.
    ConstantVelocity,
    /// The acceleration.
    ConstantAcceleration,
    /// The velocity, which decays: Ornstein and Uhlenbeck's process.
    OrnsteinUhlenbeck {
        /// γ, how fast it decays \[1/s\].
        rate_per_s: f64,
    },
    /// The acceleration, which decays: Singer's model.
    Singer {
        /// 1 / τ, how fast it decays \[1/s\].
        rate_per_s: f64,
    },
}

impl Kind {
    /// How many derivatives of the position the state holds, the position included.
    #[inline(always)]
    #[must_use]
    pub const fn order(self) -> usize {
        match self {
            Self::RandomWalk => 1,
            Self::ConstantVelocity | Self::OrnsteinUhlenbeck { .. } => 2,
            Self::ConstantAcceleration | Self::Singer { .. } => 3,
        }
    }

    /// f(Δt), the transition of one axis.
    #[inline(always)]
    pub fn transition<T: Real>(self, dt_s: T) -> Axis<T> {
        match self {
            Self::RandomWalk => random_walk::transition(dt_s),
            Self::ConstantVelocity => constant_velocity::transition(dt_s),
            Self::ConstantAcceleration => constant_acceleration::transition(dt_s),
            Self::OrnsteinUhlenbeck { rate_per_s } => {
                ornstein_uhlenbeck::transition(rate_per_s, dt_s)
            }
            Self::Singer { rate_per_s } => singer::transition(rate_per_s, dt_s),
        }
    }

    /// q(Δt), the noise of one axis at density 1.
    #[inline(always)]
    pub fn noise<T: Real>(self, dt_s: T) -> Axis<T> {
        match self {
            Self::RandomWalk => random_walk::noise(dt_s),
            Self::ConstantVelocity => constant_velocity::noise(dt_s),
            Self::ConstantAcceleration => constant_acceleration::noise(dt_s),
            Self::OrnsteinUhlenbeck { rate_per_s } => ornstein_uhlenbeck::noise(rate_per_s, dt_s),
            Self::Singer { rate_per_s } => singer::noise(rate_per_s, dt_s),
        }
    }
}

/// One of these in one to three axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Kinematic {
    kind: Kind,
    density: Vec<f64>,
}

impl Kinematic {
    /// A model with one power spectral density of the driving white noise for each axis.
    ///
    /// # Errors
    /// [`Error::Setting`] unless there are one to three densities, each positive and finite, and a
    /// rate, if there is one, is too.
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
        if let Kind::OrnsteinUhlenbeck { rate_per_s } | Kind::Singer { rate_per_s } = kind
            && !(rate_per_s.is_finite() && rate_per_s > 0.0)
        {
            return Err(Error::Setting {
                what: "the rate of decay",
                expected: "positive and finite",
                found: rate_per_s.to_string(),
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

    /// The stationary variance density · τ / 2 of a Singer model's acceleration.
    pub(super) fn prior_variance(&self, component: usize) -> Option<f64> {
        match self.kind {
            Kind::Singer { rate_per_s } if component >= 2 * self.axes() => {
                Some(self.density[component - 2 * self.axes()] / (2.0 * rate_per_s))
            }
            _ => None,
        }
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
