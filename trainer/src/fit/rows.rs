//! Sparse matrices made row by row, on all cores, in the same bytes as on one.

use doorstep_shared::item_item::Neighbours;
use doorstep_shared::topk::Scored;
use indicatif::ProgressBar;
use rayon::prelude::*;

/// Rows computed at once before they are joined: bounds what is held twice.
const BATCH: usize = 8192;
/// Rows that a thread packs together.
const PIECE: usize = 64;

/// An items × items matrix. `row(scratch, r, entries)` appends the entries of row
/// r by ascending index. Each thread has its own scratch, and a row must depend
/// on nothing but r.
pub(super) fn by_row<S>(
    n_items: usize,
    bar: &ProgressBar,
    scratch: impl Fn() -> S + Sync,
    row: impl Fn(&mut S, usize, &mut Vec<Scored>) + Sync,
) -> Neighbours {
    let mut packed = Packed::new(n_items);
    for start in (0..n_items).step_by(BATCH) {
        let end = (start + BATCH).min(n_items);
        let pieces: Vec<Packed> = (start..end)
            .into_par_iter()
            .step_by(PIECE)
            .map_init(
                || (scratch(), Vec::new()),
                |(scratch, entries), first| {
                    let mut piece = Packed::new(n_items);
                    for r in first..(first + PIECE).min(end) {
                        entries.clear();
                        row(scratch, r, entries);
                        piece.push(entries);
                    }
                    piece
                },
            )
            .collect();
        packed.append(&pieces);
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
        Self {
            n_items,
            starts: vec![0],
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

    fn append(&mut self, pieces: &[Self]) {
        let entries = pieces.iter().map(|piece| piece.items.len()).sum();
        self.items.reserve(entries);
        self.values.reserve(entries);
        for piece in pieces {
            let before = self.items.len();
            let ends = piece.starts.iter().skip(1);
            self.starts.extend(ends.map(|end| before + end));
            self.items.extend_from_slice(&piece.items);
            self.values.extend_from_slice(&piece.values);
        }
    }

    /// The matrix, once all rows are in.
    pub fn finish(self) -> Neighbours {
        let shape = (self.n_items, self.n_items);
        Neighbours::new(shape, self.starts, self.items, self.values)
    }
}
