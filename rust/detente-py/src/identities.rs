//! Scores of whole tracks: points with identities over a run.

use detente_core::metric::clear::clear;
use detente_core::metric::continuity::continuity;
use detente_core::metric::hota::hota;
use detente_core::metric::identity::identity_matches;
use detente_core::metric::ospa2::Ospa2;
use detente_core::metric::siap::siap;
use detente_core::metric::trajectory_gospa::TrajectoryGospa;
use detente_core::metric::{Likeness, Named};
use pyo3::prelude::*;

use crate::array::{input, whole_numbers};
use crate::gil::released;
use crate::metrics::{Floats, Integers, Run, floats, integers, signed};

/// Positions, offsets and identities, as Python hands them in.
type Arrays<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>, Bound<'py, PyAny>);

/// A run with identities, kept alive while it is read.
struct NamedRun<'py> {
    run: Run<'py>,
    id: Vec<u32>,
}

impl<'py> NamedRun<'py> {
    /// Truth and estimate.
    fn both(truth: &Arrays<'py>, estimate: &Arrays<'py>) -> PyResult<[Self; 2]> {
        Ok([Self::new("truth", truth)?, Self::new("estimate", estimate)?])
    }

    fn new(what: &str, (positions, offsets, id): &Arrays<'py>) -> PyResult<Self> {
        let id = whole_numbers(&format!("the identities of {what}"), id)?;
        Ok(Self { run: Run::new(what, positions, offsets)?, id })
    }

    fn named(&self) -> Named<'_> {
        Named { frames: self.run.frames(), id: &self.id }
    }
}

/// Points with a cutoff, boxes without.
fn likeness(cutoff: Option<f64>) -> Likeness {
    cutoff.map_or(Likeness::Boxes, |cutoff| Likeness::Points { cutoff })
}

/// Switches, fragmentations, matched, missed, false and the estimate's rows.
#[pyfunction]
#[pyo3(name = "continuity")]
fn py_continuity<'py>(
    py: Python<'py>,
    truth: Arrays<'py>,
    estimate: Arrays<'py>,
    cutoff: f64,
) -> PyResult<(usize, usize, usize, usize, usize, Integers<'py>)> {
    let [truth, estimate] = NamedRun::both(&truth, &estimate)?;
    let (truth, estimate) = (truth.named(), estimate.named());
    let c = released(py, || continuity(truth, estimate, cutoff))?;
    let rows = integers(py, signed(&c.estimate_row));
    Ok((c.switches, c.fragmentations, c.matched, c.missed, c.false_, rows))
}

/// Value, localisation and cardinality of each window.
#[pyfunction]
#[pyo3(name = "ospa2")]
fn py_ospa2<'py>(
    py: Python<'py>,
    truth: Arrays<'py>,
    estimate: Arrays<'py>,
    cutoff: f64,
    orders: (f64, f64),
    weights: &Bound<'py, PyAny>,
    ends: &Bound<'py, PyAny>,
) -> PyResult<(Floats<'py>, Floats<'py>, Floats<'py>)> {
    let [truth, estimate] = NamedRun::both(&truth, &estimate)?;
    let (truth, estimate) = (truth.named(), estimate.named());
    let weights = input::<1>("weights", weights, [None])?;
    let ends: Vec<usize> = whole_numbers("the frames at which windows end", ends)?;
    let ospa2 = Ospa2 { cutoff, order: orders.0, base_order: orders.1, weights: weights.values() };
    let s = released(py, || ospa2.score(truth, estimate, &ends))?;
    Ok((floats(py, s.value), floats(py, s.localisation), floats(py, s.cardinality)))
}

/// The value; localisation, missed, false and switch of each frame.
#[pyfunction]
#[pyo3(name = "trajectory_gospa")]
fn py_trajectory_gospa<'py>(
    py: Python<'py>,
    truth: Arrays<'py>,
    estimate: Arrays<'py>,
    cutoff: f64,
    order: f64,
    switch_penalty: f64,
) -> PyResult<(f64, Floats<'py>, Floats<'py>, Floats<'py>, Floats<'py>)> {
    let [truth, estimate] = NamedRun::both(&truth, &estimate)?;
    let (truth, estimate) = (truth.named(), estimate.named());
    let gospa = TrajectoryGospa { cutoff, order, switch_penalty };
    let s = released(py, || gospa.score(truth, estimate))?;
    let [localisation, missed, false_, switch] =
        [s.localisation, s.missed, s.false_, s.switch].map(|parts| floats(py, parts));
    Ok((s.value, localisation, missed, false_, switch))
}

