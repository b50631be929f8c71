//! Areas and grids: the index against plain counting, and the nesting of cells.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use detente_core::Error;
use detente_core::exchange::area::{Area, Polygon, Rectangle, Ring};
use detente_core::exchange::grid::Grid;
use detente_core::geodesy::{Geodetic, LocalFrame};
use proptest::prelude::*;

/// Interesting places: the equator, both sides of the antimeridian, a change of the grid's zone,
/// the far south, the end of the grid.
fn origins() -> impl Strategy<Value = LocalFrame> {
    let places =
        [[0.0, 0.0], [10.0, 179.99], [-20.0, -180.0], [60.0, 25.0], [-77.9, 166.0], [89.0, 3.0]];
    prop::sample::select(places.to_vec()).prop_map(|[lat_deg, lon_deg]| {
        LocalFrame::new(Geodetic { lat_deg, lon_deg, height_m: 0.0 }).unwrap()
    })
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
    fn the_index_of_an_area_agrees_with_counting_crossings(
        frame in origins(), ring in origins().prop_flat_map(star), other in origins().prop_flat_map(star),
        place in -1.2..1.2f64, shift in -1.2..1.2f64,
    ) {
        let _ = frame;
        let area = Area::new(&[vec![ring.clone()], vec![other.clone()]]).unwrap();
        for anchor in [&ring, &other] {
            let middle = anchor[0];
            let lon_deg = middle[1] + shift * 0.1;
            let lon_deg = if lon_deg >= 180.0 { lon_deg - 360.0 } else if lon_deg < -180.0 { lon_deg + 360.0 } else { lon_deg };
            let point = [middle[0] + place * 0.2, lon_deg];
            prop_assert_eq!(area.contains(point), inside(&ring, point) || inside(&other, point));
        }
    }

    #[test]
    fn a_covered_rectangle_lies_inside(
        ring in origins().prop_flat_map(star), level in 5..14_u32, samples in prop::collection::vec((0.0..1.0f64, 0.0..1.0f64), 40),
        (u, v) in (-1.0..1.0f64, -1.0..1.0f64),
    ) {
        let area = Area::new(&[vec![ring.clone()]]).unwrap();
        let grid = Grid::new(level).unwrap();
        let lat_deg = ring.iter().map(|p| p[0]).sum::<f64>() / ring.len() as f64 + 0.1 * u;
        let lon_deg = ring.iter().map(|p| p[1]).sum::<f64>() / ring.len() as f64 + 0.1 * v;
        let lon_deg = (lon_deg + 540.0).rem_euclid(360.0) - 180.0;
        let Some(cell) = grid.cell([lat_deg, lon_deg]) else { return Ok(()) };
        let r = grid.rectangle(cell).unwrap();
        let at = |(u, v): (f64, f64)| [
            r.lat_deg[0] + u * (r.lat_deg[1] - r.lat_deg[0]), r.lon_deg[0] + v * (r.lon_deg[1] - r.lon_deg[0]),
        ];
        let all = samples.iter().all(|&sample| inside(&ring, at(sample)));
        prop_assert!(all || !area.covers(r));
        // and a star's cell without an edge in it is covered if its centre is inside
        let untouched = ring.iter().zip(ring.iter().cycle().skip(1)).all(|(a, b)| {
            (0..=400).all(|i| {
                let t = f64::from(i) / 400.0;
                let p = [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
                let grown = 0.01;
                [-360.0, 0.0, 360.0].iter().all(|turn| {
                    p[0] < r.lat_deg[0] - grown || p[0] > r.lat_deg[1] + grown
                        || p[1] + turn < r.lon_deg[0] - grown * 30.0 || p[1] + turn > r.lon_deg[1] + grown * 30.0
                })
            })
        });
        if untouched {
            prop_assert_eq!(area.covers(r), inside(&ring, r.centre()));
        }
    }

    #[test]
    fn cells_nest(lat_deg in -88.999..88.999f64, lon_deg in -180.0..=180.0f64, level in 3..24_u32) {
        let (coarse, fine) = (Grid::new(level).unwrap(), Grid::new(level + 1).unwrap());
        let outer = coarse.rectangle(coarse.cell([lat_deg, lon_deg]).unwrap()).unwrap();
        let inner = fine.rectangle(fine.cell([lat_deg, lon_deg]).unwrap()).unwrap();
        prop_assert!(outer.lat_deg[0] <= inner.lat_deg[0] && inner.lat_deg[1] <= outer.lat_deg[1]);
        prop_assert!(outer.lon_deg[0] <= inner.lon_deg[0] && inner.lon_deg[1] <= outer.lon_deg[1]);
        prop_assert!(inner.lat_deg[0] <= lat_deg && lat_deg < inner.lat_deg[1]);
        // at least as large as promised, both ways
        let size_m = 110_574.0 / f64::from(1_u32 << level);
        let metres = |degrees: [f64; 2], scale: f64| (degrees[1] - degrees[0]) * scale;
        let poleward = outer.lat_deg[0].abs().max(outer.lat_deg[1].abs());
        let parallel_m = 111_319.0 * poleward.to_radians().cos();
        prop_assert!(metres(outer.lat_deg, 110_574.0) >= size_m);
        prop_assert!(metres(outer.lon_deg, parallel_m) >= size_m * 0.999, "{outer:?}");
    }
}

/// How often rings wind around a point, all edges one after the other: the shells' depths added.
fn depth(rings: &[Ring], [lat_deg, lon_deg]: [f64; 2]) -> i32 {
    let lon_deg = if lon_deg == 180.0 { -180.0 } else { lon_deg };
    let winds = |ring: &Ring, turn: f64| {
        let sides = || ring.iter().zip(ring.iter().cycle().skip(1));
        let area: f64 = sides().map(|(a, b)| a[1] * b[0] - b[1] * a[0]).sum();
        let one = |(a, b): (&[f64; 2], &[f64; 2])| {
            let (south, north) = if a[0] < b[0] { (a, b) } else { (b, a) };
            let spans = south[0] <= lat_deg && lat_deg < north[0];
            let slope = ((north[1] + turn) - (south[1] + turn)) / (north[0] - south[0]);
            let west = spans && (south[1] + turn) + (lat_deg - south[0]) * slope <= lon_deg;
            i32::from(west) * if (b[0] < a[0]) == (area > 0.0) { 1 } else { -1 }
        };
        sides().map(one).sum::<i32>()
    };
    rings.iter().flat_map(|ring| [-360.0, 0.0, 360.0].map(|turn| winds(ring, turn))).sum()
}

proptest! {
    /// Corners on a coarse lattice, so that edges meet, cross, coincide and run along parallels,
    /// and points on vertices and edges: at the antimeridian, at a pole and elsewhere.
    #[test]
    fn the_index_agrees_with_all_edges_one_after_the_other(
        rings in prop::collection::vec(prop::collection::vec((0..5_i32, -4..=4_i32), 3..9), 1..4),
        [south, middle] in prop::sample::select(vec![[86.0, 0.0], [-90.0, 30.0], [10.0, 180.0], [0.0, -180.0], [-2.0, 0.0]]),
        offsets in prop::collection::vec((0..33_i32, -40..=40_i32), 40),
    ) {
        let corner = |(lat, lon): (i32, i32)| [south + f64::from(lat), middle + f64::from(lon)];
        let rings: Vec<Ring> = rings.into_iter().map(|ring| ring.into_iter().map(corner).collect()).collect();
        let polygons: Vec<Polygon> = rings.iter().map(|ring| vec![ring.clone()]).collect();
        let Ok(area) = Area::new(&polygons) else { return Ok(()) };
        let eighths = offsets.into_iter().map(|(lat, lon)| [south + f64::from(lat) / 8.0, middle + f64::from(lon) / 8.0]);
        for [lat_deg, lon_deg] in rings.concat().into_iter().chain(eighths) {
            let turned = (lon_deg + 180.0).rem_euclid(360.0) - 180.0;
            for point in [[lat_deg, turned], [lat_deg, if turned == -180.0 { 180.0 } else { turned }]] {
                prop_assert_eq!(area.contains(point), depth(&rings, point) > 0, "{:?}", point);
            }
        }
    }
}

fn square(south: f64, west: f64, north: f64, east: f64) -> Ring {
    vec![[south, west], [south, east], [north, east], [north, west], [south, west]]
}

#[test]
fn holes_touching_and_overlapping_polygons_and_both_ways_round() {
    let hole: Ring = square(2.0, 2.0, 4.0, 4.0).into_iter().rev().collect();
    let polygons: Vec<Polygon> = vec![
        vec![square(0.0, 0.0, 6.0, 6.0), hole],
        vec![square(0.0, 6.0, 6.0, 9.0)], // touches the first
        vec![square(3.0, 3.0, 8.0, 8.0).into_iter().rev().collect()], // covers a part of the hole
    ];
    let area = Area::new(&polygons).unwrap();
    let inside = [[1.0, 1.0], [5.0, 6.0], [3.5, 3.5], [7.0, 7.0], [1.0, 8.9], [0.0, 0.0]];
    let outside =
        [[2.5, 2.5], [3.5, 2.5], [7.0, 2.0], [6.0, 8.5], [f64::NAN, 1.0], [1.0, f64::NAN]];
    assert!(inside.into_iter().all(|point| area.contains(point)));
    assert!(outside.into_iter().all(|point| !area.contains(point)));
    let covers = |[south, west, north, east]: [f64; 4]| {
        area.covers(Rectangle { lat_deg: [south, north], lon_deg: [west, east] })
    };
    assert!(covers([0.0, 0.0, 2.0, 9.0]), "across the common edge");
    assert!(covers([4.0, 2.0, 5.0, 7.5]), "into the overlap");
    assert!(!covers([1.0, 1.0, 5.0, 5.0]), "over the hole");
    assert!(!covers([5.0, 7.5, 6.5, 8.5]), "over the corner");
    assert!(!covers([-1.0, 1.0, 1.0, 2.0]), "over the southern edge");
}

#[test]
fn the_antimeridian_is_no_edge() {
    let beyond = Area::new(&[vec![square(0.0, 170.0, 10.0, 190.0)]]).unwrap();
    let west = Area::new(&[vec![square(0.0, -190.0, 10.0, -170.0)]]).unwrap();
    let cut = [vec![square(0.0, 170.0, 10.0, 180.0)], vec![square(0.0, -180.0, 10.0, -170.0)]];
    let cut = Area::new(&cut).unwrap();
    for area in [beyond, west, cut] {
        for lon_deg in [170.0, 179.9, 180.0, -180.0, -170.1] {
            assert!(area.contains([5.0, lon_deg]), "{lon_deg}");
        }
        for lon_deg in [169.9, -169.9, 0.0] {
            assert!(!area.contains([5.0, lon_deg]), "{lon_deg}");
        }
        assert!(area.covers(Rectangle { lat_deg: [1.0, 2.0], lon_deg: [179.0, 180.0] }));
        assert!(area.covers(Rectangle { lat_deg: [1.0, 2.0], lon_deg: [-180.0, -179.0] }));
    }
}

#[test]
fn polygons_without_meaning_are_refused() {
    let cases: [(Vec<Polygon>, &str); 7] = [
        (vec![], "at least one polygon, found none"),
        (vec![vec![]], "no ring in polygon 0"),
        (vec![vec![vec![[0.0, 0.0], [1.0, 1.0]]]], "2 points around nothing"),
        (vec![vec![vec![[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]]], "3 points around nothing"),
        (vec![vec![square(0.0, 170.0, 1.0, -170.0)]], "cut it at the antimeridian"),
        (vec![vec![square(0.0, 0.0, 91.0, 1.0)]], "latitude 91, longitude 1 in polygon 0"),
        (vec![vec![square(0.0, 0.0, f64::NAN, 1.0)]], "latitude NaN"),
    ];
    for (polygons, expected) in cases {
        let error = Area::new(&polygons).unwrap_err();
        assert!(matches!(error, Error::Setting { .. }));
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn sizes_that_no_grid_has_are_refused() {
    for size_m in [0.0, -1.0, f64::NAN, 13_900.0, f64::INFINITY] {
        assert!(matches!(Grid::at_least("size_m", size_m), Err(Error::Setting { .. })));
    }
    assert_eq!(Grid::at_least("size_m", 50.0).unwrap().level(), 11);
    assert_eq!(Grid::at_least("size_m", 1e-9).unwrap().level(), 24);
    assert!(Grid::new(2).is_err() && Grid::new(25).is_err());
}
