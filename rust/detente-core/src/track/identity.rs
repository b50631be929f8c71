//! Who a detection says it is (a ship's number, an aircraft's address), as evidence.
//!
//! An object's own identity c is one of K that are about; a detection names it rightly with
//! probability 1 − ε and else another one. A row believes in c with probability q. Relative to a
//! detection from elsewhere, which names any of the K, one that names c is q (1 − ε) K + 1 − q
//! times as likely, one that names another q ε + 1 − q times.

use serde::{Deserialize, Serialize};

use super::canonical::Canonical;
use super::store::Store;
use crate::assoc::assign::MISS;
use crate::assoc::gate::Candidates;

/// Nobody said who it was.
pub(super) const UNNAMED: u64 = 0;

/// The identities that the detections of a scan carry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Named<'a> {
    /// Who gives such codes: those of different givers do not compare.
    pub by: u64,
    /// A code for each detection, zero for none.
    pub code: &'a [u64],
    /// ε: the probability that a code is wrong.
    pub error: f64,
    /// Whether a code speaks for there being an object, since clutter would name any of the K; a
    /// partner's number of its track does not, it only tells objects apart.
    pub is_evidence: bool,
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

/// What rows believe of who their objects are, in the codes of each giver.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Names {
    rows: usize,
    registers: Vec<Register>,
}

/// The codes of one giver, zero where nobody said, and how probable they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Register {
    by: u64,
    code: Vec<u64>,
    probability: Vec<f64>,
}

impl Register {
    fn new(by: u64, rows: usize) -> Self {
        Self { by, code: vec![UNNAMED; rows], probability: vec![0.0; rows] }
    }

    fn belief(&self, row: usize) -> Belief {
        Belief { code: self.code[row], probability: self.probability[row] }
    }

    fn set(&mut self, row: usize, Belief { code, probability }: Belief) {
        (self.code[row], self.probability[row]) = (code, probability);
    }

    /// K, the identities that are about: those of the rows, and one that is new; or what makes a
    /// right name no more than likely.
    fn known(&self, named: Named<'_>) -> f64 {
        if !named.is_evidence {
            return 1.0 / (1.0 - named.error);
        }
        1.0 + self.code.iter().filter(|&&code| code != UNNAMED).count() as f64
    }
}

impl Names {
    /// Whether there is an entry for each of `rows` rows.
    pub(super) fn is_whole(&self, rows: usize) -> bool {
        let whole =
            |register: &Register| register.code.len() == rows && register.probability.len() == rows;
        self.rows == rows && self.registers.iter().all(whole)
    }

    /// The code of each row of which it is certain, in the codes of one giver.
    pub(super) fn sure(&self, by: u64) -> Option<Vec<u64>> {
        let register = self.registers.iter().find(|register| register.by == by)?;
        let each = register.code.iter().zip(&register.probability);
        Some(each.map(|(&code, &q)| if q == 1.0 { code } else { UNNAMED }).collect())
    }

    /// Whether two rows are certain to be two objects.
    pub(super) fn differ(&self, a: usize, b: usize) -> bool {
        self.registers.iter().any(|Register { code, probability, .. }| {
            let sure = |row: usize| code[row] != UNNAMED && probability[row] == 1.0;
            sure(a) && sure(b) && code[a] != code[b]
        })
    }

    /// Appends a row that nobody named.
    pub(super) fn push(&mut self) {
        self.rows += 1;
        for register in &mut self.registers {
            register.code.push(UNNAMED);
            register.probability.push(0.0);
        }
    }

    /// The given rows, in the given order.
    pub(super) fn gather(&self, rows: &[u32]) -> Self {
        let each = |register: &Register| Register {
            by: register.by,
            code: rows.iter().map(|&row| register.code[row as usize]).collect(),
            probability: rows.iter().map(|&row| register.probability[row as usize]).collect(),
        };
        Self { rows: rows.len(), registers: self.registers.iter().map(each).collect() }
    }

    /// Writes `other` over the given rows; the inverse of [`Self::gather`].
    pub(super) fn scatter(&mut self, rows: &[u32], other: &Self) {
        for register in &other.registers {
            let own = self.of(register.by);
            for (k, &row) in rows.iter().enumerate() {
                own.set(row as usize, register.belief(k));
            }
        }
    }

    /// A row named by its first detection.
    pub(super) fn begin(&mut self, row: usize, by: u64, code: u64, error: f64) {
        self.of(by).set(row, Belief { code, probability: 1.0 - error });
    }

    /// One row takes over what another knows better.
    pub(super) fn join(&mut self, older: usize, younger: usize) {
        for register in &mut self.registers {
            if register.probability[younger] > register.probability[older] {
                register.set(older, register.belief(younger));
            }
        }
    }

    fn of(&mut self, by: u64) -> &mut Register {
        let known = self.registers.iter().position(|register| register.by == by);
        let number = known.unwrap_or_else(|| {
            self.registers.push(Register::new(by, self.rows));
            self.registers.len() - 1
        });
        &mut self.registers[number]
    }
}

/// Weighs the candidates by what the detections say of themselves.
pub(super) fn weigh(candidates: &mut Candidates, rows: &Store, scan: &Canonical<'_>) {
    let Some(named @ Named { by, code, error, .. }) = scan.named() else { return };
    let Some(register) = rows.names.registers.iter().find(|register| register.by == by) else {
        return; // nobody is known by such a code
    };
    let known = register.known(named);
    for row in 0..rows.len() {
        let belief = register.belief(row);
        for edge in candidates.of(row) {
            let detection = candidates.detection[edge] as usize;
            let (ratio, _) = belief.after(code[detection], error, known);
            candidates.log_likelihood[edge] += libm::log(ratio.max(f64::MIN_POSITIVE));
        }
    }
}

/// The rows learn from the detections that they were given.
pub(super) fn learn(rows: &mut Store, given: &[u32], scan: &Canonical<'_>) {
    let Some(named @ Named { by, code, error, .. }) = scan.named() else { return };
    let register = rows.names.of(by);
    let known = register.known(named);
    for (row, &detection) in given.iter().enumerate().filter(|(_, detection)| **detection != MISS) {
        let (_, after) = register.belief(row).after(code[detection as usize], error, known);
        register.set(row, after);
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
