//! Geodesy on columns.

use detente_core::Result as CoreResult;
use detente_core::geodesy::{self, Geodetic, LocalFrame, check_latitude, check_radius};
use numpy::{PyArray1, PyArray2};
use pyo3::prelude::*;

use crate::array::{input, output};
use crate::error::exception;
use crate::gil::released;

type Columns<'py> =
    (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>);

/// Latitude, longitude and height of equal length, mapped row by row to a point in space.
fn xyz_from_columns<'py>(
    lat_deg: &Bound<'py, PyAny>,
    lon_deg: &Bound<'py, PyAny>,
    height_m: &Bound<'py, PyAny>,
    map: impl Fn(Geodetic) -> [f64; 3] + Sync,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let py = lat_deg.py();
    let lat = input("lat_deg", lat_deg, [None])?;
    let [n] = lat.shape();
    let lon = input("lon_deg", lon_deg, [Some(n)])?;
    let height = input("height_m", height_m, [Some(n)])?;
    let (lat, lon, height) = (lat.values(), lon.values(), height.values());
    let out = released(py, || {
        let mut out = Vec::with_capacity(3 * n);
        for row in 0..n {
            check_latitude(lat[row], Some(row))?;
            out.extend(map(Geodetic {
                lat_deg: lat[row],
                lon_deg: lon[row],
                height_m: height[row],
            }));
        }
        Ok(out)
    })?;
    output(py, out, [n, 3])
}

/// Rows of K numbers, mapped to latitude, longitude and height.
fn columns_from_rows<'py, const K: usize>(
    what: &str,
    rows: &Bound<'py, PyAny>,
    map: impl Fn([f64; K], usize) -> CoreResult<Geodetic> + Sync,
) -> PyResult<Columns<'py>> {
    let py = rows.py();
    let rows = input(what, rows, [None, Some(K)])?;
    let (n, values) = (rows.shape()[0], rows.values());
    let [lat, lon, height] = released(py, || {
        let mut out = [0; 3].map(|_| Vec::with_capacity(n));
        for row in 0..n {
            let point = map(std::array::from_fn(|i| values[K * row + i]), row)?;
            out[0].push(point.lat_deg);
            out[1].push(point.lon_deg);
            out[2].push(point.height_m);
        }
        Ok(out)
    })?;
    Ok((output(py, lat, [n])?, output(py, lon, [n])?, output(py, height, [n])?))
}

fn checked(ecef: [f64; 3], row: usize) -> CoreResult<Geodetic> {
    check_radius(ecef, Some(row))?;
    Ok(geodesy::geodetic_from_ecef(ecef))
}

#[pyfunction]
fn ecef_from_geodetic<'py>(
    lat_deg: &Bound<'py, PyAny>,
    lon_deg: &Bound<'py, PyAny>,
    height_m: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    xyz_from_columns(lat_deg, lon_deg, height_m, geodesy::ecef_from_geodetic)
}

#[pyfunction]
fn geodetic_from_ecef<'py>(ecef_m: &Bound<'py, PyAny>) -> PyResult<Columns<'py>> {
    columns_from_rows("ecef_m", ecef_m, checked)
}

/// A local east-north-up frame.
#[pyclass(frozen, module = "detente._core", name = "LocalFrame")]
pub struct PyLocalFrame(pub LocalFrame);

#[pymethods]
impl PyLocalFrame {
    #[new]
    fn new(lat_deg: f64, lon_deg: f64, height_m: f64) -> PyResult<Self> {
        LocalFrame::new(Geodetic { lat_deg, lon_deg, height_m }).map(Self).map_err(exception)
    }

    fn enu_from_geodetic<'py>(
        &self,
        lat_deg: &Bound<'py, PyAny>,
        lon_deg: &Bound<'py, PyAny>,
        height_m: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        xyz_from_columns(lat_deg, lon_deg, height_m, |point| {
            self.0.enu_from_ecef(geodesy::ecef_from_geodetic(point))
        })
    }

    fn geodetic_from_enu<'py>(&self, enu_m: &Bound<'py, PyAny>) -> PyResult<Columns<'py>> {
        columns_from_rows("enu_m", enu_m, |enu, row| checked(self.0.ecef_from_enu(enu), row))
    }

    /// Rows of east, north and height above the ellipsoid.
    fn geodetic_from_en<'py>(&self, en_height_m: &Bound<'py, PyAny>) -> PyResult<Columns<'py>> {
        columns_from_rows("en_m", en_height_m, |[east, north, height], row| {
            self.0.geodetic_from_en([east, north], height).ok_or_else(|| {
                detente_core::Error::Setting {
                    what: "en_m",
                    expected: "near enough to the origin for the Earth to lie below it",
                    found: format!("{east}, {north} at height {height} at row {row}"),
                }
            })
        })
    }
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(ecef_from_geodetic, module)?)?;
    module.add_function(wrap_pyfunction!(geodetic_from_ecef, module)?)?;
    module.add_class::<PyLocalFrame>()
}
