//! Who could have made which detection: gating, assignment, marginal probabilities.

pub mod assign;
mod augment;
mod compressed;
pub mod gate;
mod kd_tree;
pub mod marginal;
