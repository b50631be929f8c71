//! Areas: polygons in latitude and longitude, indexed so that a point costs a logarithm.
//!
//! Edges follow GeoJSON (RFC 7946, 3.1.1): straight in longitude and latitude, taken as plane
//! coordinates, not geodesics. A polygon that crosses the antimeridian is cut there in two, or
//! written with longitudes beyond ±180°; an edge of more than 180° is refused, since readers
//! disagree about the way it goes. A point lies in the area if it lies in a shell and in none of
//! its holes; polygons may touch and overlap. Of two areas with a common edge, a point on it lies
//! in one: edges belong to what lies east of them, vertices' parallels to what lies north.
//!
//! The index is Dobkin and Lipton's: parallels through all vertices and crossings cut the plane
//! into slabs, in which edges have an order from west to east (*Multidimensional searching
//! problems*, SIAM Journal on Computing 5, 1976). O(n²) numbers at worst, O(log n) for a point.

use crate::{Error, Result};

/// A closed line of latitudes and longitudes \[°]; the last point may repeat the first.
pub type Ring = Vec<[f64; 2]>;
/// A shell, then its holes.
pub type Polygon = Vec<Ring>;

/// More edges in more slabs than this need a simpler polygon.
const MOST_ENTRIES: usize = 1 << 24;

/// A box of latitudes and longitudes \[°] within ±90° and ±180°.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rectangle {
    /// Southern and northern edge.
    pub lat_deg: [f64; 2],
    /// Western and eastern edge.
    pub lon_deg: [f64; 2],
}

/// A line in latitude and longitude.
#[derive(Clone, Copy, Debug)]
struct Line {
    start: [f64; 2],
    /// Degrees of longitude per degree of latitude.
    slope: f64,
}

impl Line {
    fn lon_deg(&self, lat_deg: f64) -> f64 {
        self.start[1] + (lat_deg - self.start[0]) * self.slope
    }
}

/// One edge within one slab: its line's number, and whether what lies just east of it is inside.
///
/// Four bytes, since a parallel may meet hundreds of sides and the slabs should stay in the cache.
#[derive(Clone, Copy, Debug)]
struct Entry(u32);

impl Entry {
    fn new(line: u32, is_inside: bool) -> Self {
        Self(line << 1 | u32::from(is_inside))
    }

    fn line(self) -> usize {
        (self.0 >> 1) as usize
    }

    fn is_inside(self) -> bool {
        self.0 & 1 == 1
    }
}

/// A set of polygons, ready to be asked.
#[derive(Clone, Debug)]
pub struct Area {
    /// The parallels between slabs, ascending.
    parallels: Vec<f64>,
    /// Where the entries of a slab begin; one more than slabs.
    starts: Vec<u32>,
    entries: Vec<Entry>,
    lines: Vec<Line>,
    bounds: Rectangle,
    /// The slab at the southern end of each of equally high bins, to begin the search in.
    bins: Vec<u32>,
    bins_per_degree: f64,
}

/// From south or north to the other; east of a falling edge is inside.
#[derive(Clone, Copy, Debug)]
struct Edge {
    south: [f64; 2],
    north: [f64; 2],
    falls: bool,
}

