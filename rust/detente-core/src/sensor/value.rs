//! A quantity that may depend on the place: a constant, a function of the range, or a raster.

use std::sync::Arc;

use super::View;

/// A detection probability or a clutter density.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// The same everywhere.
    Constant(f64),
    /// By the horizontal range from the sensor: pairs (range \[m\], value) with rising ranges,
    /// linear between them, constant before the first and beyond the last.
    Range(Arc<[[f64; 2]]>),
    /// By the place.
    Raster(Arc<Raster>),
}

/// Values on a grid that stays where it is when the sensor moves.
#[derive(Clone, Debug, PartialEq)]
pub struct Raster {
    /// East and north of the outer corner of the first cell \[m\].
    pub origin_m: [f64; 2],
    /// The side of a cell \[m\].
    pub cell_m: f64,
    /// The cells along north and along east.
    pub shape: [usize; 2],
    /// Of each cell, row-major: east runs fastest.
    pub values: Vec<f64>,
    /// Whether values are linear between the middles of the cells, instead of constant in each.
    pub bilinear: bool,
}

impl Value {
    /// Whether it is the same everywhere.
    #[must_use]
    pub fn constant(&self) -> Option<f64> {
        match self {
            Self::Constant(value) => Some(*value),
            _ => None,
        }
    }

    /// Its value at a place, east and north.
    #[must_use]
    pub fn at(&self, view: &View, point: [f64; 2]) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Range(table) => {
                let (de, dn) = (point[0] - view.place()[0], point[1] - view.place()[1]);
                interpolated(table, (de * de + dn * dn).sqrt())
            }
            Self::Raster(raster) => raster.at(point),
        }
    }

    /// What is wrong with it, if anything: its numbers, or the form of its table.
    #[must_use]
    pub fn fault(&self, permitted: impl Fn(f64) -> bool) -> Option<String> {
        let bad = |value: f64| (!permitted(value)).then(|| value.to_string());
        match self {
            Self::Constant(value) => bad(*value),
            Self::Range(table) => {
                let ranges = || table.iter().map(|pair| pair[0]);
                let rising = ranges().zip(ranges().skip(1)).all(|(a, b)| a < b);
                if table.is_empty() || !rising || !ranges().all(|r| r >= 0.0 && r.is_finite()) {
                    return Some("a table without rising ranges".to_owned());
                }
                table.iter().find_map(|pair| bad(pair[1]))
            }
            Self::Raster(raster) => {
                let [rows, columns] = raster.shape;
                let origin = raster.origin_m.iter().all(|x| x.is_finite());
                if !(origin && raster.cell_m > 0.0 && raster.cell_m.is_finite()) {
                    return Some(format!("a raster with cells of {} m", raster.cell_m));
                }
                if raster.values.is_empty() || rows * columns != raster.values.len() {
                    return Some("a raster without cells".to_owned());
                }
                raster.values.iter().find_map(|&value| bad(value))
            }
        }
    }
}

fn interpolated(table: &[[f64; 2]], range: f64) -> f64 {
    let next = table.partition_point(|pair| pair[0] <= range);
    if next == 0 || next == table.len() {
        return table[next.saturating_sub(1)][1];
    }
    let ([r0, v0], [r1, v1]) = (table[next - 1], table[next]);
    v0 + (range - r0) / (r1 - r0) * (v1 - v0)
}

impl Raster {
    /// Beyond its rim a place has the value of the nearest cell.
    fn at(&self, point: [f64; 2]) -> f64 {
        let [rows, columns] = self.shape;
        let inside = |x: f64, count: usize| x.clamp(0.0, (count - 1) as f64);
        let [east, north] = [0, 1].map(|i| (point[i] - self.origin_m[i]) / self.cell_m);
        let cell = |row: f64, column: f64| self.values[row as usize * columns + column as usize];
        if !self.bilinear {
            return cell(inside(north.floor(), rows), inside(east.floor(), columns));
        }
        let (x, y) = (inside(east - 0.5, columns), inside(north - 0.5, rows));
        let (left, low) = (x.floor(), y.floor());
        let (right, high) = (inside(left + 1.0, columns), inside(low + 1.0, rows));
        let along = |row: f64| {
            let (a, b) = (cell(row, left), cell(row, right));
            a + (x - left) * (b - a)
        };
        let (below, above) = (along(low), along(high));
        below + (y - low) * (above - below)
    }
}
