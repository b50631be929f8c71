//! Which components of a joint state each of several models has.

/// The variance at which a model keeps a component that it lacks, in the squared unit of that
/// component: small, since the model says that it is zero, and positive.
pub const UNUSED: f64 = 1e-6;

/// The components of the joint state that each of M models has.
#[derive(Clone, Debug, PartialEq)]
pub struct Modes {
    dim: usize,
    used: Vec<Vec<bool>>,
    prior: Vec<Vec<f64>>,
}

impl Modes {
    /// M models of a joint state of d components: which ones each has, and with what variance each
    /// takes up a component from a model that lacks it.
    ///
    /// That variance is the model's stationary or prior one. If the entering state brought the
    /// zero of the other model instead, an acceleration would be taken for known and zero at the
    /// very moment when a manoeuvre begins, and mixed back every step: the model that has it could
    /// never believe in more than a small one.
    #[must_use]
    pub fn new(dim: usize, used: Vec<Vec<bool>>, prior: Vec<Vec<f64>>) -> Self {
        Self { dim, used, prior }
    }

    /// M models that all have the whole state.
    #[must_use]
    pub fn alike(count: usize, dim: usize) -> Self {
        Self::new(dim, vec![vec![true; dim]; count], vec![vec![UNUSED; dim]; count])
    }

    /// M
    #[must_use]
    pub fn count(&self) -> usize {
        self.used.len()
    }

    /// The dimension of the joint state.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Which components a model has, in the order of the joint state.
    pub fn components(&self, model: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.dim).filter(move |&i| self.used[model][i])
    }

    /// What `to` takes up from `from`: its components that the other lacks, with their variances.
    #[must_use]
    pub fn taken_up(&self, from: usize, to: usize) -> Vec<(usize, f64)> {
        let lacking = self.components(to).filter(|&i| !self.used[from][i]);
        lacking.map(|i| (i, self.prior[to][i])).collect()
    }

    /// What a model has, with the variance with which it takes it up.
    pub fn prior(&self, model: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.components(model).map(move |i| (i, self.prior[model][i]))
    }

    /// What a model lacks, with the variance at which it keeps it.
    #[must_use]
    pub fn lacking(&self, model: usize) -> Vec<(usize, f64)> {
        (0..self.dim).filter(|&i| !self.used[model][i]).map(|i| (i, UNUSED)).collect()
    }
}
