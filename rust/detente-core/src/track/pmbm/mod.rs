//! The Poisson multi-Bernoulli mixture: several rows a track, and clusters of tracks whose global
//! hypotheses say which rows hold together.
//!
//! García-Fernández, Williams, Granström and Svensson, IEEE TAES 54 (2018) 1883–1901; Williams,
//! IEEE TAES 51 (2015) 1664–1687. Clusters: Reid, IEEE TAC 24 (1979) 843–854.

mod children;
mod cluster;
mod couple;
mod estimate;
mod settle;
mod tidy;
mod unite;

pub use estimate::Estimator;
pub(super) use estimate::{estimate, marginal_existence};

use children::{Children, children};
pub(super) use cluster::{ABSENT, Cluster, log_sum};
use couple::couple;
pub(super) use unite::squared_distance;

use super::associated::{Associated, Then};
use super::weigh::{Weighed, Weights};
use crate::assoc::assign::MISS;
use crate::assoc::gate::Candidates;
use crate::{Error, Result};

/// How many hypotheses live on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mixture {
    /// At most so many global hypotheses in a cluster.
    pub max_hypotheses: usize,
    /// A global hypothesis less likely than this is dropped.
    pub prune_hypothesis: f64,
    /// A row that was not detected and is less likely to exist than this goes back to the objects
    /// not yet seen.
    pub recycle_existence: f64,
}

impl Mixture {
    pub(super) fn check(&self) -> Result<()> {
        if self.max_hypotheses == 0 || self.max_hypotheses > 1_000_000 {
            return Err(Error::Setting {
                what: "max_hypotheses",
                expected: "1 to 1,000,000",
                found: self.max_hypotheses.to_string(),
            });
        }
        if !(self.prune_hypothesis > 0.0 && self.prune_hypothesis < 0.1) {
            return Err(Error::Setting {
                what: "prune_hypothesis",
                expected: "above 0 and below 0.1",
                found: self.prune_hypothesis.to_string(),
            });
        }
        if !(self.recycle_existence >= 0.0 && self.recycle_existence < 1.0) {
            return Err(Error::Setting {
                what: "recycle_existence",
                expected: "at least 0 and below 1",
                found: self.recycle_existence.to_string(),
            });
        }
        Ok(())
    }
}

/// A row that is not there yet: the object that a detection would begin. The detection's number
/// stands in the other bits.
pub(super) const NEWBORN: u32 = 1 << 31;

/// Every cluster's global hypotheses branch by what their rows may have been given.
///
/// The clusters that come back name hypotheses instead of rows, and newborns by their detections.
pub(super) fn associate(
    mixture: Mixture,
    clusters: &[Cluster],
    candidates: &Candidates,
    weights: Weights<'_>,
) -> Result<Associated> {
    let log = Weighed::new(candidates, &weights);
    let mut out = Associated { free: vec![1.0; weights.elsewhere.len()], ..Associated::default() };
    let (mut parent, mut grown) = (Vec::new(), Vec::new());
    for group in couple(clusters, candidates, &log, weights.elsewhere.len(), mixture)? {
        let prior = Cluster::product(group.clusters.iter().map(|&c| &clusters[c]), mixture);
        let born: Children = children(&prior, &group.detections, candidates, &log, mixture)?;
        grown.push(born.numbered(parent.len() as u32));
        for &(row, detection) in &born.branches {
            let missed = detection == MISS;
            parent.push(row);
            out.detection.push(detection);
            out.existence.push(if missed { weights.missed_existence(row as usize) } else { 1.0 });
        }
    }
    out.parent = Some(parent);
    out.then = Then::Mixture(grown);
    Ok(out)
}
