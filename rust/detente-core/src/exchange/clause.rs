//! The clauses of release, one line each: what a grant asks of a report, and of each row alone.

use super::area::Rectangle;
use super::grant::Grant;
use super::grid::Cell;
use super::report::{Columns, Kind, Report};

/// What can withhold a report or a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clause {
    /// The grant is another party's.
    Recipient,
    /// It is another party's report, and may not be passed on, or not word for word.
    Relay,
    /// The grant is for another level.
    Level,
    /// The grant is not in force, or was not yet.
    Validity,
    /// It is too early.
    Delay,
    /// The time is not one of the agreed grid.
    Cadence,
    /// Counts of other cells.
    Partition,
    /// Counts below the threshold.
    Threshold,
    /// More rows than may leave in a second.
    Ceiling,
    /// The row is not within the agreed area, or nobody knows where it is.
    Area,
    /// The grid of the agreed precision does not reach there.
    Precision,
}

impl Clause {
    /// As people say it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Recipient => "recipient",
            Self::Relay => "relay",
            Self::Level => "level",
            Self::Validity => "validity",
            Self::Delay => "delay",
            Self::Cadence => "cadence",
            Self::Partition => "partition",
            Self::Threshold => "threshold",
            Self::Ceiling => "ceiling",
            Self::Area => "area",
            Self::Precision => "precision",
        }
    }
}

/// May this report leave to this recipient under this grant now?
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub report: &'a Report<'a>,
    pub grant: &'a Grant,
    pub recipient: &'a str,
    pub now_ns: i64,
}

impl Question<'_> {
    /// Whether the report is another party's than the one that hands it over.
    pub fn is_relay(&self) -> bool {
        self.report.origin != self.grant.clauses.sender
    }
}

/// Where a row is, as far as its clauses ask.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    pub point: [f64; 2],
    pub height_m: f64,
    /// Whether the row leaves as a cell, and which.
    pub is_coarse: bool,
    pub cell: Option<(Cell, Rectangle)>,
}

pub(super) type ReportClause = (Clause, fn(&Question<'_>) -> bool);
pub(super) type RowClause = (Clause, fn(&Grant, &Spot) -> bool);

pub(super) const REPORT_CLAUSES: &[ReportClause] = &[
    (Clause::Recipient, |q| q.recipient == q.grant.clauses.recipient),
    (Clause::Relay, |q| !q.is_relay() || q.report.relay),
    (Clause::Level, |q| permits(q.grant.clauses.level, q.report.kind)),
    (Clause::Validity, |q| q.report.time_ns >= q.grant.clauses.from_ns),
    (Clause::Validity, |q| q.now_ns < q.grant.clauses.until_ns),
    (Clause::Delay, |q| q.report.time_ns.saturating_add(q.grant.clauses.delay_ns) <= q.now_ns),
    (Clause::Cadence, |q| match q.grant.clauses.cadence_ns {
        0 => true,
        cadence_ns => q.report.time_ns.rem_euclid(cadence_ns) == 0,
    }),
    (Clause::Partition, |q| match (q.report.columns, &q.grant.partition) {
        (Columns::Counts { cells, .. }, Some(partition)) => {
            q.report.grid == Some(partition.grid) && cells == partition.cells
        }
        _ => true,
    }),
    (Clause::Threshold, |q| match (q.report.columns, &q.grant.partition) {
        (Columns::Counts { counts, .. }, Some(partition)) => {
            counts.iter().all(|&count| count.is_nan() || partition.tells(count))
        }
        _ => true,
    }),
];

pub(super) const ROW_CLAUSES: &[RowClause] = &[
    (Clause::Precision, |_, spot| !spot.is_coarse || spot.cell.is_some()),
    (Clause::Area, |grant, spot| {
        grant.areas.iter().fold(true, |all, area| {
            all & match spot.cell {
                // all of the cell: the place that leaves lies within, and so does any finer one
                Some((_, rectangle)) => area.covers(rectangle),
                None => area.contains(spot.point),
            }
        })
    }),
];

fn permits(level: Kind, kind: Kind) -> bool {
    level == kind || (level == Kind::Counts && kind == Kind::Tracks)
}
