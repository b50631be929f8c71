//! The one door for Arrow: a PyCapsule stream becomes columns of NumPy arrays, and the way back.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow_array::builder::LargeStringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampNanosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, BooleanArray, FixedSizeBinaryArray, FixedSizeListArray, Float64Array,
    PrimitiveArray, RecordBatch, RecordBatchOptions,
};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow_select::concat::concat;
use numpy::{
    Element, PyArray1, PyArray2, PyArrayDescrMethods, PyArrayMethods, PyUntypedArray,
    PyUntypedArrayMethods,
};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBool, PyDict, PyString};
use pyo3_arrow::PyTable;
use pyo3_arrow::input::AnyRecordBatch;

use crate::error::named;

/// Integers beyond this are not all float64 numbers.
const EXACT: i128 = 1 << f64::MANTISSA_DIGITS;

/// One column as it leaves for Python: the array, `datetime64[ns]` still as int64, and its kind.
type Column<'py> = (Bound<'py, PyAny>, &'static str);

/// Reads a stream into `{name: (array, kind)}`; kind is "utc", "zoneless" or "" for no time.
#[pyfunction]
fn columns_from_arrow<'py>(
    py: Python<'py>,
    stream: AnyRecordBatch,
) -> PyResult<Bound<'py, PyDict>> {
    read(py, stream).map(|(columns, _)| columns)
}

/// What a schema says beside its columns.
type Notes = BTreeMap<String, String>;

/// Reads a stream as [`columns_from_arrow`], with the notes of its schema and of its fields.
#[pyfunction]
fn noted_columns_from_arrow<'py>(
    py: Python<'py>,
    stream: AnyRecordBatch,
) -> PyResult<(Bound<'py, PyDict>, Notes, BTreeMap<String, Notes>)> {
    let (columns, schema) = read(py, stream)?;
    let notes = |metadata: &HashMap<String, String>| {
        metadata.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    let fields = schema.fields().iter();
    let fields = fields.map(|field| (field.name().clone(), notes(field.metadata())));
    Ok((columns, notes(schema.metadata()), fields.collect()))
}

fn read<'py>(py: Python<'py>, stream: AnyRecordBatch) -> PyResult<(Bound<'py, PyDict>, SchemaRef)> {
    let reader = stream.into_reader()?;
    let schema = reader.schema();
    let batches: Vec<RecordBatch> = reader
        .collect::<Result<_, _>>()
        .map_err(|error| named("DecodeError", &format!("the Arrow stream broke off: {error}")))?;
    let columns = PyDict::new(py);
    for (at, field) in schema.fields().iter().enumerate() {
        let name = field.name();
        if columns.contains(name)? {
            let message = format!("two columns are called {name}; rename one of them");
            return Err(named("DecodeError", &message));
        }
        let chunks: Vec<&dyn Array> = batches.iter().map(|b| b.column(at).as_ref()).collect();
        let whole = match chunks.as_slice() {
            [] => Ok(arrow_array::new_empty_array(field.data_type())),
            chunks => concat(chunks),
        };
        let column = whole.map_err(|error| refused(name, field.data_type(), Some(error)));
        columns.set_item(name, numpy_from_arrow(py, name, &column?)?)?;
    }
    Ok((columns, schema))
}

fn refused(name: &str, found: &DataType, cause: Option<ArrowError>) -> PyErr {
    let why = cause.map(|cause| format!(" ({cause})")).unwrap_or_default();
    let message = format!(
        "column {name} must hold numbers, booleans, texts, times or fixed-size lists of numbers, \
         found {found}{why}; cast it or leave it out"
    );
    named("DTypeError", &message)
}

/// A cast that fails instead of putting a null where a value does not fit.
fn cast(name: &str, array: &ArrayRef, to: &DataType) -> PyResult<ArrayRef> {
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    cast_with_options(array, to, &strict)
        .map_err(|error| refused(name, array.data_type(), Some(error)))
}

