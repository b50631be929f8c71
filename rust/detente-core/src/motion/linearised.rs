//! A step of any motion model about one state.

/// f(x, Δt), its Jacobian F or another linear stand-in, and the noise Q (d × d, row-major).
#[derive(Clone, Debug, PartialEq)]
pub struct Linearised {
    /// f(x, Δt)
    pub predicted: Vec<f64>,
    /// F
    pub transition: Vec<f64>,
    /// Q
    pub noise: Vec<f64>,
}

impl Linearised {
    /// Room for a state of this dimension.
    #[must_use]
    pub fn new(dim: usize) -> Self {
        let square = || vec![0.0; dim * dim];
        Self { predicted: vec![0.0; dim], transition: square(), noise: square() }
    }

    /// f(x) ← F x
    pub fn predict(&mut self, state: &[f64]) {
        let rows = self.transition.chunks_exact(state.len());
        for (predicted, row) in self.predicted.iter_mut().zip(rows) {
            *predicted = state.iter().zip(row).map(|(x, f)| f * x).sum();
        }
    }
}
