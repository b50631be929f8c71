//! What a sensor can see around its place.

use super::{Pose, wrap};

/// The region that a sensor can see.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Coverage {
    /// Everything.
    Everywhere,
    /// Up to a horizontal range.
    Disc {
        /// \[m\]
        range_m: f64,
    },
    /// Up to a horizontal range, between two bearings.
    Sector {
        /// \[m\]
        range_m: f64,
        /// The middle of the sector, clockwise from the sensor's heading \[rad\].
        bearing_rad: f64,
        /// The whole angle between its edges \[rad\].
        width_rad: f64,
    },
}

impl Coverage {
    /// How far it reaches, if not everywhere.
    #[must_use]
    pub fn range_m(&self) -> Option<f64> {
        match *self {
            Self::Everywhere => None,
            Self::Disc { range_m } | Self::Sector { range_m, .. } => Some(range_m),
        }
    }

    /// Whether a sensor with this pose sees the point; a state of one axis has north 0.
    #[must_use]
    pub fn sees(&self, pose: &Pose, east_m: f64, north_m: f64) -> bool {
        let (de, dn) = (east_m - pose.position_m[0], north_m - pose.position_m[1]);
        let within = |range_m: f64| de * de + dn * dn <= range_m * range_m;
        match *self {
            Self::Everywhere => true,
            Self::Disc { range_m } => within(range_m),
            Self::Sector { range_m, bearing_rad, width_rad } => {
                let off = wrap(libm::atan2(de, dn) - pose.heading_rad - bearing_rad);
                within(range_m) && off.abs() * 2.0 <= width_rad
            }
        }
    }
}
