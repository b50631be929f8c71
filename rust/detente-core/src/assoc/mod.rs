//! Who could have made which detection: gating, assignment.

pub mod assign;
pub mod gate;
mod kd_tree;
