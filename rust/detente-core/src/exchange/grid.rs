//! An earth-fixed grid of cells in latitude and longitude, whose sizes nest.
//!
//! At level k a cell is 2⁻ᵏ degrees high and 2ᶻ⁻ᵏ degrees wide, where z depends on the whole degree
//! of latitude alone and grows towards the poles as the parallels shrink: a cell is at least as
//! wide as it is high in metres, and at most 2.3 times. Every cell of level k + 1 lies within one
//! cell of level k, so two parties who hold one place at two sizes know no more than the finer
//! tells. The grid ends at ±89°.

use super::area::Rectangle;
use crate::geodesy::{SEMI_MAJOR_M, SEMI_MINOR_M};
use crate::{Error, Result};

/// The coarsest level: 1/8 degree, 13.8 km.
pub const COARSEST: u32 = 3;
/// The finest level: 2⁻²⁴ degrees, 6.6 mm.
pub const FINEST: u32 = 24;

const TURN_DEG: f64 = 360.0;
const DEGREE: f64 = std::f64::consts::PI / 180.0;
/// The shortest degree of latitude, at the equator: b² / a per radian \[m].
const LEAST_DEGREE_M: f64 = SEMI_MINOR_M * SEMI_MINOR_M / SEMI_MAJOR_M * DEGREE;
/// Up to which whole degree of latitude a cell is how many doublings wider than high.
const ZONES: [(i32, u32); 6] = [(60, 1), (75, 2), (82, 3), (86, 4), (88, 5), (89, 6)];

/// The grid of one level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    level: u32,
}

/// A cell of a grid: rows count from the equator, columns from 180° west.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// Northwards; negative in the south.
    pub row: i32,
    /// Eastwards.
    pub column: u32,
}

impl Grid {
    /// The grid of a level from [`COARSEST`] to [`FINEST`].
    ///
    /// # Errors
    /// [`Error::Setting`] for another level.
    pub fn new(level: u32) -> Result<Self> {
        if (COARSEST..=FINEST).contains(&level) {
            return Ok(Self { level });
        }
        Err(Error::Setting {
            what: "the level of a grid",
            expected: "3 to 24",
            found: level.to_string(),
        })
    }

    /// The finest grid whose cells are nowhere smaller than `size_m`, either way.
    ///
    /// # Errors
    /// [`Error::Setting`] for a size that is not above 0 or beyond 13.8 km.
    pub fn at_least(what: &'static str, size_m: f64) -> Result<Self> {
        let fits = |level: &u32| LEAST_DEGREE_M / f64::from(1_u32 << level) >= size_m;
        (COARSEST..=FINEST).rev().find(fits).filter(|_| size_m > 0.0).map_or_else(
            || {
                Err(Error::Setting {
                    what,
                    expected: "above 0 and at most 13,800 m",
                    found: size_m.to_string(),
                })
            },
            |level| Ok(Self { level }),
        )
    }

    /// The level k.
    #[must_use]
    pub fn level(self) -> u32 {
        self.level
    }

    /// The coarser of two grids.
    #[must_use]
    pub fn or_coarser(self, other: Self) -> Self {
        Self { level: self.level.min(other.level) }
    }

    /// The height of a cell \[°].
    #[must_use]
    pub fn height_deg(self) -> f64 {
        1.0 / f64::from(1_u32 << self.level)
    }

    /// The unit in which states and covariances are coarsened: a cell's height at the longest
    /// degree, π a / 180 \[m].
    #[must_use]
    pub fn unit_m(self) -> f64 {
        SEMI_MAJOR_M * DEGREE * self.height_deg()
    }

    /// The cell of a point, longitude within ±180°; `None` beyond ±89° and for NaN.
    #[must_use]
    pub fn cell(self, [lat_deg, lon_deg]: [f64; 2]) -> Option<Cell> {
        if !(lat_deg.abs() < 89.0 && lon_deg.abs() <= 180.0) {
            return None;
        }
        let row = (lat_deg / self.height_deg()).floor() as i32;
        let columns = self.columns(row)?;
        let width_deg = TURN_DEG / f64::from(columns);
        let column = ((lon_deg + 180.0) / width_deg).floor() as u32;
        Some(Cell { row, column: column % columns })
    }

    /// How many cells a row has; `None` beyond ±89°.
    #[must_use]
    pub fn columns(self, row: i32) -> Option<u32> {
        let from_equator = if row < 0 { -1 - row } else { row };
        let degree = from_equator >> self.level;
        let zone = ZONES.iter().find(|(end, _)| degree < *end)?;
        Some(((360_u64 << self.level) >> zone.1) as u32) // 45 at least, 3.02e9 at most
    }

    /// What a cell covers.
    #[must_use]
    pub fn rectangle(self, cell: Cell) -> Option<Rectangle> {
        let height_deg = self.height_deg();
        let width_deg = TURN_DEG / f64::from(self.columns(cell.row)?);
        let (row, column) = (f64::from(cell.row), f64::from(cell.column));
        Some(Rectangle {
            lat_deg: [row * height_deg, (row + 1.0) * height_deg],
            lon_deg: [column * width_deg - 180.0, (column + 1.0) * width_deg - 180.0],
        })
    }
}

impl Rectangle {
    /// Its middle, latitude and longitude \[°].
    #[must_use]
    pub fn centre(&self) -> [f64; 2] {
        let ([south, north], [west, east]) = (self.lat_deg, self.lon_deg);
        [south + 0.5 * (north - south), west + 0.5 * (east - west)]
    }
}
