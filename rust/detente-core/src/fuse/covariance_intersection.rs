//! Covariance intersection.
