//! Sparse matrices made row by row, on all cores, in the same bytes as on one.

use doorstep_shared::item_item::Neighbours;
use doorstep_shared::topk::Scored;
use indicatif::ProgressBar;
use rayon::prelude::*;

/// Rows computed at once before they are packed: bounds what is held twice.
const BATCH: usize = 8192;

/// An items × items matrix whose rows are `row(scratch, r)`, entries by
/// ascending index. Each thread has its own scratch, and a row must depend on
/// nothing but r.
pub(super) fn by_row<S>(
    n_items: usize,
    bar: &ProgressBar,
    scratch: impl Fn() -> S + Sync,
    row: impl Fn(&mut S, usize) -> Vec<Scored> + Sync,
) -> Neighbours {
    let mut packed = Packed::new(n_items);
    for start in (0..n_items).step_by(BATCH) {
        let end = (start + BATCH).min(n_items);
        let rows: Vec<Vec<Scored>> = (start..end)
            .into_par_iter()
            .with_min_len(64)
            .map_init(&scratch, &row)
            .collect();
        rows.iter().for_each(|row| packed.push(row));
        bar.set_position(end as u64);
    }
    packed.finish()
}

/// A compressed sparse matrix under construction.
pub(super) struct Packed {
    n_items: usize,
    starts: Vec<usize>,
    items: Vec<u32>,
    values: Vec<f32>,
}

impl Packed {
    /// An items × items matrix without rows yet.
    pub fn new(n_items: usize) -> Self {
        let mut starts = Vec::with_capacity(n_items + 1);
        starts.push(0);
        Self {
            n_items,
            starts,
            items: Vec::new(),
            values: Vec::new(),
        }
    }

    /// Appends the next row, entries by ascending index.
    pub fn push(&mut self, row: &[Scored]) {
        self.items.extend(row.iter().map(|entry| entry.item));
        self.values.extend(row.iter().map(|entry| entry.score));
        self.starts.push(self.items.len());
    }

    /// The matrix, once all rows are in.
    pub fn finish(self) -> Neighbours {
        let shape = (self.n_items, self.n_items);
        Neighbours::new(shape, self.starts, self.items, self.values)
    }
}
