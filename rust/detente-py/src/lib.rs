//! The module `detente._core`: one file per part of the core, thin.

mod array;
mod arrow;
mod association;
mod birth;
mod error;
mod filters;
mod fuse;
mod geo;
mod gil;
mod identities;
mod imm;
mod metrics;
mod motion;
mod recorded;
mod release;
mod replay;
mod scan;
mod sensor;
mod tracker;
mod user_motion;

use pyo3::prelude::*;

#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("DEBUG", cfg!(debug_assertions))?;
    arrow::register(module)?;
    association::register(module)?;
    birth::register(module)?;
    filters::register(module)?;
    fuse::register(module)?;
    geo::register(module)?;
    identities::register(module)?;
    imm::register(module)?;
    metrics::register(module)?;
    motion::register(module)?;
    release::register(module)?;
    replay::register(module)?;
    sensor::register(module)?;
    tracker::register(module)?;
    Ok(())
}
