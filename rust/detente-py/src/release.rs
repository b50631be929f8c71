//! Release: grants, and what may leave of a report under one.

use detente_core::exchange::area::{Area, Polygon};
use detente_core::exchange::counts;
use detente_core::exchange::grant::{Clauses, Grant};
use detente_core::exchange::grid::{Cell, Grid};
use detente_core::exchange::lineage::Source;
use detente_core::exchange::release::{self, Replaced, Withheld};
use detente_core::exchange::report::{Columns, Kind, Report};
use numpy::{PyArray1, PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict};

use crate::array::{Bytes, Input, any_real, bytes, output};
use crate::error::{exception, named};
use crate::geo::PyLocalFrame;
use crate::gil::released;

/// A whole number as it came from Python, in the range of T.
struct Whole<T>(T);

impl<'py, T: TryFrom<i128>> FromPyObject<'_, 'py> for Whole<T> {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let is_flag = object.is_instance_of::<PyBool>();
        let number = object.extract::<i128>().ok().filter(|_| !is_flag);
        number.and_then(|number| T::try_from(number).ok()).map(Self).ok_or_else(|| {
            let bits = 8 * size_of::<T>();
            let kind =
                object.get_type().name().map_or_else(|_| "another".into(), |n| n.to_string());
            let message = format!(
                "times, durations and thresholds must be whole numbers of {bits} bits, found one \
                 of type {kind} that is not or does not fit"
            );
            named("SettingError", &message)
        })
    }
}

/// What one agreement lets one party hand to one other, and when.
#[pyclass(frozen, module = "detente._core", name = "Grant")]
pub struct PyGrant {
    grant: Grant,
    #[pyo3(get)]
    retention_ns: Option<i64>,
    #[pyo3(get)]
    purpose: String,
    #[pyo3(get)]
    relay_hops: Option<u32>,
}

#[pymethods]
impl PyGrant {
    /// `area` holds areas, of which a row must lie in each; an area holds polygons, a polygon
    /// rings of latitude and longitude (n, 2).
    #[new]
    #[pyo3(signature = (*, sender, recipient, level, from_ns, until_ns, area=vec![], fields=vec![], delay_ns=Whole(0), cadence_ns=Whole(0), precision_m=None, count_cell_m=None, count_at_least=None, rows_per_s=None, relay=false, relay_hops=None, retention_ns=None, purpose=String::new()))]
    #[allow(clippy::too_many_arguments, reason = "one door, called from one place")]
    fn new(
        py: Python<'_>,
        sender: String,
        recipient: String,
        level: &str,
        from_ns: Whole<i64>,
        until_ns: Whole<i64>,
        area: Vec<Vec<Vec<Bound<'_, PyAny>>>>,
        fields: Vec<String>,
        delay_ns: Whole<i64>,
        cadence_ns: Whole<i64>,
        precision_m: Option<f64>,
        count_cell_m: Option<f64>,
        count_at_least: Option<Whole<u32>>,
        rows_per_s: Option<Whole<u32>>,
        relay: bool,
        relay_hops: Option<Whole<u32>>,
        retention_ns: Option<Whole<i64>>,
        purpose: String,
    ) -> PyResult<Self> {
        let areas = area
            .iter()
            .map(|polygons| polygons.iter().map(polygon_from_python).collect())
            .collect::<PyResult<_>>()?;
        let level = Kind::named(level).map_err(exception)?;
        let clauses = Clauses {
            sender,
            recipient,
            level,
            from_ns: from_ns.0,
            until_ns: until_ns.0,
            areas,
            fields,
            delay_ns: delay_ns.0,
            cadence_ns: cadence_ns.0,
            precision_m,
            count_cell_m,
            count_at_least: count_at_least.map_or(0, |k| k.0),
            rows_per_s: rows_per_s.map(|rows| rows.0),
            relay,
        };
        let grant = released(py, || Grant::new(clauses))?;
        let retention_ns = retention_ns.map(|ns| ns.0);
        let relay_hops = relay_hops.map(|hops| hops.0);
        Ok(Self { grant, retention_ns, purpose, relay_hops })
    }

    #[getter]
    fn sender(&self) -> &str {
        &self.grant.clauses.sender
    }

    #[getter]
    fn recipient(&self) -> &str {
        &self.grant.clauses.recipient
    }

    /// Whether rows outside an area stay.
    #[getter]
    fn has_area(&self) -> bool {
        !self.grant.areas.is_empty()
    }

