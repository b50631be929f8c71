//! Scores against truth.

use detente_core::assoc::assign::MISS;
use detente_core::chi_square::{chi_square_cdf, chi_square_quantile};
use detente_core::metric::Frames;
use detente_core::metric::consistency::{normalised_squared, root_mean_square};
use detente_core::metric::gospa::Gospa;
use detente_core::metric::ospa::Ospa;
use numpy::PyArray1;
use pyo3::prelude::*;

use crate::array::{Input, input, whole_numbers};
use crate::error::exception;
use crate::gil::released;

pub type Floats<'py> = Bound<'py, PyArray1<f64>>;
pub type Integers<'py> = Bound<'py, PyArray1<i64>>;

/// The points of a run, kept alive while they are read.
pub struct Run<'py> {
    positions: Input<'py, 2>,
    offsets: Vec<usize>,
}

impl<'py> Run<'py> {
    pub fn new(
        what: &str,
        positions: &Bound<'py, PyAny>,
        offsets: &Bound<'py, PyAny>,
    ) -> PyResult<Self> {
        let positions = input::<2>(what, positions, [None, None])?;
        let offsets = whole_numbers(&format!("the offsets of {what}"), offsets)?;
        Ok(Self { positions, offsets })
    }

    pub fn frames(&self) -> Frames<'_> {
        let [_, dim] = self.positions.shape();
        Frames { positions: self.positions.values(), offsets: &self.offsets, dim }
    }
}

/// Value, localisation, missed, false, missed count, false count and the estimate's rows.
#[pyfunction]
#[pyo3(name = "gospa")]
fn py_gospa<'py>(
    py: Python<'py>,
    truth: (Bound<'py, PyAny>, Bound<'py, PyAny>),
    estimate: (Bound<'py, PyAny>, Bound<'py, PyAny>),
    cutoff: f64,
    order: f64,
    alpha: f64,
) -> PyResult<(
    Floats<'py>,
    Floats<'py>,
    Floats<'py>,
    Floats<'py>,
    Integers<'py>,
    Integers<'py>,
    Integers<'py>,
)> {
    let truth = Run::new("truth", &truth.0, &truth.1)?;
    let estimate = Run::new("estimate", &estimate.0, &estimate.1)?;
    let (truth, estimate) = (truth.frames(), estimate.frames());
    let s = released(py, || Gospa { cutoff, order, alpha }.score(truth, estimate))?;
    let count = |counts: Vec<usize>| counts.into_iter().map(|n| n as i64).collect();
    Ok((
        floats(py, s.value),
        floats(py, s.localisation),
        floats(py, s.missed),
        floats(py, s.false_),
        integers(py, count(s.missed_count)),
        integers(py, count(s.false_count)),
        integers(py, signed(&s.estimate_row)),
    ))
}

/// Value, localisation and cardinality.
#[pyfunction]
#[pyo3(name = "ospa")]
fn py_ospa<'py>(
    py: Python<'py>,
    truth: (Bound<'py, PyAny>, Bound<'py, PyAny>),
    estimate: (Bound<'py, PyAny>, Bound<'py, PyAny>),
    cutoff: f64,
    order: f64,
) -> PyResult<(Floats<'py>, Floats<'py>, Floats<'py>)> {
    let truth = Run::new("truth", &truth.0, &truth.1)?;
    let estimate = Run::new("estimate", &estimate.0, &estimate.1)?;
    let (truth, estimate) = (truth.frames(), estimate.frames());
    let s = released(py, || Ospa { cutoff, order }.score(truth, estimate))?;
    Ok((floats(py, s.value), floats(py, s.localisation), floats(py, s.cardinality)))
}

/// eᵀ C⁻¹ e for each row of errors.
#[pyfunction]
#[pyo3(name = "nis")]
fn py_nis<'py>(
    py: Python<'py>,
    innovation: &Bound<'py, PyAny>,
    innovation_cov: &Bound<'py, PyAny>,
) -> PyResult<Floats<'py>> {
    let error = input::<2>("innovation", innovation, [None, None])?;
    normalised(py, error.values(), error.shape(), "innovation_cov", innovation_cov)
}

/// (x − x̂)ᵀ P⁻¹ (x − x̂) for each row.
#[pyfunction]
#[pyo3(name = "nees")]
fn py_nees<'py>(
    py: Python<'py>,
    truth: &Bound<'py, PyAny>,
    mean: &Bound<'py, PyAny>,
    cov: &Bound<'py, PyAny>,
) -> PyResult<Floats<'py>> {
    let truth = input::<2>("truth", truth, [None, None])?;
    let mean = input::<2>("mean", mean, truth.shape().map(Some))?;
    let error: Vec<f64> = truth.values().iter().zip(mean.values()).map(|(x, y)| x - y).collect();
    normalised(py, &error, truth.shape(), "cov", cov)
}

fn normalised<'py>(
    py: Python<'py>,
    error: &[f64],
    [rows, dim]: [usize; 2],
    what: &str,
    cov: &Bound<'py, PyAny>,
) -> PyResult<Floats<'py>> {
    let cov = input::<3>(what, cov, [Some(rows), Some(dim), Some(dim)])?;
    let cov = cov.values();
    let values = released(py, || normalised_squared(what, error, cov, dim))?;
    Ok(floats(py, values))
}

/// RMSE of each step over runs.
#[pyfunction]
#[pyo3(name = "root_mean_square")]
fn py_root_mean_square<'py>(
    py: Python<'py>,
    truth: &Bound<'py, PyAny>,
    estimate: &Bound<'py, PyAny>,
) -> PyResult<Floats<'py>> {
    let truth = input::<3>("truth", truth, [None, None, None])?;
    let [_, steps, dim] = truth.shape();
    let estimate = input::<3>("estimate", estimate, truth.shape().map(Some))?;
    let values = root_mean_square(truth.values(), estimate.values(), steps, dim);
    Ok(floats(py, values))
}

#[pyfunction]
#[pyo3(name = "chi_square_cdf")]
fn py_chi_square_cdf(x: f64, degrees: f64) -> PyResult<f64> {
    chi_square_cdf(x, degrees).map_err(exception)
}

#[pyfunction]
#[pyo3(name = "chi_square_quantile")]
fn py_chi_square_quantile(probability: f64, degrees: f64) -> PyResult<f64> {
    chi_square_quantile(probability, degrees).map_err(exception)
}

pub fn floats(py: Python<'_>, values: Vec<f64>) -> Floats<'_> {
    PyArray1::from_vec(py, values)
}

pub fn integers(py: Python<'_>, values: Vec<i64>) -> Integers<'_> {
    PyArray1::from_vec(py, values)
}

/// Rows with −1 where there is none.
pub fn signed(rows: &[u32]) -> Vec<i64> {
    rows.iter().map(|&row| if row == MISS { -1 } else { row.into() }).collect()
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(py_gospa, module)?)?;
    module.add_function(wrap_pyfunction!(py_ospa, module)?)?;
    module.add_function(wrap_pyfunction!(py_nis, module)?)?;
    module.add_function(wrap_pyfunction!(py_nees, module)?)?;
    module.add_function(wrap_pyfunction!(py_root_mean_square, module)?)?;
    module.add_function(wrap_pyfunction!(py_chi_square_cdf, module)?)?;
    module.add_function(wrap_pyfunction!(py_chi_square_quantile, module)?)
}
