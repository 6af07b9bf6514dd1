//! Neighbours among dense vectors that were brought along: exact, by products
//! of blocks of rows with panels of columns, so that memory is that of the
//! vectors and of the neighbours kept. The time grows with items².

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use doorstep_shared::item_item::{ItemItem, Neighbours};
use doorstep_shared::models::ItemVectorsConfig;
use doorstep_shared::topk::Scored;
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use indicatif::ProgressBar;
use rayon::prelude::*;

use super::Training;
use super::card::{Card, Job};
use super::largest::Largest;
use super::largest_products::{Factor, largest_products};
use super::limits::check_vectors;
use super::rows::Packed;
use crate::progress::Progress;

/// Rows that meet a panel together, and columns of a panel: 1 MiB of products.
const ROWS: usize = 64;
const COLUMNS: usize = 4096;

/// Covers every item that has a record, whether or not anybody interacted with it.
pub(super) fn fit(
    config: &ItemVectorsConfig,
    training: &Training,
    progress: &Progress,
) -> anyhow::Result<ItemItem> {
    let n_items = training.n_items_with_content();
    let directions = match n_items {
        0 => Directions::default(),
        _ => Directions::of(training)
            .context("item-vectors has no vectors: give them with --item-vectors FILE.npz")?,
    };
    check_vectors(
        ItemVectorsConfig::NAME,
        directions.items.len(),
        directions.width,
        config.neighbours as usize,
    )?;
    let (n, keep) = (directions.items.len(), config.neighbours as usize);
    let (cells, width) = ((n as f64).powi(2), directions.width as f64);
    let job = Job {
        dense: cells * width,
        own: cells * width,
        moved: cells,
    };
    let card = Card::for_job(job, "item-vectors: cosines", training, progress);
    let bar = progress.bar("item-vectors: neighbours", n as u64);
    let rows = match card {
        Some(card) => directions.rows_on(&card, keep.min(n_items), &bar)?,
        None => directions.rows_by(keep.min(n_items), &bar),
    };
    let neighbours = directions.neighbours(n_items, &rows);
    bar.finish_and_clear();
    Ok(ItemItem {
        name: ItemVectorsConfig::NAME.to_owned(),
        weighting: config.weighting(),
        neighbours,
    })
}

/// How many items have no vector, for who reads the results.
pub(super) fn note(training: &Training) -> Option<String> {
    let with_vector = Directions::of(training)?.items.len();
    let without = training.n_items_with_content() - with_vector;
    (without > 0).then(|| {
        format!(
            "{}: {without} items have no vector, or one of zeros, so no neighbours",
            ItemVectorsConfig::NAME
        )
    })
}

/// The vectors of those items that have one other than zero, of length 1.
#[derive(Debug, Default)]
pub(super) struct Directions {
    /// Item indices, ascending.
    pub items: Vec<u32>,
    pub width: usize,
    /// items × width, by row.
    pub values: Vec<f32>,
}

impl Directions {
    pub fn of(training: &Training) -> Option<Self> {
        let vectors = training.content.vectors?;
        let rows: HashMap<&str, usize> = vectors.ids.iter().map(String::as_str).zip(0..).collect();
        let mut directions = Self {
            width: vectors.width,
            ..Self::default()
        };
        for (item, record) in (0..).zip(training.content.records) {
            let Some(&row) = rows.get(record.id.as_str()) else {
                continue;
            };
            let vector = vectors.row(row);
            let length = vector
                .iter()
                .map(|x| f64::from(*x).powi(2))
                .sum::<f64>()
                .sqrt();
            if length > 0.0 {
                directions.items.push(item);
                let unit = vector.iter().map(|x| (f64::from(*x) / length) as f32);
                directions.values.extend(unit);
            }
        }
        Some(directions)
    }

    /// The `keep` largest positive cosines of each direction to others.
    fn rows_by(&self, keep: usize, bar: &ProgressBar) -> Vec<Vec<Scored>> {
        let blocks: Vec<Vec<Vec<Scored>>> = (0..self.items.len())
            .into_par_iter()
            .step_by(ROWS)
            .map(|first| {
                let rows = self.block(first, keep);
                bar.inc(rows.len() as u64);
                rows
            })
            .collect();
        blocks.into_iter().flatten().collect()
    }

    /// The same on a graphics card.
    fn rows_on(&self, card: &Card, keep: usize, bar: &ProgressBar) -> Result<Vec<Vec<Scored>>> {
        let fill = |row: usize, to: &mut [f32]| {
            to.copy_from_slice(&self.values[row * self.width..][..self.width]);
        };
        let factor = || Factor {
            rows: self.items.len(),
            fill: &fill,
        };
        let value = |row, column, cosine| (cosine > 0.0 && row != column).then_some(cosine);
        let factors = (factor(), factor());
        let mut rows = largest_products(card, factors, self.width, keep, value, bar)?;
        // Directions are in the order of their items, so rows stay sorted.
        let entries = rows.iter_mut().flatten();
        entries.for_each(|entry| entry.item = self.items[entry.item as usize]);
        Ok(rows)
    }

    /// The rows of directions as those of all items.
    fn neighbours(&self, n_items: usize, rows: &[Vec<Scored>]) -> Neighbours {
        let mut packed = Packed::new(n_items);
        let mut rows = self.items.iter().zip(rows).peekable();
        for item in 0..n_items as u32 {
            match rows.next_if(|(own, _)| **own == item) {
                Some((_, row)) => packed.push(row),
                None => packed.push(&[]),
            }
        }
        packed.finish()
    }

