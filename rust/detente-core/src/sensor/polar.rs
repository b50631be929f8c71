//! Range and bearing, perhaps elevation, perhaps range rate, seen from the sensor's pose.

use super::{Pose, wrap};

/// Which components a polar sensor measures, in this order: range, bearing, elevation, range rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polar {
    /// Three axes, with elevation, instead of two.
    pub elevation: bool,
    /// The range rate as the last component; the state must hold velocities.
    pub range_rate: bool,
}

impl Polar {
    /// The axes of the states it measures.
    #[must_use]
    pub fn axes(&self) -> usize {
        2 + usize::from(self.elevation)
    }

    /// The number of components.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.axes() + usize::from(self.range_rate)
    }

    /// Bearing and elevation are angles.
    #[must_use]
    pub fn is_angle(&self, component: usize) -> bool {
        component > 0 && component < self.axes()
    }

    /// h(x): range = |p|, bearing = atan2(east, north) − heading, elevation = asin(up / range),
    /// range rate = p·v / |p|, with p and v relative to the sensor.
    pub fn measure(&self, pose: &Pose, state: &[f64], out: &mut [f64]) {
        let axes = self.axes();
        let (mut square, mut dot) = (0.0, 0.0);
        for i in 0..axes {
            let p = state[i] - pose.position_m[i];
            square += p * p;
            if self.range_rate {
                dot += p * (state[axes + i] - pose.velocity_m_s[i]);
            }
        }
        let range = square.sqrt();
        let (east, north) = (state[0] - pose.position_m[0], state[1] - pose.position_m[1]);
        out[0] = range;
        out[1] = wrap(libm::atan2(east, north) - pose.heading_rad);
        if self.elevation {
            let up = state[2] - pose.position_m[2];
            out[2] = libm::atan2(up, (east * east + north * north).sqrt());
        }
        if self.range_rate {
            out[axes] = dot / range;
        }
    }

    /// H = ∂h/∂x (m × d, row-major); columns beyond position and velocity are zero.
    pub fn linearise(&self, pose: &Pose, state: &[f64], h: &mut [f64]) {
        let (axes, dim) = (self.axes(), state.len());
        h.fill(0.0);
        let mut p = [0.0; 3];
        let mut square = 0.0;
        for i in 0..axes {
            p[i] = state[i] - pose.position_m[i];
            square += p[i] * p[i];
        }
        let range = square.sqrt();
        let ground2 = p[0] * p[0] + p[1] * p[1];
        for i in 0..axes {
            h[i] = p[i] / range;
        }
        h[dim] = p[1] / ground2;
        h[dim + 1] = -p[0] / ground2;
        if self.elevation {
            let ground = ground2.sqrt();
            h[2 * dim] = -p[0] * p[2] / (square * ground);
            h[2 * dim + 1] = -p[1] * p[2] / (square * ground);
            h[2 * dim + 2] = ground / square;
        }
        if self.range_rate {
            let mut dot = 0.0;
            for i in 0..axes {
                dot += p[i] * (state[axes + i] - pose.velocity_m_s[i]);
            }
            let row = &mut h[axes * dim..];
            for i in 0..axes {
                let v = state[axes + i] - pose.velocity_m_s[i];
                row[i] = (v - dot * p[i] / square) / range;
                row[axes + i] = p[i] / range;
            }
        }
    }

    /// The position of a measurement, its Jacobian (axes × axes, by range, bearing, elevation)
    /// and the volume |det| of that Jacobian.
    #[must_use]
    pub fn position(&self, pose: &Pose, z: &[f64]) -> ([f64; 3], [[f64; 3]; 3], f64) {
        let (range, bearing) = (z[0], z[1] + pose.heading_rad);
        let elevation = if self.elevation { z[2] } else { 0.0 };
        let (sb, cb) = (libm::sin(bearing), libm::cos(bearing));
        let (se, ce) = (libm::sin(elevation), libm::cos(elevation));
        let at = pose.position_m;
        let point = [at[0] + range * ce * sb, at[1] + range * ce * cb, at[2] + range * se];
        let jacobian = [
            [ce * sb, range * ce * cb, -range * se * sb],
            [ce * cb, -range * ce * sb, -range * se * cb],
            [se, 0.0, range * ce],
        ];
        let volume = if self.elevation { range * range * ce.abs() } else { range.abs() };
        (point, jacobian, volume)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSE: Pose =
        Pose { position_m: [3.0, -7.0, 2.0], heading_rad: 0.4, velocity_m_s: [1.0, -2.0, 0.5] };

    fn models() -> impl Iterator<Item = Polar> {
        [(false, false), (false, true), (true, false), (true, true)]
            .into_iter()
            .map(|(elevation, range_rate)| Polar { elevation, range_rate })
    }

    #[test]
    fn the_jacobian_agrees_with_central_differences() {
        for polar in models() {
            let (m, dim) = (polar.dim(), 2 * polar.axes());
            let state: Vec<f64> = [120.0, 80.0, 30.0, 4.0, -3.0, 2.0][..dim].to_vec();
            let mut h = vec![0.0; m * dim];
            polar.linearise(&POSE, &state, &mut h);
            for j in 0..dim {
                let step = 1e-4;
                let (mut up, mut down) = (state.clone(), state.clone());
                up[j] += step;
                down[j] -= step;
                let (mut zu, mut zd) = (vec![0.0; m], vec![0.0; m]);
                polar.measure(&POSE, &up, &mut zu);
                polar.measure(&POSE, &down, &mut zd);
                for i in 0..m {
                    let numeric = (zu[i] - zd[i]) / (2.0 * step);
                    assert!((numeric - h[i * dim + j]).abs() < 1e-8, "{polar:?} {i} {j}");
                }
            }
        }
    }

    #[test]
    fn the_position_of_a_measurement_measures_the_same() {
        for polar in models().filter(|polar| !polar.range_rate) {
            let z = [150.0, -1.2, 0.3];
            let (point, _, _) = polar.position(&POSE, &z);
            let mut back = [0.0; 3];
            polar.measure(&POSE, &point[..polar.axes()], &mut back);
            for i in 0..polar.dim() {
                assert!((back[i] - z[i]).abs() < 1e-12);
            }
        }
    }
}