    #[getter]
    fn level(&self) -> &'static str {
        self.grant.clauses.level.name()
    }

    /// Whether places lie in each of its areas, latitudes and longitudes \[°] (n, 2).
    fn holds<'py>(
        &self,
        py: Python<'py>,
        points: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyArray1<bool>>> {
        let areas = &self.grant.areas;
        let all = |point| areas.iter().all(|area| area.contains(point));
        Ok(PyArray1::from_vec(py, each_point(points, all)?))
    }

    /// The moments after `after_ns` whose reports may leave by `now_ns`.
    fn slots<'py>(
        &self,
        py: Python<'py>,
        after_ns: Whole<i64>,
        now_ns: Whole<i64>,
    ) -> PyResult<Bound<'py, PyArray1<i64>>> {
        let slots = self.grant.slots(after_ns.0, now_ns.0).map_err(exception)?;
        Ok(PyArray1::from_vec(py, slots))
    }

    /// Whether two grants of counts tell by subtraction what neither tells.
    fn conflicts(&self, other: &Self) -> bool {
        match (&self.grant.partition, &other.grant.partition) {
            (Some(mine), Some(theirs)) => {
                self.grant.clauses.recipient == other.grant.clauses.recipient
                    && self.grant.clauses.sender == other.grant.clauses.sender
                    && (mine.conflicts(theirs)
                        || (mine.overlaps(theirs)
                            && self.grant.clauses.cadence_ns != other.grant.clauses.cadence_ns))
            }
            _ => false,
        }
    }
}

/// Ground that polygons of latitude and longitude cover.
#[pyclass(frozen, module = "detente._core", name = "Area")]
pub struct PyArea(Area);

#[pymethods]
impl PyArea {
    #[new]
    fn new(polygons: Vec<Vec<Bound<'_, PyAny>>>) -> PyResult<Self> {
        let polygons: Vec<Polygon> =
            polygons.iter().map(polygon_from_python).collect::<PyResult<_>>()?;
        Area::new(&polygons).map(Self).map_err(exception)
    }

    /// Which places lie in it, latitudes and longitudes \[°] (n, 2), longitudes within ±180°.
    fn contains<'py>(
        &self,
        py: Python<'py>,
        points: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyArray1<bool>>> {
        Ok(PyArray1::from_vec(py, each_point(points, |point| self.0.contains(point))?))
    }
}

fn each_point<T>(points: &Bound<'_, PyAny>, of: impl Fn([f64; 2]) -> T) -> PyResult<Vec<T>> {
    let points = any_real("places", points, [None, Some(2)])?;
    Ok(points.values().as_chunks().0.iter().map(|&point| of(point)).collect())
}

fn polygon_from_python(rings: &Vec<Bound<'_, PyAny>>) -> PyResult<Polygon> {
    rings
        .iter()
        .map(|ring| {
            let ring = any_real("a ring of an area", ring, [None, Some(2)])?;
            Ok(ring.values().as_chunks().0.to_vec())
        })
        .collect()
}

/// What a report says of itself.
#[derive(FromPyObject)]
struct Head<'py> {
    origin: String,
    kind: String,
    time_ns: i64,
    axes: usize,
    frame: Option<PyRef<'py, PyLocalFrame>>,
    grid_level: Option<u32>,
    relay: bool,
}

/// The columns of a report that clauses look at, kept alive while they are read.
enum Held<'py> {
    Places(Input<'py, 2>),
    States(Input<'py, 2>, Input<'py, 3>),
    Counts(Vec<Cell>, Input<'py, 1>),
}

/// A report as it came from Python.
struct Given<'py> {
    head: Head<'py>,
    kind: Kind,
    grid: Option<Grid>,
    id: Bytes<'py, 16>,
    held: Held<'py>,
    fields: Vec<String>,
}

