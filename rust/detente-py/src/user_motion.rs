//! Motion models that are functions of the user's.

use detente_core::motion::{Dynamics, Imm, Motion, UserMotion};
use detente_core::{Error, Result};
use pyo3::prelude::*;
use std::sync::Arc;

use crate::array::{input, output};
use crate::error::exception;
use crate::motion::{PyBoxMotion, PyCoordinatedTurn, PyKinematic};

/// A motion model that is a pair of NumPy functions.
#[derive(Debug)]
struct Functions {
    axes: usize,
    dim: usize,
    transition: Py<PyAny>,
    noise: Py<PyAny>,
}

impl UserMotion for Functions {
    fn axes(&self) -> usize {
        self.axes
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn transition(&self, states: &[f64], dt_s: &[f64]) -> Result<Vec<f64>> {
        let (n, dim) = (dt_s.len(), self.dim);
        Python::attach(|py| {
            let states = output(py, states.to_vec(), [n, dim])?;
            let dt_s = output(py, dt_s.to_vec(), [n])?;
            let moved = self.transition.bind(py).call1((states, dt_s))?;
            let moved = input::<2>("the motion's transition", &moved, [Some(n), Some(dim)])?;
            Ok(moved.values().to_vec())
        })
        .map_err(|error: PyErr| Error::User(Box::new(error)))
    }

    fn noise(&self, dt_s: &[f64]) -> Result<Vec<f64>> {
        let (n, dim) = (dt_s.len(), self.dim);
        Python::attach(|py| {
            let dt_s = output(py, dt_s.to_vec(), [n])?;
            let noise = self.noise.bind(py).call1((dt_s,))?;
            let shape = [Some(n), Some(dim), Some(dim)];
            Ok(input::<3>("the motion's noise", &noise, shape)?.values().to_vec())
        })
        .map_err(|error: PyErr| Error::User(Box::new(error)))
    }
}

/// The core's motion model of a model of its own or of (axes, dim, transition, noise).
pub fn motion_from_python(motion: &Bound<'_, PyAny>) -> PyResult<Motion> {
    if let Ok(kinematic) = motion.cast::<PyKinematic>() {
        return Ok(Motion::Kinematic(kinematic.get().0.clone()));
    }
    if let Ok(turn) = motion.cast::<PyCoordinatedTurn>() {
        return Ok(Motion::Turn(turn.get().0.clone()));
    }
    if let Ok(boxes) = motion.cast::<PyBoxMotion>() {
        return Ok(Motion::Box(boxes.get().0));
    }
    let (axes, dim, transition, noise) = motion.extract()?;
    Ok(Motion::User(Arc::new(Functions { axes, dim, transition, noise })))
}

/// One motion model, or (models, rates M × M, initial probabilities) of several that interact.
pub fn dynamics_from_python(motion: &Bound<'_, PyAny>) -> PyResult<Dynamics> {
    type Several<'py> = (Vec<Bound<'py, PyAny>>, Vec<f64>, Vec<f64>);
    let Ok((models, rates_per_s, initial)) = motion.extract::<Several<'_>>() else {
        return motion_from_python(motion).map(Dynamics::Single);
    };
    let models = models.iter().map(motion_from_python).collect::<PyResult<Vec<_>>>()?;
    let imm = Imm::new(models, &rates_per_s, Some(&initial)).map_err(exception)?;
    Ok(Dynamics::Interacting(imm))
}
