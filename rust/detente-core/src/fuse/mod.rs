//! Fusion of estimates that share information.
pub mod apply;
pub mod bar_shalom_campo;
mod check;
pub mod covariance_intersection;
pub mod cross_covariance;
mod diagonalise;
pub mod increment;
pub mod many;
pub mod registration;
mod small;
pub mod tracklet;
mod weight;

#[cfg(test)]
mod tests;