impl<'py> Given<'py> {
    fn new(
        head: Head<'py>,
        columns: &Bound<'py, PyDict>,
        fields: &Bound<'py, PyDict>,
    ) -> PyResult<Self> {
        let column = |name: &str| columns.as_any().get_item(name);
        let kind = Kind::named(&head.kind).map_err(exception)?;
        let grid = head.grid_level.map(Grid::new).transpose().map_err(exception)?;
        let held = match kind {
            Kind::Detections | Kind::Tracklets => {
                let axes = Some(head.axes);
                Held::Places(any_real("position_m", &column("position_m")?, [None, axes])?)
            }
            Kind::Tracks => {
                let mean = any_real("mean", &column("mean")?, [None, None])?;
                Held::States(mean, any_real("cov", &column("cov")?, [None, None, None])?)
            }
            Kind::Counts => {
                let cells = column("cell")?.extract::<Vec<u64>>()?;
                let cells = cells.into_iter().map(cell_from_number).collect();
                Held::Counts(cells, any_real("count", &column("count")?, [None])?)
            }
        };
        let id = bytes("row_id", &column("row_id")?)?;
        let fields = fields.keys().iter().map(|name| name.extract()).collect::<PyResult<_>>()?;
        Ok(Self { head, kind, grid, id, held, fields })
    }

    /// Runs `work` on the report without the interpreter lock.
    fn asked<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&Report<'_>) -> detente_core::Result<T> + Send,
    ) -> PyResult<T> {
        let fields: Vec<&str> = self.fields.iter().map(String::as_str).collect();
        let columns = match &self.held {
            Held::Places(places) => Columns::Places(places.values()),
            Held::States(mean, cov) => {
                Columns::States { dim: mean.shape()[1], mean: mean.values(), cov: cov.values() }
            }
            Held::Counts(cells, counts) => Columns::Counts { cells, counts: counts.values() },
        };
        let report = Report {
            origin: &self.head.origin,
            kind: self.kind,
            time_ns: self.head.time_ns,
            axes: self.head.axes,
            frame: self.head.frame.as_deref().map(|frame| &frame.0),
            grid: self.grid,
            relay: self.head.relay,
            id: self.id.rows(),
            columns,
            fields: &fields,
        };
        released(py, || work(&report))
    }
}

/// The columns and fields that leave, the grid's level, whether they may be passed on.
type Leaving<'py> = (Bound<'py, PyDict>, Bound<'py, PyDict>, Option<u32>, bool);

/// What may leave of a report now, or nothing.
#[pyfunction]
#[pyo3(name = "release")]
fn release_<'py>(
    py: Python<'py>,
    report: Head<'py>,
    columns: &Bound<'py, PyDict>,
    fields: &Bound<'py, PyDict>,
    grant: &PyGrant,
    recipient: &str,
    now_ns: Whole<i64>,
) -> PyResult<Option<Leaving<'py>>> {
    let given = Given::new(report, columns, fields)?;
    let grant = &grant.grant;
    let found = given.asked(py, |report| release::release(report, grant, recipient, now_ns.0))?;
    let Some(found) = found else { return Ok(None) };
    let level = found.grid.map(Grid::level);
    let (out, out_fields) = (PyDict::new(py), PyDict::new(py));
    if let (Replaced::Counts(counts), Some(partition)) = (&found.columns, &grant.partition) {
        let cells: Vec<u64> = partition.cells.iter().map(|&cell| number_from_cell(cell)).collect();
        let source = Source {
            origin: &given.head.origin,
            kind: Kind::Counts.name(),
            time_ns: given.head.time_ns,
            sensor: "",
        };
        let content: Vec<u8> = cells.iter().flat_map(|cell| cell.to_le_bytes()).collect();
        out.set_item("row_id", bytes_array(py, source.identities(&content, 8))?)?;
        out.set_item("cell", PyArray1::from_vec(py, cells))?;
        out.set_item("count", PyArray1::from_slice(py, counts))?;
        return Ok(Some((out, out_fields, level, found.relay)));
    }
    let rows = PyArray1::from_vec(py, found.rows.iter().map(|&row| row as isize).collect());
    let gathered = |array: &Bound<'py, PyAny>| array.call_method1("take", (&rows, 0));
    let replaced = match found.columns {
        Replaced::States { mean, cov } => {
            let (n, dim) = (found.rows.len(), mean.len() / found.rows.len().max(1));
            let dim = if n == 0 { state_dim(columns)? } else { dim };
            Some((output(py, mean, [n, dim])?, output(py, cov, [n, dim, dim])?))
        }
        _ => None,
    };
    for (name, array) in columns.iter() {
        match (name.extract::<&str>()?, &replaced) {
            ("mean", Some((mean, _))) => out.set_item(name, mean)?,
            ("cov", Some((_, cov))) => out.set_item(name, cov)?,
            _ => out.set_item(name, gathered(&array)?)?,
        }
    }
    for at in found.fields {
        let name = &given.fields[at];
        out_fields.set_item(name, gathered(&fields.as_any().get_item(name)?)?)?;
    }
    Ok(Some((out, out_fields, level, found.relay)))
}

