//! Fusion of estimates that share information.
pub mod covariance_intersection;
mod diagonalise;
