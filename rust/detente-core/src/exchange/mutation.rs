//! Each clause has a witness that it alone withholds: without the clause, the witness leaves.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::clause::{Clause, Question, REPORT_CLAUSES, ROW_CLAUSES};
use super::grant::{Clauses, Grant};
use super::grid::{Cell, Grid};
use super::release::judged;
use super::report::{Columns, Kind, Report};
use crate::geodesy::{Geodetic, LocalFrame};

const SECOND_NS: i64 = 1_000_000_000;

fn clauses() -> Clauses {
    Clauses {
        sender: "north".to_owned(),
        recipient: "south".to_owned(),
        level: Kind::Tracks,
        from_ns: 100 * SECOND_NS,
        until_ns: 1_000 * SECOND_NS,
        areas: vec![vec![vec![vec![[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0]]]]],
        fields: Vec::new(),
        delay_ns: 30 * SECOND_NS,
        cadence_ns: 10 * SECOND_NS,
        precision_m: None,
        count_cell_m: None,
        count_at_least: 0,
        rows_per_s: None,
        relay: false,
    }
}

fn counting() -> Clauses {
    Clauses { level: Kind::Counts, count_cell_m: Some(10_000.0), count_at_least: 3, ..clauses() }
}

fn frame(lat_deg: f64) -> LocalFrame {
    LocalFrame::new(Geodetic { lat_deg, lon_deg: 0.5, height_m: 0.0 }).unwrap()
}

const COV: [f64; 4] = [1.0, 0.0, 0.0, 1.0];

fn track(frame: &LocalFrame) -> Report<'_> {
    Report {
        origin: "north",
        kind: Kind::Tracks,
        time_ns: 200 * SECOND_NS,
        axes: 2,
        frame: Some(frame),
        grid: None,
        relay: false,
        id: &[[7; 16]],
        columns: Columns::States { dim: 2, mean: &[0.0, 0.0], cov: &COV },
        fields: &[],
    }
}

/// Asks with all clauses and again without one of the report's.
fn with_and_without(
    place: usize,
    report: &Report<'_>,
    grant: &Grant,
    (recipient, now_ns): (&str, i64),
) -> (Option<Clause>, bool) {
    let question = Question { report, grant, recipient, now_ns };
    let rest: Vec<_> =
        REPORT_CLAUSES.iter().enumerate().filter(|&(at, _)| at != place).map(|(_, c)| *c).collect();
    let with = judged(&question, REPORT_CLAUSES, ROW_CLAUSES).unwrap();
    let without = judged(&question, &rest, ROW_CLAUSES).unwrap();
    (with.err(), without.is_ok())
}

#[test]
fn each_clause_of_a_report_alone_withholds_its_witness() {
    let frame = frame(0.5);
    let base = track(&frame);
    let tracks = Grant::new(clauses()).unwrap();
    let counts = Grant::new(counting()).unwrap();
    let partition = counts.partition.clone().unwrap();
    let n = partition.cells.len();
    let ids = vec![[1; 16]; n];
    let told = vec![3.0; n];
    let mut low = told.clone();
    low[0] = 2.0;
    let mut moved = partition.cells.clone();
    moved[0] = Cell { row: -1, column: 0 };
    let counted = |cells, counts| Report {
        kind: Kind::Counts,
        grid: Some(partition.grid),
        id: &ids,
        columns: Columns::Counts { cells, counts },
        ..base
    };
    let now = ("south", 300 * SECOND_NS);
    let witnesses = [
        (Clause::Recipient, base, &tracks, ("east", now.1)),
        (Clause::Relay, Report { origin: "west", ..base }, &tracks, now),
        (
            Clause::Level,
            Report { kind: Kind::Detections, columns: Columns::Places(&[0.0, 0.0]), ..base },
            &tracks,
            now,
        ),
        (Clause::Validity, Report { time_ns: 90 * SECOND_NS, ..base }, &tracks, now),
        (Clause::Validity, base, &tracks, ("south", 1_000 * SECOND_NS)),
        (Clause::Delay, base, &tracks, ("south", 230 * SECOND_NS - 1)),
        (Clause::Cadence, Report { time_ns: 201 * SECOND_NS, ..base }, &tracks, now),
        (Clause::Partition, counted(&moved, &told), &counts, now),
        (Clause::Threshold, counted(&partition.cells, &low), &counts, now),
    ];
    assert_eq!(witnesses.len(), REPORT_CLAUSES.len(), "one witness for each clause");
    for (place, (clause, report, grant, asked)) in witnesses.into_iter().enumerate() {
        let found = with_and_without(place, &report, grant, asked);
        assert_eq!(found, (Some(clause), true), "{clause:?} at {place}");
    }
    for (report, grant) in [(base, &tracks), (counted(&partition.cells, &told), &counts)] {
        assert_eq!(with_and_without(0, &report, grant, now), (None, true), "it may leave");
    }
}

