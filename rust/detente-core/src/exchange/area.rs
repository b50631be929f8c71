//! Areas: polygons in latitude and longitude, indexed so that a point costs a logarithm.
//!
//! Edges follow GeoJSON (RFC 7946, 3.1.1): straight in longitude and latitude, taken as plane
//! coordinates, not geodesics. A polygon that crosses the antimeridian is cut there in two, or
//! written with longitudes beyond ±180°; an edge of more than 180° is refused, since readers
//! disagree about the way it goes. A point lies in the area if it lies in a shell and in none of
//! its holes; polygons may touch and overlap. Of two areas with a common edge, a point on it lies
//! in one: edges belong to what lies east of them, vertices' parallels to what lies north.

use super::slabs::{Edge, Slabs};
use crate::{Error, Result};

/// A closed line of latitudes and longitudes \[°]; the last point may repeat the first.
pub type Ring = Vec<[f64; 2]>;
/// A shell, then its holes.
pub type Polygon = Vec<Ring>;

/// A box of latitudes and longitudes \[°] within ±90° and ±180°.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rectangle {
    /// Southern and northern edge.
    pub lat_deg: [f64; 2],
    /// Western and eastern edge.
    pub lon_deg: [f64; 2],
}

/// A set of polygons, ready to be asked.
#[derive(Clone, Debug)]
pub struct Area {
    slabs: Slabs,
    bounds: Rectangle,
}

impl Area {
    /// The area of these polygons.
    ///
    /// # Errors
    /// [`Error::Setting`] names the polygon: no ring, a ring that encloses nothing, a latitude
    /// outside ±90°, a longitude outside ±540°, an edge of more than 180°, or too many vertices.
    pub fn new(polygons: &[Polygon]) -> Result<Self> {
        let mut edges = Vec::new();
        for (number, polygon) in polygons.iter().enumerate() {
            if polygon.is_empty() {
                return Err(refused("a shell and perhaps holes", number, "no ring"));
            }
            for (place, ring) in polygon.iter().enumerate() {
                add_ring(&mut edges, ring, place > 0, number)?;
            }
        }
        if edges.is_empty() {
            return Err(Error::Setting {
                what: "an area",
                expected: "at least one polygon",
                found: "none".to_owned(),
            });
        }
        let reach = |of: fn(&Edge) -> [f64; 2]| {
            let both = || edges.iter().flat_map(of);
            [both().fold(f64::INFINITY, f64::min), both().fold(-f64::INFINITY, f64::max)]
        };
        let lat_deg = reach(|edge| [edge.south[0], edge.north[0]]);
        let [west, east] = reach(|edge| [edge.south[1], edge.north[1]]);
        let lon_deg = [west.max(-180.0), east.min(180.0)];
        Ok(Self { slabs: Slabs::new(&edges)?, bounds: Rectangle { lat_deg, lon_deg } })
    }

    /// What surrounds it, cut off at ±180°.
    #[must_use]
    pub fn bounds(&self) -> Rectangle {
        self.bounds
    }

    /// Whether a point lies in it; longitude within ±180°. NaN lies nowhere.
    #[must_use]
    pub fn contains(&self, [lat_deg, lon_deg]: [f64; 2]) -> bool {
        self.slabs.contain([lat_deg, if lon_deg == 180.0 { -180.0 } else { lon_deg }])
    }

    /// Whether all of a rectangle lies in it; touching the edge from within is permitted.
    #[must_use]
    pub fn covers(&self, rectangle: Rectangle) -> bool {
        self.slabs.cover(rectangle)
    }
}

/// Checks a ring, turns it so that its inside counts 1 (a hole's −1), and adds its edges, also
/// moved by whole turns where that brings them within ±180°.
fn add_ring(edges: &mut Vec<Edge>, ring: &Ring, is_hole: bool, polygon: usize) -> Result<()> {
    let open = match ring.as_slice() {
        [first, middle @ .., last] if first == last => &ring[..=middle.len()],
        whole => whole,
    };
    for &[lat_deg, lon_deg] in open {
        if !(lat_deg.abs() <= 90.0 && lon_deg.abs() <= 540.0) {
            let found = format!("latitude {lat_deg}, longitude {lon_deg}");
            return Err(refused("within ±90° and ±540°", polygon, &found));
        }
    }
    let sides = || open.iter().zip(open.iter().cycle().skip(1));
    if let Some((a, b)) = sides().find(|(a, b)| (a[1] - b[1]).abs() > 180.0) {
        return Err(refused(
            "of edges up to 180° of longitude; cut it at the antimeridian, or count on beyond 180°",
            polygon,
            &format!("an edge from longitude {} to {}", a[1], b[1]),
        ));
    }
    // twice the signed area, from the first point for precision; positive counter-clockwise
    let [lat0, lon0] = open.first().copied().unwrap_or_default();
    let turn: f64 =
        sides().map(|(a, b)| (a[1] - lon0) * (b[0] - lat0) - (b[1] - lon0) * (a[0] - lat0)).sum();
    if open.len() < 3 || turn == 0.0 {
        let found = format!("{} points around nothing", open.len());
        return Err(refused("of rings around something", polygon, &found));
    }
    let reversed = (turn < 0.0) != is_hole;
    for whole_turn in [-360.0, 0.0, 360.0] {
        let moved = || open.iter().map(|point| point[1] + whole_turn);
        if !moved().any(|lon| lon > -180.0) || !moved().any(|lon| lon < 180.0) {
            continue;
        }
        for (a, b) in sides().filter(|(a, b)| a[0] != b[0]) {
            let falls = (b[0] < a[0]) != reversed;
            let (south, north) = if a[0] < b[0] { (a, b) } else { (b, a) };
            let at = |point: &[f64; 2]| [point[0], point[1] + whole_turn];
            edges.push(Edge { south: at(south), north: at(north), falls });
        }
    }
    Ok(())
}

fn refused(expected: &'static str, polygon: usize, found: &str) -> Error {
    Error::Setting {
        what: "a polygon of an area",
        expected,
        found: format!("{found} in polygon {polygon}"),
    }
}
