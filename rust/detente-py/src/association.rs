//! Assignment.

use detente_core::assoc::assign::{MISS, Sparse, Workspace, assign};
use numpy::PyArray1;
use pyo3::prelude::*;

use crate::array::{any_real, input, whole_numbers};
use crate::gil::released;

/// The column of each row (−1 for a miss) and the total cost.
#[pyfunction]
#[pyo3(name = "assign")]
fn py_assign<'py>(
    py: Python<'py>,
    indptr: &Bound<'py, PyAny>,
    indices: &Bound<'py, PyAny>,
    cost: &Bound<'py, PyAny>,
    miss_cost: &Bound<'py, PyAny>,
) -> PyResult<(Bound<'py, PyArray1<i64>>, f64)> {
    let indptr = whole_numbers::<usize>("indptr", indptr)?;
    let mut indices = whole_numbers::<u32>("indices", indices)?;
    let cost = any_real::<1>("cost", cost, [Some(indices.len())])?;
    let miss_cost = input::<1>("miss_cost", miss_cost, [Some(indptr.len().saturating_sub(1))])?;
    let (cost, miss_cost) = (cost.values(), miss_cost.values());
    let (columns, total_cost) = released(py, move || {
        let names = renumber(&mut indices);
        let columns = indices.iter().max().map_or(0, |&last| last as usize + 1);
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
    module.add_function(wrap_pyfunction!(py_assign, module)?)
}