#[test]
fn each_clause_of_a_row_alone_withholds_its_witness() {
    let (inside, outside, polar) = (frame(0.5), frame(1.5), frame(89.5));
    let precise = Clauses { areas: vec![], precision_m: Some(50.0), ..clauses() };
    let witnesses = [
        (Clause::Precision, track(&polar), Grant::new(precise).unwrap()),
        (Clause::Area, track(&outside), Grant::new(clauses()).unwrap()),
    ];
    assert_eq!(witnesses.len(), ROW_CLAUSES.len(), "one witness for each clause");
    for (place, (clause, report, grant)) in witnesses.into_iter().enumerate() {
        let question = Question {
            report: &report,
            grant: &grant,
            recipient: "south",
            now_ns: 300 * SECOND_NS,
        };
        let rest: Vec<_> = ROW_CLAUSES
            .iter()
            .enumerate()
            .filter(|&(at, _)| at != place)
            .map(|(_, c)| *c)
            .collect();
        let rows = |clauses| judged(&question, REPORT_CLAUSES, clauses).unwrap().unwrap().rows;
        assert_eq!(ROW_CLAUSES[place].0, clause);
        assert!(rows(ROW_CLAUSES).is_empty(), "{clause:?}");
        assert_eq!(rows(&rest), [0], "{clause:?}");
        let row = track(&inside);
        let question = Question { report: &row, ..question };
        assert_eq!(judged(&question, REPORT_CLAUSES, ROW_CLAUSES).unwrap().unwrap().rows, [0]);
    }
}

#[test]
fn a_report_of_more_rows_than_the_ceiling_stays_whole() {
    let frame = frame(0.5);
    let states = [0.0, 0.0, 9.0, 9.0];
    let cov = [COV, COV].concat();
    let columns = Columns::States { dim: 2, mean: &states, cov: &cov };
    let report = Report { id: &[[7; 16], [8; 16]], columns, ..track(&frame) };
    let asked = |rows_per_s| {
        let grant = Grant::new(Clauses { rows_per_s, ..clauses() }).unwrap();
        let now_ns = 300 * SECOND_NS;
        let question = Question { report: &report, grant: &grant, recipient: "south", now_ns };
        judged(&question, REPORT_CLAUSES, ROW_CLAUSES).unwrap().map(|found| found.rows.len())
    };
    assert_eq!(asked(None), Ok(2));
    assert_eq!(asked(Some(2)), Ok(2));
    assert_eq!(asked(Some(1)), Err(Clause::Ceiling));
    assert!(Grant::new(Clauses { rows_per_s: Some(0), ..clauses() }).is_err());
}

#[test]
fn slots_are_bounded_before_they_are_made() {
    let wide = Clauses { cadence_ns: 1, until_ns: i64::MAX, from_ns: i64::MIN, ..clauses() };
    let grant = Grant::new(Clauses { delay_ns: 0, ..wide }).unwrap();
    assert!(grant.slots(i64::MIN, i64::MAX - 1).is_err());
    assert_eq!(grant.slots(-3, 1).unwrap(), [-2, -1, 0, 1]);
    assert_eq!(grant.slots(5, 1).unwrap(), [0; 0]);
}

#[test]
fn a_coarser_mark_is_kept() {
    let frame = frame(0.5);
    let coarse = Grid::at_least("size", 5_000.0).unwrap();
    let report = Report { grid: Some(coarse), ..track(&frame) };
    let grant = Grant::new(Clauses { precision_m: Some(50.0), ..clauses() }).unwrap();
    let question =
        Question { report: &report, grant: &grant, recipient: "south", now_ns: 300 * SECOND_NS };
    let released = judged(&question, REPORT_CLAUSES, ROW_CLAUSES).unwrap().unwrap();
    assert_eq!(released.grid, Some(coarse));
}
