//! Where the rows of a report are, as far as a grant asks.

use super::clause::{Clause, Question, RowClause, Spot};
use super::coarsen::Coarsener;
use super::grant::Grant;
use super::grid::Grid;
use super::release::Replaced;
use super::report::{Columns, Kind, Report};
use crate::geodesy::{LocalFrame, Surface, check_radius, geodetic_from_ecef};
use crate::{Error, Result};

/// The places of rows, found for all of them before any is judged: a verdict is a branch that the
/// processor guesses wrong as often as not, and what depends on it would wait each time.
pub(super) struct Spots<'a> {
    pub report: &'a Report<'a>,
    grant: &'a Grant,
    frame: Option<&'a LocalFrame>,
    /// The grid that rows leave on.
    pub grid: Option<Grid>,
    spots: Vec<Spot>,
}

impl<'a> Spots<'a> {
    pub fn new(question: &Question<'a>) -> Result<Self> {
        let Question { report, grant, .. } = *question;
        let grid = match (report.grid, grant.grid) {
            (Some(given), Some(agreed)) => Some(given.or_coarser(agreed)),
            (given, agreed) => given.or(agreed),
        };
        let asks = report.kind != Kind::Counts && (grid.is_some() || !grant.areas.is_empty());
        if asks && report.frame.is_none() {
            return Err(Error::Setting {
                what: "the frame of a report",
                expected: "given where a grant has an area, a precision or counts",
                found: "none".to_owned(),
            });
        }
        let frame = report.frame.filter(|_| asks);
        let nowhere = Spot {
            point: [f64::NAN; 2],
            height_m: 0.0,
            is_coarse: frame.is_some() && grid.is_some(),
            cell: None,
        };
        let (places, stride) = match report.columns {
            Columns::Places(places) => (places, report.axes),
            Columns::States { dim, mean, .. } => (mean, dim),
            Columns::Counts { .. } => (&[][..], 1),
        };
        let spots = match frame {
            Some(frame) => {
                let surface = frame.surface();
                let spot = |place: &[f64]| {
                    let (point, height_m) = located(frame, &surface, &place[..report.axes])?;
                    let cell = grid.and_then(|grid| {
                        let cell = grid.cell(point)?;
                        Some((cell, grid.rectangle(cell)?))
                    });
                    Some(Spot { point, height_m, cell, ..nowhere })
                };
                places.chunks_exact(stride).map(|place| spot(place).unwrap_or(nowhere)).collect()
            }
            None => vec![nowhere; report.id.len()],
        };
        Ok(Self { report, grant, frame, grid, spots })
    }

    /// Where each row is, NaN if nobody knows.
    pub fn points(&self) -> impl Iterator<Item = [f64; 2]> {
        self.spots.iter().map(|spot| spot.point)
    }

    /// Which clause withholds each row. A row whose place is asked for and not known stays.
    pub fn withheld(&self, clauses: &[RowClause]) -> Vec<Option<Clause>> {
        let clause = |spot| clauses.iter().find(|(_, agrees)| !agrees(self.grant, spot));
        self.spots.iter().map(|spot| clause(spot).map(|(clause, _)| *clause)).collect()
    }

    /// Whether each row may leave: no clause withholds it.
    pub fn leave(&self, clauses: &[RowClause]) -> Vec<bool> {
        let agree = |spot| clauses.iter().fold(true, |all, (_, one)| all & one(self.grant, spot));
        self.spots.iter().map(agree).collect()
    }

    /// The states of the rows that leave, on the grid.
    pub fn coarsened(&self, rows: &[u32]) -> Replaced {
        let (Some(grid), Some(frame), Columns::States { dim, mean, cov }) =
            (self.grid, self.frame, self.report.columns)
        else {
            return Replaced::Nothing;
        };
        let widen = self.report.grid.is_none_or(|given| given.level() > grid.level());
        let coarsener = Coarsener { grid, frame, axes: self.report.axes, dim };
        let (mut means, mut covs) = (Vec::new(), Vec::new());
        means.reserve_exact(rows.len() * dim);
        covs.reserve_exact(rows.len() * dim * dim);
        for row in rows.iter().map(|&row| row as usize) {
            means.extend_from_slice(&mean[row * dim..(row + 1) * dim]);
            covs.extend_from_slice(&cov[row * dim * dim..(row + 1) * dim * dim]);
            let (out_mean, out_cov) = (means.len() - dim, covs.len() - dim * dim);
            if let Spot { cell: Some((cell, _)), height_m, .. } = self.spots[row] {
                coarsener.row(
                    (cell, height_m),
                    widen,
                    &mut means[out_mean..],
                    &mut covs[out_cov..],
                );
            }
        }
        Replaced::States { mean: means, cov: covs }
    }
}

/// Where each row of a report is, as [`Spots`] have it; of counts the middle of each cell.
pub(super) fn located_rows(report: &Report<'_>) -> Vec<[f64; 2]> {
    let nowhere = [f64::NAN; 2];
    let (places, stride) = match report.columns {
        Columns::Places(places) => (places, report.axes),
        Columns::States { dim, mean, .. } => (mean, dim),
        Columns::Counts { cells, .. } => {
            let middle = |&cell| Some(report.grid?.rectangle(cell)?.centre());
            return cells.iter().map(|cell| middle(cell).unwrap_or(nowhere)).collect();
        }
    };
    let Some(frame) = report.frame else { return vec![nowhere; report.id.len()] };
    let surface = frame.surface();
    places
        .chunks_exact(stride)
        .map(|place| located(frame, &surface, &place[..report.axes]).map_or(nowhere, |at| at.0))
        .collect()
}

/// Latitude, longitude \[°] and height \[m] of a place in a frame; with two axes, on the ellipsoid.
fn located(frame: &LocalFrame, surface: &Surface, place: &[f64]) -> Option<([f64; 2], f64)> {
    match *place {
        [east, north] => Some((surface.point([east, north])?, 0.0)),
        [east, north, up] => {
            let ecef = frame.ecef_from_enu([east, north, up]);
            check_radius(ecef, None).ok()?;
            let found = geodetic_from_ecef(ecef);
            Some(([found.lat_deg, found.lon_deg], found.height_m))
        }
        _ => None,
    }
}
