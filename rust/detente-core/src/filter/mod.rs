//! Kalman filters on blocks of eight rows.

pub mod predict;
pub mod project;
pub mod state;
pub mod unscented;
pub mod update;
