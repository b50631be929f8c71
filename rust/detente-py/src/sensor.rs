//! Sensors, and measurement models that are functions of the user's.

use detente_core::sensor::{
    Coverage, Linearisation, Mode, Model, Polar, Pose, Raster, Sensor, UserModel, Value, View,
};
use detente_core::{Error, Result};
use pyo3::prelude::*;
use std::sync::Arc;

use crate::array::{input, output};
use crate::error::{exception, named};

/// Position; heading, pitch and roll; velocity.
pub type PyPose = ([f64; 3], [f64; 3], [f64; 3]);

/// A sensor of the core, for states with a known number of axes.
#[pyclass(frozen, module = "detente._core", name = "Sensor")]
pub struct PySensor {
    pub sensor: Sensor,
    axes: usize,
}

#[pymethods]
impl PySensor {
    /// `noise` is the covariance of a measurement (m, m).
    #[new]
    #[pyo3(signature = (model, axes, *, name, noise, detection_probability, report_rate_per_s, clutter_density, coverage, pose, unscented))]
    #[allow(clippy::too_many_arguments, reason = "one door, called from one place")]
    fn new(
        model: &Bound<'_, PyAny>,
        axes: usize,
        name: String,
        noise: &Bound<'_, PyAny>,
        detection_probability: Option<&Bound<'_, PyAny>>,
        report_rate_per_s: Option<f64>,
        clutter_density: &Bound<'_, PyAny>,
        coverage: Option<&Bound<'_, PyAny>>,
        pose: PyPose,
        unscented: bool,
    ) -> PyResult<Self> {
        let model = model_from_python(model)?;
        let mode = match (detection_probability, report_rate_per_s) {
            (Some(given), None) => {
                let detection_probability = value_from_python("detection_probability", given)?;
                Mode::Scanning { detection_probability }
            }
            (None, Some(rate_per_s)) => Mode::Reporting { rate_per_s },
            _ => {
                return Err(named(
                    "SettingError",
                    "a sensor either scans (detection_probability) or is reported to \
                     (report_rate_per_s); give exactly one of the two",
                ));
            }
        };
        let clutter_density = value_from_python("clutter_density", clutter_density)?;
        let coverage = coverage_from_python(coverage)?;
        let noise = packed_input("the sensor's noise covariance", noise)?;
        let linearisation =
            if unscented { Linearisation::Unscented } else { Linearisation::Extended };
        let pose = pose_from_python(pose);
        let sensor =
            Sensor { name, model, noise, mode, clutter_density, coverage, pose, linearisation };
        sensor.check(axes, detente_core::linalg::MAX_DIM).map_err(exception)?;
        Ok(Self { sensor, axes })
    }

    /// The number of components of a measurement.
    #[getter]
    fn dim(&self) -> usize {
        self.sensor.dim(self.axes)
    }

    /// h(x) for states (n, d).
    fn measure<'py>(
        &self,
        py: Python<'py>,
        states: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let states = input::<2>("states", states, [None, None])?;
        let [n, dim] = states.shape();
        let values = self.sensor.measure(self.axes, dim, states.values()).map_err(exception)?;
        Ok(output(py, values, [n, self.dim()])?.into_any())
    }

    /// The probability that an object is detected at points (n, 2), zero where it is not covered;
    /// of a reporting sensor the rate.
    fn seen_at<'py>(
        &self,
        py: Python<'py>,
        points: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let sight = self.sensor.sight();
        Self::of_points(py, points, |point| {
            let covered = sight.coverage.sees(&sight.view, point);
            if covered { sight.probability.at(&sight.view, point) } else { 0.0 }
        })
    }

    /// The density of clutter at points (n, 2).
    fn clutter_at<'py>(
        &self,
        py: Python<'py>,
        points: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let view = View::from(&self.sensor.pose);
        Self::of_points(py, points, |point| self.sensor.clutter_density.at(&view, point))
    }
}

