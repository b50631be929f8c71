//! Predicted measurements: ẑ, H P Hᵀ and the link to the state, for every row.

use pulp::{Simd, WithSimd};

use crate::Result;
use crate::filter::unscented;
use crate::filter::update::{Link, spread_block};
use crate::gaussian::{Gaussians, stride};
use crate::lanes::{Lanes, WIDTH, gather};
use crate::linalg::{packed, packed_len};
use crate::sensor::{BOX, Linearisation, Model, Polar, Sensor, View};

/// What a sensor would measure of each row.
#[derive(Clone, Debug)]
pub struct Projection {
    /// m
    pub dim: usize,
    /// ẑ, m lanes a block.
    pub predicted: Vec<Lanes>,
    /// H P Hᵀ packed, without the measurement's own noise.
    pub spread: Vec<Lanes>,
    link: Storage,
}

#[derive(Clone, Debug)]
enum Storage {
    Leading,
    Picked(&'static [usize]),
    Jacobian(Vec<Lanes>),
    Cross(Vec<Lanes>),
}

impl Projection {
    /// A component of ẑ of one row.
    #[must_use]
    pub fn lane(&self, row: usize, component: usize) -> f64 {
        self.predicted[row / WIDTH * self.dim + component].0[row % WIDTH]
    }

    /// How the measurement of one block depends on its state.
    #[must_use]
    pub fn link(&self, state_dim: usize, block: usize) -> Link<'_> {
        let size = self.dim * state_dim;
        match &self.link {
            Storage::Leading => Link::Leading,
            Storage::Picked(picked) => Link::Picked(picked),
            Storage::Jacobian(h) => Link::Jacobian(&h[block * size..(block + 1) * size]),
            Storage::Cross(c) => Link::Cross(&c[block * size..(block + 1) * size]),
        }
    }

    /// The projections of the given rows, in the given order.
    #[must_use]
    pub fn gather(&self, state_dim: usize, rows: &[u32]) -> Self {
        let size = self.dim * state_dim;
        Self {
            dim: self.dim,
            predicted: gather(self.dim, &self.predicted, rows),
            spread: gather(packed_len(self.dim), &self.spread, rows),
            link: match &self.link {
                Storage::Leading => Storage::Leading,
                Storage::Picked(picked) => Storage::Picked(picked),
                Storage::Jacobian(h) => Storage::Jacobian(gather(size, h, rows)),
                Storage::Cross(c) => Storage::Cross(gather(size, c, rows)),
            },
        }
    }

    /// The projection by the unscented transform: `points` of every row, and their images.
    pub fn from_points(
        dim: usize,
        m: usize,
        points: &[f64],
        images: &[f64],
        is_angle: impl Fn(usize) -> bool + Copy,
    ) -> Self {
        let count = unscented::count(dim);
        let blocks = (points.len() / (count * dim)).div_ceil(WIDTH);
        let mut predicted = vec![Lanes::ZERO; blocks * m];
        let mut spread = vec![Lanes::ZERO; blocks * packed_len(m)];
        let mut cross = vec![Lanes::ZERO; blocks * m * dim];
        let each = points.chunks_exact(count * dim).zip(images.chunks_exact(count * m));
        for (row, (points, images)) in each.enumerate() {
            let (z, deviations) = unscented::centre(dim, m, images, is_angle);
            let mut s = vec![0.0; packed_len(m)];
            let mut c = vec![0.0; dim * m];
            for (point, deviation) in deviations.chunks_exact(m).enumerate() {
                let weight = unscented::weight(dim, point);
                for k in 0..m {
                    for l in 0..k + 1 {
                        s[packed(k, l)] += weight * deviation[k] * deviation[l];
                    }
                    for i in 0..dim {
                        let from_mean = points[point * dim + i] - points[i];
                        c[i * m + k] += weight * from_mean * deviation[k];
                    }
                }
            }
            put(&mut predicted, row, &z);
            put(&mut spread, row, &s);
            put(&mut cross, row, &c);
        }
        Self { dim: m, predicted, spread, link: Storage::Cross(cross) }
    }
}

