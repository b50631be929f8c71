//! A report as release reads it: what it says of itself, and the columns that clauses look at.

use super::grid::{Cell, Grid};
use super::lineage::RowId;
use crate::geodesy::LocalFrame;
use crate::{Error, Result};

/// What the rows of a report are; a grant's level is one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What a sensor saw in one scan.
    Detections,
    /// What a party's own detections added to its tracks.
    Tracklets,
    /// A party's tracks.
    Tracks,
    /// How many tracks each cell holds.
    Counts,
}

impl Kind {
    /// The kind of that name.
    ///
    /// # Errors
    /// [`Error::Setting`] for a kind that is not known.
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "detections" => Ok(Self::Detections),
            "tracklets" => Ok(Self::Tracklets),
            "tracks" => Ok(Self::Tracks),
            "counts" => Ok(Self::Counts),
            other => Err(Error::Setting {
                what: "the kind of a report",
                expected: "\"detections\", \"tracklets\", \"tracks\" or \"counts\"",
                found: format!("{other:?}"),
            }),
        }
    }

    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Detections => "detections",
            Self::Tracklets => "tracklets",
            Self::Tracks => "tracks",
            Self::Counts => "counts",
        }
    }
}

/// The columns of a kind, of equal length.
#[derive(Clone, Copy, Debug)]
pub enum Columns<'a> {
    /// Detections and tracklets: where each is, n × axes \[m], NaN where that is unknown.
    Places(&'a [f64]),
    /// Tracks: positions, then their derivatives; n × dim and n × dim × dim.
    States {
        /// The dimension of a state.
        dim: usize,
        /// The means.
        mean: &'a [f64],
        /// The covariances.
        cov: &'a [f64],
    },
    /// Counts: cells in ascending order and how many each holds, NaN for "too few to say".
    Counts {
        /// The cells.
        cells: &'a [Cell],
        /// The counts.
        counts: &'a [f64],
    },
}

/// A report of one party at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The party whose sensors speak.
    pub origin: &'a str,
    /// What its rows are.
    pub kind: Kind,
    /// The moment \[ns since 1970-01-01 UTC].
    pub time_ns: i64,
    /// The axes of space in a row.
    pub axes: usize,
    /// Where its places are.
    pub frame: Option<&'a LocalFrame>,
    /// The grid it was coarsened or counted on.
    pub grid: Option<Grid>,
    /// Whether its holder may pass it on.
    pub relay: bool,
    /// The identities of its rows.
    pub id: &'a [RowId],
    /// What its kind has.
    pub columns: Columns<'a>,
    /// The names of its optional fields.
    pub fields: &'a [&'a str],
}

impl Report<'_> {
    /// Refuses columns that do not fit together.
    ///
    /// # Errors
    /// [`Error::Shape`] names the column; [`Error::Setting`] for axes other than 2 or 3.
    pub fn check(&self) -> Result<()> {
        let rows = self.id.len();
        if !(2..=3).contains(&self.axes) {
            return Err(Error::Setting {
                what: "the axes of a report",
                expected: "2 or 3",
                found: self.axes.to_string(),
            });
        }
        let fits = |what: &str, found: usize, expected: usize| {
            if found == expected {
                return Ok(());
            }
            Err(Error::Shape {
                what: what.to_owned(),
                expected: format!("({expected},) in all"),
                found: format!("({found},)"),
            })
        };
        match (self.kind, self.columns) {
            (Kind::Detections | Kind::Tracklets, Columns::Places(places)) => {
                fits("position_m", places.len(), rows * self.axes)
            }
            (Kind::Tracks, Columns::States { dim, mean, cov }) => {
                if dim == 0 || dim % self.axes != 0 {
                    return Err(Error::Setting {
                        what: "the dimension of a track's state",
                        expected: "a multiple of its axes",
                        found: format!("{dim} with {} axes", self.axes),
                    });
                }
                fits("mean", mean.len(), rows * dim)?;
                fits("cov", cov.len(), rows * dim * dim)
            }
            (Kind::Counts, Columns::Counts { cells, counts }) => {
                fits("cell", cells.len(), rows)?;
                fits("count", counts.len(), rows)
            }
            (kind, _) => Err(Error::Setting {
                what: "the columns of a report",
                expected: "those of its kind",
                found: format!("other columns with the kind {}", kind.name()),
            }),
        }
    }
}
