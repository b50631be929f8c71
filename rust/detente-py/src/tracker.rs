//! The tracker.

use detente_core::Error;
use detente_core::id::IdKey;
use detente_core::track::{
    Association, Estimator, Keep, Mixture, Named, Recording, Settings, Stepped, Tracker, Tracks,
};
use numpy::{IntoPyArray, PyArray1, PyArray2, PyArray3};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::array::{input, output, whole_numbers};
use crate::birth::PyBirth;
use crate::error::exception;
use crate::gil::Shared;
use crate::recorded::{Points, Shares, Summaries, tables};
use crate::scan::{PyEach, PyScan, codes};
use crate::sensor::{PyPose, PySensor, poses_from_python, symmetric};
use crate::user_motion::dynamics_from_python;

/// id, mean, cov, existence, detection, first time, last detection time, conditional existence,
/// probability of each motion model.
pub type Columns<'py> = (
    Bound<'py, PyArray1<u64>>,
    Bound<'py, PyArray2<f64>>,
    Bound<'py, PyArray3<f64>>,
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray1<i64>>,
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray2<f64>>,
);

/// id, gated, detection, innovation, normalised innovation squared.
pub type Diagnostics<'py> = (
    Bound<'py, PyArray1<u64>>,
    Bound<'py, PyArray1<u32>>,
    Bound<'py, PyArray1<i64>>,
    Bound<'py, PyArray2<f64>>,
    Bound<'py, PyArray1<f64>>,
);

/// After how many scans the caller hears of progress and may interrupt.
const REPORT_EVERY: usize = 256;

/// A multi-target tracker of the core, for one thread at a time.
#[pyclass(frozen, module = "detente._core", name = "Tracker")]
pub struct PyTracker {
    tracker: Shared<Tracker>,
    axes: usize,
    dim: usize,
}

#[pymethods]
impl PyTracker {
    #[new]
    #[pyo3(signature = (
        motion, *, birth, survival_per_s, association, gate_probability, prune_existence,
        longest_silence_s, max_hypotheses, prune_hypothesis, recycle_existence, id_key
    ))]
    #[allow(clippy::too_many_arguments, reason = "settings, by name, called from one place")]
    fn new(
        motion: &Bound<'_, PyAny>,
        birth: &Bound<'_, PyBirth>,
        survival_per_s: f64,
        association: &str,
        gate_probability: f64,
        prune_existence: f64,
        longest_silence_s: f64,
        max_hypotheses: usize,
        prune_hypothesis: f64,
        recycle_existence: f64,
        id_key: u128,
    ) -> PyResult<Self> {
        let settings = Settings {
            motion: dynamics_from_python(motion)?,
            birth: birth.get().0.clone(),
            survival_per_s,
            association: match association {
                "gnn" => Association::Gnn,
                "jpda" => Association::Jpda,
                "pmbm" => Association::Pmbm(Mixture {
                    max_hypotheses,
                    prune_hypothesis,
                    recycle_existence,
                }),
                other => return Err(exception(unknown_association(other))),
            },
            gate_probability,
            prune_existence,
            longest_silence_s,
            id_key: IdKey((id_key >> 64) as u64, id_key as u64),
        };
        Tracker::new(settings).map(Self::from).map_err(exception)
    }

    /// Another one that has seen the same, and goes its own way.
    fn copy(&self, py: Python<'_>) -> PyResult<Self> {
        self.cloned(py).map(Self::from)
    }

    /// Tracks through one scan.
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
    ) -> PyResult<(Columns<'py>, Diagnostics<'py>)> {
        let sensor = sensor.get().at(pose);
        let m = sensor.dim(self.axes);
        let scan = PyScan::new(m, measurements, noise, identity, by, each)?;
        let scan = scan.at(time_s);
        let (stepped, tracks) = self.tracker.with(py, |tracker| {
            let stepped = tracker.step(scan, &sensor)?;
            Ok((stepped, tracker.predict(time_s)?))
        })?;
        Ok((columns(py, tracks)?, diagnostics(py, stepped, m)?))
    }

    /// The tracks as they are expected to be at a time.
    fn predict<'py>(&self, py: Python<'py>, time_s: f64) -> PyResult<Columns<'py>> {
        let tracks = self.tracker.with(py, |tracker| tracker.predict(time_s))?;
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
        let estimate = |tracker: &mut Tracker| Ok((tracker.time_s(), tracker.estimate(estimator)?));
        let (time_s, tracks) = self.tracker.with(py, estimate)?;
        Ok((time_s, columns(py, tracks)?))
    }

    /// Clusters, global hypotheses, single-object hypotheses.
    #[getter]
    fn hypotheses(&self, py: Python<'_>) -> PyResult<(usize, usize, usize)> {
        let kept = self.tracker.with(py, |tracker| Ok(tracker.hypotheses()))?;
        Ok((kept.clusters, kept.global, kept.single))
    }

    /// Adds tracks from outside.
    fn add<'py>(
        &self,
        py: Python<'py>,
        time_s: f64,
        mean: &Bound<'py, PyAny>,
        cov: &Bound<'py, PyAny>,
        existence: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyArray1<u64>>> {
        let dim = self.dim;
        let mean = input::<2>("mean", mean, [None, Some(dim)])?;
        let [n, _] = mean.shape();
        let cov = input::<3>("cov", cov, [Some(n), Some(dim), Some(dim)])?;
        symmetric("cov", dim, cov.values())?;
        let existence = input::<1>("existence", existence, [Some(n)])?;
        let (mean, cov, existence) = (mean.values(), cov.values(), existence.values());
        let added = self.tracker.with(py, |tracker| tracker.add(time_s, mean, cov, existence))?;
        Ok(added.into_pyarray(py))
    }

    /// Steps through a recording; `progress` hears how many scans are done.
    #[pyo3(signature = (
        time_s, sensor, start, values, sensors, identity, pose, confirmation, lag_s, progress
    ))]
    #[allow(clippy::too_many_arguments, reason = "columns, called from one place")]
    fn track<'py>(
        &self,
        py: Python<'py>,
        time_s: &Bound<'py, PyAny>,
        sensor: &Bound<'py, PyAny>,
        start: &Bound<'py, PyAny>,
        values: &Bound<'py, PyAny>,
        sensors: Vec<Bound<'py, PySensor>>,
        identity: Option<(Bound<'py, PyAny>, f64)>,
        pose: Option<Bound<'py, PyAny>>,
        confirmation: f64,
        lag_s: f64,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<(Points<'py>, Summaries<'py>, Shares<'py>)> {
        let time_s = input::<1>("time_s", time_s, [None])?;
        let sensor = whole_numbers::<usize>("sensor", sensor)?;
        let start = whole_numbers::<usize>("start", start)?;
        let values = input::<1>("the detections", values, [None])?;
        let sensors: Vec<_> = sensors.iter().map(|sensor| sensor.get().at(None)).collect();
        let identity = codes(identity)?;
        let poses = pose.map(|pose| poses_from_python(&pose, sensor.len())).transpose()?;
        let recording = Recording {
            time_s: time_s.values(),
            sensor: &sensor,
            start: &start,
            values: values.values(),
            named: identity.as_ref().map(|(code, error)| Named {
                by: 0,
                code,
                error: *error,
                is_evidence: true,
            }),
            pose: poses.as_deref(),
        };
        let scans = sensor.len();
        let report = |done: usize| {
            if !done.is_multiple_of(REPORT_EVERY) && done != scans {
                return Ok(());
            }
            Python::attach(|py| {
                py.check_signals()?;
                progress.as_ref().map_or(Ok(()), |call| call.bind(py).call1((done,)).map(drop))
            })
            .map_err(|error: PyErr| Error::User(Box::new(error)))
        };
        let keep = Keep { confirmation, lag_s };
        let recorded =
            self.tracker.with(py, |tracker| tracker.track(recording, &sensors, keep, report))?;
        tables(py, recorded)
    }

    /// Everything that later steps depend on, but for the settings.
    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.tracker.with(py, |tracker| tracker.snapshot())?))
    }

    /// Takes back a snapshot.
    fn restore(&self, py: Python<'_>, snapshot: &[u8]) -> PyResult<()> {
        self.tracker.with(py, |tracker| tracker.restore(snapshot))
    }

    /// Forgets a track.
    fn remove(&self, py: Python<'_>, track_id: u64) -> PyResult<()> {
        self.tracker.with(py, |tracker| tracker.remove(track_id))
    }

    /// The time of the latest scan, −∞ before the first.
    #[getter]
    fn time_s(&self, py: Python<'_>) -> PyResult<f64> {
        self.tracker.with(py, |tracker| Ok(tracker.time_s()))
    }
}

