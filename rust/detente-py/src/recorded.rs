//! The tracks of a recording as NumPy columns.

use detente_core::track::Recorded;
use numpy::{IntoPyArray, PyArray1, PyArray2};
use pyo3::prelude::*;

use crate::array::output;

/// track id, time, mean, cov (n, d·d), existence, detection, probability of each motion model.
pub type Points<'py> = (
    Bound<'py, PyArray1<u64>>,
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray2<f64>>,
    Bound<'py, PyArray2<f64>>,
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray1<i64>>,
    Bound<'py, PyArray2<f64>>,
);

/// track id, first time, last time, detections, largest existence.
pub type Summaries<'py> = (
    Bound<'py, PyArray1<u64>>,
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray1<u64>>,
    Bound<'py, PyArray1<f64>>,
);

/// track id, time, detection, weight.
pub type Shares<'py> = (
    Bound<'py, PyArray1<u64>>,
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray1<i64>>,
    Bound<'py, PyArray1<f64>>,
);

pub fn tables(
    py: Python<'_>,
    recorded: Recorded,
) -> PyResult<(Points<'_>, Summaries<'_>, Shares<'_>)> {
    let (n, dim, models) = (recorded.track.len(), recorded.dim, recorded.models);
    let tracks = &recorded.tracks;
    let ids = |track: &[u32]| -> Vec<u64> {
        track.iter().map(|&track| tracks[track as usize].id).collect()
    };
    let summaries = (
        tracks.iter().map(|track| track.id).collect::<Vec<_>>().into_pyarray(py),
        tracks.iter().map(|track| track.first_time_s).collect::<Vec<_>>().into_pyarray(py),
        tracks.iter().map(|track| track.last_time_s).collect::<Vec<_>>().into_pyarray(py),
        tracks.iter().map(|track| track.detections).collect::<Vec<_>>().into_pyarray(py),
        tracks.iter().map(|track| track.max_existence).collect::<Vec<_>>().into_pyarray(py),
    );
    let points = (
        ids(&recorded.track).into_pyarray(py),
        recorded.time_s.into_pyarray(py),
        output(py, recorded.mean, [n, dim])?,
        output(py, recorded.cov, [n, dim * dim])?,
        recorded.existence.into_pyarray(py),
        recorded.detection.into_pyarray(py),
        output(py, recorded.mode_probability, [n, models])?,
    );
    let shares = (
        ids(&recorded.shares.track).into_pyarray(py),
        recorded.shares.time_s.into_pyarray(py),
        recorded.shares.detection.into_pyarray(py),
        recorded.shares.weight.into_pyarray(py),
    );
    Ok((points, summaries, shares))
}
