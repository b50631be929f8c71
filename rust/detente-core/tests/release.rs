//! The laws of release, on random reports and grants.
//!
//! `PROPTEST_CASES=10000 cargo nextest run --test release` is the long run.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use detente_core::exchange::area::Ring;
use detente_core::exchange::coarsen::STEP_TIME_S;
use detente_core::exchange::grant::{Clauses, Grant};
use detente_core::exchange::grid::Grid;
use detente_core::exchange::lineage::RowId;
use detente_core::exchange::release::{Released, Replaced, release};
use detente_core::exchange::report::{Columns, Kind, Report};
use detente_core::geodesy::{Geodetic, LocalFrame, geodetic_from_ecef};
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};

const SECOND_NS: i64 = 1_000_000_000;
const FIELDS: [&str; 4] = ["mmsi", "name", "speed_m_s", "unheard_of"];

/// One row: identity, position, velocity, standard deviation, and a number for each field.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    id: RowId,
    state: Vec<f64>,
    std_m: f64,
    fields: [u64; FIELDS.len()],
}

/// A report that owns its columns.
#[derive(Clone, Debug, PartialEq)]
struct Owned {
    origin: String,
    kind: Kind,
    time_ns: i64,
    axes: usize,
    frame: LocalFrame,
    grid: Option<Grid>,
    relay: bool,
    fields: Vec<&'static str>,
    rows: Vec<Row>,
    cov: Vec<f64>,
}

impl Owned {
    fn new(rows: Vec<Row>, frame: LocalFrame, kind: Kind, axes: usize) -> Self {
        let dim = 2 * axes;
        let mut cov = Vec::new();
        for row in &rows {
            for i in 0..dim {
                for j in 0..dim {
                    let correlation = if i == j { 1.0 } else { 0.1 };
                    cov.push(row.std_m * row.std_m * correlation);
                }
            }
        }
        Self {
            origin: "north".to_owned(),
            kind,
            time_ns: 200 * SECOND_NS,
            axes,
            frame,
            grid: None,
            relay: false,
            fields: FIELDS.to_vec(),
            rows,
            cov,
        }
    }

    fn ask<T>(&self, ask: impl FnOnce(&Report<'_>) -> T) -> T {
        let id: Vec<RowId> = self.rows.iter().map(|row| row.id).collect();
        let mean: Vec<f64> = self.rows.iter().flat_map(|row| row.state.clone()).collect();
        let places: Vec<f64> =
            self.rows.iter().flat_map(|row| row.state[..self.axes].to_vec()).collect();
        let columns = match self.kind {
            Kind::Tracks => Columns::States { dim: 2 * self.axes, mean: &mean, cov: &self.cov },
            _ => Columns::Places(&places),
        };
        ask(&Report {
            origin: &self.origin,
            kind: self.kind,
            time_ns: self.time_ns,
            axes: self.axes,
            frame: Some(&self.frame),
            grid: self.grid,
            relay: self.relay,
            id: &id,
            columns,
            fields: &self.fields,
        })
    }

    /// What leaves, as the report that the recipient holds.
    fn released(&self, grant: &Grant, now_ns: i64) -> Option<Self> {
        let released = self.ask(|report| release(report, grant, "south", now_ns)).unwrap()?;
        Some(self.gathered(&released))
    }

    fn gathered(&self, released: &Released) -> Self {
        let dim = 2 * self.axes;
        let at = |name: &str| FIELDS.iter().position(|field| *field == name).unwrap();
        let fields: Vec<&str> = released.fields.iter().map(|&i| self.fields[i]).collect();
        let mut rows = Vec::new();
        let mut cov = Vec::new();
        for (place, &row) in released.rows.iter().enumerate() {
            let from = row as usize;
            let mut row = self.rows[from].clone();
            let mut square = self.cov[from * dim * dim..(from + 1) * dim * dim].to_vec();
            if let Replaced::States { mean, cov } = &released.columns {
                row.state = mean[place * dim..(place + 1) * dim].to_vec();
                square = cov[place * dim * dim..(place + 1) * dim * dim].to_vec();
                row.std_m = 0.0; // lives in the covariance alone
            }
            for name in FIELDS.iter().filter(|name| !fields.contains(name)) {
                row.fields[at(name)] = 0;
            }
            rows.push(row);
            cov.extend(square);
        }
        Self { grid: released.grid, relay: released.relay, fields, rows, cov, ..self.clone() }
    }

    /// Every byte of it.
    fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for row in &self.rows {
            out.extend(row.id);
            out.extend(row.state.iter().flat_map(|x| x.to_bits().to_le_bytes()));
            out.extend(row.fields.iter().flat_map(|x| x.to_le_bytes()));
        }
        out.extend(self.cov.iter().flat_map(|x| x.to_bits().to_le_bytes()));
        out.extend(
            format!("{:?}{:?}{:?}{}", self.fields, self.grid, self.frame, self.relay).bytes(),
        );
        out
    }

