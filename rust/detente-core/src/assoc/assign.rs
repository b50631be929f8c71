//! Minimum-cost assignment on sparse problems.
