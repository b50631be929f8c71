//! Which clusters a scan makes depend on each other.
//!
//! Two clusters that may have made the same detection belong together from now on. Whether they
//! may is judged by the marginal probability of each pair of a track and a detection, so that a
//! pair that is as good as impossible couples nothing.

use super::cluster::{ABSENT, Cluster};
use super::{Mixture, NEWBORN};
use crate::Result;
use crate::assoc::gate::Candidates;
use crate::assoc::marginal::{Method, Weights, marginals};
use crate::track::weigh::Weighed;

/// Clusters that share detections, and those detections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Group {
    pub clusters: Vec<usize>,
    pub detections: Vec<u32>,
}

/// The groups, in the order of their first clusters; then the detections that no cluster made.
pub(super) fn couple(
    clusters: &[Cluster],
    candidates: &Candidates,
    log: &Weighed,
    detections: usize,
    mixture: Mixture,
) -> Result<Vec<Group>> {
    let tracks = Marginal::new(clusters, candidates, log);
    let problem = Weights {
        indptr: &tracks.indptr,
        indices: &tracks.detection,
        log_weight: &tracks.log_edge,
        miss_log_weight: &tracks.log_miss,
        columns: detections,
    };
    let probability = marginals(problem, Method::BeliefPropagation)?;
    let mut of_detection: Vec<Vec<u32>> = vec![Vec::new(); detections];
    for (track, &cluster) in tracks.cluster.iter().enumerate() {
        for edge in tracks.indptr[track]..tracks.indptr[track + 1] {
            if probability.edge[edge] >= mixture.prune_hypothesis {
                of_detection[tracks.detection[edge] as usize].push(cluster);
            }
        }
    }
    Ok(groups(clusters.len(), &of_detection))
}

/// The connected components of clusters and detections.
fn groups(clusters: usize, of_detection: &[Vec<u32>]) -> Vec<Group> {
    let mut leader: Vec<usize> = (0..clusters).collect();
    for together in of_detection {
        for &cluster in together {
            let (a, b) =
                (find(&mut leader, together[0] as usize), find(&mut leader, cluster as usize));
            leader[a.max(b)] = a.min(b);
        }
    }
    let mut number = vec![usize::MAX; clusters];
    let mut groups: Vec<Group> = Vec::new();
    for cluster in 0..clusters {
        let first = find(&mut leader, cluster);
        if first == cluster {
            number[cluster] = groups.len();
            groups.push(Group::default());
        }
        groups[number[first]].clusters.push(cluster);
    }
    for (detection, together) in (0..).zip(of_detection) {
        match together.first() {
            Some(&cluster) => {
                let group = number[find(&mut leader, cluster as usize)];
                groups[group].detections.push(detection);
            }
            None => groups.push(Group { clusters: Vec::new(), detections: vec![detection] }),
        }
    }
    groups
}

/// The first of the clusters that are together with this one.
fn find(leader: &mut [usize], mut cluster: usize) -> usize {
    while leader[cluster] != cluster {
        leader[cluster] = leader[leader[cluster]];
        cluster = leader[cluster];
    }
    cluster
}

/// The tracks with their hypotheses averaged: as if there were no mixture.
struct Marginal {
    cluster: Vec<u32>,
    indptr: Vec<usize>,
    detection: Vec<u32>,
    log_edge: Vec<f64>,
    log_miss: Vec<f64>,
}

impl Marginal {
    fn new(clusters: &[Cluster], candidates: &Candidates, log: &Weighed) -> Self {
        let mut out = Self {
            cluster: Vec::new(),
            indptr: vec![0],
            detection: Vec::new(),
            log_edge: Vec::new(),
            log_miss: Vec::new(),
        };
        let mut edges: Vec<(u32, f64)> = Vec::new();
        for (number, cluster) in clusters.iter().enumerate() {
            for track in 0..cluster.tracks {
                edges.clear();
                let mut missed = 0.0;
                for (row, share) in shares(cluster, track) {
                    if row == ABSENT {
                        missed += share;
                        continue;
                    }
                    debug_assert!(row < NEWBORN);
                    missed += share * libm::exp(log.miss[row as usize]);
                    let log_share = libm::log(share);
                    edges.extend(
                        candidates
                            .of(row as usize)
                            .map(|edge| (candidates.detection[edge], log_share + log.edge[edge])),
                    );
                }
                edges.sort_by_key(|&(detection, _)| detection); // stable
                for same in edges.chunk_by(|a, b| a.0 == b.0) {
                    let logs: Vec<f64> = same.iter().map(|&(_, log)| log).collect();
                    out.detection.push(same[0].0);
                    out.log_edge.push(super::cluster::log_sum(&logs));
                }
                out.cluster.push(number as u32);
                out.indptr.push(out.detection.len());
                out.log_miss.push(libm::log(missed.max(f64::MIN_POSITIVE)));
            }
        }
        out
    }
}

/// The rows of a track with their probabilities, in the order of the rows.
pub(super) fn shares(cluster: &Cluster, track: usize) -> Vec<(u32, f64)> {
    let mut all: Vec<(u32, f64)> =
        cluster.hypotheses().map(|(weight, rows)| (rows[track], libm::exp(weight))).collect();
    all.sort_by_key(|&(row, _)| row); // stable
    all.chunk_by(|a, b| a.0 == b.0)
        .map(|same| (same[0].0, same.iter().map(|&(_, p)| p).sum()))
        .collect()
}