    fn place(&self, row: &Row) -> [f64; 2] {
        if self.axes == 2 {
            return self.frame.surface().point([row.state[0], row.state[1]]).unwrap();
        }
        let [e, n, u] = [row.state[0], row.state[1], row.state[2]];
        let found = geodetic_from_ecef(self.frame.ecef_from_enu([e, n, u]));
        [found.lat_deg, found.lon_deg]
    }
}

/// Interesting places: the equator, both sides of the antimeridian, a change of the grid's zone,
/// the far south, the end of the grid.
fn origins() -> impl Strategy<Value = LocalFrame> {
    let places =
        [[0.0, 0.0], [10.0, 179.99], [-20.0, -180.0], [60.0, 25.0], [-77.9, 166.0], [89.0, 3.0]];
    prop::sample::select(places.to_vec()).prop_map(|[lat_deg, lon_deg]| {
        LocalFrame::new(Geodetic { lat_deg, lon_deg, height_m: 0.0 }).unwrap()
    })
}

fn rows(axes: usize) -> impl Strategy<Value = Vec<Row>> {
    let row = (
        any::<RowId>(),
        prop::collection::vec(-20_000.0..20_000.0f64, axes),
        prop::collection::vec(-40.0..40.0f64, axes),
        1.0..200.0f64,
        any::<[u64; FIELDS.len()]>(),
    );
    let row = row.prop_map(|(id, place, velocity, std_m, fields)| Row {
        id,
        state: [place, velocity].concat(),
        std_m,
        fields,
    });
    prop::collection::vec(row, 0..12)
}

/// A star around the frame's origin: every direction has one radius.
fn star(frame: LocalFrame) -> impl Strategy<Value = Ring> {
    prop::collection::vec(1_000.0..20_000.0f64, 3..24).prop_map(move |radii_m| {
        let origin = frame.origin();
        let n = radii_m.len() as f64;
        let scale = 1.0 / (111_000.0 * origin.lat_deg.to_radians().cos().max(0.02));
        let point = |(i, radius_m): (usize, f64)| {
            let (sine, cosine) = (std::f64::consts::TAU * i as f64 / n).sin_cos();
            let lat_deg = origin.lat_deg + radius_m * cosine / 111_000.0;
            [lat_deg.clamp(-90.0, 90.0), origin.lon_deg + radius_m * sine * scale]
        };
        radii_m.into_iter().enumerate().map(point).collect()
    })
}

#[derive(Clone, Debug)]
struct Case {
    report: Owned,
    clauses: Clauses,
    now_ns: i64,
}

impl Case {
    fn grant(&self) -> Grant {
        Grant::new(self.clauses.clone()).unwrap()
    }

    fn released(&self) -> Option<Owned> {
        self.report.released(&self.grant(), self.now_ns)
    }
}

prop_compose! {
    fn cases()(frame in origins(), axes in 2..=3_usize)(
        rows in rows(axes),
        areas in prop::collection::vec(star(frame), 0..3),
        fields in subsequence(FIELDS.to_vec(), 0..=FIELDS.len()),
        kind in prop::sample::select(vec![Kind::Detections, Kind::Tracklets, Kind::Tracks, Kind::Tracks, Kind::Tracks]),
        precision_m in prop::option::weighted(0.8, prop::sample::select(vec![10.0, 50.0, 1_000.0, 9_000.0])),
        delay_ns in prop::sample::select(vec![0, 30 * SECOND_NS]),
        cadence_ns in prop::sample::select(vec![0, 10 * SECOND_NS, 30 * SECOND_NS]),
        time_s in prop::sample::select(vec![210_i64, 210, 210, 210, 90, 100, 200, 997]),
        now_s in prop::sample::select(vec![999_i64, 999, 999, 200, 230, 1_000]),
        relay in any::<bool>(),
        frame in Just(frame),
        axes in Just(axes),
    ) -> Case {
        let mut report = Owned::new(rows, frame, kind, axes);
        report.time_ns = time_s * SECOND_NS;
        let clauses = Clauses {
            sender: "north".to_owned(),
            recipient: "south".to_owned(),
            level: kind,
            from_ns: 100 * SECOND_NS,
            until_ns: 1_000 * SECOND_NS,
            areas: areas.into_iter().map(|ring| vec![vec![ring]]).collect(),
            fields: fields.into_iter().map(str::to_owned).collect(),
            delay_ns,
            cadence_ns,
            precision_m: precision_m.filter(|_| kind == Kind::Tracks),
            count_cell_m: None,
            count_at_least: 0,
            rows_per_s: None,
            relay,
        };
        Case { report, clauses, now_ns: now_s * SECOND_NS }
    }
}

