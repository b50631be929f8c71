//! Who a detection says it is (a ship's number, an aircraft's address), as evidence.
//!
//! An object's own identity c is one of K that are about; a detection names it rightly with
//! probability 1 − ε and else another one. A row believes in c with probability q. Relative to a
//! detection from elsewhere, which names any of the K, one that names c is q (1 − ε) K + 1 − q
//! times as likely, one that names another q ε + 1 − q times.

use super::canonical::Canonical;
use super::store::Store;
use crate::assoc::assign::MISS;
use crate::assoc::gate::Candidates;

/// Nobody said who it was.
pub(super) const UNNAMED: u64 = 0;

/// The identities that the detections of a scan carry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Named<'a> {
    /// A code for each detection, zero for none.
    pub code: &'a [u64],
    /// ε: the probability that a code is wrong.
    pub error: f64,
}

/// What a row believes of its object's identity.
#[derive(Clone, Copy, Debug)]
struct Belief {
    code: u64,
    /// q
    probability: f64,
}

impl Belief {
    /// How much likelier a detection of this code becomes, and what is believed afterwards.
    fn after(self, code: u64, error: f64, known: f64) -> (f64, Self) {
        let Self { code: own, probability: q } = self;
        match (own, code) {
            (_, UNNAMED) => (1.0, self),
            (UNNAMED, _) => (1.0, Self { code, probability: 1.0 - error }),
            _ => {
                let told = if own == code { q * (1.0 - error) * known } else { q * error };
                let ratio = told + 1.0 - q;
                let probability = told / ratio;
                let better = own != code && probability < 0.5;
                let after = Self { code: own, probability };
                (ratio, if better { Self { code, probability: 1.0 - error } } else { after })
            }
        }
    }
}

impl Store {
    fn belief(&self, row: usize) -> Belief {
        Belief { code: self.identity[row], probability: self.identity_probability[row] }
    }

    /// The identities that are about: those of the rows, and one that is new.
    fn known_identities(&self) -> f64 {
        1.0 + self.identity.iter().filter(|&&code| code != UNNAMED).count() as f64
    }
}

/// Weighs the candidates by what the detections say of themselves.
pub(super) fn weigh(candidates: &mut Candidates, rows: &Store, scan: &Canonical<'_>) {
    let Some((code, error)) = scan.named() else { return };
    let known = rows.known_identities();
    for row in 0..rows.len() {
        let belief = rows.belief(row);
        for edge in candidates.of(row) {
            let detection = candidates.detection[edge] as usize;
            let (ratio, _) = belief.after(code[detection], error, known);
            candidates.log_likelihood[edge] += libm::log(ratio.max(f64::MIN_POSITIVE));
        }
    }
}

/// The rows learn from the detections that they were given.
pub(super) fn learn(rows: &mut Store, given: &[u32], scan: &Canonical<'_>) {
    let Some((code, error)) = scan.named() else { return };
    let known = rows.known_identities();
    for (row, &detection) in given.iter().enumerate().filter(|(_, detection)| **detection != MISS) {
        let (_, after) = rows.belief(row).after(code[detection as usize], error, known);
        (rows.identity[row], rows.identity_probability[row]) = (after.code, after.probability);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn belief_follows_bayes() {
        let first = Belief { code: UNNAMED, probability: 0.0 }.after(7, 0.1, 5.0).1;
        assert_eq!((first.code, first.probability), (7, 0.9));
        let (ratio, again) = first.after(7, 0.1, 5.0);
        assert!((ratio - (0.9 * 0.9 * 5.0 + 0.1)).abs() < 1e-12);
        assert!((again.probability - 4.05 / 4.15).abs() < 1e-12);
        let (ratio, doubtful) = first.after(8, 0.1, 5.0);
        assert!((ratio - 0.19).abs() < 1e-12);
        assert_eq!((doubtful.code, doubtful.probability), (8, 0.9)); // 0.09 / 0.19 is less than half
        assert_eq!(first.after(UNNAMED, 0.1, 5.0).0, 1.0);
    }
}
