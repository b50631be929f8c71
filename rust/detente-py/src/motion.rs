//! Motion models.

use detente_core::Error;
use detente_core::motion::{Kind, Kinematic};
use numpy::PyArray2;
use pyo3::prelude::*;

use crate::array::output;
use crate::error::{exception, named};

/// A kinematic motion model of the core.
#[pyclass(frozen, module = "detente._core", name = "Kinematic")]
#[derive(Clone)]
pub struct PyKinematic(pub Kinematic);

#[pymethods]
impl PyKinematic {
    #[new]
    fn new(kind: &str, density: Vec<f64>) -> PyResult<Self> {
        let kind = match kind {
            "random_walk" => Kind::RandomWalk,
            "constant_velocity" => Kind::ConstantVelocity,
            "constant_acceleration" => Kind::ConstantAcceleration,
            other => {
                return Err(named("SettingError", &format!("no motion model is called {other}")));
            }
        };
        Kinematic::new(kind, &density).map(Self).map_err(exception)
    }

    #[getter]
    fn axes(&self) -> usize {
        self.0.axes()
    }

    #[getter]
    fn dim(&self) -> usize {
        self.0.dim()
    }

    fn transition<'py>(&self, py: Python<'py>, dt_s: f64) -> PyResult<Bound<'py, PyArray2<f64>>> {
        check_step(dt_s, "finite", f64::is_finite)?;
        output(py, self.0.transition(dt_s), [self.0.dim(); 2])
    }

    fn noise<'py>(&self, py: Python<'py>, dt_s: f64) -> PyResult<Bound<'py, PyArray2<f64>>> {
        check_step(dt_s, "finite and not negative", |dt_s| dt_s.is_finite() && dt_s >= 0.0)?;
        output(py, self.0.noise(dt_s), [self.0.dim(); 2])
    }
}

fn check_step(dt_s: f64, expected: &'static str, good: impl Fn(f64) -> bool) -> PyResult<()> {
    if good(dt_s) {
        return Ok(());
    }
    Err(exception(Error::Setting { what: "dt_s", expected, found: dt_s.to_string() }))
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyKinematic>()
}
