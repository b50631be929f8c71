//! Who could have made which detection: gating, assignment.

pub mod assign;
mod augment;
pub mod gate;
pub(crate) mod kd_tree;