impl PyTracker {
    /// The tracker as it stands.
    pub fn cloned(&self, py: Python<'_>) -> PyResult<Tracker> {
        self.tracker.with(py, |tracker| Ok(tracker.clone()))
    }
}

impl From<Tracker> for PyTracker {
    fn from(tracker: Tracker) -> Self {
        let motion = &tracker.settings().motion;
        let (axes, dim) = (motion.axes(), motion.dim());
        Self { tracker: Shared::new(tracker), axes, dim }
    }
}

/// One of the core's estimators by its name.
pub fn estimator(method: &str, threshold: f64) -> PyResult<Estimator> {
    match method {
        "existence" => Ok(Estimator::Existence(threshold)),
        "cardinality" => Ok(Estimator::Cardinality),
        "joint" => Ok(Estimator::Joint),
        other => Err(exception(Error::Setting {
            what: "method",
            expected: "\"existence\", \"cardinality\" or \"joint\"",
            found: format!("{other:?}"),
        })),
    }
}

fn unknown_association(found: &str) -> Error {
    Error::Setting {
        what: "association",
        expected: "\"gnn\", \"jpda\" or \"pmbm\"",
        found: format!("{found:?}"),
    }
}

pub fn columns(py: Python<'_>, tracks: Tracks) -> PyResult<Columns<'_>> {
    let Tracks { rows, conditional } = tracks;
    let (n, dim, models) = (rows.len(), rows.states.dim(), rows.states.models());
    let combined = rows.states.combined();
    Ok((
        rows.id.into_pyarray(py),
        output(py, combined.dense_means(), [n, dim])?,
        output(py, combined.dense_covs(), [n, dim, dim])?,
        rows.existence.into_pyarray(py),
        rows.detection.into_pyarray(py),
        rows.first_time_s.into_pyarray(py),
        rows.last_detection_time_s.into_pyarray(py),
        conditional.into_pyarray(py),
        output(py, rows.states.probability().to_vec(), [n, models])?,
    ))
}

pub fn diagnostics(py: Python<'_>, stepped: Stepped, m: usize) -> PyResult<Diagnostics<'_>> {
    let n = stepped.id.len();
    Ok((
        stepped.id.into_pyarray(py),
        stepped.gated.into_pyarray(py),
        stepped.detection.into_pyarray(py),
        output(py, stepped.innovation, [n, m])?,
        stepped.nis.into_pyarray(py),
    ))
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyTracker>()
}
