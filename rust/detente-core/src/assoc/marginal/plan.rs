//! The order in which a cluster is summed: who comes next, and what must be remembered until then.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::clusters::Side;

/// Beyond this many remembered columns a state would not fit.
const WIDEST: u32 = 30;
const NONE: u32 = u32::MAX;
const DONE: u32 = u32::MAX;

/// One row (or column: see `Plan`) joins the parts of the net that it touches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// Who joins.
    pub taker: u32,
    /// Which of the plan's `children` it joins.
    pub children: (u32, u32),
    /// Where its columns begin among the plan's `columns`.
    pub begin: u32,
    /// How many of them later nodes still need; these come first.
    pub kept: u32,
    /// How many there are.
    pub wide: u32,
}

/// A forest of nodes, children before parents.
///
/// Written for rows that take columns, but the sides may be exchanged. A part of the net is a set
/// of processed rows whose state is which of its columns are used, among those that rows still
/// to come could take. Parts share no column, so what joins them is one row. Columns that a
/// single row can take are never remembered.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub nodes: Vec<Node>,
    pub children: Vec<u32>,
    pub columns: Vec<u32>,
    owner: Vec<u32>,
    remaining: Vec<u32>,
    score: Vec<u32>,
    heap: BinaryHeap<Reverse<(u32, u32)>>,
    touched: Vec<u32>,
}

impl Plan {
    /// Orders `takers` so that as little as possible is remembered (greedily, as in the
    /// elimination of sparse matrices), and gives the size Σ 2^wide of the net; gives nothing
    /// once that exceeds `most`.
    pub fn arrange(
        &mut self,
        takers: &Side,
        taken: &Side,
        cluster: &[u32],
        most: u64,
    ) -> Option<u64> {
        self.begin(takers, taken, cluster);
        let mut size = 0;
        while let Some(Reverse((score, taker))) = self.heap.pop() {
            if score != self.score[taker as usize] {
                continue;
            }
            let wide = self.join(takers, taker);
            size += 1_u64 << wide.min(WIDEST + 1);
            if wide > WIDEST || size > most {
                return None;
            }
            self.rescore_neighbours(takers, taken);
        }
        Some(size)
    }

    fn begin(&mut self, takers: &Side, taken: &Side, cluster: &[u32]) {
        self.nodes.clear();
        self.children.clear();
        self.columns.clear();
        self.heap.clear();
        self.owner.resize(self.owner.len().max(taken.len()), NONE);
        self.remaining.resize(self.remaining.len().max(taken.len()), 0);
        self.score.resize(self.score.len().max(takers.len()), DONE);
        for &taker in cluster {
            for pair in takers.pairs(taker) {
                self.owner[pair.other as usize] = NONE;
                self.remaining[pair.other as usize] = taken.degree(pair.other);
            }
        }
        for &taker in cluster {
            let score = self.look(takers, taker);
            self.score[taker as usize] = score;
            self.heap.push(Reverse((score, taker)));
        }
    }

    /// How much would be remembered after and while `taker` joins; lists the parts it touches.
    fn look(&mut self, takers: &Side, taker: u32) -> u32 {
        self.touched.clear();
        let (mut wide, mut gone) = (0, 0);
        for pair in takers.pairs(taker) {
            let column = pair.other as usize;
            match (self.owner[column], self.remaining[column]) {
                (NONE, remaining) => wide += u32::from(remaining > 1),
                (part, remaining) => {
                    gone += u32::from(remaining == 1);
                    if !self.touched.contains(&part) {
                        self.touched.push(part);
                        wide += self.nodes[part as usize].kept;
                    }
                }
            }
        }
        ((wide - gone) << 16) | wide.min(0xffff)
    }

    /// Makes `taker` a node.
    fn join(&mut self, takers: &Side, taker: u32) -> u32 {
        self.look(takers, taker);
        self.score[taker as usize] = DONE;
        let node = self.nodes.len() as u32;
        let begin = self.columns.len();
        for pair in takers.pairs(taker) {
            let column = pair.other as usize;
            self.remaining[column] -= 1;
            if self.owner[column] == NONE && self.remaining[column] > 0 {
                self.columns.push(pair.other);
                self.owner[column] = node;
            }
        }
        let first_child = self.children.len() as u32;
        for &part in &self.touched {
            self.children.push(part);
            let Node { begin, kept, .. } = self.nodes[part as usize];
            self.columns.extend_from_within(begin as usize..(begin + kept) as usize);
        }
        let own = &mut self.columns[begin..];
        let mut kept = 0;
        for at in 0..own.len() {
            if self.remaining[own[at] as usize] > 0 {
                self.owner[own[at] as usize] = node;
                own.swap(kept, at);
                kept += 1;
            }
        }
        let wide = own.len() as u32;
        let children = (first_child, self.children.len() as u32);
        let (begin, kept) = (begin as u32, kept as u32);
        self.nodes.push(Node { taker, children, begin, kept, wide });
        wide
    }

    /// Scores again those who could take what the last node remembers.
    fn rescore_neighbours(&mut self, takers: &Side, taken: &Side) {
        let Some(&Node { begin, kept, .. }) = self.nodes.last() else { return };
        for at in begin..begin + kept {
            let column = self.columns[at as usize];
            for pair in taken.pairs(column) {
                let old = self.score[pair.other as usize];
                if old == DONE {
                    continue;
                }
                let score = self.look(takers, pair.other);
                if score != old {
                    self.score[pair.other as usize] = score;
                    self.heap.push(Reverse((score, pair.other)));
                }
            }
        }
    }
}
