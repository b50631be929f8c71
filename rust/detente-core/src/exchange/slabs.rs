//! Slabs: the index of an area, in which a point costs a logarithm at worst and a look at best.
//!
//! Parallels through all vertices and crossings cut the plane into slabs, in which edges have an
//! order from west to east (Dobkin and Lipton, *Multidimensional searching problems*, SIAM Journal
//! on Computing 5, 1976). O(n²) numbers at worst. The search among the parallels, and then among
//! the edges of a slab, begins in a table of equal bins, which leaves it a few neighbours; since
//! points and edges are sorted into bins by one function that never falls, it loses none, however
//! it rounds.

use super::area::Rectangle;
use crate::{Error, Result};

/// More edges in more slabs than this need a simpler polygon.
const MOST_ENTRIES: usize = 1 << 24;

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

    /// Its westernmost and easternmost longitude between two parallels.
    fn reach(&self, [south, north]: [f64; 2]) -> [f64; 2] {
        let (a, b) = (self.lon_deg(south), self.lon_deg(north));
        [a.min(b), a.max(b)]
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

/// From south or north to the other; east of a falling edge is inside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub south: [f64; 2],
    pub north: [f64; 2],
    pub falls: bool,
}

impl Edge {
    fn line(&self) -> Line {
        let slope = (self.north[1] - self.south[1]) / (self.north[0] - self.south[0]);
        Line { start: self.south, slope }
    }
}

/// Equal bins over a stretch of degrees; the first and the last hold all that lies beyond.
#[derive(Clone, Copy, Debug)]
struct Bins {
    start_deg: f64,
    per_degree: f64,
    /// Where they stand in the table, and how many follow the first.
    first: u32,
    more: u32,
}

impl Bins {
    /// Bins over all these intervals, and for each, appended to the table: how many intervals end
    /// before it, and how many begin before its end.
    fn over(intervals: &[[f64; 2]], count: usize, table: &mut Vec<[u32; 2]>) -> Self {
        let start_deg = intervals.iter().map(|i| i[0]).fold(f64::INFINITY, f64::min);
        let end_deg = intervals.iter().map(|i| i[1]).fold(-f64::INFINITY, f64::max);
        let (first, more) = (table.len() as u32, count as u32 - 1);
        let per_degree = count as f64 / (end_deg - start_deg);
        let bins = Self { start_deg, per_degree, first, more };
        table.resize(table.len() + count, [0; 2]);
        let own = &mut table[first as usize..];
        for &[low, high] in intervals {
            own[bins.of(low)][1] += 1;
            if let Some(next) = own.get_mut(bins.of(high) + 1) {
                next[0] += 1;
            }
        }
        for bin in 1..count {
            own[bin] = [own[bin][0] + own[bin - 1][0], own[bin][1] + own[bin - 1][1]];
        }
        bins
    }

    fn of(&self, degrees: f64) -> usize {
        // a cast takes what is too small, and NaN, for 0
        (((degrees - self.start_deg) * self.per_degree) as usize).min(self.more as usize)
    }

    /// Where to search: intervals before this range end below `degrees`, those after begin above.
    fn range(&self, degrees: f64, table: &[[u32; 2]]) -> std::ops::Range<usize> {
        let [low, high] = table[self.first as usize + self.of(degrees)];
        low as usize..high as usize
    }
}

/// What lies between two parallels.
#[derive(Clone, Copy, Debug)]
struct Slab {
    /// Where its entries begin.
    start: u32,
    bins: Bins,
}

/// Edges of polygons, sorted.
#[derive(Clone, Debug)]
pub(super) struct Slabs {
    /// The parallels between slabs, ascending.
    parallels: Vec<f64>,
    /// The bins of the parallels.
    bins: Bins,
    /// One more than there are, for the end of the last.
    slabs: Vec<Slab>,
    entries: Vec<Entry>,
    lines: Vec<Line>,
    table: Vec<[u32; 2]>,
}

