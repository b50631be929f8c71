//! WGS 84: geodetic, Earth-centred and local east-north-up coordinates.
//!
//! Points on the row: latitude and longitude in degrees with the height above the ellipsoid in
//! metres, or Earth-centred Earth-fixed x, y, z in metres, or east, north, up in metres.

use libm::{atan2, cos, sin};

use crate::{Error, Result};

/// The equatorial radius of the ellipsoid, a \[m].
pub const SEMI_MAJOR_M: f64 = 6_378_137.0;
/// The flattening of the ellipsoid, f.
pub const FLATTENING: f64 = 1.0 / 298.257_223_563;
/// The polar radius of the ellipsoid, b = a (1 − f) \[m].
pub const SEMI_MINOR_M: f64 = SEMI_MAJOR_M * (1.0 - FLATTENING);
/// Nearer to the Earth's centre than this a point has no well-defined latitude \[m].
///
/// Up to 42.9 km from the centre (inside the evolute of the meridian) several points of the
/// ellipsoid have their normal through the same place.
pub const LEAST_RADIUS_M: f64 = 50_000.0;

const ECCENTRICITY2: f64 = FLATTENING * (2.0 - FLATTENING); // e² = (a² − b²) / a²
const SECOND_ECCENTRICITY2: f64 = ECCENTRICITY2 / (1.0 - ECCENTRICITY2); // e'² = (a² − b²) / b²
const DEGREE: f64 = std::f64::consts::PI / 180.0;
const MOST_STEPS: usize = 60;

/// A point in geodetic coordinates: latitude and longitude \[°], height above the ellipsoid \[m].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geodetic {
    /// Latitude, −90 to 90 \[°].
    pub lat_deg: f64,
    /// Longitude \[°].
    pub lon_deg: f64,
    /// Height above the ellipsoid \[m].
    pub height_m: f64,
}

/// The Earth-centred coordinates (x, y, z) of a geodetic point.
#[must_use]
pub fn ecef_from_geodetic(point: Geodetic) -> [f64; 3] {
    let (phi, lambda) = (point.lat_deg * DEGREE, point.lon_deg * DEGREE);
    let (sin_phi, cos_phi) = (sin(phi), cos(phi));
    let normal_m = SEMI_MAJOR_M / (1.0 - ECCENTRICITY2 * sin_phi * sin_phi).sqrt();
    let from_axis_m = (normal_m + point.height_m) * cos_phi;
    [
        from_axis_m * cos(lambda),
        from_axis_m * sin(lambda),
        (normal_m * (1.0 - ECCENTRICITY2) + point.height_m) * sin_phi,
    ]
}

/// The geodetic coordinates of an Earth-centred point at least [`LEAST_RADIUS_M`] from the centre.
///
/// Bowring's formula (Survey Review 28, 1985), repeated until the reduced latitude β stands still:
/// tan φ = (z + e'² b sin³ β) / (p − e² a cos³ β), tan β = (1 − f) tan φ. The height is
/// p cos φ + z sin φ − a √(1 − e² sin² φ), which is accurate at the poles too. On the axis the
/// longitude is 0.
#[must_use]
pub fn geodetic_from_ecef([x, y, z]: [f64; 3]) -> Geodetic {
    let p = (x * x + y * y).sqrt();
    let (mut sin_phi, mut cos_phi) = unit(z, (1.0 - FLATTENING) * p);
    for _ in 0..MOST_STEPS {
        let (sin_beta, cos_beta) = unit((1.0 - FLATTENING) * sin_phi, cos_phi);
        let next = unit(
            z + SECOND_ECCENTRICITY2 * SEMI_MINOR_M * sin_beta * sin_beta * sin_beta,
            p - ECCENTRICITY2 * SEMI_MAJOR_M * cos_beta * cos_beta * cos_beta,
        );
        let moved = (next.0 - sin_phi).abs() + (next.1 - cos_phi).abs();
        (sin_phi, cos_phi) = next;
        if moved < 1e-15 {
            break;
        }
    }
    let surface_m = SEMI_MAJOR_M * (1.0 - ECCENTRICITY2 * sin_phi * sin_phi).sqrt();
    Geodetic {
        lat_deg: atan2(sin_phi, cos_phi) / DEGREE,
        lon_deg: atan2(y, x) / DEGREE,
        height_m: p * cos_phi + z * sin_phi - surface_m,
    }
}

