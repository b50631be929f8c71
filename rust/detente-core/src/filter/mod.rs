//! Kalman filters on blocks of eight rows.

pub mod boxes;
pub mod dense;
pub mod imm;
pub mod linearise;
pub mod predict;
pub mod project;
pub mod smooth;
pub mod state;
pub mod turn;
pub mod unscented;
pub mod update;
