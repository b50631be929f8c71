//! A grant: what one agreement lets one party hand to one other, and when.

use super::area::{Area, Polygon};
use super::counts::Partition;
use super::grid::Grid;
use super::report::Kind;
use crate::{Error, Result};

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
    #[must_use]
    pub fn slots(&self, after_ns: i64, now_ns: i64) -> Vec<i64> {
        let c = &self.clauses;
        if c.cadence_ns == 0 || now_ns >= c.until_ns {
            return Vec::new();
        }
        let first = after_ns.saturating_add(1).max(c.from_ns);
        let last = now_ns.saturating_sub(c.delay_ns);
        let slot = |index: i64| index.checked_mul(c.cadence_ns);
        let index = first.div_euclid(c.cadence_ns) + i64::from(first.rem_euclid(c.cadence_ns) != 0);
        (index..).map_while(slot).take_while(|&time_ns| time_ns <= last).collect()
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