/// The direction of (y, x) as sine and cosine.
fn unit(y: f64, x: f64) -> (f64, f64) {
    let length = (x * x + y * y).sqrt();
    (y / length, x / length)
}

/// A plane that touches the ellipsoid's parallel surface at the origin: east, north, up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LocalFrame {
    origin: Geodetic,
    origin_ecef: [f64; 3],
    ecef_from_enu: [[f64; 3]; 3],
}

impl LocalFrame {
    /// The frame with this origin.
    ///
    /// # Errors
    /// [`Error::Setting`] for a latitude outside ±90° or an origin that is not finite or lies
    /// nearer to the Earth's centre than [`LEAST_RADIUS_M`].
    pub fn new(origin: Geodetic) -> Result<Self> {
        check_latitude(origin.lat_deg, None)?;
        if !(origin.lon_deg.is_finite() && origin.height_m.is_finite()) {
            return Err(Error::Setting {
                what: "the origin of a local frame",
                expected: "finite",
                found: format!("longitude {}, height {}", origin.lon_deg, origin.height_m),
            });
        }
        let origin_ecef = ecef_from_geodetic(origin);
        check_radius(origin_ecef, None)?;
        let (phi, lambda) = (origin.lat_deg * DEGREE, origin.lon_deg * DEGREE);
        let (sin_phi, cos_phi, sin_lambda, cos_lambda) =
            (sin(phi), cos(phi), sin(lambda), cos(lambda));
        let ecef_from_enu = [
            [-sin_lambda, -sin_phi * cos_lambda, cos_phi * cos_lambda],
            [cos_lambda, -sin_phi * sin_lambda, cos_phi * sin_lambda],
            [0.0, cos_phi, sin_phi],
        ];
        Ok(Self { origin, origin_ecef, ecef_from_enu })
    }

    /// The origin.
    #[must_use]
    pub fn origin(&self) -> Geodetic {
        self.origin
    }

    /// East, north, up of an Earth-centred point.
    #[must_use]
    pub fn enu_from_ecef(&self, ecef: [f64; 3]) -> [f64; 3] {
        let offset: [f64; 3] = std::array::from_fn(|i| ecef[i] - self.origin_ecef[i]);
        let r = &self.ecef_from_enu;
        std::array::from_fn(|i| r[0][i] * offset[0] + r[1][i] * offset[1] + r[2][i] * offset[2])
    }

    /// The Earth-centred point at this east, north, up.
    #[must_use]
    pub fn ecef_from_enu(&self, enu: [f64; 3]) -> [f64; 3] {
        let r = &self.ecef_from_enu;
        std::array::from_fn(|i| {
            self.origin_ecef[i] + (r[i][0] * enu[0] + r[i][1] * enu[1] + r[i][2] * enu[2])
        })
    }

    /// East, north, up of a direction that is given in Earth-centred axes.
    #[must_use]
    pub fn enu_from_ecef_direction(&self, ecef: [f64; 3]) -> [f64; 3] {
        let r = &self.ecef_from_enu;
        std::array::from_fn(|i| r[0][i] * ecef[0] + r[1][i] * ecef[1] + r[2][i] * ecef[2])
    }

    /// The ellipsoid under this frame.
    #[must_use]
    pub fn surface(&self) -> Surface {
        let axes = [SEMI_MAJOR_M, SEMI_MAJOR_M, SEMI_MINOR_M];
        let scaled =
            |column: usize| std::array::from_fn(|i| self.ecef_from_enu[i][column] / axes[i]);
        Surface {
            origin: std::array::from_fn(|i| self.origin_ecef[i] / axes[i]),
            east: scaled(0),
            north: scaled(1),
            up: scaled(2),
        }
    }

