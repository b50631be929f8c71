//! A grant: what one agreement lets one party hand to one other, and when.

use super::area::{Area, Polygon};
use super::counts::Partition;
use super::grid::Grid;
use super::report::Kind;
use crate::{Error, Result};

/// More slots than this are not made at once.
const MOST_SLOTS: i128 = 1 << 20;

/// A grant as it is written; see [`Grant::new`].
#[derive(Clone, Debug)]
pub struct Clauses {
    /// Who hands over.
    pub sender: String,
    /// Who receives.
    pub recipient: String,
    /// What leaves.
    pub level: Kind,
    /// In force from here \[ns since 1970-01-01 UTC].
    pub from_ns: i64,
    /// In force until here, itself excluded.
    pub until_ns: i64,
    /// What lies in each of these areas, of polygons each; everything if there is none.
    pub areas: Vec<Vec<Polygon>>,
    /// The optional fields that leave.
    pub fields: Vec<String>,
    /// How old a report must be \[ns].
    pub delay_ns: i64,
    /// Reports whose time is a multiple of this leave; all if 0 \[ns].
    pub cadence_ns: i64,
    /// Positions no finer than this \[m].
    pub precision_m: Option<f64>,
    /// Counts in cells no smaller than this \[m].
    pub count_cell_m: Option<f64>,
    /// Counts below this are not told.
    pub count_at_least: u32,
    /// Reports of more rows do not leave.
    pub rows_per_s: Option<u32>,
    /// Whether the recipient may pass it on.
    pub relay: bool,
}

/// A grant, checked and ready to be applied.
#[derive(Clone, Debug)]
pub struct Grant {
    /// As it was written, the polygons aside.
    pub clauses: Clauses,
    /// Its areas; a row must lie in each.
    pub areas: Vec<Area>,
    /// The grid of its precision.
    pub grid: Option<Grid>,
    /// The cells of its counts.
    pub partition: Option<Partition>,
}

impl Grant {
    /// Checks the clauses against each other and indexes the area.
    ///
    /// # Errors
    /// [`Error::Setting`] names the clause and what it needs.
    pub fn new(mut clauses: Clauses) -> Result<Self> {
        check(&clauses)?;
        let polygons = std::mem::take(&mut clauses.areas);
        let areas = polygons.iter().map(|each| Area::new(each)).collect::<Result<Vec<_>>>()?;
        let grid = clauses.precision_m.map(|m| Grid::at_least("precision_m", m)).transpose()?;
        let partition = match clauses.count_cell_m {
            None => None,
            Some(size_m) => {
                let grid = Grid::at_least("count_cell_m", size_m)?;
                Some(Partition::new(grid, &areas, clauses.count_at_least)?)
            }
        };
        Ok(Self { clauses, areas, grid, partition })
    }

    /// The moments after `after_ns` whose reports may leave by `now_ns`; none without a cadence.
    ///
    /// A party makes a report for each, empty if it has nothing to say, so that silence tells
    /// nothing.
    ///
    /// # Errors
    /// [`Error::Setting`] if there are more than a million.
    pub fn slots(&self, after_ns: i64, now_ns: i64) -> Result<Vec<i64>> {
        let c = &self.clauses;
        if c.cadence_ns == 0 || now_ns >= c.until_ns {
            return Ok(Vec::new());
        }
        let cadence = i128::from(c.cadence_ns);
        let first = (i128::from(after_ns) + 1).max(c.from_ns.into());
        let last = i128::from(now_ns) - i128::from(c.delay_ns);
        let (begin, end) = ((first - 1).div_euclid(cadence) + 1, last.div_euclid(cadence));
        if end - begin >= MOST_SLOTS {
            return Err(Error::Setting {
                what: "a span of slots",
                expected: "one of at most a million; ask for a shorter one",
                found: format!("{} slots of {} ns", end - begin + 1, c.cadence_ns),
            });
        }
        Ok((begin..=end).filter_map(|index| i64::try_from(index * cadence).ok()).collect())
    }
}

fn check(c: &Clauses) -> Result<()> {
    let refuse = |what, expected, found: String| Err(Error::Setting { what, expected, found });
    if c.sender.is_empty() || c.recipient.is_empty() || c.sender == c.recipient {
        let found = format!("{:?} and {:?}", c.sender, c.recipient);
        return refuse("the parties of a grant", "two different names", found);
    }
    if c.from_ns >= c.until_ns {
        let found = format!("from {} ns until {} ns", c.from_ns, c.until_ns);
        return refuse("validity", "a time that begins before it ends", found);
    }
    if c.delay_ns < 0 {
        return refuse("delay_ns", "0 or more", c.delay_ns.to_string());
    }
    if c.cadence_ns < 0 {
        return refuse("cadence_ns", "0 or more", c.cadence_ns.to_string());
    }
    if c.rows_per_s == Some(0) {
        return refuse("rows_per_s", "1 or more, or left out", "0".to_owned());
    }
    if c.precision_m.is_some() && c.level != Kind::Tracks {
        let found = format!("a precision with level {:?}", c.level.name());
        return refuse("precision_m", "left out except at level \"tracks\"", found);
    }
    if c.level != Kind::Counts {
        return match c.count_cell_m {
            Some(m) => refuse("count_cell_m", "left out except at level \"counts\"", m.to_string()),
            None => Ok(()),
        };
    }
    if c.areas.is_empty() {
        return refuse(
            "area",
            "given at level \"counts\", whose cells it holds",
            "none".to_owned(),
        );
    }
    if c.count_cell_m.is_none() {
        return refuse("count_cell_m", "given at level \"counts\"", "none".to_owned());
    }
    if c.count_at_least < 1 {
        return refuse("count_at_least", "1 or more", c.count_at_least.to_string());
    }
    if c.cadence_ns == 0 {
        return refuse("cadence_ns", "above 0 at level \"counts\"", "0".to_owned());
    }
    if let Some(field) = c.fields.first() {
        return refuse("fields", "left out at level \"counts\"", format!("{field:?}"));
    }
    Ok(())
}
