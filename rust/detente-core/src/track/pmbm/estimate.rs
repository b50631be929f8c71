//! Which objects there are, read off a mixture: the three estimators of García-Fernández,
//! Williams, Granström and Svensson 2018, section VI.
//!
//! Clusters are independent, so the best global hypothesis is the best of each cluster, and the
//! number of objects is the sum of theirs.

use super::cluster::{ABSENT, Cluster};

/// How the objects are read off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Estimator {
    /// The rows of the likeliest global hypothesis that exist with at least this probability.
    Existence(f64),
    /// The likeliest number of objects, then the likeliest rows of that number in one hypothesis.
    Cardinality,
    /// The likeliest set of rows: in each hypothesis those that rather exist than not.
    Joint,
}

/// A set of rows and how likely it is that they are just the objects there are.
#[derive(Clone, Debug)]
struct Candidate {
    log_probability: f64,
    rows: Vec<u32>,
}

/// The rows of the objects that are estimated to exist.
pub(in crate::track) fn estimate(
    clusters: &[Cluster],
    existence: &[f64],
    estimator: Estimator,
) -> Vec<u32> {
    match estimator {
        Estimator::Existence(threshold) => clusters
            .iter()
            .flat_map(Cluster::likeliest)
            .filter(|&row| existence[row as usize] >= threshold)
            .collect(),
        Estimator::Joint => clusters.iter().flat_map(|cluster| joint(cluster, existence)).collect(),
        Estimator::Cardinality => of_number(clusters, existence),
    }
}

impl Cluster {
    /// The rows of the likeliest hypothesis.
    pub fn likeliest(&self) -> impl Iterator<Item = u32> {
        self.rows.iter().take(self.tracks).copied().filter(|&row| row != ABSENT)
    }
}

/// log r or log (1 − r), the latter finite.
fn log_of(probability: f64) -> f64 {
    libm::log(probability.max(f64::MIN_POSITIVE))
}

/// Third estimator: the largest w Π max(r, 1 − r).
fn joint(cluster: &Cluster, existence: &[f64]) -> Vec<u32> {
    let mut best = Candidate { log_probability: f64::NEG_INFINITY, rows: Vec::new() };
    for (weight, rows) in cluster.hypotheses() {
        let present = rows.iter().copied().filter(|&row| row != ABSENT);
        let chances = present.clone().map(|row| existence[row as usize]);
        let log_probability = weight + chances.map(|r| log_of(r.max(1.0 - r))).sum::<f64>();
        if log_probability > best.log_probability {
            let rows = present.filter(|&row| existence[row as usize] > 0.5).collect();
            best = Candidate { log_probability, rows };
        }
    }
    best.rows
}

/// Second estimator: the mode of the number of objects, and the best choice of that many.
fn of_number(clusters: &[Cluster], existence: &[f64]) -> Vec<u32> {
    let mut number = vec![1.0]; // the distribution of how many there are so far
    let mut choices: Vec<Candidate> = vec![Candidate { log_probability: 0.0, rows: Vec::new() }];
    for cluster in clusters {
        number = convolve(&number, &numbers(cluster, existence));
        let next = best_of_each_number(cluster, existence);
        let mut joined: Vec<Option<Candidate>> = vec![None; choices.len() + next.len() - 1];
        for (a, so_far) in choices.iter().enumerate() {
            for (b, more) in next.iter().enumerate() {
                let log_probability = so_far.log_probability + more.log_probability;
                let known = joined[a + b].as_ref().map(|known| known.log_probability);
                if known.is_none_or(|known| log_probability > known) {
                    let rows = so_far.rows.iter().chain(&more.rows).copied().collect();
                    joined[a + b] = Some(Candidate { log_probability, rows });
                }
            }
        }
        choices = joined.into_iter().flatten().collect();
    }
    let mut likeliest = 0;
    for (n, &p) in number.iter().enumerate() {
        if p > number[likeliest] {
            likeliest = n;
        }
    }
    choices.swap_remove(likeliest).rows
}