proptest! {
    #[test]
    fn what_is_withheld_changes_no_byte(
        case in cases(),
        extra_rows in rows(3),
        noise in any::<u64>(),
        swaps in prop::collection::vec(any::<(Index, Index)>(), 0..10),
    ) {
        let before = case.released();
        let kept: Vec<RowId> =
            before.iter().flat_map(|report| report.rows.iter().map(|row| row.id)).collect();
        // other rows that are withheld, other values in the fields that are, in another order
        let mut rows: Vec<Row> =
            case.report.rows.iter().filter(|row| kept.contains(&row.id)).cloned().collect();
        for (at, row) in rows.iter_mut().enumerate() {
            for (value, name) in row.fields.iter_mut().zip(FIELDS) {
                if !case.clauses.fields.iter().any(|field| field == name) {
                    *value = noise ^ at as u64;
                }
            }
        }
        for mut row in extra_rows {
            row.state = [&row.state[..case.report.axes], &row.state[3..3 + case.report.axes]].concat();
            let mut alone = case.report.clone();
            alone = Owned { rows: vec![row.clone()], ..alone };
            alone.cov = Owned::new(vec![row.clone()], alone.frame, alone.kind, alone.axes).cov;
            let leaves = alone.released(&case.grant(), case.now_ns);
            if leaves.is_some_and(|report| report.rows.is_empty()) {
                rows.push(row);
            }
        }
        if before.is_some() {
            for (a, b) in if rows.is_empty() { &[] } else { swaps.as_slice() } {
                let (a, b) = (a.index(rows.len()), b.index(rows.len()));
                rows.swap(a, b);
            }
            let cov = Owned::new(rows.clone(), case.report.frame, case.report.kind, case.report.axes).cov;
            let mut fields = FIELDS.to_vec();
            fields.rotate_left(noise as usize % FIELDS.len());
            let other = Owned { rows, cov, fields, ..case.report.clone() };
            let after = other.released(&case.grant(), case.now_ns);
            prop_assert_eq!(before.map(|r| r.bytes()), after.map(|r| r.bytes()));
        }
    }

    #[test]
    fn twice_is_once(case in cases()) {
        if let Some(once) = case.released() {
            let twice = once.released(&case.grant(), case.now_ns);
            prop_assert_eq!(Some(once.bytes()), twice.map(|report| report.bytes()));
        }
    }

    #[test]
    fn more_permissive_never_releases_less(case in cases(), choice in 0..7_usize) {
        let c = case.clauses.clone();
        let wider = match choice {
            0 => Clauses { areas: vec![], ..c },
            1 => Clauses { precision_m: None, ..c },
            2 => Clauses { precision_m: c.precision_m.map(|m| m / 7.0), ..c },
            3 => Clauses { delay_ns: c.delay_ns / 2, ..c },
            4 => Clauses { cadence_ns: c.cadence_ns / 5, ..c },
            5 => Clauses { fields: FIELDS.map(str::to_owned).to_vec(), ..c },
            _ => Clauses { from_ns: 0, until_ns: i64::MAX, relay: true, ..c },
        };
        let more = case.report.released(&Grant::new(wider).unwrap(), case.now_ns);
        if let Some(less) = case.released() {
            let more = more.unwrap();
            prop_assert!(less.rows.iter().all(|row| more.rows.iter().any(|m| m.id == row.id)));
            prop_assert!(less.fields.iter().all(|field| more.fields.contains(field)));
            prop_assert!(more.relay || !less.relay);
        }
    }

    #[test]
    fn nothing_outside_its_clauses(case in cases()) {
        let Some(found) = case.released() else { return Ok(()) };
        let c = &case.clauses;
        prop_assert!(found.time_ns >= c.from_ns && case.now_ns < c.until_ns);
        prop_assert!(found.time_ns + c.delay_ns <= case.now_ns);
        prop_assert!(c.cadence_ns == 0 || found.time_ns % c.cadence_ns == 0);
        prop_assert!(found.fields.iter().all(|field| c.fields.iter().any(|f| f == field)));
        prop_assert_eq!(found.kind, c.level);
        for row in &found.rows {
            let given = case.report.rows.iter().find(|given| given.id == row.id).unwrap();
            let (point, true_point) = (found.place(row), case.report.place(given));
            for polygons in &c.areas {
                prop_assert!(inside(&polygons[0][0], true_point), "{true_point:?}");
                prop_assert!(inside(&polygons[0][0], point), "{point:?}");
            }
            if let Some(precision_m) = c.precision_m {
                let grid = Grid::at_least("precision_m", precision_m).unwrap();
                prop_assert_eq!(grid.cell(point), grid.cell(true_point));
                let centre = grid.rectangle(grid.cell(point).unwrap()).unwrap().centre();
                prop_assert!((centre[0] - point[0]).abs() < 1e-9);
                prop_assert!((centre[1] - point[1]).abs() < 1e-7);
            } else {
                prop_assert_eq!(&row.state, &given.state);
            }
        }
    }

    #[test]
    fn a_relay_is_word_for_word_or_nothing(
        case in cases(), may_pass_on in any::<bool>(), precision_m in prop::option::of(Just(40.0)),
    ) {
        // south holds what north released to it, and hands it to east
        let Some(mut held) = case.released() else { return Ok(()) };
        held.relay = may_pass_on;
        let onwards = Clauses {
            sender: "east".to_owned(),
            precision_m: precision_m.filter(|_| held.kind == Kind::Tracks),
            ..case.clauses.clone()
        };
        let widest = Clauses { areas: vec![], precision_m: None, ..onwards.clone() };
        for clauses in [onwards, widest] {
            let relay = clauses.relay;
            let passed = held.released(&Grant::new(clauses).unwrap(), case.now_ns);
            if let Some(mut passed) = passed {
                prop_assert!(may_pass_on);
                prop_assert_eq!(passed.relay, relay);
                passed.relay = held.relay;
                prop_assert_eq!(passed.bytes(), held.bytes());
            } else if may_pass_on && precision_m.is_none() {
                prop_assert!(false, "the same terms let it pass");
            }
        }
    }

    #[test]
    fn a_coarse_state_stands_on_the_grid_and_its_covariance_dominates(case in cases()) {
        let tracks = Owned { kind: Kind::Tracks, ..case.report.clone() };
        let size_m = case.clauses.precision_m.unwrap_or(50.0);
        let clauses = Clauses {
            level: Kind::Tracks, precision_m: Some(size_m), areas: vec![], cadence_ns: 0, ..case.clauses.clone()
        };
        let Some(found) = tracks.released(&Grant::new(clauses).unwrap(), case.now_ns) else {
            return Ok(())
        };
        let dim = 2 * tracks.axes;
        for (place, row) in found.rows.iter().enumerate() {
            let at = tracks.rows.iter().position(|given| given.id == row.id).unwrap();
            let unit_m = found.grid.unwrap().unit_m();
            let unit = |i: usize| if i < tracks.axes { unit_m } else { unit_m / STEP_TIME_S };
            for i in tracks.axes..dim {
                let steps = row.state[i] / unit(i);
                prop_assert!(steps == 0.0 || ((steps.abs() - 0.5).round() - steps.abs() + 0.5).abs() < 1e-9, "{steps} steps");
                for j in 0..dim {
                    let found = found.cov[(place * dim + i) * dim + j];
                    let steps = 16.0 * found / (unit(i) * unit(j));
                    prop_assert!((steps - steps.round()).abs() < 1e-9 * steps.abs().max(1.0));
                }
            }
            let mut gain: Vec<f64> = found.cov[place * dim * dim..(place + 1) * dim * dim].to_vec();
            for (gain, given) in gain.iter_mut().zip(&tracks.cov[at * dim * dim..]) {
                *gain -= given;
            }
            // P' − P holds the worst error that rounding made: e eᵀ ⪯ axes (P' − P) by Cauchy
            let error: Vec<f64> =
                row.state.iter().zip(&tracks.rows[at].state).map(|(a, b)| a - b).collect();
            // P' − P − D, D the least half sides and half steps, stays positive definite
            let mut rest = gain.clone();
            for i in 0..dim {
                rest[i * dim + i] -= 0.24 * unit(i) * unit(i);
            }
            prop_assert!(squared_length(&rest, &vec![0.0; dim], dim).is_some(), "{rest:?}");
            let squared = squared_length(&gain, &error, dim);
            prop_assert!(squared.is_some_and(|s| s <= dim as f64), "{squared:?} {error:?} {gain:?}");
        }
    }
}