impl Edge {
    fn line(&self) -> Line {
        let slope = (self.north[1] - self.south[1]) / (self.north[0] - self.south[0]);
        Line { start: self.south, slope }
    }
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
        Self::indexed(&edges)
    }

    fn indexed(edges: &[Edge]) -> Result<Self> {
        let mut parallels: Vec<f64> = edges.iter().flat_map(|e| [e.south[0], e.north[0]]).collect();
        parallels.extend(crossings(edges));
        parallels.sort_by(f64::total_cmp);
        parallels.dedup();
        let slab_of = |lat_deg: f64| parallels.partition_point(|&p| p < lat_deg);
        let spans: Vec<_> =
            edges.iter().map(|e| slab_of(e.south[0])..slab_of(e.north[0])).collect();
        let total: usize = spans.iter().map(ExactSizeIterator::len).sum();
        if total > MOST_ENTRIES {
            return Err(Error::Setting {
                what: "an area",
                expected: "simple enough to index; leave out vertices",
                found: format!("{} edges that pass each other {total} times", edges.len()),
            });
        }
        let lines: Vec<Line> = edges.iter().map(Edge::line).collect();
        let mut slabs: Vec<Vec<u32>> = vec![Vec::new(); parallels.len() - 1];
        for (number, span) in (0..).zip(spans) {
            slabs[span].iter_mut().for_each(|slab| slab.push(number));
        }
        let (mut starts, mut entries) = (vec![0], Vec::with_capacity(total));
        for (slab, ends) in slabs.iter_mut().zip(parallels.windows(2)) {
            let middle_deg = 0.5 * (ends[0] + ends[1]);
            let falls = |number: u32| edges[number as usize].falls;
            // where two edges lie on each other, the way in comes before the way out
            slab.sort_by(|&a, &b| {
                let lon_deg = |number: u32| lines[number as usize].lon_deg(middle_deg);
                lon_deg(a).total_cmp(&lon_deg(b)).then(falls(b).cmp(&falls(a)))
            });
            let mut depth = 0;
            for &number in slab.iter() {
                depth += if falls(number) { 1 } else { -1 };
                entries.push(Entry::new(number, depth > 0));
            }
            starts.push(entries.len() as u32); // at most MOST_ENTRIES
        }
        let lons = || edges.iter().flat_map(|e| [e.south[1], e.north[1]]);
        let bounds = Rectangle {
            lat_deg: [parallels[0], parallels[parallels.len() - 1]],
            lon_deg: [lons().fold(f64::INFINITY, f64::min), lons().fold(-f64::INFINITY, f64::max)],
        };
        let count = 4 * slabs.len();
        let [south, north] = bounds.lat_deg;
        let bins_per_degree = count as f64 / (north - south);
        let bins = (0..count)
            .map(|bin| south + bin as f64 / bins_per_degree)
            .map(|lat_deg| parallels.partition_point(|&p| p <= lat_deg).saturating_sub(1) as u32)
            .collect();
        Ok(Self { parallels, starts, entries, lines, bounds, bins, bins_per_degree })
    }

    /// The slab that holds a parallel, if one does.
    fn slab_of(&self, lat_deg: f64) -> Option<usize> {
        let [south, north] = self.bounds.lat_deg;
        if !(south <= lat_deg && lat_deg < north) {
            return None;
        }
        let bin = ((lat_deg - south) * self.bins_per_degree) as usize;
        // one bin more either way, since the number of the bin was rounded
        let first = self.bins[bin.saturating_sub(1).min(self.bins.len() - 1)] as usize;
        let last = self.bins.get(bin + 2).map_or(self.parallels.len(), |&slab| slab as usize + 1);
        Some(first + self.parallels[first..last].partition_point(|&p| p <= lat_deg) - 1)
    }

    /// What surrounds it, cut off at ±180°.
    #[must_use]
    pub fn bounds(&self) -> Rectangle {
        let [west, east] = self.bounds.lon_deg;
        Rectangle { lon_deg: [west.max(-180.0), east.min(180.0)], ..self.bounds }
    }

    fn slab(&self, slab: usize) -> &[Entry] {
        &self.entries[self.starts[slab] as usize..self.starts[slab + 1] as usize]
    }

    /// Whether a point lies in it; longitude within ±180°. NaN lies nowhere.
    #[must_use]
    pub fn contains(&self, [lat_deg, lon_deg]: [f64; 2]) -> bool {
        let lon_deg = if lon_deg == 180.0 { -180.0 } else { lon_deg };
        let Some(slab) = self.slab_of(lat_deg) else { return false };
        let entries = self.slab(slab);
        let lies_west = |entry: &Entry| self.lines[entry.line()].lon_deg(lat_deg) <= lon_deg;
        let west = entries.partition_point(lies_west);
        west > 0 && entries[west - 1].is_inside()
    }

    /// Whether all of a rectangle lies in it; touching the edge from within is permitted.
    #[must_use]
    pub fn covers(&self, rectangle: Rectangle) -> bool {
        let ([south, north], [west, east]) = (rectangle.lat_deg, rectangle.lon_deg);
        if !(north <= self.bounds.lat_deg[1] && south < north && west < east) {
            return false;
        }
        let Some(mut slab) = self.slab_of(south) else { return false };
        while slab + 1 < self.parallels.len() && self.parallels[slab] < north {
            let (low, high) = (self.parallels[slab], self.parallels[slab + 1]);
            let reach = |entry: &Entry| {
                let line = &self.lines[entry.line()];
                [line.lon_deg(south.max(low)), line.lon_deg(north.min(high))]
            };
            let entries = self.slab(slab);
            let before = entries.partition_point(|e| reach(e).iter().all(|&lon| lon <= west));
            let touched = entries.partition_point(|e| reach(e).iter().any(|&lon| lon < east));
            let deepest_outside = before == 0 || !entries[before - 1].is_inside();
            if deepest_outside
                || entries[before..touched.max(before)].iter().any(|e| !e.is_inside())
            {
                return false;
            }
            slab += 1;
        }
        true
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

/// The latitudes at which edges cross each other between their ends.
fn crossings(edges: &[Edge]) -> Vec<f64> {
    let mut order: Vec<&Edge> = edges.iter().collect();
    order.sort_by(|a, b| a.south[0].total_cmp(&b.south[0]));
    let (mut open, mut found): (Vec<&Edge>, Vec<f64>) = (Vec::new(), Vec::new());
    for edge in order {
        open.retain(|other| other.north[0] > edge.south[0]);
        for other in &open {
            let (low, high) = (edge.south[0], edge.north[0].min(other.north[0]));
            let gap = |lat_deg: f64| edge.line().lon_deg(lat_deg) - other.line().lon_deg(lat_deg);
            let (start, end) = (gap(low), gap(high));
            if start * end < 0.0 {
                let lat_deg = low + (high - low) * (start / (start - end));
                if low < lat_deg && lat_deg < high {
                    found.push(lat_deg);
                }
            }
        }
        open.push(edge);
    }
    found
}

fn refused(expected: &'static str, polygon: usize, found: &str) -> Error {
    Error::Setting {
        what: "a polygon of an area",
        expected,
        found: format!("{found} in polygon {polygon}"),
    }
}