fn numpy_from_arrow<'py>(py: Python<'py>, name: &str, array: &ArrayRef) -> PyResult<Column<'py>> {
    use DataType as D;
    let plain = match array.data_type() {
        D::Float64 => floats::<Float64Type>(py, array, f64::NAN),
        D::Float32 => floats::<Float32Type>(py, array, f32::NAN),
        D::Null | D::Float16 | D::Decimal32(..) | D::Decimal64(..) | D::Decimal128(..) => {
            floats::<Float64Type>(py, &cast(name, array, &D::Float64)?, f64::NAN)
        }
        D::Int8 => integers::<Int8Type>(py, name, array)?,
        D::Int16 => integers::<Int16Type>(py, name, array)?,
        D::Int32 => integers::<Int32Type>(py, name, array)?,
        D::Int64 => integers::<Int64Type>(py, name, array)?,
        D::UInt8 => integers::<UInt8Type>(py, name, array)?,
        D::UInt16 => integers::<UInt16Type>(py, name, array)?,
        D::UInt32 => integers::<UInt32Type>(py, name, array)?,
        D::UInt64 => integers::<UInt64Type>(py, name, array)?,
        D::Boolean => booleans(py, array.as_boolean())?,
        D::Utf8 | D::LargeUtf8 | D::Utf8View => texts(py, &cast(name, array, &D::LargeUtf8)?)?,
        D::Dictionary(_, value) if matches!(**value, D::Utf8 | D::LargeUtf8 | D::Utf8View) => {
            texts(py, &cast(name, array, &D::LargeUtf8)?)?
        }
        D::Dictionary(_, value) => return numpy_from_arrow(py, name, &cast(name, array, value)?),
        D::FixedSizeList(..) => rows(py, name, array)?,
        D::FixedSizeBinary(_) => bytes(py, array)?,
        D::Timestamp(_, zone) => {
            let kind = if zone.is_some() { "utc" } else { "zoneless" };
            let ns = D::Timestamp(TimeUnit::Nanosecond, zone.clone());
            return Ok((times(py, &cast(name, array, &ns)?), kind));
        }
        D::Date32 | D::Date64 => {
            let ns = D::Timestamp(TimeUnit::Nanosecond, None);
            return Ok((times(py, &cast(name, array, &ns)?), "zoneless"));
        }
        other => return Err(refused(name, other, None)),
    };
    Ok((plain, ""))
}

/// The values, `null` where there is none.
fn filled<T: ArrowPrimitiveType>(array: &ArrayRef, null: T::Native) -> Vec<T::Native> {
    let array = array.as_primitive::<T>();
    match array.null_count() {
        0 => array.values().to_vec(),
        _ => array.iter().map(|value| value.unwrap_or(null)).collect(),
    }
}

fn floats<'py, T>(py: Python<'py>, array: &ArrayRef, nan: T::Native) -> Bound<'py, PyAny>
where
    T: ArrowPrimitiveType<Native: Element>,
{
    PyArray1::from_vec(py, filled::<T>(array, nan)).into_any()
}

/// Nanoseconds since 1970; NumPy's NaT, the least int64, for a null.
fn times<'py>(py: Python<'py>, array: &ArrayRef) -> Bound<'py, PyAny> {
    floats::<TimestampNanosecondType>(py, array, i64::MIN)
}

/// Integers as they are; with nulls they become float64 and NaN, if none is too large for that.
fn integers<'py, T>(py: Python<'py>, name: &str, array: &ArrayRef) -> PyResult<Bound<'py, PyAny>>
where
    T: ArrowPrimitiveType<Native: Element + Into<i128>>,
{
    let values = array.as_primitive::<T>();
    if values.null_count() == 0 {
        return Ok(PyArray1::from_slice(py, values.values()).into_any());
    }
    if let Some(large) = values.iter().flatten().map(Into::into).find(|n| n.abs() > EXACT) {
        let message = format!(
            "column {name} has nulls and the integer {large}, which float64 cannot hold; \
             fill the nulls first"
        );
        return Err(named("DTypeError", &message));
    }
    Ok(floats::<Float64Type>(py, &cast(name, array, &DataType::Float64)?, f64::NAN))
}

fn booleans<'py>(py: Python<'py>, array: &BooleanArray) -> PyResult<Bound<'py, PyAny>> {
    if array.null_count() == 0 {
        return Ok(PyArray1::from_vec(py, array.values().iter().collect()).into_any());
    }
    let objects: Vec<Py<PyAny>> = array
        .iter()
        .map(|value| value.into_pyobject(py).map(Bound::unbind))
        .collect::<Result<_, _>>()?;
    Ok(PyArray1::from_vec(py, objects).into_any())
}

