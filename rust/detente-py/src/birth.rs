//! How objects appear.

use detente_core::Error;
use detente_core::gaussian::Gaussians;
use detente_core::linalg::packed_from_dense;
use detente_core::track::{Birth, Place};
use pyo3::prelude::*;

use crate::array::input;
use crate::error::exception;
use crate::sensor::symmetric;

/// A birth model of the core.
#[pyclass(module = "detente._core", name = "Birth", frozen)]
pub struct PyBirth(pub Birth);

#[pymethods]
impl PyBirth {
    /// With equal density, everywhere or between two corners (2, axes).
    #[staticmethod]
    fn uniform(
        rate_density: f64,
        initial_density: f64,
        region_m: Option<&Bound<'_, PyAny>>,
        velocity_std_m_s: f64,
        acceleration_std_m_s2: f64,
    ) -> PyResult<Self> {
        let region_m = region_m.map(region).transpose()?;
        let place = Place::Uniform { rate_density, initial_density, region_m };
        Ok(Self(Birth { place, velocity_std_m_s, acceleration_std_m_s2 }))
    }

    /// Normal about some states.
    #[staticmethod]
    fn mixture(
        mean: &Bound<'_, PyAny>,
        cov: &Bound<'_, PyAny>,
        rate_per_s: &Bound<'_, PyAny>,
        initial: &Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        let mean = input::<2>("mean", mean, [None, None])?;
        let [n, dim] = mean.shape();
        let cov = input::<3>("cov", cov, [Some(n), Some(dim), Some(dim)])?;
        symmetric("cov", dim, cov.values())?;
        let rate_per_s = input::<1>("rate_per_s", rate_per_s, [Some(n)])?.values().to_vec();
        let initial = input::<1>("initial", initial, [Some(n)])?.values().to_vec();
        let mut states = Gaussians::new(dim);
        if dim > 0 {
            let covs = cov.values().chunks_exact(dim * dim);
            for (mean, cov) in mean.values().chunks_exact(dim).zip(covs) {
                states.push(mean, &packed_from_dense(dim, cov));
            }
        }
        let place = Place::Mixture { states, rate_per_s, initial };
        Ok(Self(Birth { place, velocity_std_m_s: 1.0, acceleration_std_m_s2: 1.0 }))
    }

    /// Wherever something is detected.
    #[staticmethod]
    fn detections(
        rate_per_s: f64,
        initial: f64,
        velocity_std_m_s: f64,
        acceleration_std_m_s2: f64,
    ) -> Self {
        let place = Place::Detections { rate_per_s, initial };
        Self(Birth { place, velocity_std_m_s, acceleration_std_m_s2 })
    }
}

/// The lowest and the highest coordinate of each axis.
fn region(corners: &Bound<'_, PyAny>) -> PyResult<Vec<[f64; 2]>> {
    let corners = input::<2>("region_m", corners, [None, None])?;
    let [rows, axes] = corners.shape();
    if rows != 2 {
        return Err(exception(Error::Shape {
            what: "region_m".to_owned(),
            expected: "(2, axes), the lowest corner and the highest".to_owned(),
            found: format!("({rows}, {axes})"),
        }));
    }
    let (low, high) = corners.values().split_at(axes);
    Ok(low.iter().zip(high).map(|(&low, &high)| [low, high]).collect())
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyBirth>()
}