impl PySensor {
    fn of_points<'py>(
        py: Python<'py>,
        points: &Bound<'py, PyAny>,
        of: impl Fn([f64; 2]) -> f64,
    ) -> PyResult<Bound<'py, PyAny>> {
        let points = input::<2>("points", points, [None, Some(2)])?;
        let each = points.values().chunks_exact(2).map(|point| of([point[0], point[1]]));
        Ok(output(py, each.collect(), [points.shape()[0]])?.into_any())
    }

    /// The same sensor standing elsewhere.
    pub fn at(&self, pose: Option<PyPose>) -> Sensor {
        let mut sensor = self.sensor.clone();
        if let Some(pose) = pose {
            sensor.pose = pose_from_python(pose);
        }
        sensor
    }
}

fn pose_from_python((position_m, turns_rad, velocity_m_s): PyPose) -> Pose {
    let [heading_rad, pitch_rad, roll_rad] = turns_rad;
    Pose { position_m, heading_rad, pitch_rad, roll_rad, velocity_m_s }
}

/// Poses (n, 9): place, turns, velocity.
pub fn poses_from_python(poses: &Bound<'_, PyAny>, n: usize) -> PyResult<Vec<Pose>> {
    let poses = input::<2>("the poses", poses, [Some(n), Some(9)])?;
    let three = |row: &[f64], k: usize| [row[k], row[k + 1], row[k + 2]];
    let each = poses.values().chunks_exact(9);
    Ok(each.map(|row| pose_from_python((three(row, 0), three(row, 3), three(row, 6)))).collect())
}

