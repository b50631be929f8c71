//! Where the rows of a report are, as far as a grant asks.

use super::clause::{Clause, Question, RowClause, Spot};
use super::coarsen::Coarsener;
use super::grant::Grant;
use super::grid::Grid;
use super::release::Replaced;
use super::report::{Columns, Kind, Report};
use crate::geodesy::{LocalFrame, Surface, check_radius, geodetic_from_ecef};
use crate::{Error, Result};

/// Finds the places of rows.
pub(super) struct Spots<'a> {
    pub report: &'a Report<'a>,
    grant: &'a Grant,
    frame: Option<(&'a LocalFrame, Surface)>,
    /// The grid that rows leave on.
    pub grid: Option<Grid>,
    places: &'a [f64],
    stride: usize,
}

impl<'a> Spots<'a> {
    pub fn new(question: &Question<'a>) -> Result<Self> {
        let Question { report, grant, .. } = *question;
        let (places, stride) = match report.columns {
            Columns::Places(places) => (places, report.axes),
            Columns::States { dim, mean, .. } => (mean, dim),
            Columns::Counts { .. } => (&[][..], 0),
        };
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
        let frame = report.frame.filter(|_| asks).map(|frame| (frame, frame.surface()));
        Ok(Self { report, grant, frame, grid, places, stride })
    }

    /// Where a row is; `None` if nobody knows.
    pub fn at(&self, row: usize) -> Option<Spot> {
        let (frame, surface) = self.frame?;
        let start = row * self.stride;
        let (point, height_m) = match self.places[start..start + self.report.axes] {
            [east, north] => (surface.point([east, north])?, 0.0),
            [east, north, up] => {
                let ecef = frame.ecef_from_enu([east, north, up]);
                check_radius(ecef, None).ok()?;
                let found = geodetic_from_ecef(ecef);
                ([found.lat_deg, found.lon_deg], found.height_m)
            }
            _ => return None,
        };
        let cell = self.grid.and_then(|grid| {
            let cell = grid.cell(point)?;
            Some((cell, grid.rectangle(cell)?))
        });
        Some(Spot { point, height_m, is_coarse: self.grid.is_some(), cell })
    }

    /// Asks the row's clauses. A row whose place is asked for and not known does not leave.
    pub fn judged(&self, row: usize, clauses: &[RowClause]) -> std::result::Result<Spot, Clause> {
        let nowhere = Spot {
            point: [f64::NAN; 2],
            height_m: 0.0,
            is_coarse: self.frame.is_some() && self.grid.is_some(),
            cell: None,
        };
        let spot = self.at(row).unwrap_or(nowhere);
        match clauses.iter().find(|(_, agrees)| !agrees(self.grant, &spot)) {
            Some((clause, _)) => Err(*clause),
            None => Ok(spot),
        }
    }

    /// The states of the rows that leave, on the grid.
    pub fn coarsened(&self, rows: &[u32]) -> Replaced {
        let (Some(grid), Some((frame, _)), Columns::States { dim, mean, cov }) =
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
            if let Some(Spot { cell: Some((cell, _)), height_m, .. }) = self.at(row) {
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
