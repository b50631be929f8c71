//! Range, bearing, elevation and range rate, as far as a sensor measures them, from its pose.

use super::Pose;

/// Which components a sensor measures, in this order: range, bearing, elevation, range rate.
///
/// In the sensor's frame, x to the right, y forward, z up: range = |p|, bearing = atan2(x, y),
/// clockwise from forward, elevation = atan2(z, √(x² + y²)), range rate = p·v / |p|, with p and v
/// relative to the sensor. A state of two axes lies at the sensor's height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Polar {
    /// Of a sensor that measures angles but no range: the ranges between which it sees objects
    /// \[m\].
    pub within_m: Option<[f64; 2]>,
    /// Three axes, with elevation, instead of two.
    pub elevation: bool,
    /// The range rate as the last component; the state must hold velocities.
    pub range_rate: bool,
}

/// A pose with its directions worked out once, for many states.
#[derive(Clone, Copy, Debug)]
pub struct View {
    pose: Pose,
    /// Right, forward, up: the rotation from the tracker's frame into the sensor's.
    axes: [[f64; 3]; 3],
}

impl From<&Pose> for View {
    fn from(pose: &Pose) -> Self {
        Self { pose: *pose, axes: pose.axes() }
    }
}

impl View {
    /// East, north and up \[m\].
    #[must_use]
    pub fn place(&self) -> [f64; 3] {
        self.pose.position_m
    }

    /// Clockwise from north \[rad\].
    #[must_use]
    pub fn heading_rad(&self) -> f64 {
        self.pose.heading_rad
    }

    /// A direction of the tracker's frame in the sensor's: right, forward, up.
    #[must_use]
    pub fn turn(&self, p: [f64; 3]) -> [f64; 3] {
        self.axes.map(|axis| axis[0] * p[0] + axis[1] * p[1] + axis[2] * p[2])
    }

    /// A direction of the sensor's frame in the tracker's.
    fn turn_back(&self, q: [f64; 3]) -> [f64; 3] {
        let b = &self.axes;
        [0, 1, 2].map(|i| b[0][i] * q[0] + b[1][i] * q[1] + b[2][i] * q[2])
    }
}

impl Polar {
    /// The axes of the states it measures.
    #[must_use]
    pub fn axes(&self) -> usize {
        2 + usize::from(self.elevation)
    }

    /// The place of the bearing among the components.
    #[must_use]
    pub fn bearing(&self) -> usize {
        usize::from(self.within_m.is_none())
    }

