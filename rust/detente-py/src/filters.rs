//! Filters on dense rows.

use detente_core::filter::dense::{
    self, Expected, Measured, PerRow, Rows, RowsMut, Sequences, Updated,
};
use numpy::{PyArray2, PyArray3, PyArray4, PyReadwriteArray2, PyReadwriteArray3};
use pyo3::prelude::*;

use crate::array::{
    Input, Matrices, any_real, blank, input, matrices, ndim, output, whole_numbers,
};
use crate::gil::released;

type Gaussians<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray3<f64>>);
type Posterior<'py> = (
    Bound<'py, PyArray2<f64>>,
    Bound<'py, PyArray3<f64>>,
    Bound<'py, PyArray2<f64>>,
    Bound<'py, PyArray3<f64>>,
);

/// Means and covariances as they came from Python. The kernels refuse NaN and infinity themselves,
/// in registers: another pass over memory would cost as much as the filter.
struct Prior<'py> {
    n: usize,
    dim: usize,
    mean: Input<'py, 2>,
    cov: Input<'py, 3>,
}

impl<'py> Prior<'py> {
    fn read(mean: &Bound<'py, PyAny>, cov: &Bound<'py, PyAny>) -> PyResult<Self> {
        let mean = any_real::<2>("mean", mean, [None, None])?;
        let [n, dim] = mean.shape();
        let cov = any_real::<3>("cov", cov, [Some(n), Some(dim), Some(dim)])?;
        Ok(Self { n, dim, mean, cov })
    }

    fn rows(&self) -> Rows<'_> {
        Rows { dim: self.dim, mean: self.mean.values(), cov: self.cov.values() }
    }
}

impl Matrices<'_> {
    /// As the kernels take them.
    pub fn per_row(&self) -> PerRow<'_> {
        match self {
            Self::Shared(matrix) => PerRow::Shared(matrix.values()),
            Self::Each(matrices) => PerRow::Each(matrices.values()),
        }
    }
}

/// New arrays for n Gaussians.
struct Blank<'py> {
    mean: PyReadwriteArray2<'py, f64>,
    cov: PyReadwriteArray3<'py, f64>,
}

impl<'py> Blank<'py> {
    fn new(py: Python<'py>, n: usize, dim: usize) -> PyResult<Self> {
        Ok(Self { mean: blank(py, [n, dim])?, cov: blank(py, [n, dim, dim])? })
    }

    fn rows(&mut self) -> PyResult<RowsMut<'_>> {
        Ok(RowsMut { mean: self.mean.as_slice_mut()?, cov: self.cov.as_slice_mut()? })
    }

    fn arrays(self) -> Gaussians<'py> {
        (Bound::clone(&self.mean), Bound::clone(&self.cov))
    }
}

#[pyfunction]
fn predict<'py>(
    mean: &Bound<'py, PyAny>,
    cov: &Bound<'py, PyAny>,
    transition: &Bound<'py, PyAny>,
    noise: &Bound<'py, PyAny>,
) -> PyResult<Gaussians<'py>> {
    let py = mean.py();
    let prior = Prior::read(mean, cov)?;
    let (n, dim) = (prior.n, prior.dim);
    let transition = matrices("transition", transition, n, [dim, dim])?;
    let noise = matrices("noise", noise, n, [dim, dim])?;
    let mut out = Blank::new(py, n, dim)?;
    let (rows, transition, noise) = (prior.rows(), transition.per_row(), noise.per_row());
    let written = out.rows()?;
    released(py, || dense::predict(rows, transition, noise, written))?;
    Ok(out.arrays())
}

#[pyfunction]
fn update<'py>(
    mean: &Bound<'py, PyAny>,
    cov: &Bound<'py, PyAny>,
    measurement: &Bound<'py, PyAny>,
    measurement_matrix: &Bound<'py, PyAny>,
    noise: &Bound<'py, PyAny>,
) -> PyResult<Posterior<'py>> {
    let prior = Prior::read(mean, cov)?;
    let measurement = any_real::<2>("measurement", measurement, [Some(prior.n), None])?;
    let shape = [measurement.shape()[1], prior.dim];
    let h = matrices("measurement_matrix", measurement_matrix, prior.n, shape)?;
    updated(mean.py(), &prior, &measurement, Expected::Linear(h.per_row()), noise, &[])
}

#[pyfunction]
fn update_extended<'py>(
    mean: &Bound<'py, PyAny>,
    cov: &Bound<'py, PyAny>,
    measurement: &Bound<'py, PyAny>,
    predicted: &Bound<'py, PyAny>,
    jacobian: &Bound<'py, PyAny>,
    noise: &Bound<'py, PyAny>,
    angular: &Bound<'py, PyAny>,
) -> PyResult<Posterior<'py>> {
    let prior = Prior::read(mean, cov)?;
    let measurement = any_real::<2>("measurement", measurement, [Some(prior.n), None])?;
    let m = measurement.shape()[1];
    let predicted = any_real::<2>("predicted", predicted, [Some(prior.n), Some(m)])?;
    let h = matrices("jacobian", jacobian, prior.n, [m, prior.dim])?;
    let angular = whole_numbers::<usize>("angular", angular)?;
    let expected = Expected::Extended(predicted.values(), h.per_row());
    updated(mean.py(), &prior, &measurement, expected, noise, &angular)
}

/// The points of every row, (2 d + 1) n of them.
#[pyfunction]
fn unscented_points<'py>(
    mean: &Bound<'py, PyAny>,
    cov: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let prior = Prior::read(mean, cov)?;
    let rows = prior.rows();
    let points = released(mean.py(), || dense::points(rows))?;
    let count = points.len() / prior.dim.max(1);
    output(mean.py(), points, [count, prior.dim])
}

