//! The largest entries of each row of a product of two matrices, worked out on a graphics card tile
//! by tile: neither the product nor its factors are ever held whole.

use std::ops::Range;

use anyhow::Result;
use burn::tensor::Tensor;
use doorstep_shared::topk::Scored;
use indicatif::ProgressBar;
use rayon::prelude::*;

use super::card::{BLOCK, Card};
use super::largest::Largest;

/// Blocks of the left matrix that stay on the card while the right one passes by: 1 GiB.
const BLOCKS: usize = 16;
/// Rows of a block at most: a tile's products are the square of it.
const ROWS: usize = 4096;

/// A matrix that is written a row at a time.
pub(super) struct Factor<'a> {
    /// How many rows it has.
    pub rows: usize,
    /// Writes a row into zeros.
    pub fill: &'a (dyn Fn(usize, &mut [f32]) + Sync),
}

impl Factor<'_> {
    fn block(&self, card: &Card, rows: Range<usize>, depth: usize) -> Tensor<2> {
        card.rows(rows, depth, self.fill)
    }
}

/// Of each row of `left` · `right`ᵀ, both of `depth` columns, the `keep` largest of what `value`
/// makes of (row, column, product), by ascending column; `None` leaves an entry out, as 0 does.
pub(super) fn largest_products(
    card: &Card,
    (left, right): (Factor, Factor),
    depth: usize,
    keep: usize,
    value: impl Fn(usize, usize, f32) -> Option<f32> + Sync,
    bar: &ProgressBar,
) -> Result<Vec<Vec<Scored>>> {
    let height = (BLOCK / depth).clamp(1, ROWS);
    in_tiles(
        (height, BLOCKS),
        card,
        (left, right),
        depth,
        keep,
        value,
        bar,
    )
}

/// The same by tiles of `height` rows and columns, `blocks` of them on the card at once.
fn in_tiles(
    (height, blocks): (usize, usize),
    card: &Card,
    (left, right): (Factor, Factor),
    depth: usize,
    keep: usize,
    value: impl Fn(usize, usize, f32) -> Option<f32> + Sync,
    bar: &ProgressBar,
) -> Result<Vec<Vec<Scored>>> {
    let mut found = Vec::with_capacity(left.rows);
    for group in ranges(0..left.rows, height * blocks) {
        let mut largest: Vec<Largest> = group.clone().map(|_| Largest::new(keep)).collect();
        let blocks: Vec<(Range<usize>, Tensor<2>)> = ranges(group.clone(), height)
            .map(|rows| (rows.clone(), left.block(card, rows, depth)))
            .collect();
        for columns in ranges(0..right.rows, height) {
            let right = right.block(card, columns.clone(), depth).transpose();
            for (rows, block) in &blocks {
                let tile = card.fetch(card.product(block.clone(), right.clone()))?;
                let first = rows.start - group.start;
                largest[first..][..rows.len()]
                    .par_iter_mut()
                    .zip(tile.par_chunks_exact(columns.len()))
                    .zip(rows.clone())
                    .for_each(|((largest, products), row)| {
                        for (column, &product) in columns.clone().zip(products) {
                            if let Some(score) = value(row, column, product) {
                                largest.offer(column as u32, score);
                            }
                        }
                    });
            }
        }
        found.extend(largest.iter_mut().map(Largest::take));
        bar.inc(group.len() as u64);
    }
    Ok(found)
}

/// `range` in pieces of `size`, the last maybe shorter.
fn ranges(range: Range<usize>, size: usize) -> impl Iterator<Item = Range<usize>> {
    let end = range.end;
    range
        .step_by(size)
        .map(move |start| start..(start + size).min(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Compute, cards};

    #[test]
    fn equals_a_full_sort_of_the_whole_product() {
        let (rows, columns, depth, keep) = (70, 23, 8, 4);
        let cell = |row: usize, column: usize| ((row * 31 + column * 17) % 23) as f32 - 11.0;
        let fill = |own: usize, to: &mut [f32]| {
            let cells = to.iter_mut().zip(0..);
            cells.for_each(|(to, column)| *to = cell(own, column));
        };
        let left = |row: usize, to: &mut [f32]| fill(row, to);
        let right = |row: usize, to: &mut [f32]| fill(row + 5, to);
        let (left, right) = (&left, &right);
        let value = |row, column, product| (row != column).then_some(product);
        let bar = ProgressBar::hidden();
        let devices = cards().into_iter().chain([Compute::Cpu]);
        let sizes = [(4, 2), (7, 1), (100, 16)];
        for (compute, tiles) in devices.flat_map(|own| sizes.map(|size| (own, size))) {
            let card = Card::new(compute);
            let factors = (
                Factor { rows, fill: left },
                Factor {
                    rows: columns,
                    fill: right,
                },
            );
            let found = in_tiles(tiles, &card, factors, depth, keep, value, &bar).unwrap();
            assert_eq!(found.len(), rows);
            for (row, found) in found.iter().enumerate() {
                let product = |column: usize| -> f32 {
                    (0..depth)
                        .map(|at| cell(row, at) * cell(column + 5, at))
                        .sum()
                };
                let others = (0..columns).filter(|column| *column != row);
                let mut expected: Vec<(u32, f32)> = others
                    .map(|column| (column as u32, product(column)))
                    .collect();
                expected.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                expected.truncate(keep);
                expected.retain(|(_, score)| *score != 0.0);
                expected.sort_by_key(|(column, _)| *column);
                let found: Vec<(u32, f32)> = found.iter().map(|s| (s.item, s.score)).collect();
                assert_eq!(found, expected, "row {row}");
            }
        }
    }
}
