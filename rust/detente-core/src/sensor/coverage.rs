//! What a sensor can see around its place.

use std::sync::Arc;

use super::{View, wrap};
use crate::{Error, Result};

/// The region that a sensor can see.
#[derive(Clone, Debug, PartialEq)]
pub enum Coverage {
    /// Everything.
    Everywhere,
    /// Up to a horizontal range.
    Disc {
        /// \[m\]
        range_m: f64,
    },
    /// Between two horizontal ranges.
    Annulus {
        /// \[m\]
        near_m: f64,
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
    /// A region that stays where it is when the sensor moves: its corners, east and north, in
    /// order, either way round \[m\].
    Polygon(Arc<[[f64; 2]]>),
    /// What a camera sees of the ground (up = 0): the points whose direction has, in the sensor's
    /// frame, y > 0, |x| ≤ y tan(a/2) and |z| ≤ y tan(b/2), up to a horizontal range.
    Footprint {
        /// a, the whole horizontal angle of view \[rad\].
        horizontal_rad: f64,
        /// b, the whole vertical angle of view \[rad\].
        vertical_rad: f64,
        /// \[m\]
        range_m: f64,
    },
}

impl Coverage {
    /// Refuses a region without an extent.
    ///
    /// # Errors
    /// [`Error::Setting`], naming what is wrong.
    pub fn check(&self) -> Result<()> {
        use std::f64::consts::{PI, TAU};
        let positive = |x: f64| x > 0.0 && x.is_finite();
        let (good, expected) = match self {
            Self::Everywhere => (true, ""),
            Self::Disc { range_m } => (positive(*range_m), "a disc of a positive, finite range"),
            Self::Annulus { near_m, range_m } => (
                positive(*range_m) && *near_m >= 0.0 && near_m < range_m,
                "an annulus from a range of at least 0 to a larger, finite one",
            ),
            Self::Sector { range_m, bearing_rad, width_rad } => (
                positive(*range_m)
                    && bearing_rad.is_finite()
                    && *width_rad > 0.0
                    && *width_rad <= TAU,
                "a sector of a positive, finite range and a width above 0 and at most 2π",
            ),
            Self::Polygon(corners) => (
                corners.len() >= 3 && corners.iter().flatten().all(|x| x.is_finite()),
                "a polygon of at least three finite corners",
            ),
            Self::Footprint { horizontal_rad, vertical_rad, range_m } => (
                positive(*range_m)
                    && [horizontal_rad, vertical_rad].into_iter().all(|&a| a > 0.0 && a < PI),
                "a footprint of a positive, finite range and angles of view between 0 and π",
            ),
        };
        if good {
            return Ok(());
        }
        Err(Error::Setting { what: "coverage", expected, found: format!("{self:?}") })
    }

    /// The lowest and highest east and north that it reaches, if not everywhere.
    #[must_use]
    pub fn bounds(&self, view: &View) -> Option<[[f64; 2]; 2]> {
        let around =
            |range_m: f64| [0, 1].map(|i| [-range_m, range_m].map(|r| view.place()[i] + r));
        match self {
            Self::Everywhere => None,
            Self::Disc { range_m }
            | Self::Annulus { range_m, .. }
            | Self::Sector { range_m, .. }
            | Self::Footprint { range_m, .. } => Some(around(*range_m)),
            Self::Polygon(corners) => Some([0, 1].map(|i| {
                let each = || corners.iter().map(|corner| corner[i]);
                [each().fold(f64::INFINITY, f64::min), each().fold(f64::NEG_INFINITY, f64::max)]
            })),
        }
    }

    /// Whether a sensor with this view sees the point, east and north.
    #[must_use]
    pub fn sees(&self, view: &View, point: [f64; 2]) -> bool {
        let (de, dn) = (point[0] - view.place()[0], point[1] - view.place()[1]);
        let square = de * de + dn * dn;
        let within = |range_m: f64| square <= range_m * range_m;
        match self {
            Self::Everywhere => true,
            Self::Disc { range_m } => within(*range_m),
            Self::Annulus { near_m, range_m } => within(*range_m) && square >= near_m * near_m,
            Self::Sector { range_m, bearing_rad, width_rad } => {
                let off = wrap(libm::atan2(de, dn) - view.heading_rad() - bearing_rad);
                within(*range_m) && off.abs() * 2.0 <= *width_rad
            }
            Self::Polygon(corners) => {
                // a ray to the east crosses the edges an odd number of times
                let mut inside = false;
                for (a, b) in edges(corners) {
                    if (a[1] > point[1]) != (b[1] > point[1]) {
                        let share = (point[1] - a[1]) / (b[1] - a[1]);
                        inside ^= point[0] < a[0] + share * (b[0] - a[0]);
                    }
                }
                inside
            }
            Self::Footprint { horizontal_rad, vertical_rad, range_m } => {
                let [x, y, z] = view.turn([de, dn, -view.place()[2]]);
                within(*range_m)
                    && y > 0.0
                    && x.abs() <= y * libm::tan(0.5 * horizontal_rad)
                    && z.abs() <= y * libm::tan(0.5 * vertical_rad)
            }
        }
    }

    /// No edge of it is nearer to the point than this.
    #[must_use]
    pub fn clearance_m(&self, view: &View, point: [f64; 2]) -> f64 {
        let p = [point[0] - view.place()[0], point[1] - view.place()[1]];
        let distance = (p[0] * p[0] + p[1] * p[1]).sqrt();
        match self {
            Self::Everywhere => f64::INFINITY,
            Self::Disc { range_m } => (range_m - distance).abs(),
            Self::Annulus { near_m, range_m } => {
                (range_m - distance).abs().min((near_m - distance).abs())
            }
            Self::Sector { range_m, bearing_rad, width_rad } => {
                let rim = (range_m - distance).abs();
                let middle = view.heading_rad() + bearing_rad;
                [-0.5, 0.5].into_iter().fold(rim, |least, side| {
                    let edge = middle + side * width_rad;
                    let end = [range_m * libm::sin(edge), range_m * libm::cos(edge)];
                    least.min(to_segment(p, [0.0; 2], end))
                })
            }
            Self::Polygon(corners) => edges(corners)
                .fold(f64::INFINITY, |least, (a, b)| least.min(to_segment(point, a, b))),
            Self::Footprint { range_m, .. } => (distance - range_m).max(0.0),
        }
    }
}

fn edges(corners: &[[f64; 2]]) -> impl Iterator<Item = ([f64; 2], [f64; 2])> {
    corners.iter().copied().zip(corners.iter().cycle().skip(1).copied())
}

fn to_segment(p: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
    let (d, from) = ([b[0] - a[0], b[1] - a[1]], [p[0] - a[0], p[1] - a[1]]);
    let length2 = d[0] * d[0] + d[1] * d[1];
    let along = if length2 > 0.0 { (from[0] * d[0] + from[1] * d[1]) / length2 } else { 0.0 };
    let along = along.clamp(0.0, 1.0);
    let off = [from[0] - along * d[0], from[1] - along * d[1]];
    (off[0] * off[0] + off[1] * off[1]).sqrt()
}
