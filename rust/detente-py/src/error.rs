//! The one door for errors: each variant of the core's error becomes one class of `detente.errors`.

use detente_core::Error;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

static MODULE: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// The exception of `detente.errors` for a failure of the core.
pub fn exception(error: Error) -> PyErr {
    let class = match &error {
        Error::Shape { .. } => "ShapeError",
        Error::NotFinite { .. } => "NotFiniteError",
        Error::NotPositiveDefinite { .. } => "NotPositiveDefiniteError",
        Error::TimeOrder { .. } => "TimeOrderError",
        Error::TooLate { .. } => "TooLateError",
        Error::Setting { .. } => "SettingError",
        Error::UnknownId { .. } => "UnknownIdError",
        Error::Decode { .. } => "DecodeError",
        Error::Unsolved { .. } | Error::User(_) => "DetenteError",
    };
    match error {
        Error::User(inner) => match inner.downcast::<PyErr>() {
            Ok(raised) => *raised,
            Err(other) => named(class, &other.to_string()),
        },
        error => named(class, &error.to_string()),
    }
}

/// An exception of `detente.errors` by its name.
pub fn named(class: &str, message: &str) -> PyErr {
    Python::attach(|py| {
        let module = MODULE
            .get_or_try_init(py, || PyModule::import(py, "detente.errors").map(Bound::unbind));
        match module.and_then(|module| module.bind(py).getattr(class)?.call1((message,))) {
            Ok(value) => PyErr::from_value(value),
            Err(cause) => PyRuntimeError::new_err(format!("{message} ({cause})")),
        }
    })
}
