//! Who could have made which detection: gating, assignment, the k best, marginal probabilities.

pub mod assign;
mod augment;
mod compressed;
pub mod gate;
pub mod k_best;
pub(crate) mod kd_tree;
pub mod marginal;
