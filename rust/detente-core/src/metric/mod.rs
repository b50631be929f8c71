//! Scores against truth.
mod bottleneck;
pub mod consistency;
pub mod continuity;
mod frames;
pub mod gospa;
pub mod ospa;
mod pairing;
mod power;

pub use frames::Frames;