/// eᵀ A⁻¹ e by Cholesky's factor; `None` if A is not positive definite.
fn squared_length(a: &[f64], e: &[f64], dim: usize) -> Option<f64> {
    let mut l = vec![0.0; dim * dim];
    for i in 0..dim {
        for j in 0..=i {
            let sum: f64 = (0..j).map(|k| l[i * dim + k] * l[j * dim + k]).sum();
            let rest = a[i * dim + j] - sum;
            l[i * dim + j] = if i == j {
                if rest <= 0.0 {
                    return None;
                }
                rest.sqrt()
            } else {
                rest / l[j * dim + j]
            };
        }
    }
    let mut y = vec![0.0; dim];
    for i in 0..dim {
        let sum: f64 = (0..i).map(|k| l[i * dim + k] * y[k]).sum();
        y[i] = (e[i] - sum) / l[i * dim + i];
    }
    Some(y.iter().map(|y| y * y).sum())
}

/// Even or odd crossings of the parallel to the west, the ring moved by whole turns.
fn inside(ring: &[[f64; 2]], [lat_deg, lon_deg]: [f64; 2]) -> bool {
    let in_copy = |turn: f64| {
        let edges = ring.iter().zip(ring.iter().cycle().skip(1));
        edges
            .filter(|(a, b)| {
                (a[0] <= lat_deg) != (b[0] <= lat_deg)
                    && a[1] + turn + (lat_deg - a[0]) / (b[0] - a[0]) * (b[1] - a[1]) <= lon_deg
            })
            .count()
            % 2
            == 1
    };
    [-360.0, 0.0, 360.0].into_iter().any(in_copy)
}

