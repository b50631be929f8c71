//! The detections of one scan in an order that does not depend on the caller's.

use super::step::Each;
use super::{Named, Scan};
use crate::assoc::gate::{Detections, Noise};
use crate::linalg::{cholesky_one, packed_len};
use crate::sensor::{Model, Sensor, wrap};
use crate::{Error, Result};

/// A checked scan, its detections sorted by their values, then by their noise.
#[derive(Clone, Debug)]
pub(super) struct Canonical<'a> {
    pub time_s: f64,
    /// Which of the caller's detections stands at each place.
    pub order: Vec<u32>,
    values: Vec<f64>,
    own_noise: Option<Vec<f64>>,
    named: Option<(Named<'static>, Vec<u64>)>,
    each: Option<(Vec<f64>, Vec<bool>)>,
    shared_noise: &'a [f64],
}

impl<'a> Canonical<'a> {
    pub fn new(scan: Scan<'_>, sensor: &'a Sensor, axes: usize) -> Result<Self> {
        let m = sensor.dim(axes);
        let n = check(&scan, m)?;
        if let Model::Box = sensor.model {
            check_sizes(scan.values)?;
        }
        check_possible(sensor, scan.values, m)?;
        let row = |k: u32| &scan.values[k as usize * m..][..m];
        let noise = |k: u32| match scan.noise {
            Some(all) => &all[k as usize * packed_len(m)..][..packed_len(m)],
            None => &[],
        };
        let code = |k: u32| scan.named.map_or(0, |named| named.code[k as usize]);
        let mut order: Vec<u32> = (0..n as u32).collect();
        order.sort_by(|&a, &b| {
            let key = |k: u32| row(k).iter().chain(noise(k));
            let rest = || {
                let mut pairs = key(a).zip(key(b)).map(|(x, y)| x.total_cmp(y));
                let differing = pairs.find(|ordering| ordering.is_ne());
                differing.unwrap_or_else(|| (code(a), a).cmp(&(code(b), b)))
            };
            row(a)[0].total_cmp(&row(b)[0]).then_with(rest)
        });
        let component = |(i, &value): (usize, &f64)| {
            if sensor.is_angle(i) { wrap(value) } else { value }
        };
        let values = order.iter().flat_map(|&k| row(k).iter().enumerate().map(component)).collect();
        let own_noise = match (scan.noise, &sensor.model) {
            (Some(_), _) => Some(order.iter().flat_map(|&k| noise(k)).copied().collect()),
            (None, Model::Box) => {
                let squared = |&k: &u32| row(k)[3] * row(k)[3];
                let each = |h2: f64| sensor.noise.iter().map(move |r| r * h2);
                Some(order.iter().map(squared).flat_map(each).collect())
            }
            (None, _) => None,
        };
        let named = scan
            .named
            .map(|named| (Named { code: &[], ..named }, order.iter().map(|&k| code(k)).collect()));
        let each = scan.each.map(|each| {
            let clutter = order.iter().map(|&k| each.clutter_density[k as usize]).collect();
            (clutter, order.iter().map(|&k| each.begins[k as usize]).collect())
        });
        let (time_s, shared_noise) = (scan.time_s, &*sensor.noise);
        Ok(Self { time_s, order, values, own_noise, named, each, shared_noise })
    }

    /// The identities that the detections carry, and the probability that one is wrong.
    pub fn named(&self) -> Option<Named<'_>> {
        self.named.as_ref().map(|(named, code)| Named { code, ..*named })
    }

    /// The density of clutter at each detection, where they bring it themselves.
    pub fn clutter_density(&self) -> Option<&[f64]> {
        self.each.as_ref().map(|(clutter_density, _)| &**clutter_density)
    }

    /// Whether a detection may begin a track.
    pub fn begins(&self, detection: usize) -> bool {
        self.each.as_ref().is_none_or(|(_, begins)| begins[detection])
    }

    pub fn detections(&self) -> Detections<'_> {
        let noise = match &self.own_noise {
            Some(each) => Noise::Each(each),
            None => Noise::Shared(self.shared_noise),
        };
        Detections { values: &self.values, noise }
    }
}

