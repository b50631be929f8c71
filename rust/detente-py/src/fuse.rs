//! Fusion on columns.

use detente_core::fuse::apply;
use detente_core::fuse::bar_shalom_campo::{self as campo, Estimates};
use detente_core::fuse::covariance_intersection::{self as intersection, Criterion, Pairs};
use detente_core::fuse::cross_covariance::{self as cross, Scan};
use detente_core::fuse::increment::{self, Detections, Information};
use detente_core::fuse::many;
use detente_core::fuse::registration::{self as relative, Matched};
use detente_core::fuse::tracklet::{self, Shared};
use numpy::{PyArray1, PyArray2, PyArray3};
use pyo3::prelude::*;

use crate::array::{Input, any_real, input, matrices, output};
use crate::error::named;
use crate::gil::released;

type Column<'py> = Bound<'py, PyArray1<f64>>;
type Vectors<'py> = Bound<'py, PyArray2<f64>>;
type Squares<'py> = Bound<'py, PyArray3<f64>>;

/// Two estimates a row as they came from Python; the kernels refuse NaN and infinity themselves.
struct Both<'py> {
    n: usize,
    dim: usize,
    mean: [Input<'py, 2>; 2],
    cov: [Input<'py, 3>; 2],
}

impl<'py> Both<'py> {
    fn read(names: [&str; 4], values: [&Bound<'py, PyAny>; 4]) -> PyResult<Self> {
        let [mean_a, cov_a, mean_b, cov_b] = values;
        let mean_a = any_real::<2>(names[0], mean_a, [None, None])?;
        let [n, dim] = mean_a.shape();
        let square = [Some(n), Some(dim), Some(dim)];
        let cov_a = any_real::<3>(names[1], cov_a, square)?;
        let mean_b = any_real::<2>(names[2], mean_b, [Some(n), Some(dim)])?;
        let cov_b = any_real::<3>(names[3], cov_b, square)?;
        Ok(Self { n, dim, mean: [mean_a, mean_b], cov: [cov_a, cov_b] })
    }

    fn pairs(&self) -> Pairs<'_> {
        Pairs {
            dim: self.dim,
            mean_a: self.mean[0].values(),
            cov_a: self.cov[0].values(),
            mean_b: self.mean[1].values(),
            cov_b: self.cov[1].values(),
        }
    }

    fn square(&self) -> [Option<usize>; 3] {
        [Some(self.n), Some(self.dim), Some(self.dim)]
    }
}

fn criterion_of(name: &str) -> PyResult<Criterion> {
    match name {
        "determinant" => Ok(Criterion::Determinant),
        "trace" => Ok(Criterion::Trace),
        other => {
            let message =
                format!("criterion must be \"determinant\" or \"trace\", found {other:?}");
            Err(named("SettingError", &message))
        }
    }
}

fn estimates<'py>(
    py: Python<'py>,
    estimates: Estimates,
    n: usize,
    dim: usize,
) -> PyResult<(Vectors<'py>, Squares<'py>)> {
    Ok((output(py, estimates.mean, [n, dim])?, output(py, estimates.cov, [n, dim, dim])?))
}

fn information<'py>(
    py: Python<'py>,
    information: Information,
    n: usize,
    dim: usize,
) -> PyResult<(Squares<'py>, Vectors<'py>)> {
    let matrix = output(py, information.matrix, [n, dim, dim])?;
    Ok((matrix, output(py, information.vector, [n, dim])?))
}

/// By covariance intersection, or by its inverse.
#[pyfunction]
fn covariance_intersection<'py>(
    mean_a: &Bound<'py, PyAny>,
    cov_a: &Bound<'py, PyAny>,
    mean_b: &Bound<'py, PyAny>,
    cov_b: &Bound<'py, PyAny>,
    criterion: &str,
    inverse: bool,
) -> PyResult<(Vectors<'py>, Squares<'py>, Column<'py>)> {
    let py = mean_a.py();
    let criterion = criterion_of(criterion)?;
    let names = ["mean_a", "cov_a", "mean_b", "cov_b"];
    let both = Both::read(names, [mean_a, cov_a, mean_b, cov_b])?;
    let (n, dim, pairs) = (both.n, both.dim, both.pairs());
    let fused = released(py, || match inverse {
        false => intersection::covariance_intersection(pairs, criterion),
        true => intersection::inverse_covariance_intersection(pairs, criterion),
    })?;
    Ok((
        output(py, fused.mean, [n, dim])?,
        output(py, fused.cov, [n, dim, dim])?,
        output(py, fused.omega, [n])?,
    ))
}