/// A number, `("range", (k, 2))`, or `("raster", origin, cell, (rows, columns), bilinear)`.
fn value_from_python(what: &'static str, value: &Bound<'_, PyAny>) -> PyResult<Value> {
    if let Ok(constant) = value.extract::<f64>() {
        return Ok(Value::Constant(constant));
    }
    if let Ok((_, table)) = value.extract::<(String, Bound<'_, PyAny>)>() {
        let table = input::<2>(what, &table, [None, Some(2)])?;
        let pairs: Vec<[f64; 2]> = table.values().chunks_exact(2).map(|p| [p[0], p[1]]).collect();
        return Ok(Value::Range(pairs.into()));
    }
    let (_, origin_m, cell_m, values, bilinear): (String, _, _, Bound<'_, PyAny>, _) =
        value.extract()?;
    let values = input::<2>(what, &values, [None, None])?;
    let (shape, values) = (values.shape(), values.values().to_vec());
    Ok(Value::Raster(Arc::new(Raster { origin_m, cell_m, shape, values, bilinear })))
}

/// The kind of region and its numbers, or `("polygon", (k, 2))`.
fn coverage_from_python(coverage: Option<&Bound<'_, PyAny>>) -> PyResult<Coverage> {
    let Some(coverage) = coverage else { return Ok(Coverage::Everywhere) };
    if let Ok((_, corners)) = coverage.extract::<(String, Bound<'_, PyAny>)>() {
        let corners = input::<2>("the polygon's corners", &corners, [None, Some(2)])?;
        let corners: Vec<[f64; 2]> =
            corners.values().chunks_exact(2).map(|p| [p[0], p[1]]).collect();
        return Ok(Coverage::Polygon(corners.into()));
    }
    let (kind, a, b, c): (String, f64, f64, f64) = coverage.extract()?;
    Ok(match kind.as_str() {
        "annulus" => Coverage::Annulus { near_m: a, range_m: b },
        "sector" => Coverage::Sector { range_m: a, bearing_rad: b, width_rad: c },
        "footprint" => Coverage::Footprint { horizontal_rad: a, vertical_rad: b, range_m: c },
        _ => Coverage::Disc { range_m: a },
    })
}

/// A covariance (m, m), packed.
fn packed_input(what: &str, object: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    let dense = input::<2>(what, object, [None, None])?;
    let [m, columns] = dense.shape();
    if m != columns {
        return Err(exception(Error::Shape {
            what: what.to_owned(),
            expected: "(m, m)".to_owned(),
            found: format!("({m}, {columns})"),
        }));
    }
    symmetric(what, m, dense.values())?;
    Ok(detente_core::linalg::packed_from_dense(m, dense.values()))
}

/// Refuses matrices (n × m × m) that are not symmetric.
pub fn symmetric(what: &str, m: usize, values: &[f64]) -> PyResult<()> {
    for (row, matrix) in values.chunks_exact((m * m).max(1)).enumerate() {
        for i in 0..m {
            for j in 0..i {
                let (a, b) = (matrix[i * m + j], matrix[j * m + i]);
                if (a - b).abs() > 1e-9 * (matrix[i * m + i] * matrix[j * m + j]).abs().sqrt() {
                    return Err(exception(Error::NotPositiveDefinite {
                        what: what.to_owned(),
                        row,
                    }));
                }
            }
        }
    }
    Ok(())
}

fn model_from_python(model: &Bound<'_, PyAny>) -> PyResult<Model> {
    if let Ok(name) = model.extract::<String>() {
        return match name.as_str() {
            "position" => Ok(Model::Position),
            "state" => Ok(Model::State),
            "box" => Ok(Model::Box),
            "polar" => {
                Ok(Model::Polar(Polar { within_m: None, elevation: false, range_rate: false }))
            }
            "polar_rate" => {
                Ok(Model::Polar(Polar { within_m: None, elevation: false, range_rate: true }))
            }
            "spherical" => {
                Ok(Model::Polar(Polar { within_m: None, elevation: true, range_rate: false }))
            }
            "spherical_rate" => {
                Ok(Model::Polar(Polar { within_m: None, elevation: true, range_rate: true }))
            }
            other => Err(named("SettingError", &format!("no measurement model is called {other}"))),
        };
    }
    if let Ok((name, near_m, far_m)) = model.extract::<(String, f64, f64)>() {
        let elevation = name == "bearing_elevation";
        let within_m = Some([near_m, far_m]);
        return Ok(Model::Polar(Polar { within_m, elevation, range_rate: false }));
    }
    let (measure, position, angular): (Py<PyAny>, Option<Py<PyAny>>, Vec<bool>) =
        model.extract()?;
    Ok(Model::User(Arc::new(Function { measure, position, angular })))
}

/// A measurement model that is a NumPy function.
#[derive(Debug)]
struct Function {
    measure: Py<PyAny>,
    position: Option<Py<PyAny>>,
    angular: Vec<bool>,
}

impl UserModel for Function {
    fn dim(&self) -> usize {
        self.angular.len()
    }

    fn angular(&self) -> &[bool] {
        &self.angular
    }

    fn measure(&self, states: &[f64], dim: usize, axes: usize, pose: &Pose) -> Result<Vec<f64>> {
        let what = "the sensor's measurement";
        call(&self.measure, what, (states, dim), axes, pose, self.dim())
    }

    fn position(&self, measurements: &[f64], axes: usize, pose: &Pose) -> Result<Option<Vec<f64>>> {
        let Some(position) = &self.position else { return Ok(None) };
        let given = (measurements, self.dim());
        call(position, "the sensor's position", given, axes, pose, axes).map(Some)
    }
}

/// Calls a user's function on values (n, columns) and expects (n, expected) back.
fn call(
    function: &Py<PyAny>,
    what: &str,
    (values, columns): (&[f64], usize),
    axes: usize,
    pose: &Pose,
    expected: usize,
) -> Result<Vec<f64>> {
    let n = values.len() / columns;
    let Pose { position_m, heading_rad, pitch_rad, roll_rad, velocity_m_s } = *pose;
    let pose: PyPose = (position_m, [heading_rad, pitch_rad, roll_rad], velocity_m_s);
    Python::attach(|py| {
        let argument = output(py, values.to_vec(), [n, columns])?;
        let result = function.bind(py).call1((argument, axes, pose))?;
        Ok(input::<2>(what, &result, [Some(n), Some(expected)])?.values().to_vec())
    })
    .map_err(|error: PyErr| Error::User(Box::new(error)))
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PySensor>()
}
