//! The ranges at which an object may be that was seen under angles alone, in cells.
//!
//! A Gaussian in space carries a range well only if its deviation is a small share of it, so that
//! the limits are cut into cells whose ends stand in one ratio of at most 2: a share of 0.19 in
//! each (Peach, *Bearings-only tracking using a set of range-parameterised extended Kalman
//! filters*, IEE Proc. Control Theory and Applications 142 (1995) 73–80).

/// Ends of a cell stand at most in this ratio.
const RATIO: f64 = 2.0;

/// One cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cell {
    /// The mean range \[m\].
    pub mean_m: f64,
    /// Its variance \[m²\].
    pub variance_m2: f64,
    /// The volume that lies in it for each unit of angle, ∫ r^(axes − 1) dr.
    pub volume: f64,
}

/// The cells, under a density that is equal over space: of the range in proportion to r^(axes − 1).
pub(super) fn cells([near, far]: [f64; 2], axes: usize) -> impl Iterator<Item = Cell> {
    let log = libm::log(far / near);
    let count = (log / libm::log(RATIO) - 1e-9).ceil().max(1.0) as u32;
    let end = move |k: u32| near * libm::exp(log * f64::from(k) / f64::from(count));
    let integral = |a: f64, b: f64, power: usize| {
        let up = |x: f64| (0..power).fold(x, |product, _| product * x);
        (up(b) - up(a)) / (power + 1) as f64
    };
    (0..count).map(move |k| {
        let (a, b) = (end(k), end(k + 1));
        let volume = integral(a, b, axes - 1);
        let mean_m = integral(a, b, axes) / volume;
        let variance_m2 = integral(a, b, axes + 1) / volume - mean_m * mean_m;
        Cell { mean_m, variance_m2, volume }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_together_have_the_moments_of_an_equal_density_over_space() {
        for (axes, limits) in [(2, [50.0, 1000.0]), (3, [10.0, 5000.0]), (2, [100.0, 120.0])] {
            let cells: Vec<Cell> = cells(limits, axes).collect();
            assert_eq!(cells.len() as f64, (limits[1] / limits[0]).log2().ceil());
            let steps = 200_000;
            let width = (limits[1] - limits[0]) / f64::from(steps);
            let moment = |power: i32| -> f64 {
                let middle = |k: i32| limits[0] + (f64::from(k) + 0.5) * width;
                (0..steps).map(|k| middle(k).powi(axes as i32 - 1 + power) * width).sum()
            };
            let sum = |of: &dyn Fn(&Cell) -> f64| cells.iter().map(of).sum::<f64>();
            let close = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-6;
            assert!(close(sum(&|c| c.volume), moment(0)));
            assert!(close(sum(&|c| c.volume * c.mean_m), moment(1)));
            assert!(close(sum(&|c| c.volume * (c.variance_m2 + c.mean_m * c.mean_m)), moment(2)));
            assert!(cells.iter().all(|c| c.variance_m2.sqrt() < 0.2 * c.mean_m));
        }
    }
}
