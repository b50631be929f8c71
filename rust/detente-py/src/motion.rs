//! Motion models.

use detente_core::Error;
use detente_core::motion::{BoxMotion, CoordinatedTurn, Kind, Kinematic, Linearised, Rate};
use numpy::{PyArray2, PyArray3};
use pyo3::prelude::*;

use crate::array::{input, output};
use crate::error::{exception, named};

/// A kinematic motion model of the core.
#[pyclass(frozen, module = "detente._core", name = "Kinematic")]
#[derive(Clone)]
pub struct PyKinematic(pub Kinematic);

#[pymethods]
impl PyKinematic {
    #[new]
    #[pyo3(signature = (kind, density, rate_per_s = 0.0))]
    fn new(kind: &str, density: Vec<f64>, rate_per_s: f64) -> PyResult<Self> {
        let kind = match kind {
            "random_walk" => Kind::RandomWalk,
            "constant_velocity" => Kind::ConstantVelocity,
            "constant_acceleration" => Kind::ConstantAcceleration,
            "ornstein_uhlenbeck" => Kind::OrnsteinUhlenbeck { rate_per_s },
            "singer" => Kind::Singer { rate_per_s },
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

/// A coordinated turn of the core.
#[pyclass(frozen, module = "detente._core", name = "CoordinatedTurn")]
#[derive(Clone)]
pub struct PyCoordinatedTurn(pub CoordinatedTurn);

#[pymethods]
impl PyCoordinatedTurn {
    /// Of a known rate [rad/s], or of an estimated one: its density, its prior deviation and
    /// whether it goes through the unscented transform.
    #[new]
    fn new(
        axes: usize,
        rate_rad_s: Option<f64>,
        estimated: (f64, f64, bool),
        horizontal_psd: f64,
        vertical_psd: f64,
    ) -> PyResult<Self> {
        let (psd, std_rad_s, unscented) = estimated;
        let rate = match rate_rad_s {
            Some(rad_s) => Rate::Known { rad_s },
            None => Rate::Estimated { psd, std_rad_s, unscented },
        };
        let turn = CoordinatedTurn::new(axes, rate, horizontal_psd, vertical_psd);
        turn.map(Self).map_err(exception)
    }

    #[getter]
    fn axes(&self) -> usize {
        self.0.axes()
    }

    #[getter]
    fn dim(&self) -> usize {
        self.0.dim()
    }

    /// f(x), F and Q about each state (n, d), by one time step for all.
    fn linearise<'py>(&self, states: &Bound<'py, PyAny>, dt_s: f64) -> PyResult<Steps<'py>> {
        linearised(states, dt_s, self.0.dim(), |state, one| self.0.linearise(state, dt_s, one))
    }
}

/// The motion of boxes of the core.
#[pyclass(frozen, module = "detente._core", name = "BoxMotion")]
pub struct PyBoxMotion(pub BoxMotion);

#[pymethods]
impl PyBoxMotion {
    #[new]
    fn new(acceleration_psd: f64, size_psd: f64) -> PyResult<Self> {
        BoxMotion::new(acceleration_psd, size_psd).map(Self).map_err(exception)
    }

    #[getter]
    fn dim(&self) -> usize {
        BoxMotion::DIM
    }

    /// f(x), F and Q about each state (n, 6), by one time step for all.
    fn linearise<'py>(&self, states: &Bound<'py, PyAny>, dt_s: f64) -> PyResult<Steps<'py>> {
        linearised(states, dt_s, BoxMotion::DIM, |state, one| self.0.linearise(state, dt_s, one))
    }
}

fn linearised<'py>(
    states: &Bound<'py, PyAny>,
    dt_s: f64,
    dim: usize,
    linearise: impl Fn(&[f64], &mut Linearised),
) -> PyResult<Steps<'py>> {
    check_step(dt_s, "finite", f64::is_finite)?;
    let py = states.py();
    let states = input::<2>("states", states, [None, Some(dim)])?;
    let n = states.shape()[0];
    let (mut predicted, mut transition, mut noise) = (Vec::new(), Vec::new(), Vec::new());
    let mut one = Linearised::new(dim);
    for state in states.values().chunks_exact(dim) {
        linearise(state, &mut one);
        predicted.extend_from_slice(&one.predicted);
        transition.extend_from_slice(&one.transition);
        noise.extend_from_slice(&one.noise);
    }
    Ok((
        output(py, predicted, [n, dim])?,
        output(py, transition, [n, dim, dim])?,
        output(py, noise, [n, dim, dim])?,
    ))
}

/// f(x) (n, d), F and Q (n, d, d).
type Steps<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray3<f64>>, Bound<'py, PyArray3<f64>>);

fn check_step(dt_s: f64, expected: &'static str, good: impl Fn(f64) -> bool) -> PyResult<()> {
    if good(dt_s) {
        return Ok(());
    }
    Err(exception(Error::Setting { what: "dt_s", expected, found: dt_s.to_string() }))
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyKinematic>()?;
    module.add_class::<PyCoordinatedTurn>()?;
    module.add_class::<PyBoxMotion>()
}