    /// The point at `height_m` above the ellipsoid that has this east and north, if there is one.
    ///
    /// The height along the frame's vertical is convex, so Newton's method, begun on the plane
    /// that touches the surface of that height, descends to the upper of the two solutions.
    #[must_use]
    pub fn geodetic_from_en(&self, [east, north]: [f64; 2], height_m: f64) -> Option<Geodetic> {
        let mut up = height_m - self.origin.height_m;
        let vertical: [f64; 3] = std::array::from_fn(|i| self.ecef_from_enu[i][2]);
        for _ in 0..MOST_STEPS {
            let ecef = self.ecef_from_enu([east, north, up]);
            let point = geodetic_from_ecef(ecef);
            let (phi, lambda) = (point.lat_deg * DEGREE, point.lon_deg * DEGREE);
            let normal = [cos(phi) * cos(lambda), cos(phi) * sin(lambda), sin(phi)];
            let slope: f64 =
                normal[0] * vertical[0] + normal[1] * vertical[1] + normal[2] * vertical[2];
            if slope <= 0.0 || check_radius(ecef, None).is_err() {
                return None;
            }
            let step = (point.height_m - height_m) / slope;
            up -= step;
            if step.abs() < 1e-6 {
                let at = geodetic_from_ecef(self.ecef_from_enu([east, north, up]));
                return Some(Geodetic { height_m, ..at });
            }
        }
        None
    }
}

/// The ellipsoid as a local frame sees it, in axes divided by a, a and b: there it is the unit
/// sphere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Surface {
    origin: [f64; 3],
    east: [f64; 3],
    north: [f64; 3],
    up: [f64; 3],
}

impl Surface {
    /// Latitude and longitude \[°] of the point of the ellipsoid that has this east and north.
    ///
    /// Its height along the frame's vertical is the upper root of a quadratic, and the latitude
    /// follows from the reduced one by (1 − f) tan φ = tan β. `None` where the vertical misses
    /// the ellipsoid.
    #[must_use]
    pub fn point(&self, [east_m, north_m]: [f64; 2]) -> Option<[f64; 2]> {
        let dot = |u: &[f64; 3], v: &[f64; 3]| u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
        let foot: [f64; 3] = std::array::from_fn(|i| {
            self.origin[i] + (self.east[i] * east_m + self.north[i] * north_m)
        });
        let (a, b, c) = (dot(&self.up, &self.up), dot(&foot, &self.up), dot(&foot, &foot) - 1.0);
        let root = b * b - a * c;
        if !(b > 0.0 && root >= 0.0) {
            return None;
        }
        let up_m = -c / (b + root.sqrt());
        let [x, y, z]: [f64; 3] = std::array::from_fn(|i| foot[i] + self.up[i] * up_m);
        let p = (x * x + y * y).sqrt();
        Some([atan2(z, (1.0 - FLATTENING) * p) / DEGREE, atan2(y, x) / DEGREE])
    }
}

/// Refuses a latitude outside ±90°, naming its row.
///
/// # Errors
/// [`Error::Setting`].
pub fn check_latitude(lat_deg: f64, row: Option<usize>) -> Result<()> {
    if lat_deg.abs() <= 90.0 {
        return Ok(());
    }
    Err(Error::Setting {
        what: "lat_deg",
        expected: "between -90 and 90 degrees",
        found: format!("{lat_deg}{}", at(row)),
    })
}

/// Refuses a point too near to the Earth's centre to have a latitude, naming its row.
///
/// # Errors
/// [`Error::Setting`].
pub fn check_radius([x, y, z]: [f64; 3], row: Option<usize>) -> Result<()> {
    let radius_m = (x * x + y * y + z * z).sqrt();
    if radius_m >= LEAST_RADIUS_M {
        return Ok(());
    }
    Err(Error::Setting {
        what: "the point",
        expected: "at least 50 km from the Earth's centre, where latitude is defined",
        found: format!("{radius_m} m{}", at(row)),
    })
}

fn at(row: Option<usize>) -> String {
    row.map_or_else(String::new, |row| format!(" at row {row}"))
}