    /// The number of components.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.bearing() + self.axes() - 1 + usize::from(self.range_rate)
    }

    /// Bearing and elevation are angles.
    #[must_use]
    pub fn is_angle(&self, component: usize) -> bool {
        let first = self.bearing();
        (first..first + self.axes() - 1).contains(&component)
    }

    /// p, and v if it measures the range rate, relative to the sensor; zero on the axes there are not.
    fn relative(&self, pose: &Pose, state: &[f64]) -> ([f64; 3], [f64; 3]) {
        let axes = self.axes();
        let (mut p, mut v) = ([0.0; 3], [0.0; 3]);
        for i in 0..axes {
            p[i] = state[i] - pose.position_m[i];
            if self.range_rate {
                v[i] = state[axes + i] - pose.velocity_m_s[i];
            }
        }
        (p, v)
    }

    /// h(x).
    pub fn measure(&self, view: &View, state: &[f64], out: &mut [f64]) {
        let (p, v) = self.relative(&view.pose, state);
        let range = dot(p, p).sqrt();
        let [x, y, z] = view.turn(p);
        let bearing = self.bearing();
        if self.within_m.is_none() {
            out[0] = range;
        }
        out[bearing] = libm::atan2(x, y);
        if self.elevation {
            out[bearing + 1] = libm::atan2(z, (x * x + y * y).sqrt());
        }
        if self.range_rate {
            out[self.dim() - 1] = dot(p, v) / range;
        }
    }

    /// H = ∂h/∂x (m × d, row-major); columns beyond position and velocity are zero.
    pub fn linearise(&self, view: &View, state: &[f64], h: &mut [f64]) {
        let (axes, dim) = (self.axes(), state.len());
        h.fill(0.0);
        let (p, v) = self.relative(&view.pose, state);
        let square = dot(p, p);
        let range = square.sqrt();
        let [x, y, z] = view.turn(p);
        let ground2 = x * x + y * y;
        let mut rows = h.chunks_exact_mut(dim);
        let mut put = |gradient: [f64; 3]| {
            if let Some(row) = rows.next() {
                row[..axes].copy_from_slice(&gradient[..axes]);
            }
        };
        if self.within_m.is_none() {
            put(p.map(|p| p / range));
        }
        put(view.turn_back([y / ground2, -x / ground2, 0.0]));
        if self.elevation {
            let ground = ground2.sqrt();
            let scale = -z / (square * ground);
            put(view.turn_back([x * scale, y * scale, ground / square]));
        }
        if self.range_rate {
            let rate = dot(p, v);
            if let Some(row) = rows.next() {
                for i in 0..axes {
                    row[i] = (v[i] - rate * p[i] / square) / range;
                    row[axes + i] = p[i] / range;
                }
            }
        }
    }

    /// The direction of a measurement in the tracker's frame, a unit vector, and its derivatives by
    /// bearing and by elevation.
    ///
    /// On two axes it is the level direction q / |q| that has the bearing: with M the level part of
    /// right and forward, M q = (sin b, cos b).
    #[must_use]
    pub fn direction(&self, view: &View, z: &[f64]) -> [[f64; 3]; 3] {
        let b = z[self.bearing()];
        let (sb, cb) = (libm::sin(b), libm::cos(b));
        if self.elevation {
            let e = z[self.bearing() + 1];
            let (se, ce) = (libm::sin(e), libm::cos(e));
            return [[ce * sb, ce * cb, se], [ce * cb, -ce * sb, 0.0], [-se * sb, -se * cb, ce]]
                .map(|q| view.turn_back(q));
        }
        let [right, forward, _] = view.axes;
        let det = right[0] * forward[1] - right[1] * forward[0];
        let solve = |x: f64, y: f64| {
            [(forward[1] * x - right[1] * y) / det, (right[0] * y - forward[0] * x) / det, 0.0]
        };
        let (q, dq) = (solve(sb, cb), solve(cb, -sb));
        let size = dot(q, q).sqrt();
        let unit = q.map(|q| q / size);
        let along = dot(unit, dq);
        [unit, [0, 1, 2].map(|i| (dq[i] - along * unit[i]) / size), [0.0; 3]]
    }

    /// The position of a direction at a range, its Jacobian (axes × axes, by range, bearing,
    /// elevation) and the volume |det| of that Jacobian.
    #[must_use]
    pub fn position(
        &self,
        view: &View,
        range: f64,
        direction: &[[f64; 3]; 3],
    ) -> ([f64; 3], [[f64; 3]; 3], f64) {
        let at = view.pose.position_m;
        let [unit, by_bearing, by_elevation] = *direction;
        let point = [0, 1, 2].map(|i| at[i] + range * unit[i]);
        let jacobian = [0, 1, 2].map(|i| [unit[i], range * by_bearing[i], range * by_elevation[i]]);
        // the three directions are perpendicular to each other
        let size = |d: [f64; 3]| range.abs() * dot(d, d).sqrt();
        let volume = size(by_bearing) * if self.elevation { size(by_elevation) } else { 1.0 };
        (point, jacobian, volume)
    }
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVEL: Pose = Pose {
        position_m: [3.0, -7.0, 2.0],
        heading_rad: 0.4,
        pitch_rad: 0.0,
        roll_rad: 0.0,
        velocity_m_s: [1.0, -2.0, 0.5],
    };
    const POSES: [Pose; 3] = [
        LEVEL,
        Pose { pitch_rad: 0.3, roll_rad: -0.7, ..LEVEL },
        Pose { heading_rad: -2.0, pitch_rad: -1.1, roll_rad: 2.5, ..LEVEL }, // upside down
    ];

    fn models() -> impl Iterator<Item = Polar> {
        (0..8).map(|bits| Polar {
            within_m: (bits & 1 != 0).then_some([10.0, 1000.0]),
            elevation: bits & 2 != 0,
            range_rate: bits & 4 != 0,
        })
    }

    #[test]
    fn the_jacobian_agrees_with_central_differences() {
        for (polar, pose) in models().flat_map(|polar| POSES.map(|pose| (polar, pose))) {
            let view = View::from(&pose);
            let (m, dim) = (polar.dim(), 2 * polar.axes());
            let state: Vec<f64> = [120.0, 80.0, 30.0, 4.0, -3.0, 2.0][..dim].to_vec();
            let mut h = vec![0.0; m * dim];
            polar.linearise(&view, &state, &mut h);
            for j in 0..dim {
                let step = 1e-4;
                let (mut up, mut down) = (state.clone(), state.clone());
                up[j] += step;
                down[j] -= step;
                let (mut zu, mut zd) = (vec![0.0; m], vec![0.0; m]);
                polar.measure(&view, &up, &mut zu);
                polar.measure(&view, &down, &mut zd);
                for i in 0..m {
                    let numeric = (zu[i] - zd[i]) / (2.0 * step);
                    assert!((numeric - h[i * dim + j]).abs() < 1e-8, "{polar:?} {pose:?} {i} {j}");
                }
            }
        }
    }

    #[test]
    fn without_pitch_and_roll_the_bearing_is_the_compass_less_the_heading() {
        let polar = Polar { within_m: None, elevation: true, range_rate: false };
        let (view, state) = (View::from(&LEVEL), [-40.0, 60.0, 25.0]);
        let mut z = [0.0; 3];
        polar.measure(&view, &state, &mut z);
        let (east, north, up) = (-43.0_f64, 67.0_f64, 23.0_f64);
        assert!((z[1] - (east.atan2(north) - 0.4)).abs() < 1e-14);
        assert!((z[2] - (up / z[0]).asin()).abs() < 1e-14);
    }

    #[test]
    fn the_position_of_a_measurement_measures_the_same_and_has_that_jacobian() {
        let models = models().filter(|polar| polar.within_m.is_none() && !polar.range_rate);
        for (polar, pose) in models.flat_map(|polar| POSES.map(|pose| (polar, pose))) {
            let (view, axes) = (View::from(&pose), polar.axes());
            let at = |z: &[f64]| polar.position(&view, z[0], &polar.direction(&view, z));
            let z = [150.0, -1.2, 0.3];
            let (point, jacobian, volume) = at(&z);
            let mut back = [0.0; 3];
            polar.measure(&view, &point[..axes], &mut back[..axes]);
            for i in 0..axes {
                assert!((back[i] - z[i]).abs() < 1e-12, "{polar:?} {pose:?}");
            }
            for j in 0..axes {
                let (mut up, mut down) = (z, z);
                up[j] += 1e-5;
                down[j] -= 1e-5;
                for i in 0..axes {
                    let numeric = (at(&up).0[i] - at(&down).0[i]) / 2e-5;
                    assert!((numeric - jacobian[i][j]).abs() < 1e-6, "{polar:?} {pose:?} {i} {j}");
                }
            }
            let [a, b, c] = jacobian;
            let det = if axes == 2 {
                a[0] * b[1] - a[1] * b[0]
            } else {
                a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
                    + a[2] * (b[0] * c[1] - b[1] * c[0])
            };
            assert!((det.abs() / volume - 1.0).abs() < 1e-12, "{polar:?} {pose:?}");
        }
    }
}
