//! The one door for NumPy: dtype, shape, contiguity and finiteness are checked here and nowhere else.

use detente_core::Error;
use numpy::ndarray::{Dim, Dimension, IntoDimension};
use numpy::{
    PyArray, PyArray1, PyArray2, PyArrayDescrMethods, PyArrayDyn, PyArrayMethods, PyReadonlyArray2,
    PyReadonlyArrayDyn, PyReadwriteArray, PyUntypedArray, PyUntypedArrayMethods,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::error::{exception, named};

/// A finite, C-contiguous float64 array of N dimensions, kept alive while it is read.
pub struct Input<'py, const N: usize> {
    array: PyReadonlyArrayDyn<'py, f64>,
}

impl<const N: usize> Input<'_, N> {
    /// The lengths of the N dimensions.
    pub fn shape(&self) -> [usize; N] {
        let mut out = [0; N];
        out.copy_from_slice(self.array.shape());
        out
    }

    /// The values, row by row.
    pub fn values(&self) -> &[f64] {
        self.array.as_slice().unwrap_or(&[]) // contiguous by construction
    }
}

/// Reads `object` as a finite float64 array of N dimensions; `None` in `shape` permits any length.
///
/// Integers and narrower floats are converted; text, objects and complex numbers are refused.
pub fn input<'py, const N: usize>(
    what: &str,
    object: &Bound<'py, PyAny>,
    shape: [Option<usize>; N],
) -> PyResult<Input<'py, N>> {
    let input = any_real(what, object, shape)?;
    finite(what, input.values(), input.shape().iter().skip(1).product())?;
    Ok(input)
}

/// Reads `object` as rows of so many columns; an empty list is no rows.
pub fn rows<'py>(
    what: &str,
    object: &Bound<'py, PyAny>,
    columns: usize,
) -> PyResult<Input<'py, 2>> {
    let any = as_array(what, object)?;
    if any.cast::<PyUntypedArray>()?.shape() == [0] {
        let none = object.py().import("numpy")?.call_method1("zeros", ((0, columns),))?;
        return input(what, &none, [None, Some(columns)]);
    }
    input(what, &any, [None, Some(columns)])
}

/// `object` as NumPy reads it; what it cannot read has rows of different lengths.
fn as_array<'py>(what: &str, object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let numpy = object.py().import("numpy")?;
    numpy.call_method1("asarray", (object,)).map_err(|error| {
        if !error.is_instance_of::<PyValueError>(object.py()) {
            return error;
        }
        let message = format!("{what} must be an array, with rows of one length: {error}");
        named("ShapeError", &message)
    })
}

/// As [`input`], for a call that gives NaN or infinity a meaning or refuses it itself.
pub fn any_real<'py, const N: usize>(
    what: &str,
    object: &Bound<'py, PyAny>,
    shape: [Option<usize>; N],
) -> PyResult<Input<'py, N>> {
    let numpy = object.py().import("numpy")?;
    let any = checked(what, object, shape, "fiu", "real numbers", "float64")?;
    let float = numpy.call_method1("ascontiguousarray", (any, "float64"))?;
    Ok(Input { array: float.cast_into::<PyArrayDyn<f64>>()?.readonly() })
}

/// A matrix that all rows share, or one for each row.
pub enum Matrices<'py> {
    /// (r, c)
    Shared(Input<'py, 2>),
    /// (n, r, c)
    Each(Input<'py, 3>),
}

/// Reads `object` as one finite matrix of the given shape for all of `n` rows, or as one for each,
/// which the callee checks for NaN and infinity.
pub fn matrices<'py>(
    what: &str,
    object: &Bound<'py, PyAny>,
    n: usize,
    [rows, columns]: [usize; 2],
) -> PyResult<Matrices<'py>> {
    let (rows, columns) = (Some(rows), Some(columns));
    Ok(match ndim(object)? {
        0..3 => Matrices::Shared(input(what, object, [rows, columns])?),
        _ => Matrices::Each(any_real(what, object, [Some(n), rows, columns])?),
    })
}

/// The number of dimensions of anything that NumPy reads as an array.
pub fn ndim(object: &Bound<'_, PyAny>) -> PyResult<usize> {
    object.py().import("numpy")?.call_method1("ndim", (object,))?.extract()
}

