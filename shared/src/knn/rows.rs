//! The training rows of a table, prepared.

use super::preparation::{Point, Preparation};

/// Prepared rows with the values they came from and their targets.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Rows {
    numeric: usize,
    categorical: usize,
    width: usize,
    values: Vec<f32>,
    columns: Vec<f32>,
    categories: Vec<u16>,
    targets: Vec<f32>,
}

impl Rows {
    /// No rows yet.
    pub fn new(preparation: &Preparation) -> Self {
        Self {
            numeric: preparation.numeric.len(),
            categorical: preparation.categorical.len(),
            width: preparation.columns(),
            ..Self::default()
        }
    }

    /// Appends a row: a finite value for each numeric feature, a category for
    /// each categorical one.
    pub fn push(
        &mut self,
        preparation: &Preparation,
        values: &[f64],
        categories: &[u16],
        target: f32,
    ) {
        debug_assert_eq!(
            (values.len(), categories.len()),
            (self.numeric, self.categorical)
        );
        preparation.put_columns(values.iter().copied(), &mut self.columns);
        self.values.extend(values.iter().map(|&v| v as f32));
        self.categories.extend(categories);
        self.targets.push(target);
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// The numeric features as the table has them.
    pub fn values(&self, row: u32) -> &[f32] {
        slice(&self.values, row, self.numeric)
    }

    /// The standardised columns.
    pub fn columns(&self, row: u32) -> &[f32] {
        slice(&self.columns, row, self.width)
    }

    /// The categories.
    pub fn categories(&self, row: u32) -> &[u16] {
        slice(&self.categories, row, self.categorical)
    }

    /// The target, or the number of its class.
    pub fn target(&self, row: u32) -> f32 {
        self.targets[row as usize]
    }

    /// All targets.
    pub fn targets(&self) -> &[f32] {
        &self.targets
    }

    /// A row as a point to ask about.
    pub fn point(&self, row: u32) -> Point {
        Point {
            columns: self.columns(row).to_vec(),
            categories: self.categories(row).to_vec(),
        }
    }

    /// The rows numbered `members`, in that order.
    pub fn select(&self, members: &[u32]) -> Self {
        let mut chosen = Self {
            values: Vec::new(),
            columns: Vec::new(),
            categories: Vec::new(),
            targets: Vec::new(),
            ..*self
        };
        for &row in members {
            chosen.values.extend(self.values(row));
            chosen.columns.extend(self.columns(row));
            chosen.categories.extend(self.categories(row));
            chosen.targets.push(self.target(row));
        }
        chosen
    }
}

fn slice<T>(all: &[T], row: u32, width: usize) -> &[T] {
    &all[row as usize * width..][..width]
}
