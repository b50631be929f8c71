//! Batched Kalman filters: predict, update, smooth.
