//! Runs filters of multisensor-lmb-filters-rs over detections read from standard input.
//!
//! First a line of settings: the filter, the acceleration density, the variance of a position, the
//! probabilities of detection and survival, the clutter points a scan, the area, and how many
//! birth places follow; for each of these a line: existence at the first scan, existence later,
//! mean (4), variances (4). Then for each scan a line: the number of detections and their
//! positions. Out goes for each scan a line: the CPU time [s], the number of tracks kept, and the
//! positions of the estimates.

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::str::{FromStr, SplitWhitespace};

use cpu_time::ProcessTime;
use multisensor_lmb_filters_rs::common::rng::SimpleRng;
use multisensor_lmb_filters_rs::lmb::{
    AssociationConfig, BirthLocation, BirthModel, DynamicAssociator, Filter, LmbFilter, LmbmConfig,
    LmbmFilter, MotionModel, SensorModel, StateEstimate,
};
use nalgebra::{DMatrix, DVector};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A birth place and its existence, at the first scan and later.
struct Place {
    initial: f64,
    later: f64,
    at: BirthLocation,
}

/// What a scan gave: the estimates and how many tracks (or hypotheses) are kept.
struct Scan {
    estimate: StateEstimate,
    kept: usize,
}

type Step = Box<dyn FnMut(usize, &[DVector<f64>]) -> Result<Scan>>;

fn main() -> Result<()> {
    let mut lines = io::stdin().lock().lines();
    let header = lines.next().ok_or("no settings")??;
    let mut words = header.split_whitespace();
    let name = words.next().ok_or("no filter")?.to_owned();
    let psd: f64 = next(&mut words)?;
    let variance: f64 = next(&mut words)?;
    let seen: f64 = next(&mut words)?;
    let survival: f64 = next(&mut words)?;
    let clutter: f64 = next(&mut words)?;
    let area: f64 = next(&mut words)?;
    let count: usize = next(&mut words)?;
    let mut places = Vec::new();
    for label in 0..count {
        let line = lines.next().ok_or("a birth place is missing")??;
        let mut words = line.split_whitespace();
        let initial = next(&mut words)?;
        let later = next(&mut words)?;
        let mean = vector(&mut words, 4)?;
        let spread = DMatrix::from_diagonal(&vector(&mut words, 4)?);
        places.push(Place { initial, later, at: BirthLocation::new(label, mean, spread) });
    }
    let motion = MotionModel::constant_velocity_2d(1.0, psd.sqrt(), survival);
    let sensor = SensorModel::position_sensor_2d(variance.sqrt(), seen, clutter, area);
    let mut step = filter(&name, &motion, &sensor, &places)?;
    let mut out = io::stdout().lock();
    for (time, line) in lines.enumerate() {
        let line = line?;
        let mut words = line.split_whitespace();
        let found: usize = next(&mut words)?;
        let scan = (0..found).map(|_| vector(&mut words, 2)).collect::<Result<Vec<_>>>()?;
        let start = ProcessTime::now();
        let result = step(time, &scan)?;
        let took = start.elapsed();
        write!(out, "{} {}", took.as_secs_f64(), result.kept)?;
        for track in &result.estimate.tracks {
            write!(out, " {} {}", track.mean[0], track.mean[1])?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The filter by name; the birth existence of the first scan differs from that of the others, so
/// its state moves to a second filter after it.
fn filter(
    name: &str,
    motion: &MotionModel,
    sensor: &SensorModel,
    places: &[Place],
) -> Result<Step> {
    let (kind, method) = name.split_once('-').ok_or("the filter is KIND-METHOD")?;
    let association = match method {
        "LBP" => AssociationConfig::lbp(100, 1e-6),
        "Gibbs" => AssociationConfig::gibbs(1000),
        "Murty" => AssociationConfig::murty(200),
        other => return Err(format!("no association {other}").into()),
    };
    let birth = |first: bool| {
        let existence = places.first().map_or(0.0, |p| if first { p.initial } else { p.later });
        BirthModel::new(places.iter().map(|p| p.at.clone()).collect(), existence, existence)
    };
    let mut rng = SimpleRng::new(42);
    match kind {
        "LMB" => {
            let make = |first| {
                LmbFilter::with_associator_type(
                    motion.clone(),
                    sensor.clone(),
                    birth(first),
                    association.clone(),
                    DynamicAssociator::from_config(&association),
                )
                .with_gm_pruning(1e-4, 100)
                .with_gm_merge_threshold(f64::INFINITY)
            };
            let (mut first, mut later) = (make(true), make(false));
            Ok(Box::new(move |time, scan| {
                if time > 0 {
                    let estimate = later.step(&mut rng, &scan.to_vec(), time)?;
                    return Ok(Scan { estimate, kept: later.get_tracks().len() });
                }
                let estimate = first.step(&mut rng, &scan.to_vec(), time)?;
                later.set_tracks(first.get_tracks());
                Ok(Scan { estimate, kept: first.get_tracks().len() })
            }))
        }
        "LMBM" => {
            let make = |first| {
                let kept = LmbmConfig {
                    max_hypotheses: 200,
                    hypothesis_weight_threshold: 1e-4,
                    use_eap: false,
                };
                LmbmFilter::with_associator_type(
                    motion.clone(),
                    sensor.clone(),
                    birth(first),
                    association.clone(),
                    kept,
                    DynamicAssociator::from_config(&association),
                )
            };
            let (mut first, mut later) = (make(true), make(false));
            Ok(Box::new(move |time, scan| {
                if time > 0 {
                    let estimate = later.step(&mut rng, &scan.to_vec(), time)?;
                    return Ok(Scan { estimate, kept: later.get_hypotheses().len() });
                }
                let estimate = first.step(&mut rng, &scan.to_vec(), time)?;
                later.set_hypotheses(first.get_hypotheses());
                Ok(Scan { estimate, kept: first.get_hypotheses().len() })
            }))
        }
        other => Err(format!("no filter {other}").into()),
    }
}

fn next<T: FromStr>(words: &mut SplitWhitespace) -> Result<T>
where
    T::Err: Error + 'static,
{
    Ok(words.next().ok_or("a number is missing")?.parse()?)
}

fn vector(words: &mut SplitWhitespace, dim: usize) -> Result<DVector<f64>> {
    Ok(DVector::from_vec((0..dim).map(|_| next(words)).collect::<Result<Vec<f64>>>()?))
}
