//! Assignment, the k best, marginal probabilities.

use detente_core::Error;
use detente_core::assoc::assign::{MISS, Sparse, Workspace, assign};
use detente_core::assoc::k_best::k_best;
use detente_core::assoc::marginal::{Method, Weights, marginals};
use numpy::{Ix1, Ix2, PyArray, PyArray1, PyArrayMethods};
use pyo3::prelude::*;

use crate::array::{any_real, input, whole_numbers};
use crate::error::exception;
use crate::gil::released;

type Floats<'py> = Bound<'py, PyArray1<f64>>;
type Integers<'py, D> = Bound<'py, PyArray<i64, D>>;

/// The column of each row (−1 for a miss) and the total cost.
#[pyfunction]
#[pyo3(name = "assign")]
fn py_assign<'py>(
    py: Python<'py>,
    indptr: &Bound<'py, PyAny>,
    indices: &Bound<'py, PyAny>,
    cost: &Bound<'py, PyAny>,
    miss_cost: &Bound<'py, PyAny>,
) -> PyResult<(Integers<'py, Ix1>, f64)> {
    let indptr = whole_numbers::<usize>("indptr", indptr)?;
    let mut indices = whole_numbers::<u32>("indices", indices)?;
    let cost = any_real::<1>("cost", cost, [Some(indices.len())])?;
    let miss_cost = input::<1>("miss_cost", miss_cost, [Some(indptr.len().saturating_sub(1))])?;
    let (cost, miss_cost) = (cost.values(), miss_cost.values());
    let (columns, total_cost) = released(py, move || {
        let names = renumber(&mut indices);
        let columns = columns_of(&indices);
        let problem = Sparse { indptr: &indptr, indices: &indices, cost, miss_cost, columns };
        let mut workspace = Workspace::default();
        let solution = assign(problem, &mut workspace)?;
        let name = |&column: &u32| match column {
            MISS => -1,
            column => names.as_ref().map_or(column, |names| names[column as usize]).into(),
        };
        Ok((solution.column.iter().map(name).collect::<Vec<i64>>(), solution.total_cost))
    })?;
    Ok((PyArray1::from_vec(py, columns), total_cost))
}

/// Of the k cheapest assignments the columns of the rows (−1 for a miss) and the total costs.
#[pyfunction]
#[pyo3(name = "k_best")]
fn py_k_best<'py>(
    py: Python<'py>,
    indptr: &Bound<'py, PyAny>,
    indices: &Bound<'py, PyAny>,
    cost: &Bound<'py, PyAny>,
    miss_cost: &Bound<'py, PyAny>,
    k: usize,
    columns: Option<usize>,
) -> PyResult<(Integers<'py, Ix2>, Floats<'py>)> {
    let indptr = whole_numbers::<usize>("indptr", indptr)?;
    let mut indices = whole_numbers::<u32>("indices", indices)?;
    let cost = any_real::<1>("cost", cost, [Some(indices.len())])?;
    let miss_cost = input::<1>("miss_cost", miss_cost, [Some(indptr.len().saturating_sub(1))])?;
    let (cost, miss_cost) = (cost.values(), miss_cost.values());
    let (column, total_cost) = released(py, move || {
        let names = if columns.is_none() { renumber(&mut indices) } else { None };
        let columns = columns.unwrap_or_else(|| columns_of(&indices));
        let problem = Sparse { indptr: &indptr, indices: &indices, cost, miss_cost, columns };
        let found = k_best(problem, k)?;
        let name = |column| match column {
            MISS => -1,
            column => names.as_ref().map_or(column, |names| names[column as usize]).into(),
        };
        Ok((found.column.into_iter().map(name).collect::<Vec<i64>>(), found.total_cost))
    })?;
    let shape = [total_cost.len(), miss_cost.len()];
    Ok((PyArray1::from_vec(py, column).reshape(shape)?, PyArray1::from_vec(py, total_cost)))
}

/// The probabilities of edges, misses and free columns, and whether all are exact.
#[pyfunction]
#[pyo3(name = "marginals")]
fn py_marginals<'py>(
    py: Python<'py>,
    indptr: &Bound<'py, PyAny>,
    indices: &Bound<'py, PyAny>,
    log_weight: &Bound<'py, PyAny>,
    miss_log_weight: &Bound<'py, PyAny>,
    columns: Option<usize>,
    method: &str,
) -> PyResult<(Floats<'py>, Floats<'py>, Floats<'py>, bool)> {
    let method = match method {
        "exact" => Method::Exact,
        "belief_propagation" => Method::BeliefPropagation,
        "auto" => Method::Auto,
        other => {
            return Err(exception(Error::Setting {
                what: "method",
                expected: "'exact', 'belief_propagation' or 'auto'",
                found: format!("'{other}'"),
            }));
        }
    };
    let indptr = whole_numbers::<usize>("indptr", indptr)?;
    let indices = whole_numbers::<u32>("indices", indices)?;
    let rows = indptr.len().saturating_sub(1);
    let log_weight = any_real::<1>("log_weight", log_weight, [Some(indices.len())])?;
    let miss_log_weight = any_real::<1>("miss_log_weight", miss_log_weight, [Some(rows)])?;
    let (log_weight, miss_log_weight) = (log_weight.values(), miss_log_weight.values());
    let found = released(py, move || {
        let columns = columns.unwrap_or_else(|| columns_of(&indices));
        let (indptr, indices) = (&indptr, &indices);
        marginals(Weights { indptr, indices, log_weight, miss_log_weight, columns }, method)
    })?;
    let array = |values| PyArray1::from_vec(py, values);
    Ok((array(found.edge), array(found.miss), array(found.free), found.exact))
}

/// One more than the last column.
fn columns_of(indices: &[u32]) -> usize {
    indices.iter().max().map_or(0, |&last| last as usize + 1)
}

/// Renumbers columns from 0 when they are numbered so sparsely that memory per column would be
/// wasted; gives their old numbers then.
fn renumber(indices: &mut [u32]) -> Option<Vec<u32>> {
    let last = *indices.iter().max()? as usize;
    if last < 4 * indices.len() + 64 {
        return None;
    }
    let mut names = indices.to_vec();
    names.sort_unstable();
    names.dedup();
    for column in indices {
        *column = names.partition_point(|name| name < column) as u32;
    }
    Some(names)
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(py_assign, module)?)?;
    module.add_function(wrap_pyfunction!(py_k_best, module)?)?;
    module.add_function(wrap_pyfunction!(py_marginals, module)?)
}