impl Slabs {
    /// The slabs of at least one edge.
    ///
    /// # Errors
    /// [`Error::Setting`] if edges pass each other too often.
    pub fn new(edges: &[Edge]) -> Result<Self> {
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
        let mut numbers: Vec<Vec<u32>> = vec![Vec::new(); parallels.len() - 1];
        for (number, span) in (0..).zip(spans) {
            numbers[span].iter_mut().for_each(|slab| slab.push(number));
        }
        let mut table = Vec::new();
        let points: Vec<_> = parallels.iter().map(|&p| [p, p]).collect();
        let bins = Bins::over(&points, 4 * points.len(), &mut table);
        let (mut slabs, mut entries) = (Vec::new(), Vec::with_capacity(total));
        for (slab, ends) in numbers.iter_mut().zip(parallels.windows(2)) {
            let middle_deg = 0.5 * (ends[0] + ends[1]);
            let falls = |number: u32| edges[number as usize].falls;
            // where two edges lie on each other, the way in comes before the way out
            slab.sort_by(|&a, &b| {
                let lon_deg = |number: u32| lines[number as usize].lon_deg(middle_deg);
                lon_deg(a).total_cmp(&lon_deg(b)).then(falls(b).cmp(&falls(a)))
            });
            let reach = |&number: &u32| lines[number as usize].reach([ends[0], ends[1]]);
            let reaches: Vec<_> = slab.iter().map(reach).collect();
            let bins = Bins::over(&reaches, slab.len().max(1), &mut table);
            slabs.push(Slab { start: entries.len() as u32, bins }); // at most MOST_ENTRIES
            let mut depth = 0;
            for &number in slab.iter() {
                depth += if falls(number) { 1 } else { -1 };
                entries.push(Entry::new(number, depth > 0));
            }
        }
        slabs.push(Slab { start: entries.len() as u32, bins });
        Ok(Self { parallels, bins, slabs, entries, lines, table })
    }

    /// The slab that holds a parallel, if one does.
    fn slab_of(&self, lat_deg: f64) -> Option<usize> {
        let near = self.bins.range(lat_deg, &self.table);
        let north = near.start + self.parallels[near].partition_point(|&p| p <= lat_deg);
        (0 < north && north < self.parallels.len()).then(|| north - 1)
    }

    fn entries(&self, slab: usize) -> &[Entry] {
        &self.entries[self.slabs[slab].start as usize..self.slabs[slab + 1].start as usize]
    }

    /// How many entries of a slab lie west of a meridian, for a test that is not met east of it.
    fn count(&self, slab: usize, lon_deg: f64, lies_west: impl Fn(&Line) -> bool) -> usize {
        let near = self.slabs[slab].bins.range(lon_deg, &self.table);
        let lies_west = |entry: &Entry| lies_west(&self.lines[entry.line()]);
        near.start + self.entries(slab)[near].partition_point(lies_west)
    }

    /// Whether a point lies inside.
    pub fn contain(&self, [lat_deg, lon_deg]: [f64; 2]) -> bool {
        let Some(slab) = self.slab_of(lat_deg) else { return false };
        let west = self.count(slab, lon_deg, |line| line.lon_deg(lat_deg) <= lon_deg);
        west > 0 && self.entries(slab)[west - 1].is_inside()
    }

    /// Whether all of a rectangle lies inside.
    pub fn cover(&self, rectangle: Rectangle) -> bool {
        let ([south, north], [west, east]) = (rectangle.lat_deg, rectangle.lon_deg);
        let Some(first) = self.slab_of(south) else { return false };
        let last = self.parallels[first + 1..].iter().position(|&end| end >= north);
        let Some(last) = last.map(|more| first + more) else { return false };
        south < north
            && west < east
            && (first..=last).all(|slab| {
                let between =
                    [south.max(self.parallels[slab]), north.min(self.parallels[slab + 1])];
                let reach = |entry: &Entry| self.lines[entry.line()].reach(between);
                let before = self.count(slab, west, |line| line.reach(between)[1] <= west);
                let entries = self.entries(slab);
                let mut within =
                    entries[before..].iter().take_while(|entry| reach(entry)[0] < east);
                before > 0
                    && entries[before - 1].is_inside()
                    && within.all(|entry| entry.is_inside())
            })
    }
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
