//! A box in an image: its centre at constant velocity, its size a random walk, in heights.
//!
//! The state is x, y, their velocities, width and height. What is near looks large and moves far,
//! so that all noise is in proportion to the height h:
//! Q = h² (q(Δt) ⊗ a I ⊕ s Δt I), with q of white-noise acceleration, a \[heights²/s³\] and
//! s \[heights²/s\] (the noise of DeepSORT, Wojke, Bewley and Paulus 2017, in continuous time).

use super::{Linearised, constant_velocity};
use crate::{Error, Result};

/// How boxes move.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoxMotion {
    acceleration_psd: f64,
    size_psd: f64,
}

impl BoxMotion {
    /// The dimension of the state.
    pub const DIM: usize = 6;

    /// A model with a density of the acceleration \[heights²/s³\] and one of the size \[heights²/s\].
    ///
    /// # Errors
    /// [`Error::Setting`] unless both are positive and finite.
    pub fn new(acceleration_psd: f64, size_psd: f64) -> Result<Self> {
        for (what, psd) in [("acceleration_psd", acceleration_psd), ("size_psd", size_psd)] {
            if !(psd.is_finite() && psd > 0.0) {
                let expected = "positive and finite";
                return Err(Error::Setting { what, expected, found: psd.to_string() });
            }
        }
        Ok(Self { acceleration_psd, size_psd })
    }

    /// The density of the acceleration \[heights²/s³\].
    #[must_use]
    pub fn acceleration_psd(&self) -> f64 {
        self.acceleration_psd
    }

    /// The density of the size \[heights²/s\].
    #[must_use]
    pub fn size_psd(&self) -> f64 {
        self.size_psd
    }

    /// f(x), F and Q at one state.
    pub fn linearise(&self, state: &[f64], dt_s: f64, out: &mut Linearised) {
        let squared = state[Self::DIM - 1] * state[Self::DIM - 1];
        let q = constant_velocity::noise(dt_s);
        out.transition.fill(0.0);
        out.noise.fill(0.0);
        for i in 0..Self::DIM {
            out.transition[i * Self::DIM + i] = 1.0;
        }
        for axis in 0..2 {
            let velocity = axis + 2;
            out.transition[axis * Self::DIM + velocity] = dt_s;
            let density = self.acceleration_psd * squared;
            out.noise[axis * Self::DIM + axis] = q[0][0] * density;
            out.noise[axis * Self::DIM + velocity] = q[0][1] * density;
            out.noise[velocity * Self::DIM + axis] = q[0][1] * density;
            out.noise[velocity * Self::DIM + velocity] = q[1][1] * density;
            let size = axis + 4;
            out.noise[size * Self::DIM + size] = self.size_psd * squared * dt_s;
        }
        out.predict(state);
    }
}
