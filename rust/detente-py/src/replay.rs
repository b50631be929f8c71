//! The tracker that takes late scans.

use detente_core::track::{Replay, Tracks};
use numpy::{IntoPyArray, PyArray1};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::exception;
use crate::gil::Shared;
use crate::scan::{PyEach, PyScan};
use crate::sensor::{PyPose, PySensor};
use crate::tracker::{Columns, Diagnostics, PyTracker, columns, diagnostics, estimator};

/// time, sensor, detections, how long before the latest scan.
type Refused<'py> =
    (Bound<'py, PyArray1<f64>>, Vec<String>, Bound<'py, PyArray1<u64>>, Bound<'py, PyArray1<f64>>);

/// A tracker that takes scans out of order.
#[pyclass(frozen, module = "detente._core", name = "Replay")]
pub struct PyReplay {
    replay: Shared<Replay>,
    axes: usize,
}

#[pymethods]
impl PyReplay {
    /// Goes on from a copy of a tracker.
    #[new]
    fn new(tracker: &Bound<'_, PyTracker>, window_s: f64) -> PyResult<Self> {
        let tracker = tracker.get().cloned(tracker.py())?;
        let axes = tracker.settings().motion.axes();
        let replay = Replay::new(tracker, window_s).map_err(exception)?;
        Ok(Self { replay: Shared::new(replay), axes })
    }

    /// Another one that has seen the same, and goes its own way.
    fn copy(&self, py: Python<'_>) -> PyResult<Self> {
        let replay = self.replay.with(py, |replay| Ok(replay.clone()))?;
        Ok(Self { replay: Shared::new(replay), axes: self.axes })
    }

    /// Takes a scan where it belongs; the latest scan's time and tracks, and what happened in this.
    #[pyo3(signature = (time_s, measurements, sensor, noise, pose, identity, by=0, each=None))]
    #[allow(clippy::too_many_arguments, reason = "a scan, called from one place")]
    fn step<'py>(
        &self,
        py: Python<'py>,
        time_s: f64,
        measurements: &Bound<'py, PyAny>,
        sensor: &Bound<'py, PySensor>,
        noise: Option<&Bound<'py, PyAny>>,
        pose: Option<PyPose>,
        identity: Option<(Bound<'py, PyAny>, f64)>,
        by: u64,
        each: Option<PyEach<'py>>,
    ) -> PyResult<(f64, Columns<'py>, Diagnostics<'py>)> {
        let sensor = sensor.get().at(pose);
        let m = sensor.dim(self.axes);
        let scan = PyScan::new(m, measurements, noise, identity, by, each)?;
        let scan = scan.at(time_s);
        let (landed, (time_s, tracks)) = self.replay.with(py, |replay| {
            let landed = replay.step(scan, sensor, |_| {})?;
            Ok((landed, latest(replay)?))
        })?;
        Ok((time_s, columns(py, tracks)?, diagnostics(py, landed.stepped, m)?))
    }

    /// The time of the latest scan, and the tracks then.
    fn tracks<'py>(&self, py: Python<'py>) -> PyResult<(f64, Columns<'py>)> {
        let (time_s, tracks) = self.replay.with(py, |replay| latest(replay))?;
        Ok((time_s, columns(py, tracks)?))
    }

    /// The tracks as they are expected to be at a time.
    fn predict<'py>(&self, py: Python<'py>, time_s: f64) -> PyResult<Columns<'py>> {
        let tracks = self.replay.with(py, |replay| replay.tracker().predict(time_s))?;
        columns(py, tracks)
    }

    /// The time of the latest scan, and the objects that are estimated to exist then.
    fn estimate<'py>(
        &self,
        py: Python<'py>,
        method: &str,
        threshold: f64,
    ) -> PyResult<(f64, Columns<'py>)> {
        let estimator = estimator(method, threshold)?;
        let (time_s, tracks) = self.replay.with(py, |replay| {
            let tracker = replay.tracker();
            Ok((tracker.time_s(), tracker.estimate(estimator)?))
        })?;
        Ok((time_s, columns(py, tracks)?))
    }

    /// The latest of the scans that came too late.
    #[getter]
    fn refused<'py>(&self, py: Python<'py>) -> PyResult<Refused<'py>> {
        let refused: Vec<_> =
            self.replay.with(py, |replay| Ok(replay.refused().cloned().collect()))?;
        let each = || refused.iter();
        Ok((
            each().map(|scan| scan.time_s).collect::<Vec<_>>().into_pyarray(py),
            each().map(|scan| scan.sensor.clone()).collect(),
            each().map(|scan| scan.detections).collect::<Vec<_>>().into_pyarray(py),
            each().map(|scan| scan.latest_s - scan.time_s).collect::<Vec<_>>().into_pyarray(py),
        ))
    }

    /// How many scans came too late.
    #[getter]
    fn refused_count(&self, py: Python<'_>) -> PyResult<u64> {
        self.replay.with(py, |replay| Ok(replay.refused_count()))
    }

    /// How many scans came again, and were left out.
    #[getter]
    fn duplicates(&self, py: Python<'_>) -> PyResult<u64> {
        self.replay.with(py, |replay| Ok(replay.duplicates()))
    }

    /// How many scans the latest one cost.
    #[getter]
    fn replayed(&self, py: Python<'_>) -> PyResult<usize> {
        self.replay.with(py, |replay| Ok(replay.replayed()))
    }

    /// How many scans are held, and how many copies of the tracker.
    #[getter]
    fn held(&self, py: Python<'_>) -> PyResult<(usize, usize)> {
        self.replay.with(py, |replay| Ok(replay.held()))
    }

    /// The tracker's memory as of the latest scan.
    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.replay.with(py, |replay| replay.snapshot())?))
    }

    /// Goes on from a snapshot.
    fn restore(&self, py: Python<'_>, snapshot: &[u8]) -> PyResult<()> {
        self.replay.with(py, |replay| replay.restore(snapshot))
    }

    /// The time of the latest scan, −∞ before the first.
    #[getter]
    fn time_s(&self, py: Python<'_>) -> PyResult<f64> {
        self.replay.with(py, |replay| Ok(replay.tracker().time_s()))
    }

    /// A scan from before this time is refused.
    #[getter]
    fn earliest_s(&self, py: Python<'_>) -> PyResult<f64> {
        self.replay.with(py, |replay| Ok(replay.earliest_s()))
    }
}

/// The time of the latest scan, and the tracks then.
fn latest(replay: &Replay) -> detente_core::Result<(f64, Tracks)> {
    let tracker = replay.tracker();
    let time_s = tracker.time_s();
    // −∞: it has seen nothing
    let tracks = if time_s.is_finite() { tracker.predict(time_s)? } else { tracker.tracks() };
    Ok((time_s, tracks))
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyReplay>()
}
