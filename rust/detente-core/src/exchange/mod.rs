//! What one party hands to another: grants, release, coarsening, counts and lineage.
//!
//! Pure functions over columns; no keys, no files, no clocks.
pub mod area;
pub mod clause;
pub mod coarsen;
pub mod counts;
pub mod grant;
pub mod grid;
pub mod lineage;
#[cfg(test)]
mod mutation;
pub mod release;
pub mod report;
mod slabs;
mod spots;
