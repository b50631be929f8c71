//! Which objects must be paired with their tracks together: at first none, then those that want
//! the same track at the same time.

use super::switching::Group;
use crate::Result;

/// An object and a track that are near each other in a frame, and d^p.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meeting {
    pub object: u32,
    pub track: u32,
    pub frame: u32,
    pub power: f64,
}

/// Objects that are solved together, their problem and its solution.
#[derive(Debug)]
pub(super) struct Block {
    meetings: Vec<Meeting>,
    /// The problem.
    pub group: Group,
    /// The share of each pair in each frame, as the problem's costs are ordered.
    pub share: Vec<f64>,
}

/// The optimal shares of all objects, c^p being `cut` and `half_switch` in units of it.
///
/// Leaving out that a track has no more than one object makes every object a problem of its own,
/// whose optimum is a lower bound. Where the solutions together exceed a track, those objects
/// are joined and solved anew; once nothing is exceeded the solution is feasible, hence optimal.
pub(super) fn solve_blocks(
    mut meetings: Vec<Meeting>,
    cut: f64,
    half_switch: f64,
) -> Result<Vec<Block>> {
    meetings.sort_unstable_by_key(|m| (m.object, m.frame, m.track));
    let mut blocks = meetings
        .chunk_by(|a, b| a.object == b.object)
        .map(|own| Block::solve(own.to_vec(), cut, half_switch))
        .collect::<Result<Vec<_>>>()?;
    while let Some(joined) = conflicts(&blocks) {
        let mut slots: Vec<Option<Block>> = blocks.into_iter().map(Some).collect();
        let mut next = Vec::new();
        for members in joined {
            let mut members = members.iter().filter_map(|&k| slots[k].take());
            let Some(first) = members.next() else { continue };
            let others: Vec<_> = members.flat_map(|block| block.meetings).collect();
            if others.is_empty() {
                next.push(first);
                continue;
            }
            let mut together = first.meetings;
            together.extend(others);
            together.sort_unstable_by_key(|m| (m.frame, m.object, m.track));
            next.push(Block::solve(together, cut, half_switch)?);
        }
        blocks = next;
    }
    Ok(blocks)
}

impl Block {
    /// Solves meetings in the order of frames.
    fn solve(meetings: Vec<Meeting>, cut: f64, half_switch: f64) -> Result<Self> {
        let mut pairs: Vec<_> = meetings.iter().map(|m| (m.object, m.track)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let mut group = Group { pairs, ..Group::default() };
        for here in meetings.chunk_by(|a, b| a.frame == b.frame) {
            let first = group.power.len();
            group.frames.push(here[0].frame as usize);
            group.power.resize(first + group.pairs.len(), cut);
            for meeting in here {
                let pair = group.pairs.partition_point(|&p| p < (meeting.object, meeting.track));
                group.power[first + pair] = meeting.power;
            }
        }
        group.cost = group.power.iter().map(|power| power / cut - 1.0).collect();
        let share = group.solve(half_switch)?;
        Ok(Self { meetings, group, share })
    }

    /// Appends where a pair's share changes: track, frame, change, and the block's number. A
    /// share holds before the first frame of the block, between its frames, and after the last.
    fn changes(&self, number: usize, out: &mut Vec<(u32, usize, f64, usize)>) {
        let pairs = &self.group.pairs;
        for (pair, &(_, track)) in pairs.iter().enumerate() {
            let mut before = 0.0;
            for (t, &frame) in self.group.frames.iter().enumerate() {
                let share = self.share[t * pairs.len() + pair];
                if share != before {
                    out.push((track, if t == 0 { 0 } else { frame }, share - before, number));
                    before = share;
                }
            }
        }
    }
}

/// The blocks to be joined, in sets in the order of their first ones, each block in one; `None`
/// when no track is exceeded.
fn conflicts(blocks: &[Block]) -> Option<Vec<Vec<usize>>> {
    const ROUNDING: f64 = 1e-7;
    let mut changes = Vec::new();
    for (number, block) in blocks.iter().enumerate() {
        block.changes(number, &mut changes);
    }
    changes.sort_by_key(|&(track, frame, ..)| (track, frame)); // stable: in the order of blocks
    let mut parent: Vec<usize> = (0..blocks.len()).collect();
    let mut any = false;
    for of_track in changes.chunk_by(|a, b| a.0 == b.0) {
        let mut held: Vec<(usize, f64)> = Vec::new();
        for here in of_track.chunk_by(|a, b| a.1 == b.1) {
            for &(_, _, change, number) in here {
                match held.iter_mut().find(|holder| holder.0 == number) {
                    Some(holder) => holder.1 += change,
                    None => held.push((number, change)),
                }
            }
            held.retain(|holder| holder.1 > ROUNDING);
            let sum: f64 = held.iter().map(|holder| holder.1).sum();
            if sum > 1.0 + ROUNDING && held.len() > 1 {
                any = true;
                for pair in held.windows(2) {
                    let (a, b) = (root(&mut parent, pair[0].0), root(&mut parent, pair[1].0));
                    parent[a.max(b)] = a.min(b);
                }
            }
        }
    }
    any.then(|| {
        let mut sets = vec![Vec::new(); blocks.len()];
        for number in 0..blocks.len() {
            sets[root(&mut parent, number)].push(number);
        }
        sets.retain(|set| !set.is_empty());
        sets
    })
}

/// The least number joined with this one; halves the paths on its way.
fn root(parent: &mut [usize], mut node: usize) -> usize {
    while parent[node] != node {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    node
}