/// Matched, missed, false, switches, fragmentations, mostly tracked, mostly lost, Σ likeness.
#[pyfunction]
#[pyo3(name = "clear_mot")]
fn py_clear_mot<'py>(
    py: Python<'py>,
    truth: Arrays<'py>,
    estimate: Arrays<'py>,
    cutoff: Option<f64>,
    threshold: f64,
) -> PyResult<([usize; 7], f64)> {
    let [truth, estimate] = NamedRun::both(&truth, &estimate)?;
    let (truth, estimate) = (truth.named(), estimate.named());
    let c = released(py, || clear(truth, estimate, likeness(cutoff), threshold))?;
    let counts = [
        c.matched,
        c.missed,
        c.false_,
        c.switches,
        c.fragmentations,
        c.mostly_tracked,
        c.mostly_lost,
    ];
    Ok((counts, c.likeness))
}

/// How many rows the best pairing of whole tracks explains.
#[pyfunction]
#[pyo3(name = "identity_matches")]
fn py_identity_matches<'py>(
    py: Python<'py>,
    truth: Arrays<'py>,
    estimate: Arrays<'py>,
    cutoff: Option<f64>,
    threshold: f64,
) -> PyResult<usize> {
    let [truth, estimate] = NamedRun::both(&truth, &estimate)?;
    let (truth, estimate) = (truth.named(), estimate.named());
    released(py, || identity_matches(truth, estimate, likeness(cutoff), threshold))
}

/// For each threshold: matched, and Σ association, recall, precision and likeness over them.
#[pyfunction]
#[pyo3(name = "hota")]
fn py_hota<'py>(
    py: Python<'py>,
    truth: Arrays<'py>,
    estimate: Arrays<'py>,
    cutoff: Option<f64>,
    thresholds: &Bound<'py, PyAny>,
) -> PyResult<(Integers<'py>, Floats<'py>, Floats<'py>, Floats<'py>, Floats<'py>)> {
    let [truth, estimate] = NamedRun::both(&truth, &estimate)?;
    let (truth, estimate) = (truth.named(), estimate.named());
    let thresholds = input::<1>("thresholds", thresholds, [None])?;
    let thresholds = thresholds.values();
    let s = released(py, || hota(truth, estimate, likeness(cutoff), thresholds))?;
    let matched = integers(py, s.matched.into_iter().map(|n| n as i64).collect());
    let [association, recall, precision, likeness] =
        [s.association, s.recall, s.precision, s.likeness].map(|sums| floats(py, sums));
    Ok((matched, association, recall, precision, likeness))
}

/// Tracked, assigned, changes, longest; Σ distance; the truth's row of each row of the estimate.
#[pyfunction]
#[pyo3(name = "siap")]
fn py_siap<'py>(
    py: Python<'py>,
    truth: Arrays<'py>,
    estimate: Arrays<'py>,
    cutoff: f64,
) -> PyResult<([usize; 4], f64, Integers<'py>)> {
    let [truth, estimate] = NamedRun::both(&truth, &estimate)?;
    let (truth, estimate) = (truth.named(), estimate.named());
    let s = released(py, || siap(truth, estimate, cutoff))?;
    let rows = integers(py, signed(&s.truth_row));
    Ok(([s.tracked, s.assigned, s.changes, s.longest], s.distance, rows))
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(py_continuity, module)?)?;
    module.add_function(wrap_pyfunction!(py_ospa2, module)?)?;
    module.add_function(wrap_pyfunction!(py_trajectory_gospa, module)?)?;
    module.add_function(wrap_pyfunction!(py_clear_mot, module)?)?;
    module.add_function(wrap_pyfunction!(py_identity_matches, module)?)?;
    module.add_function(wrap_pyfunction!(py_hota, module)?)?;
    module.add_function(wrap_pyfunction!(py_siap, module)?)
}
