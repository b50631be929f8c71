//! Small dense matrices.