fn state_dim(columns: &Bound<'_, PyDict>) -> PyResult<usize> {
    columns.as_any().get_item("mean")?.getattr("shape")?.get_item(1)?.extract()
}

/// The clause that withholds the report, or for each row the one that withholds it.
#[pyfunction]
fn withheld<'py>(
    py: Python<'py>,
    report: Head<'py>,
    columns: &Bound<'py, PyDict>,
    fields: &Bound<'py, PyDict>,
    grant: &PyGrant,
    recipient: &str,
    now_ns: Whole<i64>,
) -> PyResult<Bound<'py, PyAny>> {
    let given = Given::new(report, columns, fields)?;
    let grant = &grant.grant;
    match given.asked(py, |report| release::why(report, grant, recipient, now_ns.0))? {
        Withheld::Report(clause) => Ok(clause.name().into_pyobject(py)?.into_any()),
        Withheld::Rows(clauses) => {
            let names: Vec<_> = clauses.into_iter().map(|c| c.map(|c| c.name())).collect();
            Ok(names.into_pyobject(py)?.into_any())
        }
    }
}

/// Where the rows of a report are as release sees them, latitude and longitude \[°] (n, 2); NaN
/// where nobody knows.
#[pyfunction]
fn report_points<'py>(
    py: Python<'py>,
    report: Head<'py>,
    columns: &Bound<'py, PyDict>,
    fields: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let given = Given::new(report, columns, fields)?;
    let points = given.asked(py, release::points)?;
    let n = points.len();
    output(py, points.into_flattened(), [n, 2])
}

/// The identities of rows of bytes (n, w).
#[pyfunction]
fn row_identities<'py>(
    py: Python<'py>,
    origin: &str,
    kind: &str,
    time_ns: i64,
    sensor: &str,
    content: &Bound<'py, PyArray2<u8>>,
) -> PyResult<Bound<'py, PyArray2<u8>>> {
    let width = content.readonly().as_array().ncols();
    let content = content.to_vec()?;
    let source = Source { origin, kind, time_ns, sensor };
    bytes_array(py, source.identities(&content, width))
}

fn bytes_array<'py>(py: Python<'py>, rows: Vec<[u8; 16]>) -> PyResult<Bound<'py, PyArray2<u8>>> {
    let n = rows.len();
    PyArray1::from_vec(py, rows.into_flattened()).reshape([n, 16])
}

/// The sum of counts, refused if one of them is not told.
#[pyfunction]
fn count_total(count: &Bound<'_, PyAny>) -> PyResult<f64> {
    counts::total(any_real("count", count, [None])?.values()).map_err(exception)
}

/// South, west, north and east of cells of a grid \[°] (n, 4).
#[pyfunction]
fn cell_bounds<'py>(
    py: Python<'py>,
    level: u32,
    cells: Vec<u64>,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let grid = Grid::new(level).map_err(exception)?;
    let mut out = Vec::with_capacity(4 * cells.len());
    for &cell in &cells {
        let cell = cell_from_number(cell);
        let is_there = grid.columns(cell.row).is_some_and(|columns| cell.column < columns);
        let rectangle = grid.rectangle(cell).filter(|_| is_there);
        let bounds = rectangle.map(|r| [r.lat_deg[0], r.lon_deg[0], r.lat_deg[1], r.lon_deg[1]]);
        out.extend(bounds.unwrap_or([f64::NAN; 4]));
    }
    output(py, out, [cells.len(), 4])
}

/// The row in the upper half, in two's complement, the column in the lower.
fn number_from_cell(cell: Cell) -> u64 {
    u64::from(cell.row.cast_unsigned()) << 32 | u64::from(cell.column)
}

fn cell_from_number(number: u64) -> Cell {
    Cell { row: ((number >> 32) as u32).cast_signed(), column: number as u32 }
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyGrant>()?;
    module.add_class::<PyArea>()?;
    module.add_function(wrap_pyfunction!(report_points, module)?)?;
    module.add_function(wrap_pyfunction!(release_, module)?)?;
    module.add_function(wrap_pyfunction!(withheld, module)?)?;
    module.add_function(wrap_pyfunction!(row_identities, module)?)?;
    module.add_function(wrap_pyfunction!(count_total, module)?)?;
    module.add_function(wrap_pyfunction!(cell_bounds, module)?)
}
