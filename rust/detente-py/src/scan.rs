//! A scan as Python hands it in.

use detente_core::linalg::packed_from_dense;
use detente_core::track::{Each, Named, Scan};
use pyo3::prelude::*;

use crate::array::{Input, input, rows, whole_numbers};
use crate::sensor::symmetric;

/// The clutter density of each detection, and whether it may begin a track.
pub type PyEach<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

/// The detections of a scan, checked, and kept alive while they are read.
pub struct PyScan<'py> {
    values: Input<'py, 2>,
    noise: Option<Vec<f64>>,
    identity: Option<(Vec<u64>, f64)>,
    by: u64,
    each: Option<(Input<'py, 1>, Vec<bool>)>,
}

impl<'py> PyScan<'py> {
    /// Measurements (n, m), their covariances (n, m, m), who they say they are, and by whose codes.
    pub fn new(
        m: usize,
        measurements: &Bound<'py, PyAny>,
        noise: Option<&Bound<'py, PyAny>>,
        identity: Option<(Bound<'py, PyAny>, f64)>,
        by: u64,
        each: Option<PyEach<'py>>,
    ) -> PyResult<Self> {
        let values = rows("measurements", measurements, m)?;
        let [n, _] = values.shape();
        let noise = match noise {
            None => None,
            Some(_) if n == 0 => None,
            Some(noise) => {
                let dense = input::<3>("noise", noise, [Some(n), Some(m), Some(m)])?;
                symmetric("noise", m, dense.values())?;
                let each = dense.values().chunks_exact(m * m);
                Some(each.flat_map(|r| packed_from_dense(m, r)).collect())
            }
        };
        let each = match each {
            None => None,
            Some((clutter_density, begins)) => Some((
                input::<1>("clutter_density", &clutter_density, [Some(n)])?,
                whole_numbers::<u8>("begins", &begins)?.into_iter().map(|yes| yes != 0).collect(),
            )),
        };
        Ok(Self { values, noise, identity: codes(identity)?, by, each })
    }

    /// The scan, taken at a time.
    pub fn at(&self, time_s: f64) -> Scan<'_> {
        let by = self.by;
        let named = self.identity.as_ref().map(|(code, error)| Named {
            by,
            code,
            error: *error,
            is_evidence: by == 0,
        });
        let each = self.each.as_ref().map(|(clutter_density, begins)| Each {
            clutter_density: clutter_density.values(),
            begins,
        });
        Scan { time_s, values: self.values.values(), noise: self.noise.as_deref(), named, each }
    }
}

/// The codes of who the detections say they are, and the probability that one is wrong.
pub fn codes(identity: Option<(Bound<'_, PyAny>, f64)>) -> PyResult<Option<(Vec<u64>, f64)>> {
    let Some((code, error)) = identity else { return Ok(None) };
    Ok(Some((whole_numbers::<u64>("identity", &code)?, error)))
}
