//! Scores against truth.
