//! Geodesy: round trips, and points that anyone can check by hand.

#![allow(clippy::unwrap_used)] // a test may

use detente_core::Error;
use detente_core::geodesy::{
    Geodetic, LocalFrame, SEMI_MAJOR_M, SEMI_MINOR_M, check_radius, ecef_from_geodetic,
    geodetic_from_ecef,
};
use proptest::prelude::*;

fn point() -> impl Strategy<Value = Geodetic> {
    (-90.0..=90.0, -180.0..=180.0, -10_000.0..5e7)
        .prop_map(|(lat_deg, lon_deg, height_m)| Geodetic { lat_deg, lon_deg, height_m })
}

fn gap(a: [f64; 3], b: [f64; 3]) -> f64 {
    (0..3).map(|i| (a[i] - b[i]).abs()).fold(0.0, f64::max)
}

proptest! {
    #[test]
    fn earth_centred_and_back(point in point()) {
        let ecef = ecef_from_geodetic(point);
        let back = geodetic_from_ecef(ecef);
        prop_assert!(gap(ecef_from_geodetic(back), ecef) < 1e-6);
        prop_assert!((back.height_m - point.height_m).abs() < 1e-6);
    }

    #[test]
    fn local_and_back(origin in point(), ecef in point().prop_map(ecef_from_geodetic)) {
        let frame = LocalFrame::new(origin).unwrap();
        prop_assert!(gap(frame.ecef_from_enu(frame.enu_from_ecef(ecef)), ecef) < 1e-6);
    }

    #[test]
    fn deep_down_the_iteration_still_converges(
        lat_deg in -90.0..=90.0f64, lon_deg in -180.0..=180.0f64, height_m in -6.3e6..-1e4f64,
    ) {
        let point = Geodetic { lat_deg, lon_deg, height_m };
        let back = geodetic_from_ecef(ecef_from_geodetic(point));
        prop_assert!((back.height_m - height_m).abs() < 1e-5);
        prop_assert!((back.lat_deg - lat_deg).abs() < 1e-9);
    }
}

proptest! {
    #[test]
    fn the_surface_under_a_frame_has_height_zero(
        lat_deg in -89.0..=89.0f64, lon_deg in -180.0..=180.0f64, height_m in -500.0..9_000.0f64,
        east in -3e5..3e5f64, north in -3e5..3e5f64,
    ) {
        let frame = LocalFrame::new(Geodetic { lat_deg, lon_deg, height_m }).unwrap();
        let [lat_deg, lon_deg] = frame.surface().point([east, north]).unwrap();
        let ground = ecef_from_geodetic(Geodetic { lat_deg, lon_deg, height_m: 0.0 });
        let enu = frame.enu_from_ecef(ground);
        prop_assert!((enu[0] - east).abs() < 1e-6 && (enu[1] - north).abs() < 1e-6);
    }
}

#[test]
fn a_vertical_that_misses_the_ellipsoid_has_no_ground() {
    let frame = LocalFrame::new(Geodetic { lat_deg: 10.0, lon_deg: 20.0, height_m: 0.0 }).unwrap();
    assert_eq!(frame.surface().point([7e6, 0.0]), None);
    assert_eq!(frame.surface().point([f64::NAN, 0.0]), None);
}

#[test]
fn the_axes_of_the_ellipsoid() {
    let equator = Geodetic { lat_deg: 0.0, lon_deg: 90.0, height_m: 0.0 };
    assert!(gap(ecef_from_geodetic(equator), [0.0, SEMI_MAJOR_M, 0.0]) < 1e-8);
    let pole = Geodetic { lat_deg: -90.0, lon_deg: 0.0, height_m: 5.0 };
    assert!(gap(ecef_from_geodetic(pole), [0.0, 0.0, -SEMI_MINOR_M - 5.0]) < 1e-8);
    assert_eq!(geodetic_from_ecef([0.0, 0.0, SEMI_MINOR_M]).lat_deg, 90.0);
}

#[test]
fn what_has_no_latitude_is_refused() {
    let origin = Geodetic { lat_deg: 90.000_001, lon_deg: 0.0, height_m: 0.0 };
    assert!(matches!(LocalFrame::new(origin), Err(Error::Setting { what: "lat_deg", .. })));
    assert!(matches!(check_radius([49_999.0, 0.0, 0.0], None), Err(Error::Setting { .. })));
    assert!(check_radius([0.0, 50_000.0, 0.0], None).is_ok());
}
