//! The columns of a table and what kind each is.

use std::collections::HashMap;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Finite numbers.
    Numeric,
    /// A few values that are the same or not.
    Categorical,
    /// Anything else; models don't use it.
    Text,
}

impl Kind {
    /// As reports and JSON have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Numeric => "numeric",
            Self::Categorical => "categorical",
            Self::Text => "text",
        }
    }
}

/// A column's cells, trimmed, one after another in one buffer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cells {
    text: String,
    ends: Vec<usize>,
}

/// One column.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// From the header.
    pub name: String,
    /// One a row.
    pub cells: Cells,
}

/// What a missing value is written as.
const MISSING: [&str; 10] = [
    "", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "<NA>",
];
/// Squares of larger numbers leave the range of single precision, and their figures would be none.
const LARGEST: f64 = 1e15;
/// A column is numeric when at least this share of its values are numbers: a few broken cells
/// must be reported, not turn a feature into text.
const NUMERIC_SHARE: f64 = 0.95;
/// A column of words with at most this many different ones holds categories.
const FEW: usize = 24;

/// Whether a cell holds no value.
pub fn is_missing(cell: &str) -> bool {
    MISSING.contains(&cell)
}

/// The number in a cell, where it is finite and at most [`LARGEST`] in size.
pub fn number(cell: &str) -> Option<f64> {
    cell.parse()
        .ok()
        .filter(|value: &f64| value.abs() <= LARGEST)
}

impl Cells {
    /// Appends a cell.
    pub fn push(&mut self, cell: &str) {
        self.text.push_str(cell.trim());
        self.ends.push(self.text.len());
    }

    /// The cell of a row.
    pub fn get(&self, row: usize) -> &str {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[row]]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|row| self.get(row))
    }
}

impl Column {
    /// The kind that the values suggest.
    pub fn detect(&self) -> Kind {
        let values = || self.cells.iter().filter(|cell| !is_missing(cell));
        let (all, numbers) = values().fold((0, 0), |(all, numbers), cell| {
            (all + 1, numbers + usize::from(number(cell).is_some()))
        });
        if all > 0 && numbers as f64 >= NUMERIC_SHARE * all as f64 {
            return Kind::Numeric;
        }
        let mut different: HashMap<&str, ()> = HashMap::new();
        for cell in values() {
            different.insert(cell, ());
            if different.len() > FEW || different.len() * 2 > all {
                return Kind::Text;
            }
        }
        if all == 0 {
            Kind::Text
        } else {
            Kind::Categorical
        }
    }

    /// How many cells hold a number that is too large for models.
    pub fn too_large(&self) -> usize {
        let large = |cell: &&str| {
            cell.parse()
                .is_ok_and(|x: f64| x.is_finite() && x.abs() > LARGEST)
        };
        self.cells.iter().filter(large).count()
    }

    /// How many cells hold no value.
    pub fn missing(&self) -> usize {
        self.cells.iter().filter(|cell| is_missing(cell)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(cells: &[&str]) -> Column {
        let mut column = Column::default();
        cells.iter().for_each(|cell| column.cells.push(cell));
        column
    }

    #[test]
    fn kinds_are_told_by_the_values() {
        let mut numbers = vec!["1.5", "-2", "1e3", "NA", ""];
        assert_eq!(column(&numbers).detect(), Kind::Numeric);
        assert_eq!(column(&numbers).missing(), 2);
        numbers.extend(["7"; 40]);
        numbers.push("oops");
        assert_eq!(column(&numbers).detect(), Kind::Numeric);
        assert_eq!(
            column(&["a", "b", "a", "b", "a", "b"]).detect(),
            Kind::Categorical
        );
        assert_eq!(column(&["a", "b", "c", "d"]).detect(), Kind::Text);
        assert_eq!(column(&["NaN", ""]).detect(), Kind::Text);
        assert_eq!(number("1e15"), Some(1e15));
        assert_eq!(number("-1.1e15"), None);
        assert_eq!(
            column(&["2e15", "1e15", "-3e20", "inf", "x"]).too_large(),
            2
        );
        assert_eq!(
            column(&["inf", "inf", "inf", "-inf"]).detect(),
            Kind::Categorical
        );
    }

    #[test]
    fn cells_are_trimmed_and_kept_apart() {
        let found = column(&[" a ", "", "ü b"]);
        assert_eq!(found.cells.iter().collect::<Vec<_>>(), ["a", "", "ü b"]);
    }
}