    fn block(&self, first: usize, keep: usize) -> Vec<Vec<Scored>> {
        let n = self.items.len();
        let n_rows = ROWS.min(n - first);
        let rows = self.rows(first, n_rows);
        let mut largest: Vec<Largest> = (0..n_rows).map(|_| Largest::new(keep)).collect();
        let mut products = vec![0.0f32; COLUMNS * n_rows];
        for start in (0..n).step_by(COLUMNS) {
            let n_columns = COLUMNS.min(n - start);
            let products = &mut products[..n_columns * n_rows];
            let target = MatMut::from_row_major_slice_mut(&mut *products, n_rows, n_columns);
            let panel = self.rows(start, n_columns);
            matmul(
                target,
                Accum::Replace,
                rows,
                panel.transpose(),
                1.0,
                Par::Seq,
            );
            for (row, cosines) in products.chunks(n_columns).enumerate() {
                for (other, &cosine) in (start..).zip(cosines) {
                    if cosine > 0.0 && other != first + row {
                        largest[row].offer(self.items[other], cosine);
                    }
                }
            }
        }
        largest.iter_mut().map(Largest::take).collect()
    }

    fn rows(&self, first: usize, count: usize) -> MatRef<'_, f32> {
        let cells = &self.values[first * self.width..(first + count) * self.width];
        MatRef::from_row_major_slice(cells, count, self.width)
    }
}

#[cfg(test)]
mod tests {
    use doorstep_shared::ItemRecord;
    use proptest::prelude::*;

    use super::*;
    use crate::data::ItemVectors;
    use crate::device::Compute;
    use crate::fit::ItemContent;

    fn fitted(ids: &[&str], vectors: &ItemVectors, neighbours: u32) -> ItemItem {
        let records: Vec<ItemRecord> = ids.iter().map(|id| ItemRecord::bare(id)).collect();
        let training = Training {
            n_items: 1,
            histories: &[],
            content: ItemContent {
                records: &records,
                vectors: Some(vectors),
            },
            guide: Default::default(),
        };
        let config = ItemVectorsConfig {
            neighbours,
            ..ItemVectorsConfig::default()
        };
        fit(&config, &training, &Progress::new(true)).unwrap()
    }

    proptest! {
        #[test]
        fn equals_the_dense_cosine(
            cells in prop::collection::vec(-3i8..4, 3 * 90),
            keep in 1u32..100,
        ) {
            let ids: Vec<String> = (0..90).map(|i| i.to_string()).collect();
            let values: Vec<f32> = cells.iter().map(|&x| f32::from(x)).collect();
            let vectors = ItemVectors { ids: ids.clone(), width: 3, values };
            // Item 7 is unknown, and one without a vector stands last.
            let known: Vec<&str> = ids.iter().map(String::as_str)
                .filter(|id| *id != "7").chain(["none"]).collect();
            let model = fitted(&known, &vectors, keep);
            let row = |id: &str| id.parse::<usize>().ok().map(|r| vectors.row(r).to_vec());
            let cosine = |a: &str, b: &str| -> f32 {
                let (Some(x), Some(y)) = (row(a), row(b)) else { return 0.0 };
                let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(a, b)| a * b).sum::<f32>();
                let length = (dot(&x, &x) * dot(&y, &y)).sqrt();
                if length == 0.0 { 0.0 } else { dot(&x, &y) / length }
            };
            for (i, a) in known.iter().enumerate() {
                let mut expected: Vec<f32> = known.iter().enumerate().filter(|(j, _)| *j != i)
                    .map(|(_, b)| cosine(a, b)).filter(|c| *c > 1e-6).collect();
                expected.sort_by(|x, y| y.total_cmp(x));
                expected.truncate(keep as usize);
                let found = model.neighbours.outer_view(i).unwrap();
                let mut values: Vec<f32> = found.data().iter().copied().filter(|c| *c > 1e-6).collect();
                values.sort_by(|x, y| y.total_cmp(x));
                prop_assert_eq!(values.len(), expected.len());
                for (x, y) in values.iter().zip(&expected) {
                    prop_assert!((x - y).abs() < 1e-5);
                }
                for (other, value) in found.iter() {
                    prop_assert!((cosine(a, known[other]) - value).abs() < 1e-5);
                }
            }
        }
    }

    #[test]
    fn a_card_finds_the_same() {
        let directions = Directions {
            items: (0..300).map(|at| 2 * at).collect(),
            width: 16,
            values: (0..300 * 16).map(|at| ((at * at) as f32).sin()).collect(),
        };
        let bar = ProgressBar::hidden();
        let own = directions.rows_by(20, &bar);
        let found = directions
            .rows_on(&Card::new(Compute::Cpu), 20, &bar)
            .unwrap();
        assert_eq!(own.len(), found.len());
        for (own, found) in own.iter().flatten().zip(found.iter().flatten()) {
            assert_eq!(own.item, found.item);
            assert!((own.score - found.score).abs() < 1e-5);
        }
    }

    #[test]
    fn without_vectors_the_error_names_the_option() {
        let training = Training {
            n_items: 1,
            histories: &[],
            content: ItemContent::default(),
            guide: Default::default(),
        };
        let config = ItemVectorsConfig::default();
        let error = fit(&config, &training, &Progress::new(true)).unwrap_err();
        assert!(error.to_string().contains("--item-vectors"), "{error}");
    }
}
