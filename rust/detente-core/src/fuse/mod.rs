//! Fusion of estimates that share information.
mod check;
pub mod covariance_intersection;
mod diagonalise;
mod weight;
