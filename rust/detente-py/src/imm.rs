//! Interacting multiple models on dense rows.

use detente_core::Error;
use detente_core::filter::imm::{self, History, check_probabilities, gaussians_from_rows};
use detente_core::gaussian::Gaussians;
use detente_core::linalg::MAX_DIM;
use detente_core::motion::{Chain, Modes};
use numpy::{PyArray1, PyArray2, PyArray3, PyArray4};
use pyo3::prelude::*;

use crate::array::{any_real, input, ndim, output};
use crate::error::exception;
use crate::gil::released;

/// mean (n, M, d), cov (n, M, d, d), probability (n, M).
type Entries<'py> =
    (Bound<'py, PyArray3<f64>>, Bound<'py, PyArray4<f64>>, Bound<'py, PyArray2<f64>>);

/// probability (n, M), log likelihood (n,).
type Weighed<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray1<f64>>);

/// mean (n, d), cov (n, d, d).
type Combined<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray3<f64>>);

/// n rows of M models.
struct Rows {
    n: usize,
    count: usize,
    dim: usize,
    mean: Vec<f64>,
    cov: Vec<f64>,
    probability: Vec<f64>,
}

impl Rows {
    fn read(
        mean: &Bound<'_, PyAny>,
        cov: &Bound<'_, PyAny>,
        probability: &Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        let mean = input::<3>("mean", mean, [None, None, None])?;
        let [n, count, dim] = mean.shape();
        let square = [Some(n), Some(count), Some(dim), Some(dim)];
        let cov = input::<4>("cov", cov, square)?;
        let probability = input::<2>("probability", probability, [Some(n), Some(count)])?;
        if count == 0 || !(1..MAX_DIM + 1).contains(&dim) {
            return Err(exception(Error::Shape {
                what: "mean".to_owned(),
                expected: "(n, at least one model, 1 to 9)".to_owned(),
                found: format!("({n}, {count}, {dim})"),
            }));
        }
        check_probabilities("probability", count, probability.values()).map_err(exception)?;
        let (mean, cov) = (mean.values().to_vec(), cov.values().to_vec());
        Ok(Self { n, count, dim, mean, cov, probability: probability.values().to_vec() })
    }

    fn gaussians(&self) -> detente_core::Result<Gaussians> {
        gaussians_from_rows(self.dim, &self.mean, &self.cov)
    }

    fn modes(&self, used: &Bound<'_, PyAny>, prior: &Bound<'_, PyAny>) -> PyResult<Modes> {
        let shape = [Some(self.count), Some(self.dim)];
        let used = input::<2>("used", used, shape)?;
        let prior = input::<2>("prior_variance", prior, shape)?;
        if let Some(bad) = prior.values().iter().find(|variance| **variance <= 0.0) {
            return Err(exception(Error::Setting {
                what: "prior_variance",
                expected: "positive",
                found: bad.to_string(),
            }));
        }
        let used = used.values().chunks_exact(self.dim);
        let used = used.map(|row| row.iter().map(|&flag| flag != 0.0).collect()).collect();
        let prior = prior.values().chunks_exact(self.dim).map(<[f64]>::to_vec).collect();
        Ok(Modes::new(self.dim, used, prior))
    }

    fn arrays(self, py: Python<'_>) -> PyResult<Entries<'_>> {
        let Self { n, count, dim, mean, cov, probability } = self;
        Ok((
            output(py, mean, [n, count, dim])?,
            output(py, cov, [n, count, dim, dim])?,
            output(py, probability, [n, count])?,
        ))
    }
}

/// Probabilities from one model to another: one matrix, or one for each of `n`.
fn mode_transition(
    what: &'static str,
    object: &Bound<'_, PyAny>,
    n: usize,
    count: usize,
) -> PyResult<Vec<f64>> {
    let (n, count) = (Some(n), Some(count));
    let values = match ndim(object)? {
        0..3 => input::<2>(what, object, [count, count])?.values().to_vec(),
        _ => input::<3>(what, object, [n, count, count])?.values().to_vec(),
    };
    check_probabilities(what, count.unwrap_or(1), &values).map_err(exception)?;
    Ok(values)
}

fn chain(rates_per_s: &Bound<'_, PyAny>) -> PyResult<Chain> {
    let rates = any_real::<2>("transition_per_s", rates_per_s, [None, None])?;
    Chain::new(rates.shape()[0], rates.values()).map_err(exception)
}

#[pyfunction]
fn imm_transition<'py>(
    rates_per_s: &Bound<'py, PyAny>,
    dt_s: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyArray3<f64>>> {
    let chain = chain(rates_per_s)?;
    let dt_s = input::<1>("dt_s", dt_s, [None])?;
    if let Some(bad) = dt_s.values().iter().find(|dt| **dt < 0.0) {
        return Err(exception(Error::Setting {
            what: "dt_s",
            expected: "finite and not negative",
            found: bad.to_string(),
        }));
    }
    let count = chain.count();
    let values = dt_s.values().iter().flat_map(|&dt| chain.transition(dt)).collect();
    output(rates_per_s.py(), values, [dt_s.values().len(), count, count])
}

#[pyfunction]
fn imm_stationary<'py>(
    rates_per_s: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyArray1<f64>>>> {
    let stationary = chain(rates_per_s)?.stationary();
    Ok(stationary.map(|values| PyArray1::from_vec(rates_per_s.py(), values)))
}

#[pyfunction]
fn imm_mix<'py>(
    mean: &Bound<'py, PyAny>,
    cov: &Bound<'py, PyAny>,
    probability: &Bound<'py, PyAny>,
    transition: &Bound<'py, PyAny>,
    used: &Bound<'py, PyAny>,
    prior_variance: &Bound<'py, PyAny>,
) -> PyResult<Entries<'py>> {
    let py = mean.py();
    let mut rows = Rows::read(mean, cov, probability)?;
    let transition = mode_transition("transition", transition, rows.n, rows.count)?;
    let modes = rows.modes(used, prior_variance)?;
    let rows = released(py, move || {
        let mut gaussians = rows.gaussians()?;
        imm::mix(&modes, &mut gaussians, &mut rows.probability, &transition);
        (rows.mean, rows.cov) = (gaussians.dense_means(), gaussians.dense_covs());
        Ok(rows)
    })?;
    rows.arrays(py)
}

