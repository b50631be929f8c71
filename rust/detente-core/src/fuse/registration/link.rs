//! What one θ does to b's states, and its derivatives.

use crate::fuse::small::product;

/// G and c of one θ.
pub(super) struct Link {
    axes: usize,
    about: Vec<f64>,
    theta: Vec<f64>,
    /// R and its derivative by φ (axes × axes).
    turn: [Vec<f64>; 2],
    /// G
    pub(super) matrix: Vec<f64>,
}

/// The derivative of G x + c by one component of θ, at one row.
pub(super) struct Slope {
    /// D = Gₖ x̂ + cₖ
    pub(super) value: Vec<f64>,
    /// S⁻¹ D
    pub(super) white: Vec<f64>,
    /// Gₖ
    pub(super) matrix: Vec<f64>,
    /// S⁻¹ Gₖ Cov(x̂)
    pub(super) spread: Vec<f64>,
}

impl Link {
    pub(super) fn new(axes: usize, about: &[f64], theta: &[f64]) -> Self {
        let (phi, tau) = (theta[axes], theta[axes + 1]);
        let (sine, cosine) = (libm::sin(phi), libm::cos(phi));
        let plane = |a: f64, b: f64, up: f64| {
            let mut out = vec![0.0; axes * axes];
            (out[0], out[1], out[axes], out[axes + 1]) = (a, -b, b, a);
            if axes == 3 {
                out[8] = up;
            }
            out
        };
        let turn = [plane(cosine, sine, 1.0), plane(-sine, cosine, 0.0)];
        let matrix = blocks(axes, &turn[0], 1.0, -tau, 1.0);
        Self { axes, about: about.to_vec(), theta: theta.to_vec(), turn, matrix }
    }

    /// G x + c
    pub(super) fn moved(&self, x: &[f64]) -> Vec<f64> {
        let shifted: Vec<f64> =
            x.iter().enumerate().map(|(i, x)| x - self.about.get(i).unwrap_or(&0.0)).collect();
        let mut out = product(&self.matrix, &shifted, 2 * self.axes);
        for i in 0..self.axes {
            out[i] += self.about[i] + self.theta[i];
        }
        out
    }

    pub(super) fn slope(&self, component: usize, x: &[f64], rest: &[f64], s: &[f64]) -> Slope {
        let (axes, dim, tau) = (self.axes, 2 * self.axes, self.theta[self.axes + 1]);
        let matrix = if component < axes {
            vec![0.0; dim * dim]
        } else if component == axes {
            blocks(axes, &self.turn[1], 1.0, -tau, 1.0)
        } else {
            blocks(axes, &self.turn[0], 0.0, -1.0, 0.0)
        };
        let shifted: Vec<f64> =
            x.iter().enumerate().map(|(i, x)| x - self.about.get(i).unwrap_or(&0.0)).collect();
        let mut value = product(&matrix, &shifted, dim);
        if component < axes {
            value[component] += 1.0;
        }
        let white = product(s, &value, dim);
        let spread = product(&product(s, &matrix, dim), rest, dim);
        Slope { value, white, matrix, spread }
    }
}

/// [[p R, q R], [0, v R]]
fn blocks(axes: usize, turn: &[f64], p: f64, q: f64, v: f64) -> Vec<f64> {
    let dim = 2 * axes;
    let mut out = vec![0.0; dim * dim];
    for i in 0..axes {
        for j in 0..axes {
            let r = turn[i * axes + j];
            out[i * dim + j] = p * r;
            out[i * dim + axes + j] = q * r;
            out[(axes + i) * dim + axes + j] = v * r;
        }
    }
    out
}