/// The distribution of the number of objects in a cluster.
fn numbers(cluster: &Cluster, existence: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; cluster.tracks + 1];
    for (weight, rows) in cluster.hypotheses() {
        let mut number = vec![1.0];
        for &row in rows.iter().filter(|row| **row != ABSENT) {
            let r = existence[row as usize];
            number = convolve(&number, &[1.0 - r, r]);
        }
        for (out, p) in out.iter_mut().zip(number) {
            *out += libm::exp(weight) * p;
        }
    }
    out
}

/// For each number of objects the likeliest rows, all of one hypothesis.
fn best_of_each_number(cluster: &Cluster, existence: &[f64]) -> Vec<Candidate> {
    let none = Candidate { log_probability: f64::NEG_INFINITY, rows: Vec::new() };
    let mut out = vec![none; cluster.tracks + 1];
    for (weight, rows) in cluster.hypotheses() {
        let mut rows: Vec<u32> = rows.iter().copied().filter(|&row| row != ABSENT).collect();
        rows.sort_by(|&a, &b| existence[b as usize].total_cmp(&existence[a as usize]));
        let log_none = |&row: &u32| log_of(1.0 - existence[row as usize]);
        let mut log_probability = weight + rows.iter().map(log_none).sum::<f64>();
        for n in 0..=rows.len() {
            if n > 0 {
                log_probability += log_of(existence[rows[n - 1] as usize]) - log_none(&rows[n - 1]);
            }
            if log_probability > out[n].log_probability {
                out[n] = Candidate { log_probability, rows: rows[..n].to_vec() };
            }
        }
    }
    out
}

fn convolve(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; a.len() + b.len() - 1];
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate() {
            out[i + j] += x * y;
        }
    }
    out
}

/// The probability of each track that it exists, over all hypotheses; as log odds are not needed,
/// Σ w r.
pub(in crate::track) fn marginal_existence(cluster: &Cluster, existence: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; cluster.tracks];
    for (weight, rows) in cluster.hypotheses() {
        for (out, &row) in out.iter_mut().zip(rows).filter(|(_, row)| **row != ABSENT) {
            *out += libm::exp(weight) * existence[row as usize];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two tracks of which one hypothesis has both, another one only the first.
    fn pair() -> Cluster {
        Cluster {
            log_weight: vec![libm::log(0.6), libm::log(0.4)],
            tracks: 2,
            rows: vec![0, 1, 2, ABSENT],
        }
    }

    #[test]
    fn marginal_existence_averages_over_the_hypotheses() {
        let r = marginal_existence(&pair(), &[1.0, 0.5, 0.9]);
        assert!((r[0] - (0.6 + 0.4 * 0.9)).abs() < 1e-12);
        assert!((r[1] - 0.3).abs() < 1e-12);
    }

    #[test]
    fn the_estimators_differ_where_they_should() {
        let clusters = [pair()];
        let existence = [1.0, 0.45, 0.9];
        assert_eq!(estimate(&clusters, &existence, Estimator::Existence(0.4)), [0, 1]);
        assert_eq!(estimate(&clusters, &existence, Estimator::Existence(0.5)), [0]);
        // one object: 0.6 · 0.55 + 0.4 · 0.9 = 0.69; rows {2}: 0.36 against rows {0}: 0.33
        assert_eq!(estimate(&clusters, &existence, Estimator::Cardinality), [2]);
        assert_eq!(estimate(&clusters, &existence, Estimator::Joint), [2]);
    }

    #[test]
    fn the_number_of_independent_clusters_adds_up() {
        let clusters = [Cluster::lone(0), Cluster::lone(1), Cluster::lone(2)];
        let existence = [0.6, 0.6, 0.6];
        assert_eq!(estimate(&clusters, &existence, Estimator::Cardinality).len(), 2);
        assert_eq!(estimate(&clusters, &existence, Estimator::Joint).len(), 3);
    }
}
