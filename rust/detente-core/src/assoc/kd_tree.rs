//! A k-d tree over the detections of one scan: which of them lie in a box?

/// How many points a leaf holds.
const LEAF: usize = 8;

/// An implicit balanced tree: the points in an order in which the median of every range splits it
/// along one of the first components, which cycles with the depth.
#[derive(Clone, Debug)]
pub struct KdTree {
    dim: usize,
    splits: usize,
    points: Vec<f64>,
    original: Vec<u32>,
}

impl KdTree {
    /// Builds the tree over `points` (n × dim, row-major), split along the first `splits` components.
    #[must_use]
    pub fn new(dim: usize, splits: usize, points: &[f64]) -> Self {
        let n = points.len() / dim;
        let mut original: Vec<u32> = (0..n as u32).collect();
        arrange((dim, splits), points, &mut original, 0);
        let ordered = original.iter().flat_map(|&k| &points[k as usize * dim..][..dim]);
        Self { dim, splits, points: ordered.copied().collect(), original }
    }

    /// Calls `visit` with the number of every point p with |p − centre| ≤ half in each component.
    pub fn each_in_box(&self, centre: &[f64], half: &[f64], visit: &mut impl FnMut(u32)) {
        self.search(0, self.original.len(), 0, centre, half, visit);
    }

    fn search(
        &self,
        start: usize,
        end: usize,
        axis: usize,
        centre: &[f64],
        half: &[f64],
        visit: &mut impl FnMut(u32),
    ) {
        if end - start <= LEAF {
            for k in start..end {
                if self.inside(k, centre, half) {
                    visit(self.original[k]);
                }
            }
            return;
        }
        let middle = start + (end - start) / 2;
        let offset = self.points[middle * self.dim + axis] - centre[axis];
        let next = (axis + 1) % self.splits;
        if offset >= -half[axis] {
            self.search(start, middle, next, centre, half, visit);
        }
        if self.inside(middle, centre, half) {
            visit(self.original[middle]);
        }
        if offset <= half[axis] {
            self.search(middle + 1, end, next, centre, half, visit);
        }
    }

    fn inside(&self, k: usize, centre: &[f64], half: &[f64]) -> bool {
        let point = &self.points[k * self.dim..][..self.dim];
        point.iter().zip(centre).zip(half).all(|((p, c), h)| (p - c).abs() <= *h)
    }
}

/// Puts the median along `axis` in the middle, recursively; ties are broken by the number.
fn arrange((dim, splits): (usize, usize), points: &[f64], order: &mut [u32], axis: usize) {
    if order.len() <= LEAF {
        return;
    }
    let middle = order.len() / 2;
    let at = |k: u32| points[k as usize * dim + axis];
    order.select_nth_unstable_by(middle, |&a, &b| at(a).total_cmp(&at(b)).then(a.cmp(&b)));
    let (left, right) = order.split_at_mut(middle);
    arrange((dim, splits), points, left, (axis + 1) % splits);
    arrange((dim, splits), points, &mut right[1..], (axis + 1) % splits);
}

#[cfg(test)]
mod tests {
    use super::KdTree;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_box_holds_exactly_the_points_that_a_scan_over_all_finds(
            (dim, splits) in (1_usize..4).prop_flat_map(|dim| (Just(dim), 1..dim + 1)),
            values in prop::collection::vec(-5.0..5.0_f64, 0..300),
            centre in prop::array::uniform3(-6.0..6.0_f64),
            half in prop::array::uniform3(0.0..4.0_f64),
        ) {
            let points = &values[..values.len() / dim * dim];
            let mut found = Vec::new();
            KdTree::new(dim, splits, points).each_in_box(&centre, &half, &mut |k| found.push(k));
            found.sort_unstable();
            let all: Vec<u32> = points
                .chunks_exact(dim)
                .enumerate()
                .filter(|(_, p)| (0..dim).all(|i| (p[i] - centre[i]).abs() <= half[i]))
                .map(|(k, _)| k as u32)
                .collect();
            prop_assert_eq!(found, all);
        }
    }
}