proptest! {
    #[test]
    fn counts_tell_no_fewer_than_agreed(
        rows in rows(2), frame in origins(), k in 1..4_u32, extra in rows(2),
    ) {
        let origin = frame.origin();
        let half = 0.3;
        let width = half / origin.lat_deg.to_radians().cos().max(0.05);
        let (south, north) = (origin.lat_deg.min(88.5) - half, (origin.lat_deg + half).min(88.5));
        let (west, east) = (origin.lon_deg - width, origin.lon_deg + width);
        let clauses = Clauses {
            sender: "north".to_owned(),
            recipient: "south".to_owned(),
            level: Kind::Counts,
            from_ns: 0,
            until_ns: i64::MAX,
            areas: vec![vec![vec![vec![[south, west], [south, east], [north, east], [north, west]]]]],
            fields: Vec::new(),
            delay_ns: 0,
            cadence_ns: SECOND_NS,
            precision_m: None,
            count_cell_m: Some(4_000.0),
            count_at_least: k,
            rows_per_s: None,
            relay: false,
        };
        let grant = Grant::new(clauses).unwrap();
        let partition = grant.partition.clone().unwrap();
        let count = |rows: &[Row]| {
            let report = Owned::new(rows.to_vec(), frame, Kind::Tracks, 2);
            let released =
                report.ask(|r| release(r, &grant, "south", report.time_ns)).unwrap().unwrap();
            prop_assert!(released.rows.is_empty() && released.fields.is_empty());
            match released.columns {
                Replaced::Counts(counts) => Ok(counts),
                _ => unreachable!(),
            }
        };
        let counts = count(&rows)?;
        prop_assert_eq!(counts.len(), partition.cells.len());
        let report = Owned::new(rows.clone(), frame, Kind::Tracks, 2);
        for (cell, found) in partition.cells.iter().zip(&counts) {
            let in_cell = |row: &&Row| partition.grid.cell(report.place(row)) == Some(*cell);
            let holds = rows.iter().filter(in_cell).count() as f64;
            let expected = if holds < f64::from(k) { found.is_nan() } else { *found == holds };
            prop_assert!(expected, "{holds} rows, told as {found}");
        }
        // rows outside of the cells change nothing
        let outside = Owned::new(extra, frame, Kind::Tracks, 2);
        let cell = |row: &Row| partition.grid.cell(outside.place(row));
        let not_counted = |row: &&Row| cell(row).is_none_or(|c| !partition.cells.contains(&c));
        let more: Vec<Row> =
            rows.iter().chain(outside.rows.iter().filter(not_counted)).cloned().collect();
        let bits = |counts: &[f64]| counts.iter().map(|c| c.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&counts), bits(&count(&more)?));
    }
}
