//! The tracker that takes late scans.

use detente_core::track::{Replay, Tracks};
use numpy::{IntoPyArray, PyArray1};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::exception;
use crate::gil::released;
use crate::scan::{PyEach, PyScan};
use crate::sensor::{PyPose, PySensor};
use crate::tracker::{Columns, Diagnostics, PyTracker, columns, diagnostics, estimator};

/// time, sensor, detections, how long before the latest scan.
type Refused<'py> =
    (Bound<'py, PyArray1<f64>>, Vec<String>, Bound<'py, PyArray1<u64>>, Bound<'py, PyArray1<f64>>);

/// A tracker that takes scans out of order.
#[pyclass(module = "detente._core", name = "Replay")]
pub struct PyReplay(Replay);

#[pymethods]
impl PyReplay {
    /// Goes on from a copy of a tracker.
    #[new]
    fn new(tracker: &Bound<'_, PyTracker>, window_s: f64) -> PyResult<Self> {
        Replay::new(tracker.try_borrow()?.0.clone(), window_s).map(Self).map_err(exception)
    }

    /// Takes a scan where it belongs; the tracks as of the latest scan, and what happened in this.
    #[pyo3(signature = (time_s, measurements, sensor, noise, pose, identity, by=0, each=None))]
    #[allow(clippy::too_many_arguments, reason = "a scan, called from one place")]
    fn step<'py>(
        &mut self,
        py: Python<'py>,
        time_s: f64,
        measurements: &Bound<'py, PyAny>,
        sensor: &Bound<'py, PySensor>,
        noise: Option<&Bound<'py, PyAny>>,
        pose: Option<PyPose>,
        identity: Option<(Bound<'py, PyAny>, f64)>,
        by: u64,
        each: Option<PyEach<'py>>,
    ) -> PyResult<(Columns<'py>, Diagnostics<'py>)> {
        let sensor = sensor.get().at(pose);
        let m = sensor.dim(self.0.tracker().settings().motion.axes());
        let scan = PyScan::new(m, measurements, noise, identity, by, each)?;
        let scan = scan.at(time_s);
        let (landed, tracks) = released(py, || {
            let landed = self.0.step(scan, sensor, |_| {})?;
            Ok((landed, self.latest()?))
        })?;
        Ok((columns(py, tracks)?, diagnostics(py, landed.stepped, m)?))
    }

    /// The tracks at the time of the latest scan.
    fn tracks<'py>(&self, py: Python<'py>) -> PyResult<Columns<'py>> {
        let tracks = released(py, || self.latest())?;
        columns(py, tracks)
    }

    /// The tracks as they are expected to be at a time.
    fn predict<'py>(&self, py: Python<'py>, time_s: f64) -> PyResult<Columns<'py>> {
        let tracks = released(py, || self.0.tracker().predict(time_s))?;
        columns(py, tracks)
    }

    /// The objects that are estimated to exist, at the time of the latest scan.
    fn estimate<'py>(
        &self,
        py: Python<'py>,
        method: &str,
        threshold: f64,
    ) -> PyResult<Columns<'py>> {
        let estimator = estimator(method, threshold)?;
        let tracks = released(py, || self.0.tracker().estimate(estimator))?;
        columns(py, tracks)
    }

    /// The latest of the scans that came too late.
    #[getter]
    fn refused<'py>(&self, py: Python<'py>) -> Refused<'py> {
        let each = || self.0.refused();
        (
            each().map(|scan| scan.time_s).collect::<Vec<_>>().into_pyarray(py),
            each().map(|scan| scan.sensor.clone()).collect(),
            each().map(|scan| scan.detections).collect::<Vec<_>>().into_pyarray(py),
            each().map(|scan| scan.latest_s - scan.time_s).collect::<Vec<_>>().into_pyarray(py),
        )
    }

    /// How many scans came too late.
    #[getter]
    fn refused_count(&self) -> u64 {
        self.0.refused_count()
    }

    /// How many scans came again, and were left out.
    #[getter]
    fn duplicates(&self) -> u64 {
        self.0.duplicates()
    }

    /// How many scans the latest one cost.
    #[getter]
    fn replayed(&self) -> usize {
        self.0.replayed()
    }

    /// How many scans are held, and how many copies of the tracker.
    #[getter]
    fn held(&self) -> (usize, usize) {
        self.0.held()
    }

    /// The tracker's memory as of the latest scan.
    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.0.snapshot().map_err(exception)?))
    }

    /// Goes on from a snapshot.
    fn restore(&mut self, snapshot: &[u8]) -> PyResult<()> {
        self.0.restore(snapshot).map_err(exception)
    }

    /// The time of the latest scan, −∞ before the first.
    #[getter]
    fn time_s(&self) -> f64 {
        self.0.tracker().time_s()
    }

    /// A scan from before this time is refused.
    #[getter]
    fn earliest_s(&self) -> f64 {
        self.0.earliest_s()
    }
}

impl PyReplay {
    fn latest(&self) -> detente_core::Result<Tracks> {
        let tracker = self.0.tracker();
        match tracker.time_s() {
            time_s if time_s.is_finite() => tracker.predict(time_s),
            _ => Ok(tracker.tracks()), // it has seen nothing
        }
    }
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyReplay>()
}