/// Reads `object` as one dimension of whole numbers that are not negative, of type T.
pub fn whole_numbers<T: TryFrom<i64>>(what: &str, object: &Bound<'_, PyAny>) -> PyResult<Vec<T>> {
    let numpy = object.py().import("numpy")?;
    let any = checked(what, object, [None], "iu", "whole numbers", "int64")?;
    let array = numpy.call_method1("ascontiguousarray", (any, "int64"))?;
    let array = array.cast_into::<PyArray1<i64>>()?.readonly();
    let values = array.as_slice()?;
    let mut out = Vec::with_capacity(values.len());
    for (row, &value) in values.iter().enumerate() {
        out.push(T::try_from(value).map_err(|_| {
            named(
                "SettingError",
                &format!(
                    "{what} must lie in 0..{}, found {value} at row {row}",
                    1_u128 << (8 * size_of::<T>()).min(63),
                ),
            )
        })?);
    }
    Ok(out)
}

/// Rows of W bytes.
pub struct Bytes<'py, const W: usize> {
    array: PyReadonlyArray2<'py, u8>,
}

impl<const W: usize> Bytes<'_, W> {
    /// One row after the other.
    pub fn rows(&self) -> &[[u8; W]] {
        self.array.as_slice().unwrap_or(&[]).as_chunks().0 // contiguous by construction
    }
}

/// Reads `object` as an (n, W) array of bytes.
pub fn bytes<'py, const W: usize>(
    what: &str,
    object: &Bound<'py, PyAny>,
) -> PyResult<Bytes<'py, W>> {
    let numpy = object.py().import("numpy")?;
    let any = checked(what, object, [None, Some(W)], "u", "bytes", "uint8")?;
    let array = numpy.call_method1("ascontiguousarray", (any, "uint8"))?;
    Ok(Bytes { array: array.cast_into::<PyArray2<u8>>()?.readonly() })
}

/// `object` as an array whose dtype is of one of the `kinds` and whose shape fits.
fn checked<'py, const N: usize>(
    what: &str,
    object: &Bound<'py, PyAny>,
    shape: [Option<usize>; N],
    kinds: &str,
    meaning: &str,
    target: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let any = as_array(what, object)?;
    let untyped = any.cast::<PyUntypedArray>()?;
    let dtype = untyped.dtype();
    let empty_list = untyped.len() == 0 && dtype.kind() == b'f'; // NumPy's guess for []
    if !kinds.contains(dtype.kind() as char) && !empty_list {
        let message = format!(
            "{what} must hold {meaning}, found dtype {dtype}; convert it to {target} first"
        );
        return Err(named("DTypeError", &message));
    }
    let fits = untyped.ndim() == N
        && untyped.shape().iter().zip(shape).all(|(&n, want)| want.is_none_or(|want| n == want));
    if !fits {
        return Err(exception(Error::Shape {
            what: what.to_owned(),
            expected: describe(&shape),
            found: describe(&untyped.shape().iter().map(|&n| Some(n)).collect::<Vec<_>>()),
        }));
    }
    Ok(any)
}

/// Refuses a NaN or an infinity, naming its row.
fn finite(what: &str, values: &[f64], row_length: usize) -> PyResult<()> {
    const CHUNK: usize = 1024; // without an early exit a chunk is checked in registers
    let good = |chunk: &[f64]| chunk.iter().fold(true, |good, value| good & value.is_finite());
    if values.chunks(CHUNK).all(good) {
        return Ok(());
    }
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(at) => Err(exception(Error::NotFinite {
            what: what.to_owned(),
            row: at / row_length.max(1),
            value: values[at],
        })),
    }
}

/// A shape as people write it: `(n, 4)`.
fn describe(shape: &[Option<usize>]) -> String {
    let letters = ["n", "d", "k"].into_iter().chain(std::iter::repeat("…"));
    let name = |(n, letter): (&Option<usize>, &str)| n.map_or(letter.to_owned(), |n| n.to_string());
    let parts: Vec<_> = shape.iter().zip(letters).map(name).collect();
    match parts.as_slice() {
        [one] => format!("({one},)"),
        many => format!("({})", many.join(", ")),
    }
}

/// A new array of zeros of the given shape, to be written.
pub fn blank<'py, const N: usize>(
    py: Python<'py>,
    shape: [usize; N],
) -> PyResult<PyReadwriteArray<'py, f64, Dim<[usize; N]>>>
where
    Dim<[usize; N]>: Dimension,
    [usize; N]: IntoDimension<Dim = Dim<[usize; N]>>,
{
    Ok(PyArray::zeros(py, shape, false).try_readwrite()?)
}

/// A new array of the given shape over `values`.
pub fn output<'py, const N: usize>(
    py: Python<'py>,
    values: Vec<f64>,
    shape: [usize; N],
) -> PyResult<Bound<'py, PyArray<f64, Dim<[usize; N]>>>>
where
    Dim<[usize; N]>: Dimension,
    [usize; N]: IntoDimension<Dim = Dim<[usize; N]>>,
{
    PyArray1::from_vec(py, values).reshape(shape)
}