/// Projects every row into the sensor's measurement space.
///
/// # Errors
/// Whatever the user's function raised; [`crate::Error::NotPositiveDefinite`] from the unscented
/// transform.
pub fn project(sensor: &Sensor, rows: &Gaussians, axes: usize) -> Result<Projection> {
    match (&sensor.model, sensor.linearisation) {
        (Model::Position | Model::State, _) => Ok(leading(sensor.dim(axes), rows)),
        (Model::Box, _) => Ok(picked(&BOX, rows)),
        (Model::Polar(polar), Linearisation::Extended) => Ok(extended(sensor, *polar, rows)),
        (Model::Polar(_), Linearisation::Unscented) | (Model::User(_), _) => {
            unscented_projection(sensor, rows, axes)
        }
    }
}

fn leading(m: usize, rows: &Gaussians) -> Projection {
    let (mut predicted, mut spread) = (Vec::new(), Vec::new());
    for block in rows.blocks() {
        predicted.extend_from_slice(&block[..m]);
        spread.extend_from_slice(&block[rows.dim()..rows.dim() + packed_len(m)]);
    }
    Projection { dim: m, predicted, spread, link: Storage::Leading }
}

fn picked(components: &'static [usize], rows: &Gaussians) -> Projection {
    let (mut predicted, mut spread) = (Vec::new(), Vec::new());
    for block in rows.blocks() {
        predicted.extend(components.iter().map(|&i| block[i]));
        for (k, &i) in components.iter().enumerate() {
            let row = components[..k + 1].iter();
            spread.extend(row.map(|&j| block[rows.dim() + packed(i, j)]));
        }
    }
    Projection { dim: components.len(), predicted, spread, link: Storage::Picked(components) }
}

fn extended(sensor: &Sensor, polar: Polar, rows: &Gaussians) -> Projection {
    let (m, dim) = (polar.dim(), rows.dim());
    let blocks = rows.blocks().len();
    let mut predicted = vec![Lanes::ZERO; blocks * m];
    let mut jacobian = vec![Lanes::ZERO; blocks * m * dim];
    let (mut z, mut h) = (vec![0.0; m], vec![0.0; m * dim]);
    let view = View::from(&sensor.pose);
    for row in 0..rows.len() {
        let state: Vec<f64> = (0..dim).map(|i| rows.mean(row, i)).collect();
        polar.measure(&view, &state, &mut z);
        polar.linearise(&view, &state, &mut h);
        put(&mut predicted, row, &z);
        put(&mut jacobian, row, &h);
    }
    let mut spread = vec![Lanes::ZERO; blocks * packed_len(m)];
    let jacobians = &jacobian;
    pulp::Arch::new().dispatch(Spread { rows, m, jacobians, spread: &mut spread });
    Projection { dim: m, predicted, spread, link: Storage::Jacobian(jacobian) }
}

/// Writes one row's values into its lane.
fn put(lanes: &mut [Lanes], row: usize, values: &[f64]) {
    let start = row / WIDTH * values.len();
    for (plane, &value) in lanes[start..].iter_mut().zip(values) {
        plane.0[row % WIDTH] = value;
    }
}

struct Spread<'a> {
    rows: &'a Gaussians,
    m: usize,
    jacobians: &'a [Lanes],
    spread: &'a mut [Lanes],
}

impl WithSimd for Spread<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let dim = self.rows.dim();
        let blocks = self.rows.lanes().chunks_exact(stride(dim));
        let jacobians = self.jacobians.chunks_exact(self.m * dim);
        let spreads = self.spread.chunks_exact_mut(packed_len(self.m));
        for ((block, h), spread) in blocks.zip(jacobians).zip(spreads) {
            spread_block(simd, dim, self.m, h, block, spread);
        }
    }
}

fn unscented_projection(sensor: &Sensor, rows: &Gaussians, axes: usize) -> Result<Projection> {
    let (m, dim) = (sensor.dim(axes), rows.dim());
    let points = unscented::points(dim, &rows.dense_means(), &rows.packed_covs())?;
    let images = sensor.measure(axes, dim, &points)?;
    Ok(Projection::from_points(dim, m, &points, &images, |i| sensor.is_angle(i)))
}
