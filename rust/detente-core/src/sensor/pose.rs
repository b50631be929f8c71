//! Where a sensor stands, which way it faces and how it moves.

/// A sensor's place, orientation and velocity in the tracker's frame.
///
/// The orientation is three turns, each about an axis that the one before has moved: by the heading
/// clockwise from north (the second axis) as a compass counts, then the nose up by the pitch, then
/// the right side down by the roll. All angles that the sensor measures are relative to it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pose {
    /// East, north and up \[m\].
    pub position_m: [f64; 3],
    /// Clockwise from north \[rad\].
    pub heading_rad: f64,
    /// The nose up \[rad\].
    pub pitch_rad: f64,
    /// The right side down \[rad\].
    pub roll_rad: f64,
    /// East, north and up \[m/s\]; range rates are relative to it.
    pub velocity_m_s: [f64; 3],
}

impl Pose {
    /// The directions right, forward and up of the sensor, in east, north and up: the rows of the
    /// rotation B from the tracker's frame into the sensor's.
    ///
    /// With heading ψ, pitch θ, roll φ: forward f = (cos θ sin ψ, cos θ cos ψ, sin θ); unrolled,
    /// right r₀ = (cos ψ, −sin ψ, 0) and up u₀ = r₀ × f; rolled, r = cos φ r₀ − sin φ u₀ and
    /// u = sin φ r₀ + cos φ u₀.
    #[must_use]
    pub fn axes(&self) -> [[f64; 3]; 3] {
        let (sh, ch) = (libm::sin(self.heading_rad), libm::cos(self.heading_rad));
        let (sp, cp) = (libm::sin(self.pitch_rad), libm::cos(self.pitch_rad));
        let (sr, cr) = (libm::sin(self.roll_rad), libm::cos(self.roll_rad));
        let forward = [cp * sh, cp * ch, sp];
        let (level, above) = ([ch, -sh, 0.0], [-sp * sh, -sp * ch, cp]);
        let mix = |a: f64, b: f64| [0, 1, 2].map(|i| a * level[i] + b * above[i]);
        [mix(cr, -sr), forward, mix(sr, cr)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::FRAC_PI_2;

    fn close(a: [f64; 3], b: [f64; 3]) -> bool {
        a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-15)
    }

    #[test]
    fn each_turn_does_what_its_name_says() {
        let level = Pose { heading_rad: FRAC_PI_2, ..Pose::default() };
        let [right, forward, up] = level.axes();
        assert!(close(forward, [1.0, 0.0, 0.0]), "a heading of 90 degrees is east");
        assert!(close(right, [0.0, -1.0, 0.0]), "to its right is south");
        assert!(close(up, [0.0, 0.0, 1.0]));
        let nose_up = Pose { pitch_rad: FRAC_PI_2, ..Pose::default() };
        assert!(close(nose_up.axes()[1], [0.0, 0.0, 1.0]));
        let right_down = Pose { roll_rad: FRAC_PI_2, ..Pose::default() };
        assert!(close(right_down.axes()[0], [0.0, 0.0, -1.0]));
        assert!(close(right_down.axes()[1], [0.0, 1.0, 0.0]));
    }

    #[test]
    fn the_axes_are_those_of_three_rotations_one_after_the_other() {
        // each matrix turns what stands in the level frame of the turn before
        type Matrix = [[f64; 3]; 3];
        let times = |a: Matrix, b: Matrix| -> Matrix {
            [0, 1, 2].map(|i| [0, 1, 2].map(|j| (0..3).map(|k| a[i][k] * b[k][j]).sum()))
        };
        for k in 0..40 {
            let (h, p, r) = (0.3 * f64::from(k), 0.07 * f64::from(k) - 1.2, 0.11 * f64::from(k));
            let heading = [[h.cos(), -h.sin(), 0.0], [h.sin(), h.cos(), 0.0], [0.0, 0.0, 1.0]];
            let pitch = [[1.0, 0.0, 0.0], [0.0, p.cos(), p.sin()], [0.0, -p.sin(), p.cos()]];
            let roll = [[r.cos(), 0.0, -r.sin()], [0.0, 1.0, 0.0], [r.sin(), 0.0, r.cos()]];
            let expected = times(roll, times(pitch, heading));
            let pose = Pose { heading_rad: h, pitch_rad: p, roll_rad: r, ..Pose::default() };
            for (axis, expected) in pose.axes().into_iter().zip(expected) {
                assert!(close(axis, expected), "{pose:?}");
            }
        }
    }
}