/// An object array in which equal texts are one `str`, and a null is `None`.
fn texts<'py>(py: Python<'py>, array: &ArrayRef) -> PyResult<Bound<'py, PyAny>> {
    let array = array.as_string::<i64>();
    let mut known: HashMap<&str, Py<PyAny>> = HashMap::new(); // looked up only, never iterated
    let objects: Vec<Py<PyAny>> = array
        .iter()
        .map(|text| match text {
            None => py.None(),
            Some(text) => known
                .entry(text)
                .or_insert_with(|| PyString::new(py, text).into_any().unbind())
                .clone_ref(py),
        })
        .collect();
    Ok(PyArray1::from_vec(py, objects).into_any())
}

/// Fixed-size lists of numbers as a 2-D float64 array; NaN for a null list or entry.
fn rows<'py>(py: Python<'py>, name: &str, array: &ArrayRef) -> PyResult<Bound<'py, PyAny>> {
    let lists = array.as_fixed_size_list();
    if !lists.value_type().is_numeric() {
        return Err(refused(name, array.data_type(), None));
    }
    let width = lists.value_length() as usize; // Arrow keeps it from being negative
    let entries = cast(name, lists.values(), &DataType::Float64)?;
    let mut values = filled::<Float64Type>(&entries, f64::NAN);
    for row in (0..lists.len()).filter(|&row| lists.is_null(row)) {
        values[row * width..(row + 1) * width].fill(f64::NAN);
    }
    Ok(PyArray1::from_vec(py, values).reshape([lists.len(), width])?.into_any())
}

/// Values of one width as a 2-D array of bytes, zeros for a null.
fn bytes<'py>(py: Python<'py>, array: &ArrayRef) -> PyResult<Bound<'py, PyAny>> {
    let values = array.as_fixed_size_binary();
    let width = values.value_length() as usize; // Arrow keeps it from being negative
    let mut out = vec![0; values.len() * width];
    for (row, value) in values.iter().enumerate().filter_map(|(row, value)| Some((row, value?))) {
        out[row * width..(row + 1) * width].copy_from_slice(value);
    }
    Ok(PyArray1::from_vec(py, out).reshape([values.len(), width])?.into_any())
}

/// Puts columns of NumPy arrays, all of `rows` rows, into an object with `__arrow_c_stream__`.
///
/// Of the int64 columns those in `utc` are times in UTC, those in `zoneless` times of no zone.
/// The float64 columns in `whole` become int64 with nulls for NaN. The schema carries `notes`,
/// its fields `field_notes`.
#[pyfunction]
#[pyo3(signature = (columns, *, rows, utc, zoneless, whole=vec![], notes=None, field_notes=None))]
fn arrow_from_columns(
    columns: &Bound<'_, PyDict>,
    rows: usize,
    utc: Vec<String>,
    zoneless: Vec<String>,
    whole: Vec<String>,
    notes: Option<HashMap<String, String>>,
    field_notes: Option<HashMap<String, HashMap<String, String>>>,
) -> PyResult<PyTable> {
    let mut field_notes = field_notes.unwrap_or_default();
    let mut fields = Vec::with_capacity(columns.len());
    let mut arrays = Vec::with_capacity(columns.len());
    for (name, array) in columns.iter() {
        let name: String = name.extract()?;
        let array = array.cast::<PyUntypedArray>()?;
        let zone = utc.contains(&name).then(|| Arc::from("UTC"));
        let array = if zone.is_some() || zoneless.contains(&name) {
            let ns = array.as_any().extract::<Bound<'_, PyArray1<i64>>>()?.to_vec()?;
            let times = ns.into_iter().map(|ns| (ns != i64::MIN).then_some(ns));
            let times: PrimitiveArray<TimestampNanosecondType> = times.collect();
            Arc::new(times.with_timezone_opt(zone))
        } else if whole.contains(&name) {
            let values = array.as_any().extract::<Bound<'_, PyArray1<f64>>>()?.to_vec()?;
            let values = values.into_iter().map(|value| (!value.is_nan()).then_some(value as i64));
            Arc::new(values.collect::<PrimitiveArray<Int64Type>>())
        } else {
            arrow_from_numpy(&name, array)?
        };
        let noted = field_notes.remove(&name).unwrap_or_default();
        fields.push(Field::new(name, array.data_type().clone(), true).with_metadata(noted));
        arrays.push(array);
    }
    let schema = Arc::new(Schema::new_with_metadata(fields, notes.unwrap_or_default()));
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let batch = RecordBatch::try_new_with_options(schema.clone(), arrays, &options)
        .map_err(|error| named("ShapeError", &error.to_string()))?;
    PyTable::try_new(vec![batch], schema)
}