/// Refuses boxes without a width or a height.
fn check_sizes(values: &[f64]) -> Result<()> {
    match values.chunks_exact(4).position(|z| !(z[2] > 0.0 && z[3] > 0.0)) {
        None => Ok(()),
        Some(row) => Err(Error::Setting {
            what: "the width and height of a box",
            expected: "positive",
            found: format!("{} × {} at row {row}", values[row * 4 + 2], values[row * 4 + 3]),
        }),
    }
}

/// Refuses what no sensor measures: ranges below zero, angles of more than a turn, elevations
/// beyond the zenith. Degrees and swapped components look like that.
fn check_possible(sensor: &Sensor, values: &[f64], m: usize) -> Result<()> {
    use std::f64::consts::{FRAC_PI_2, TAU};
    const ROUNDED: f64 = 1.0 + 1e-6;
    let degrees = "; are they degrees, or in another order?";
    let check = |at: usize, what, expected, possible: &dyn Fn(f64) -> bool, advice: &str| {
        let bad = values.chunks_exact(m).position(|z| !possible(z[at]));
        bad.map_or(Ok(()), |row| {
            let found = format!("{} at row {row}{advice}", values[row * m + at]);
            Err(Error::Setting { what, expected, found })
        })
    };
    let polar = if let Model::Polar(polar) = &sensor.model { Some(polar) } else { None };
    if polar.is_some_and(|polar| polar.within_m.is_none()) {
        check(0, "the range of a detection", "zero or positive", &|z| z >= 0.0, "")?;
    }
    if let Some(polar) = polar.filter(|polar| polar.elevation) {
        let at = 1 + usize::from(polar.within_m.is_none());
        let (what, expected) = ("the elevation of a detection", "in radians, within ±π/2");
        check(at, what, expected, &|z| z.abs() <= FRAC_PI_2 * ROUNDED, degrees)?;
    }
    for at in (0..m).filter(|&at| sensor.is_angle(at)) {
        let what =
            if polar.is_some() { "the bearing of a detection" } else { "an angle of a detection" };
        let expected = "in radians, within ±2π";
        check(at, what, expected, &|z| z.abs() <= TAU * ROUNDED, degrees)?;
    }
    Ok(())
}

/// The number of detections, if they are what they should be.
fn check(scan: &Scan<'_>, m: usize) -> Result<usize> {
    let n = scan.values.len() / m;
    let shape = |what: &str, expected: String, found: usize| {
        Err(Error::Shape { what: what.to_owned(), expected, found: format!("{found} values") })
    };
    if n * m != scan.values.len() {
        return shape("the detections", format!("(n, {m})"), scan.values.len());
    }
    if let Some(at) = scan.values.iter().position(|value| !value.is_finite()) {
        let what = "the detections".to_owned();
        return Err(Error::NotFinite { what, row: at / m, value: scan.values[at] });
    }
    if let Some(named) = scan.named {
        if named.code.len() != n {
            return shape("identity", format!("({n},)"), named.code.len());
        }
        if !(named.error >= 0.0 && named.error < 1.0) {
            return Err(Error::Setting {
                what: "identity_error",
                expected: "at least 0 and below 1",
                found: named.error.to_string(),
            });
        }
    }
    if let Some(Each { clutter_density, begins }) = scan.each {
        if clutter_density.len() != n || begins.len() != n {
            return shape("clutter_density", format!("({n},)"), clutter_density.len());
        }
        if let Some(bad) = clutter_density.iter().find(|c| !(**c >= 0.0 && c.is_finite())) {
            return Err(Error::Setting {
                what: "clutter_density",
                expected: "zero or positive, and finite",
                found: bad.to_string(),
            });
        }
    }
    if let Some(noise) = scan.noise {
        if noise.len() != n * packed_len(m) {
            return shape("noise", format!("({n}, {m}, {m})"), noise.len());
        }
        let bad = noise.chunks_exact(packed_len(m)).position(|r| cholesky_one(m, r).is_none());
        if let Some(row) = bad {
            return Err(Error::NotPositiveDefinite { what: "noise".to_owned(), row });
        }
    }
    Ok(n)
}
