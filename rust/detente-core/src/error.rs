//! What can go wrong in the core. The Python face maps each variant to one exception class.

/// A failure that a caller can cause, with what was expected, what came and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An array has another shape than the call needs.
    #[error("{what} must have shape {expected}, found {found}")]
    Shape {
        /// The argument.
        what: String,
        /// The shape that the call needs.
        expected: String,
        /// The shape that came.
        found: String,
    },
    /// A NaN or an infinity.
    #[error("{what} must be finite, found {value} at row {row}; remove or repair that row first")]
    NotFinite {
        /// The argument.
        what: String,
        /// The first offending row.
        row: usize,
        /// What stood there.
        value: f64,
    },
    /// A covariance without a Cholesky factor.
    #[error(
        "{what} must be symmetric positive definite, row {row} is not; \
         check its units and its diagonal"
    )]
    NotPositiveDefinite {
        /// The argument.
        what: String,
        /// The first offending row.
        row: usize,
    },
    /// Time ran backwards.
    #[error(
        "time_s must not run backwards: found {found} after {latest}; \
         sort the scans by time before the tracker sees them"
    )]
    TimeOrder {
        /// The latest time seen.
        latest: f64,
        /// The time that came.
        found: f64,
    },
    /// A scan is older than can be replayed.
    #[error(
        "a scan must not be from before {earliest} to be replayed, found {found} when the latest is \
         of {latest}; widen window_s, or leave such scans out"
    )]
    TooLate {
        /// The earliest time that is accepted.
        earliest: f64,
        /// The latest time seen.
        latest: f64,
        /// The time that came.
        found: f64,
    },
    /// A setting outside its range.
    #[error("{what} must be {expected}, found {found}")]
    Setting {
        /// The setting.
        what: &'static str,
        /// The permitted range.
        expected: &'static str,
        /// The value that came.
        found: String,
    },
    /// An identity that no living track has.
    #[error("no living track has the identity {id}")]
    UnknownId {
        /// The identity.
        id: u64,
    },
    /// Bytes that are not what they should be.
    #[error("cannot decode {what}: {reason}")]
    Decode {
        /// What was being read.
        what: &'static str,
        /// Why it failed.
        reason: String,
    },
    /// A problem that a solver gave up.
    #[error("cannot solve for {what}: {reason}; report it with its input")]
    Unsolved {
        /// What was sought.
        what: &'static str,
        /// What the solver says.
        reason: String,
    },
    /// A function that the user handed in failed.
    #[error("the user's function failed: {0}")]
    User(Box<dyn std::error::Error + Send + Sync>),
}

/// The core's result.
pub type Result<T> = std::result::Result<T, Error>;