fn arrow_from_numpy(name: &str, array: &Bound<'_, PyUntypedArray>) -> PyResult<ArrayRef> {
    let dtype = array.dtype();
    let kind = (array.ndim(), dtype.kind() as char, dtype.itemsize());
    Ok(match kind {
        (1, 'f', 8) => primitive::<Float64Type>(array)?,
        (1, 'f', 4) => primitive::<Float32Type>(array)?,
        (1, 'i', 1) => primitive::<Int8Type>(array)?,
        (1, 'i', 2) => primitive::<Int16Type>(array)?,
        (1, 'i', 4) => primitive::<Int32Type>(array)?,
        (1, 'i', 8) => primitive::<Int64Type>(array)?,
        (1, 'u', 1) => primitive::<UInt8Type>(array)?,
        (1, 'u', 2) => primitive::<UInt16Type>(array)?,
        (1, 'u', 4) => primitive::<UInt32Type>(array)?,
        (1, 'u', 8) => primitive::<UInt64Type>(array)?,
        (1, 'b', _) => {
            let values = array.as_any().extract::<Bound<'_, PyArray1<bool>>>()?.to_vec()?;
            Arc::new(BooleanArray::from(values))
        }
        (1, 'O', _) => object_array(name, array)?,
        (2, 'f', 8) => {
            let values = array.as_any().extract::<Bound<'_, PyArray2<f64>>>()?.to_vec()?;
            let item = Arc::new(Field::new("item", DataType::Float64, true));
            let width = array.shape()[1] as i32; // a row of more than 2³¹ numbers does not exist
            let values = Arc::new(Float64Array::from(values));
            let rows = array.shape()[0];
            let lists = FixedSizeListArray::try_new_with_length(item, width, values, None, rows);
            Arc::new(lists.map_err(|error| named("ShapeError", &error.to_string()))?)
        }
        (2, 'u', 1) => {
            let values = array.as_any().extract::<Bound<'_, PyArray2<u8>>>()?.to_vec()?;
            let (rows, width) = (array.shape()[0], array.shape()[1] as i32);
            let whole = FixedSizeBinaryArray::try_new_with_len(width, values.into(), None, rows);
            Arc::new(whole.map_err(|error| named("ShapeError", &error.to_string()))?)
        }
        (ndim, ..) => {
            let message = format!("column {name} cannot become Arrow: {ndim}-D array of {dtype}");
            return Err(named("DTypeError", &message));
        }
    })
}

fn primitive<T>(array: &Bound<'_, PyUntypedArray>) -> PyResult<ArrayRef>
where
    T: ArrowPrimitiveType<Native: Element>,
{
    let values = array.as_any().extract::<Bound<'_, PyArray1<T::Native>>>()?.to_vec()?;
    Ok(Arc::new(PrimitiveArray::<T>::from_iter_values(values)))
}

/// Texts or booleans, and `None` for a null.
fn object_array(name: &str, array: &Bound<'_, PyUntypedArray>) -> PyResult<ArrayRef> {
    let objects: Vec<Bound<'_, PyAny>> = array.as_any().try_iter()?.collect::<PyResult<_>>()?;
    let first = objects.iter().find(|object| !object.is_none());
    if first.is_some_and(|object| object.is_instance_of::<PyBool>()) {
        let flags: Vec<Option<bool>> =
            objects.iter().map(PyAnyMethods::extract).collect::<PyResult<_>>()?;
        return Ok(Arc::new(BooleanArray::from(flags)));
    }
    let mut builder = LargeStringBuilder::new();
    for object in &objects {
        match object.extract::<Option<PyBackedStr>>() {
            Ok(text) => builder.append_option(text),
            Err(_) => {
                let message = format!(
                    "column {name} must hold texts or None, found {}",
                    object.get_type().name()?
                );
                return Err(named("DTypeError", &message));
            }
        }
    }
    Ok(Arc::new(builder.finish()))
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(columns_from_arrow, module)?)?;
    module.add_function(wrap_pyfunction!(noted_columns_from_arrow, module)?)?;
    module.add_function(wrap_pyfunction!(arrow_from_columns, module)?)
}
