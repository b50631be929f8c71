//! Coarsening: states on an earth-fixed grid, with covariances that stay honest.
//!
//! A position becomes the centre of its cell, a velocity component the middle of its step. The
//! error of that is not noise: a static object has the same one in every report, so a receiver
//! replaces a coarse row by its successor and never accumulates them. With w, h and s the half
//! sides of the cell as vectors and uᵥ the step,
//! P' = ⌈P + w wᵀ + h hᵀ + s sᵀ + diag(uᵥ²/4)⌉,
//! where the largest error that rounding can make stands in for its variance, so that P' holds
//! wherever in its cell the object stands, not only on average over places: for an axis with
//! standard deviation σ and cell c the mean square of rounding(x + σ n) − x stays below
//! σ² + c²/4 at every x. ⌈·⌉ rounds to sixteenths of the unit squared, so that the covariance
//! is no fingerprint, and adds what that may have taken (Gershgorin): P' − P − … ⪰ 0.

use super::grid::{Cell, Grid};
use crate::geodesy::{FLATTENING, Geodetic, LocalFrame, SEMI_MAJOR_M, ecef_from_geodetic};
use libm::{cos, sin};

/// A velocity's step is a cell's height in this time; an acceleration's, in it squared \[s].
pub const STEP_TIME_S: f64 = 10.0;

const DEGREE: f64 = std::f64::consts::PI / 180.0;
const ECCENTRICITY2: f64 = FLATTENING * (2.0 - FLATTENING);
const COV_STEPS: f64 = 16.0;

/// A grid seen from a local frame, for states of some axes and dimension.
#[derive(Clone, Copy, Debug)]
pub struct Coarsener<'a> {
    /// The grid.
    pub grid: Grid,
    /// The frame of the states.
    pub frame: &'a LocalFrame,
    /// The axes of space.
    pub axes: usize,
    /// The dimension of a state.
    pub dim: usize,
}

impl Coarsener<'_> {
    /// Writes the coarse state of an object in a cell at a height above the ellipsoid (ignored
    /// with two axes). A covariance that was already coarsened on this grid is not widened again.
    pub fn row(
        &self,
        (cell, height_m): (Cell, f64),
        widen: bool,
        mean: &mut [f64],
        cov: &mut [f64],
    ) {
        let Some(rectangle) = self.grid.rectangle(cell) else { return };
        let [lat_deg, lon_deg] = rectangle.centre();
        let unit_m = self.grid.unit_m();
        let height_m = match self.axes {
            3 => ((height_m / unit_m).floor() + 0.5) * unit_m,
            _ => 0.0,
        };
        let centre = Geodetic { lat_deg, lon_deg, height_m };
        let enu = self.frame.enu_from_ecef(ecef_from_geodetic(centre));
        mean[..self.axes].copy_from_slice(&enu[..self.axes]);
        if widen {
            let width_deg = rectangle.lon_deg[1] - rectangle.lon_deg[0];
            self.add_cell(centre, width_deg, cov);
        }
        for i in self.axes..self.dim {
            let step = self.unit(i);
            let whole = (mean[i].abs() / step).floor();
            let still = whole == 0.0; // twice as wide as the other steps, so that rest is rest
            mean[i] = if still { 0.0 } else { (whole + 0.5) * step * mean[i].signum() };
            if widen {
                cov[i * self.dim + i] += step * step * if still { 1.0 } else { 0.25 };
            }
        }
        self.round(widen, cov);
    }

    /// The unit of component i: a cell's height, divided by the step time once per derivative.
    fn unit(&self, i: usize) -> f64 {
        (0..i / self.axes).fold(self.grid.unit_m(), |unit, _| unit / STEP_TIME_S)
    }

    /// Adds the outer products of the half sides of the cell, turned into the frame.
    fn add_cell(&self, centre: Geodetic, width_deg: f64, cov: &mut [f64]) {
        let (phi, lambda) = (centre.lat_deg * DEGREE, centre.lon_deg * DEGREE);
        let (sin_phi, cos_phi, sin_lambda, cos_lambda) =
            (sin(phi), cos(phi), sin(lambda), cos(lambda));
        let bend = 1.0 - ECCENTRICITY2 * sin_phi * sin_phi;
        let normal_m = SEMI_MAJOR_M / bend.sqrt();
        let meridian_m = normal_m * (1.0 - ECCENTRICITY2) / bend;
        let half_rad = 0.5 * self.grid.height_deg() * DEGREE;
        let north_m = (meridian_m + centre.height_m) * half_rad;
        // the edge nearer to the equator is the longer one
        let longest = cos_phi + sin_phi.abs() * half_rad;
        let east_m = (normal_m + centre.height_m) * longest * (0.5 * width_deg * DEGREE);
        let half_sides = [
            [-sin_lambda * east_m, cos_lambda * east_m, 0.0],
            [-sin_phi * cos_lambda * north_m, -sin_phi * sin_lambda * north_m, cos_phi * north_m],
            [cos_phi * cos_lambda, cos_phi * sin_lambda, sin_phi]
                .map(|part| part * 0.5 * self.grid.unit_m()),
        ];
        for side in &half_sides[..self.axes] {
            let side = self.frame.enu_from_ecef_direction(*side);
            for i in 0..self.axes {
                for j in 0..self.axes {
                    cov[i * self.dim + j] += side[i] * side[j];
                }
            }
        }
    }

    /// Rounds a covariance to whole steps, and adds the most that this can have taken.
    fn round(&self, widen: bool, cov: &mut [f64]) {
        let lost = if widen { self.dim.div_ceil(2) as f64 } else { 0.0 }; // dim × half a step
        for i in 0..self.dim {
            for j in i..self.dim {
                let step = self.unit(i) * self.unit(j) / COV_STEPS;
                let steps = (cov[i * self.dim + j] / step).round();
                let value = (if i == j { steps + lost } else { steps }) * step;
                cov[i * self.dim + j] = value;
                cov[j * self.dim + i] = value;
            }
        }
    }
}
