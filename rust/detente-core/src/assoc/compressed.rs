//! Compressed rows of edges: do the arrays fit together?

use crate::{Error, Result};

/// The arrays of a sparse problem, with the names that its caller knows two of them by.
pub(super) struct Compressed<'a> {
    /// Where each row's edges begin, and at last the number of edges.
    pub indptr: &'a [usize],
    /// The column of each edge.
    pub indices: &'a [u32],
    /// One value an edge.
    pub edge: (&'static str, &'a [f64]),
    /// One value a row.
    pub row: (&'static str, &'a [f64]),
    /// The number of columns.
    pub columns: usize,
}

impl Compressed<'_> {
    /// Refuses arrays that do not fit together; the values are the caller's to judge.
    ///
    /// # Errors
    ///
    /// When lengths differ, `indptr` decreases, a column is out of range or 2³² − 1 is reached.
    pub fn check(&self) -> Result<()> {
        let Self { indptr, indices, edge, row, columns } = self;
        let length = |what: &str, expected: usize, found: usize| {
            if expected == found {
                return Ok(());
            }
            let (what, expected, found) =
                (what.to_owned(), format!("({expected},)"), format!("({found},)"));
            Err(Error::Shape { what, expected, found })
        };
        length(row.0, indptr.len().saturating_sub(1), row.1.len())?;
        length(edge.0, indices.len(), edge.1.len())?;
        let rises = indptr.first() == Some(&0)
            && indptr.last() == Some(&indices.len())
            && indptr.is_sorted();
        if !rises {
            return Err(Error::Setting {
                what: "indptr",
                expected: "non-decreasing from 0 to the number of edges",
                found: describe_indptr(indptr, indices.len()),
            });
        }
        if let Some(&found) = indices.iter().find(|&&column| column as usize >= *columns) {
            return Err(Error::Setting {
                what: "indices",
                expected: "smaller than the number of columns",
                found: format!("{found} of {columns} columns"),
            });
        }
        if [row.1.len(), indices.len(), *columns].iter().any(|&n| n >= u32::MAX as usize) {
            return Err(Error::Setting {
                what: "the problem",
                expected: "smaller than 2³² − 1 rows, columns and edges",
                found: format!("{} × {columns} with {} edges", row.1.len(), indices.len()),
            });
        }
        Ok(())
    }
}

/// What is wrong with `indptr`, in words.
fn describe_indptr(indptr: &[usize], edges: usize) -> String {
    match (indptr.first(), indptr.last(), indptr.windows(2).position(|pair| pair[1] < pair[0])) {
        (None, ..) => "no entries (no rows need one entry, 0)".to_owned(),
        (Some(&first), ..) if first != 0 => format!("{first} at its start"),
        (.., Some(at)) => format!("{} after {} at row {at}", indptr[at + 1], indptr[at]),
        (_, last, _) => format!("{} at its end with {edges} edges", last.unwrap_or(&0)),
    }
}
