//! Where a sensor stands, which way it faces and how it moves.

/// A sensor's place, heading and velocity in the tracker's frame.
///
/// Bearings count clockwise from north, the second axis, as a compass does.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pose {
    /// East, north and up \[m\].
    pub position_m: [f64; 3],
    /// Clockwise from north \[rad\]; bearings are relative to it.
    pub heading_rad: f64,
    /// East, north and up \[m/s\]; range rates are relative to it.
    pub velocity_m_s: [f64; 3],
}
