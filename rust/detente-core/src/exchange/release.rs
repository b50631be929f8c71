//! Release: the one function through which rows leave a party.
//!
//! Each clause is one line of one of two tables, asked of the report and then of each row alone.
//! No row is asked about another, so what is withheld changes no byte of what leaves: the rows
//! that leave stand in the order of their identities, which tells nothing (`lineage.rs`), and a
//! report of which nothing is left leaves empty, like one that had nothing to say. What a partner
//! may pass on leaves word for word or not at all; that it does not leave is the one thing that
//! this tells.

use super::clause::{Clause, Question, REPORT_CLAUSES, ROW_CLAUSES, ReportClause, RowClause};
use super::counts::Partition;
use super::grant::Grant;
use super::grid::Grid;
use super::report::{Columns, Kind, Report};
use super::spots::{Spots, located_rows};
use crate::Result;

/// What leaves. Columns that it does not replace leave as they are, gathered by `rows`.
#[derive(Clone, Debug, PartialEq)]
pub struct Released {
    /// Which rows, in the order of their identities; of counts made here, none.
    pub rows: Vec<u32>,
    /// Which of the optional fields.
    pub fields: Vec<usize>,
    /// What stands in the place of columns.
    pub columns: Replaced,
    /// The grid it is coarsened or counted on.
    pub grid: Option<Grid>,
    /// Whether the recipient may pass it on.
    pub relay: bool,
}

impl Released {
    /// How many rows leave.
    fn len(&self) -> usize {
        match &self.columns {
            Replaced::Counts(counts) => counts.len(),
            _ => self.rows.len(),
        }
    }
}

/// The columns that release makes anew.
#[derive(Clone, Debug, PartialEq)]
pub enum Replaced {
    /// None.
    Nothing,
    /// The states of tracks, as in [`Columns::States`].
    States {
        /// The means.
        mean: Vec<f64>,
        /// The covariances.
        cov: Vec<f64>,
    },
    /// Counts made of tracks: all cells of the partition.
    Counts(Vec<f64>),
}

/// Why something is withheld.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// The whole report.
    Report(Clause),
    /// Some rows of it, each with its reason.
    Rows(Vec<Option<Clause>>),
}

/// What may leave of a report now, or nothing.
///
/// # Errors
/// [`Error::Setting`] if places are asked about and the report has no frame, or its columns are
/// not those of its kind; [`Error::Shape`] if they do not fit together.
pub fn release(
    report: &Report<'_>,
    grant: &Grant,
    recipient: &str,
    now_ns: i64,
) -> Result<Option<Released>> {
    let question = Question { report, grant, recipient, now_ns };
    Ok(judged(&question, REPORT_CLAUSES, ROW_CLAUSES)?.ok())
}

/// Why a report, or each row of it, does not leave now.
///
/// # Errors
/// As [`release`].
pub fn why(report: &Report<'_>, grant: &Grant, recipient: &str, now_ns: i64) -> Result<Withheld> {
    let question = Question { report, grant, recipient, now_ns };
    if let Err(clause) = judged(&question, REPORT_CLAUSES, ROW_CLAUSES)? {
        return Ok(Withheld::Report(clause));
    }
    let spots = Spots::new(&question)?;
    let clauses = if grant.partition.is_some() { &[] } else { ROW_CLAUSES };
    Ok(Withheld::Rows(spots.withheld(clauses)))
}

/// Where each row is, latitude and longitude \[°] as the clauses are asked about it; NaN where nobody
/// knows. Of counts the middle of each cell.
///
/// # Errors
/// As [`release`].
pub fn points(report: &Report<'_>) -> Result<Vec<[f64; 2]>> {
    report.check()?;
    Ok(located_rows(report))
}

/// Asks every clause; the tables are arguments so that a test can leave one out.
pub(super) fn judged(
    question: &Question<'_>,
    report_clauses: &[ReportClause],
    row_clauses: &[RowClause],
) -> Result<std::result::Result<Released, Clause>> {
    let Question { report, grant, .. } = *question;
    report.check()?;
    if let Some((clause, _)) = report_clauses.iter().find(|(_, agrees)| !agrees(question)) {
        return Ok(Err(*clause));
    }
    let spots = Spots::new(question)?;
    let released = match &grant.partition {
        Some(_) if report.kind == Kind::Counts => selected(&spots, grant, &[]),
        Some(partition) => counted(&spots, partition, grant),
        None => selected(&spots, grant, row_clauses),
    };
    if grant.clauses.rows_per_s.is_some_and(|most| released.len() > most as usize) {
        return Ok(Err(Clause::Ceiling));
    }
    if question.is_relay() && !is_word_for_word(&released, report) {
        return Ok(Err(Clause::Relay));
    }
    Ok(Ok(released))
}

fn counted(spots: &Spots<'_>, partition: &Partition, grant: &Grant) -> Released {
    Released {
        rows: Vec::new(),
        fields: Vec::new(),
        columns: Replaced::Counts(partition.count(spots.points())),
        grid: Some(partition.grid),
        relay: grant.clauses.relay,
    }
}

fn selected(spots: &Spots<'_>, grant: &Grant, clauses: &[RowClause]) -> Released {
    let report = spots.report;
    let leave = spots.leave(clauses);
    let mut kept: Vec<(u128, u32)> = (0..report.id.len())
        .filter(|&row| leave[row])
        .map(|row| (u128::from_be_bytes(report.id[row]), row as u32))
        .collect();
    if report.kind != Kind::Counts {
        kept.sort_unstable(); // cells have an order of their own
    }
    let rows: Vec<u32> = kept.into_iter().map(|(_, row)| row).collect();
    let mut fields: Vec<usize> = (0..report.fields.len())
        .filter(|&at| grant.clauses.fields.iter().any(|name| name == report.fields[at]))
        .collect();
    fields.sort_by_key(|&at| report.fields[at]);
    Released {
        columns: spots.coarsened(&rows),
        rows,
        fields,
        grid: spots.grid,
        relay: grant.clauses.relay && (report.relay || report.origin == grant.clauses.sender),
    }
}

/// Whether what leaves is the report as it stands.
fn is_word_for_word(released: &Released, report: &Report<'_>) -> bool {
    let same = |found: &[f64], given: &[f64]| {
        found.iter().zip(given).all(|(a, b)| a.to_bits() == b.to_bits())
    };
    let columns_stand = match (&released.columns, report.columns) {
        (Replaced::Nothing, _) => true,
        (Replaced::States { mean, cov }, Columns::States { mean: m, cov: c, .. }) => {
            same(mean, m) && same(cov, c)
        }
        _ => false,
    };
    columns_stand
        && released.grid == report.grid
        && released.rows.iter().copied().eq(0..report.id.len() as u32)
        && released.fields.iter().copied().eq(0..report.fields.len())
}
