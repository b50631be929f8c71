//! The entries of one model among those of M.

use crate::gaussian::{Gaussians, stride};
use crate::linalg::packed;

/// The entries of one model, row after row.
#[must_use]
pub fn of_model(count: usize, gaussians: &Gaussians, model: usize) -> Gaussians {
    gaussians.gather(&entries(count, gaussians.len(), model))
}

/// Writes the entries of one model; the inverse of [`of_model`].
pub fn put(count: usize, gaussians: &mut Gaussians, model: usize, own: &Gaussians) {
    gaussians.scatter(&entries(count, gaussians.len(), model), own);
}

fn entries(count: usize, len: usize, model: usize) -> Vec<u32> {
    (0..len / count).map(|row| (row * count + model) as u32).collect()
}

/// The given components of every row.
pub(super) fn narrowed(rows: &Gaussians, components: &[usize]) -> Gaussians {
    let mut out = Gaussians::new(components.len());
    for row in 0..rows.len() {
        let mean: Vec<f64> = components.iter().map(|&i| rows.mean(row, i)).collect();
        let pairs = components.iter().enumerate();
        let cov: Vec<f64> = pairs
            .flat_map(|(k, &i)| components[..k + 1].iter().map(move |&j| rows.cov(row, i, j)))
            .collect();
        out.push(&mean, &cov);
    }
    out
}

/// Writes the given components of every row, block by block; the inverse of [`narrowed`].
pub(super) fn widen(rows: &mut Gaussians, components: &[usize], own: &Gaussians) {
    let (wide, narrow) = (rows.dim(), own.dim());
    let blocks = rows.lanes_mut().chunks_exact_mut(stride(wide));
    for (target, source) in blocks.zip(own.lanes().chunks_exact(stride(narrow))) {
        for (k, &i) in components.iter().enumerate() {
            target[i] = source[k];
            for (l, &j) in components[..k + 1].iter().enumerate() {
                target[wide + packed(i, j)] = source[narrow + packed(k, l)];
            }
        }
    }
}