/// The moments of the images of the points of `n` rows, and the noise.
#[pyfunction]
fn predict_unscented<'py>(
    images: &Bound<'py, PyAny>,
    n: usize,
    dim: usize,
    noise: &Bound<'py, PyAny>,
) -> PyResult<Gaussians<'py>> {
    let py = images.py();
    let shape = [Some(n * dense::count(dim)), Some(dim)];
    let images = any_real::<2>(RETURNED, images, shape)?;
    let noise = matrices("noise", noise, n, [dim, dim])?;
    let mut out = Blank::new(py, n, dim)?;
    let (values, noise, written) = (images.values(), noise.per_row(), out.rows()?);
    released(py, || dense::predict_unscented(dim, values, noise, written))?;
    Ok(out.arrays())
}

#[pyfunction]
fn update_unscented<'py>(
    mean: &Bound<'py, PyAny>,
    cov: &Bound<'py, PyAny>,
    points: &Bound<'py, PyAny>,
    images: &Bound<'py, PyAny>,
    measurement: &Bound<'py, PyAny>,
    noise: &Bound<'py, PyAny>,
    angular: &Bound<'py, PyAny>,
) -> PyResult<Posterior<'py>> {
    let prior = Prior::read(mean, cov)?;
    let (n, dim) = (prior.n, prior.dim);
    let measurement = any_real::<2>("measurement", measurement, [Some(n), None])?;
    let m = measurement.shape()[1];
    let count = Some(n * dense::count(dim));
    let points = any_real::<2>("points", points, [count, Some(dim)])?;
    let images = any_real::<2>(RETURNED, images, [count, Some(m)])?;
    let angular = whole_numbers::<usize>("angular", angular)?;
    let (points, images) = (points.values(), images.values());
    let projection = released(mean.py(), || dense::project(dim, m, points, images, &angular))?;
    updated(mean.py(), &prior, &measurement, Expected::Unscented(&projection), noise, &angular)
}

const RETURNED: &str = "what the function returned";

fn updated<'py>(
    py: Python<'py>,
    prior: &Prior<'py>,
    measurement: &Input<'py, 2>,
    expected: Expected<'_>,
    noise: &Bound<'py, PyAny>,
    angular: &[usize],
) -> PyResult<Posterior<'py>> {
    let [n, m] = measurement.shape();
    let noise = matrices("noise", noise, n, [m, m])?;
    let mut posterior = Blank::new(py, n, prior.dim)?;
    let mut innovation = Blank::new(py, n, m)?;
    let measured = Measured {
        dim: m,
        values: measurement.values(),
        expected,
        noise: noise.per_row(),
        angular,
    };
    let (rows, written) = (prior.rows(), innovation.rows()?);
    let out = Updated {
        posterior: posterior.rows()?,
        innovation: written.mean,
        innovation_cov: written.cov,
    };
    released(py, || dense::update(rows, measured, out))?;
    let ((mean, cov), (innovation, innovation_cov)) = (posterior.arrays(), innovation.arrays());
    Ok((mean, cov, innovation, innovation_cov))
}

/// mean (n, T, d), cov (n, T, d, d).
type SmoothedArrays<'py> = (Bound<'py, PyArray3<f64>>, Bound<'py, PyArray4<f64>>);

/// Smooths n sequences of T rows; F and Q are shared, one per step, or one per sequence and step.
#[pyfunction]
fn smooth<'py>(
    mean: &Bound<'py, PyAny>,
    cov: &Bound<'py, PyAny>,
    transition: &Bound<'py, PyAny>,
    noise: &Bound<'py, PyAny>,
) -> PyResult<SmoothedArrays<'py>> {
    let py = mean.py();
    let mean = input::<3>("mean", mean, [None, None, None])?;
    let [n, length, dim] = mean.shape();
    let cov = input::<4>("cov", cov, [Some(n), Some(length), Some(dim), Some(dim)])?;
    let shape = [n, length.saturating_sub(1), dim, dim];
    let (f, q) = (steps("transition", transition, shape)?, steps("noise", noise, shape)?);
    let mut sequences =
        Sequences { dim, length, means: mean.values().to_vec(), covs: cov.values().to_vec() };
    let sequences = released(py, move || {
        sequences.smooth(&f, &q)?;
        Ok(sequences)
    })?;
    let means = output(py, sequences.means, [n, length, dim])?;
    Ok((means, output(py, sequences.covs, [n, length, dim, dim])?))
}

/// Matrices of every step of every sequence: (d, d), (T − 1, d, d) or (n, T − 1, d, d).
fn steps(what: &str, object: &Bound<'_, PyAny>, shape: [usize; 4]) -> PyResult<Vec<f64>> {
    let [n, steps, rows, columns] = shape.map(Some);
    Ok(match ndim(object)? {
        0..3 => input::<2>(what, object, [rows, columns])?.values().to_vec(),
        3 => input::<3>(what, object, [steps, rows, columns])?.values().to_vec(),
        _ => input::<4>(what, object, [n, steps, rows, columns])?.values().to_vec(),
    })
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(predict, module)?)?;
    module.add_function(wrap_pyfunction!(update, module)?)?;
    module.add_function(wrap_pyfunction!(update_extended, module)?)?;
    module.add_function(wrap_pyfunction!(unscented_points, module)?)?;
    module.add_function(wrap_pyfunction!(predict_unscented, module)?)?;
    module.add_function(wrap_pyfunction!(update_unscented, module)?)?;
    module.add_function(wrap_pyfunction!(smooth, module)?)
}