#[pyfunction]
fn imm_update<'py>(
    probability: &Bound<'py, PyAny>,
    log_likelihood: &Bound<'py, PyAny>,
) -> PyResult<Weighed<'py>> {
    let py = probability.py();
    let probability = input::<2>("probability", probability, [None, None])?;
    let [n, count] = probability.shape();
    check_probabilities("probability", count.max(1), probability.values()).map_err(exception)?;
    let log = any_real::<2>("log_likelihood", log_likelihood, [Some(n), Some(count)])?;
    let at = log.values().iter().position(|&l| l.is_nan() || l == f64::INFINITY);
    if let Some(at) = at {
        let (row, value) = (at / count, log.values()[at]);
        return Err(exception(Error::NotFinite { what: "log_likelihood".to_owned(), row, value }));
    }
    let mut probability = probability.values().to_vec();
    let total = imm::reweigh(count.max(1), &mut probability, log.values());
    Ok((output(py, probability, [n, count])?, PyArray1::from_vec(py, total)))
}

#[pyfunction]
fn imm_combine<'py>(
    mean: &Bound<'py, PyAny>,
    cov: &Bound<'py, PyAny>,
    probability: &Bound<'py, PyAny>,
) -> PyResult<Combined<'py>> {
    let py = mean.py();
    let rows = Rows::read(mean, cov, probability)?;
    let (n, dim) = (rows.n, rows.dim);
    let combined =
        released(py, move || Ok(imm::combine(rows.count, &rows.gaussians()?, &rows.probability)))?;
    let mean = output(py, combined.dense_means(), [n, dim])?;
    Ok((mean, output(py, combined.dense_covs(), [n, dim, dim])?))
}

/// Smooths one row over T steps; F and Q (M, d, d) are those of every step, or each step's own.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "all are data")]
fn imm_smooth<'py>(
    mean: &Bound<'py, PyAny>,
    cov: &Bound<'py, PyAny>,
    probability: &Bound<'py, PyAny>,
    mode_transition: &Bound<'py, PyAny>,
    transition: &Bound<'py, PyAny>,
    noise: &Bound<'py, PyAny>,
    used: &Bound<'py, PyAny>,
    prior_variance: &Bound<'py, PyAny>,
) -> PyResult<Entries<'py>> {
    let py = mean.py();
    let rows = Rows::read(mean, cov, probability)?;
    let (n, count, dim) = (rows.n, rows.count, rows.dim);
    let steps = n.saturating_sub(1);
    let switch = self::mode_transition("mode_transition", mode_transition, steps, count)?;
    let modes = rows.modes(used, prior_variance)?;
    let f = step_matrices("transition", transition, [steps, count, dim])?;
    let q = step_matrices("noise", noise, [steps, count, dim])?;
    let smoothed = released(py, move || {
        rows.gaussians()?; // refuses what is no covariance
        let Rows { mean, cov, probability, .. } = rows;
        let mut history = History { mean, cov, probability };
        let at = |values: &[f64], k: usize, size: usize| {
            values[k * size % values.len()..][..size].to_vec()
        };
        imm::smooth(
            &modes,
            &mut history,
            |k| at(&switch, k, count * count),
            |k, model, (state, _), out| {
                let own: Vec<usize> = modes.components(model).collect();
                let entry = (k * count + model) * dim * dim;
                for (row, &i) in own.iter().enumerate() {
                    for (col, &j) in own.iter().enumerate() {
                        let place = row * own.len() + col;
                        out.transition[place] = f[(entry + i * dim + j) % f.len()];
                        out.noise[place] = q[(entry + i * dim + j) % q.len()];
                    }
                }
                out.predict(state);
                Ok(())
            },
        )?;
        let History { mean, cov, probability } = history;
        Ok(Rows { n, count, dim, mean, cov, probability })
    })?;
    smoothed.arrays(py)
}

/// A matrix of each model: (M, d, d), or (T − 1, M, d, d).
fn step_matrices(
    what: &str,
    object: &Bound<'_, PyAny>,
    [steps, count, dim]: [usize; 3],
) -> PyResult<Vec<f64>> {
    let [steps, count, dim] = [steps, count, dim].map(Some);
    Ok(match ndim(object)? {
        0..4 => input::<3>(what, object, [count, dim, dim])?.values().to_vec(),
        _ => input::<4>(what, object, [steps, count, dim, dim])?.values().to_vec(),
    })
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(imm_transition, module)?)?;
    module.add_function(wrap_pyfunction!(imm_stationary, module)?)?;
    module.add_function(wrap_pyfunction!(imm_mix, module)?)?;
    module.add_function(wrap_pyfunction!(imm_update, module)?)?;
    module.add_function(wrap_pyfunction!(imm_combine, module)?)?;
    module.add_function(wrap_pyfunction!(imm_smooth, module)?)
}
