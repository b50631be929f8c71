//! The one door for releasing the interpreter lock.

use pyo3::prelude::*;

/// Runs `work` without the interpreter lock and turns its failure into an exception.
pub fn released<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> detente_core::Result<T> + Send,
) -> PyResult<T> {
    py.detach(work).map_err(crate::error::exception)
}
