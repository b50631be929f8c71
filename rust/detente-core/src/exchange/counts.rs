//! Counts: how many rows each cell of one fixed partition holds, or that they are too few to say.
//!
//! The partition is every cell of the grid that lies wholly within the agreed area, always all of
//! them and in the same order, so the length tells nothing. A count below the threshold, zero
//! included, is `NaN` here and reads "<k". A total over cells that are not told would tell them by
//! subtraction, and so would the same area in cells of two sizes; both are refused.

use super::area::Area;
use super::grid::{Cell, Grid};
use crate::{Error, Result};

/// More cells than this need a larger cell.
const MOST_CELLS: u64 = 1 << 20;

/// The fixed cells of one recipient, and the threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Partition {
    /// Their grid.
    pub grid: Grid,
    /// In ascending order.
    pub cells: Vec<Cell>,
    /// Counts below this are not told.
    pub at_least: u32,
}

impl Partition {
    /// All cells of a grid that lie wholly within each of some areas.
    ///
    /// # Errors
    /// [`Error::Setting`] if there is none, or more than a million.
    pub fn new(grid: Grid, areas: &[Area], at_least: u32) -> Result<Self> {
        let [mut lat_deg, mut lon_deg] = [[-90.0, 90.0], [-180.0, 180.0]];
        for area in areas {
            let bounds = area.bounds();
            lat_deg = [bounds.lat_deg[0].max(lat_deg[0]), bounds.lat_deg[1].min(lat_deg[1])];
            lon_deg = [bounds.lon_deg[0].max(lon_deg[0]), bounds.lon_deg[1].min(lon_deg[1])];
        }
        let row = |lat_deg: f64| (lat_deg.clamp(-89.0, 89.0) / grid.height_deg()).floor() as i32;
        let (south, north) = (row(lat_deg[0]), row(lat_deg[1]));
        let span = |row: i32| {
            let columns = f64::from(grid.columns(row)?);
            let column = |lon_deg: f64| ((lon_deg + 180.0) / 360.0 * columns).floor();
            let last = column(lon_deg[1]).min(columns - 1.0);
            Some(column(lon_deg[0]) as u32..last as u32 + 1)
        };
        let widest = [south, north, 0].into_iter().filter(|row| (south..=north).contains(row));
        let widest = widest.filter_map(span).map(|columns| u64::from(columns.end - columns.start));
        let candidates = widest.max().unwrap_or(0) * u64::from(north.abs_diff(south) + 1);
        if candidates > MOST_CELLS {
            let found = format!("{candidates} cells within its bounds");
            return Err(refused("large enough for at most a million cells", found));
        }
        let cells: Vec<Cell> = (south..=north)
            .filter_map(|row| Some((row, span(row)?)))
            .flat_map(|(row, columns)| columns.map(move |column| Cell { row, column }))
            .filter(|&cell| {
                grid.rectangle(cell).is_some_and(|r| areas.iter().all(|area| area.covers(r)))
            })
            .collect();
        if cells.is_empty() {
            return Err(refused("small enough for the area", "no cell within it".to_owned()));
        }
        Ok(Self { grid, cells, at_least })
    }

    /// How many of these points each cell holds; `NaN` below the threshold.
    #[must_use]
    pub fn count(&self, points: impl Iterator<Item = [f64; 2]>) -> Vec<f64> {
        let mut counts = vec![0_u32; self.cells.len()];
        for cell in points.filter_map(|point| self.grid.cell(point)) {
            if let Ok(at) = self.cells.binary_search(&cell) {
                counts[at] += 1;
            }
        }
        let told = |count: u32| if self.tells(f64::from(count)) { count.into() } else { f64::NAN };
        counts.into_iter().map(told).collect()
    }

    /// Whether a count is told.
    #[must_use]
    pub fn tells(&self, count: f64) -> bool {
        count >= f64::from(self.at_least)
    }

    /// Whether two partitions of one recipient tell by subtraction what neither tells: they have
    /// different cells, some of which overlap.
    #[must_use]
    pub fn conflicts(&self, other: &Self) -> bool {
        self.overlaps(other) && (self.grid != other.grid || self.at_least != other.at_least)
    }

    /// Whether a cell of one overlaps a cell of the other.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let (coarse, fine) =
            if self.grid.level() <= other.grid.level() { (self, other) } else { (other, self) };
        fine.cells.iter().any(|&cell| {
            let centre = fine.grid.rectangle(cell).map(|rectangle| rectangle.centre());
            let around = centre.and_then(|centre| coarse.grid.cell(centre));
            around.is_some_and(|cell| coarse.cells.binary_search(&cell).is_ok())
        })
    }
}

/// The sum of counts.
///
/// # Errors
/// [`Error::Setting`] if one of them is not told: with the others, the sum would tell it.
pub fn total(counts: &[f64]) -> Result<f64> {
    match counts.iter().filter(|count| count.is_nan()).count() {
        0 => Ok(counts.iter().sum()),
        hidden => Err(Error::Setting {
            what: "a total of counts",
            expected: "over cells that are told; leave the others out and say so",
            found: format!("{hidden} of {} cells below the threshold", counts.len()),
        }),
    }
}

fn refused(expected: &'static str, found: String) -> Error {
    Error::Setting { what: "count_cell_m", expected, found }
}
