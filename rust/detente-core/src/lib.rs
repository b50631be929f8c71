//! Détente's engine: tracking, association, fusion and release on columns.
//!
//! No Python in here. The layers and the direction of imports are in `rust/ARCHITECTURE.md`.

pub mod assoc;
pub mod chi_square;
pub mod error;
pub mod exchange;
pub mod filter;
pub mod fuse;
pub mod gaussian;
pub mod geodesy;
pub mod id;
pub mod lanes;
pub mod linalg;
pub mod metric;
pub mod motion;
pub mod sensor;
pub mod track;

pub use error::{Error, Result};
