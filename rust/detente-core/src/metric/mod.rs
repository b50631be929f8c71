//! Scores against truth.
mod blocks;
mod bottleneck;
pub mod clear;
pub mod consistency;
pub mod continuity;
mod edges;
mod frames;
pub mod gospa;
pub mod hota;
pub mod identity;
mod named;
pub mod ospa;
pub mod ospa2;
mod pairing;
mod power;
pub mod siap;
mod switching;
pub mod trajectory_gospa;

pub use edges::Likeness;
pub use frames::Frames;
pub use named::Named;