#[pyfunction]
fn covariance_intersection_of_many<'py>(
    mean: &Bound<'py, PyAny>,
    cov: &Bound<'py, PyAny>,
    criterion: &str,
) -> PyResult<(Vectors<'py>, Squares<'py>, Vectors<'py>)> {
    let py = mean.py();
    let criterion = criterion_of(criterion)?;
    let mean = any_real::<3>("mean", mean, [None, None, None])?;
    let [n, count, dim] = mean.shape();
    let cov = any_real::<4>("cov", cov, [Some(n), Some(count), Some(dim), Some(dim)])?;
    let (means, covs) = (mean.values(), cov.values());
    let fused =
        released(py, || many::covariance_intersection_of_many(dim, count, means, covs, criterion))?;
    Ok((
        output(py, fused.mean, [n, dim])?,
        output(py, fused.cov, [n, dim, dim])?,
        output(py, fused.weight, [n, count])?,
    ))
}

#[pyfunction]
fn bar_shalom_campo<'py>(
    mean_a: &Bound<'py, PyAny>,
    cov_a: &Bound<'py, PyAny>,
    mean_b: &Bound<'py, PyAny>,
    cov_b: &Bound<'py, PyAny>,
    cross_cov: &Bound<'py, PyAny>,
) -> PyResult<(Vectors<'py>, Squares<'py>)> {
    let py = mean_a.py();
    let names = ["mean_a", "cov_a", "mean_b", "cov_b"];
    let both = Both::read(names, [mean_a, cov_a, mean_b, cov_b])?;
    let cross_cov = any_real::<3>("cross_cov", cross_cov, both.square())?;
    let (pairs, cross_cov) = (both.pairs(), cross_cov.values());
    let fused = released(py, || campo::bar_shalom_campo(pairs, cross_cov))?;
    estimates(py, fused, both.n, both.dim)
}

#[pyfunction]
fn cross_covariance<'py>(
    cross_cov: &Bound<'py, PyAny>,
    transition: &Bound<'py, PyAny>,
    noise: &Bound<'py, PyAny>,
    predicted_a: &Bound<'py, PyAny>,
    updated_a: &Bound<'py, PyAny>,
    predicted_b: &Bound<'py, PyAny>,
    updated_b: &Bound<'py, PyAny>,
) -> PyResult<Squares<'py>> {
    let py = cross_cov.py();
    let before = any_real::<3>("cross_cov", cross_cov, [None, None, None])?;
    let [n, dim, _] = before.shape();
    let before = any_real::<3>("cross_cov", cross_cov, [Some(n), Some(dim), Some(dim)])?;
    let transition = matrices("transition", transition, n, [dim, dim])?;
    let noise = matrices("noise", noise, n, [dim, dim])?;
    let read = |what, cov| any_real::<3>(what, cov, [Some(n), Some(dim), Some(dim)]);
    let (p_a, u_a) = (read("predicted_a", predicted_a)?, read("updated_a", updated_a)?);
    let (p_b, u_b) = (read("predicted_b", predicted_b)?, read("updated_b", updated_b)?);
    let scans = [
        Scan { predicted: p_a.values(), updated: u_a.values() },
        Scan { predicted: p_b.values(), updated: u_b.values() },
    ];
    let (values, f, q) = (before.values(), transition.per_row(), noise.per_row());
    let after = released(py, || cross::cross_covariance(dim, values, f, q, scans))?;
    output(py, after, [n, dim, dim])
}

#[pyfunction]
fn information_increment<'py>(
    measurement: &Bound<'py, PyAny>,
    measurement_matrix: &Bound<'py, PyAny>,
    noise: &Bound<'py, PyAny>,
    dim: usize,
) -> PyResult<(Squares<'py>, Vectors<'py>)> {
    let py = measurement.py();
    let measurement = any_real::<2>("measurement", measurement, [None, None])?;
    let [n, m] = measurement.shape();
    let h = matrices("measurement_matrix", measurement_matrix, n, [m, dim])?;
    let noise = matrices("noise", noise, n, [m, m])?;
    let detections = Detections {
        dim,
        measured: m,
        values: measurement.values(),
        matrix: h.per_row(),
        noise: noise.per_row(),
    };
    let made = released(py, || increment::increments(detections))?;
    information(py, made, n, dim)
}

#[pyfunction]
fn apply_information<'py>(
    mean: &Bound<'py, PyAny>,
    cov: &Bound<'py, PyAny>,
    matrix: &Bound<'py, PyAny>,
    vector: &Bound<'py, PyAny>,
) -> PyResult<(Vectors<'py>, Squares<'py>)> {
    let py = mean.py();
    let names = ["mean", "cov", "vector", "information"];
    let both = Both::read(names, [mean, cov, vector, matrix])?;
    let Pairs { dim, mean_a, cov_a, mean_b, cov_b } = both.pairs();
    let mut known = Estimates { mean: mean_a.to_vec(), cov: cov_a.to_vec() };
    let known = released(py, || {
        apply::apply(dim, &mut known, cov_b, mean_b)?;
        Ok(known)
    })?;
    estimates(py, known, both.n, dim)
}

