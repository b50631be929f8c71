//! Fusion on columns.

use detente_core::fuse::covariance_intersection::{self as intersection, Criterion, Pairs};
use numpy::{PyArray1, PyArray2, PyArray3};
use pyo3::prelude::*;

use crate::array::{any_real, output};
use crate::error::named;
use crate::gil::released;

type Fused<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray3<f64>>, Bound<'py, PyArray1<f64>>);

#[pyfunction]
fn covariance_intersection<'py>(
    mean_a: &Bound<'py, PyAny>,
    cov_a: &Bound<'py, PyAny>,
    mean_b: &Bound<'py, PyAny>,
    cov_b: &Bound<'py, PyAny>,
    criterion: &str,
) -> PyResult<Fused<'py>> {
    let py = mean_a.py();
    let criterion = match criterion {
        "determinant" => Criterion::Determinant,
        "trace" => Criterion::Trace,
        other => {
            let message =
                format!("criterion must be \"determinant\" or \"trace\", found {other:?}");
            return Err(named("SettingError", &message));
        }
    };
    let mean_a = any_real("mean_a", mean_a, [None, None])?;
    let [n, dim] = mean_a.shape();
    let cov_a = any_real("cov_a", cov_a, [Some(n), Some(dim), Some(dim)])?;
    let mean_b = any_real("mean_b", mean_b, [Some(n), Some(dim)])?;
    let cov_b = any_real("cov_b", cov_b, [Some(n), Some(dim), Some(dim)])?;
    let pairs = Pairs {
        dim,
        mean_a: mean_a.values(),
        cov_a: cov_a.values(),
        mean_b: mean_b.values(),
        cov_b: cov_b.values(),
    };
    let fused = released(py, || intersection::covariance_intersection(pairs, criterion))?;
    Ok((
        output(py, fused.mean, [n, dim])?,
        output(py, fused.cov, [n, dim, dim])?,
        output(py, fused.omega, [n])?,
    ))
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(covariance_intersection, module)?)
}