/// Information scan by scan (T, n, …); one transition and noise a scan (T, d, d).
#[pyfunction]
fn replay_information<'py>(
    mean: &Bound<'py, PyAny>,
    cov: &Bound<'py, PyAny>,
    transition: &Bound<'py, PyAny>,
    noise: &Bound<'py, PyAny>,
    matrix: &Bound<'py, PyAny>,
    vector: &Bound<'py, PyAny>,
) -> PyResult<(Vectors<'py>, Squares<'py>)> {
    let py = mean.py();
    let mean = any_real::<2>("mean", mean, [None, None])?;
    let [n, dim] = mean.shape();
    let cov = any_real::<3>("cov", cov, [Some(n), Some(dim), Some(dim)])?;
    let transition = input::<3>("transition", transition, [None, Some(dim), Some(dim)])?;
    let length = Some(transition.shape()[0]);
    let noise = input::<3>("noise", noise, [length, Some(dim), Some(dim)])?;
    let matrix = any_real::<4>("information", matrix, [length, Some(n), Some(dim), Some(dim)])?;
    let vector = any_real::<3>("vector", vector, [length, Some(n), Some(dim)])?;
    let mut known = Estimates { mean: mean.values().to_vec(), cov: cov.values().to_vec() };
    let model = (transition.values(), noise.values());
    let gained = (matrix.values(), vector.values());
    let known = released(py, || {
        apply::replay(dim, &mut known, model, gained)?;
        Ok(known)
    })?;
    estimates(py, known, n, dim)
}

/// Information, vector and how many directions were clipped; the shared errors, updated, crossed
/// and predicted, with the number of other parties.
#[pyfunction]
fn tracklet_gain<'py>(
    predicted_mean: &Bound<'py, PyAny>,
    predicted_cov: &Bound<'py, PyAny>,
    mean: &Bound<'py, PyAny>,
    cov: &Bound<'py, PyAny>,
    shared: Option<[Bound<'py, PyAny>; 3]>,
    others: f64,
) -> PyResult<(Squares<'py>, Vectors<'py>, Bound<'py, PyArray1<i64>>)> {
    let py = mean.py();
    let names = ["predicted_mean", "predicted_cov", "mean", "cov"];
    let both = Both::read(names, [predicted_mean, predicted_cov, mean, cov])?;
    let shared = shared
        .map(|all| {
            let [updated, crossed, predicted] = all;
            let read = |what, values| any_real::<3>(what, values, both.square());
            Ok::<_, PyErr>([
                read("shared.updated", &updated)?,
                read("shared.crossed", &crossed)?,
                read("shared.predicted", &predicted)?,
            ])
        })
        .transpose()?;
    let shared = shared.as_ref().map(|[updated, crossed, predicted]| Shared {
        updated: updated.values(),
        crossed: crossed.values(),
        predicted: predicted.values(),
        others,
    });
    let pairs = both.pairs();
    let gains = released(py, || tracklet::gains(pairs, shared))?;
    let (matrix, vector) = information(py, gains.information, both.n, both.dim)?;
    Ok((matrix, vector, PyArray1::from_vec(py, gains.clipped)))
}

/// Estimate, covariance, what is observable and each row's distance.
type Registered<'py> = (Column<'py>, Vectors<'py>, Vec<bool>, Column<'py>);

#[pyfunction]
fn registration<'py>(
    mean_a: &Bound<'py, PyAny>,
    cov_a: &Bound<'py, PyAny>,
    mean_b: &Bound<'py, PyAny>,
    cov_b: &Bound<'py, PyAny>,
    about: &Bound<'py, PyAny>,
    free: Vec<bool>,
) -> PyResult<Registered<'py>> {
    let py = mean_a.py();
    let names = ["mean_a", "cov_a", "mean_b", "cov_b"];
    let both = Both::read(names, [mean_a, cov_a, mean_b, cov_b])?;
    let axes = both.dim / 2;
    let about = input::<1>("about_m", about, [Some(axes)])?;
    let pairs = both.pairs();
    let matched = Matched {
        axes,
        mean_a: pairs.mean_a,
        cov_a: pairs.cov_a,
        mean_b: pairs.mean_b,
        cov_b: pairs.cov_b,
        about: about.values(),
        free: &free,
    };
    let found = released(py, || relative::registration(matched))?;
    let unknown = found.estimate.len();
    Ok((
        PyArray1::from_vec(py, found.estimate),
        output(py, found.cov, [unknown, unknown])?,
        found.observable,
        PyArray1::from_vec(py, found.distance),
    ))
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(covariance_intersection, module)?)?;
    module.add_function(wrap_pyfunction!(covariance_intersection_of_many, module)?)?;
    module.add_function(wrap_pyfunction!(bar_shalom_campo, module)?)?;
    module.add_function(wrap_pyfunction!(cross_covariance, module)?)?;
    module.add_function(wrap_pyfunction!(information_increment, module)?)?;
    module.add_function(wrap_pyfunction!(apply_information, module)?)?;
    module.add_function(wrap_pyfunction!(replay_information, module)?)?;
    module.add_function(wrap_pyfunction!(tracklet_gain, module)?)?;
    module.add_function(wrap_pyfunction!(registration, module)?)
}
