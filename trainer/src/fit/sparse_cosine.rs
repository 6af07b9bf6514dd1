//! Nearest neighbours by cosine among sparse vectors: one row at a time through
//! an inverted index, so that memory is that of the vectors and of the
//! neighbours kept, never items².

use doorstep_shared::item_item::Neighbours;
use indicatif::ProgressBar;
use sprs::CsMatI;

use super::card::Card;
use super::largest::LargestInOrder;
use super::largest_products::{Factor, largest_products};
use super::rows::{Packed, by_row};
use super::sums::Sums;

/// A sparse matrix, whichever way its outer dimension goes.
pub(super) type Sparse = CsMatI<f32, u32, usize>;

/// The `keep` items with the largest x·y / (‖x‖‖y‖ + `shrinkage`) of each item,
/// itself left out. The outer dimension of `by_item` is items, that of
/// `by_feature` features; both hold the same numbers. Items without a feature
/// in common are no neighbours.
pub(super) fn neighbours(
    by_item: &Sparse,
    by_feature: &Sparse,
    shrinkage: f32,
    keep: usize,
    bar: &ProgressBar,
) -> Neighbours {
    let n_items = by_item.outer_dims();
    let norms = norms(by_item);
    let keep = keep.min(n_items);
    by_row(
        n_items,
        bar,
        || (Sums::new(n_items), LargestInOrder::new(keep)),
        |(sums, largest), item, row| {
            add_products(by_item, by_feature, item, sums);
            sums.drain(|other, product| {
                offer(largest, &norms, shrinkage, (item, other), product);
            });
            largest.take(row);
        },
    )
}

/// The same from the `products` of all pairs of items, added up before.
pub(super) fn neighbours_of(
    products: &Neighbours,
    by_item: &Sparse,
    shrinkage: f32,
    keep: usize,
    bar: &ProgressBar,
) -> Neighbours {
    let n_items = by_item.outer_dims();
    let norms = norms(by_item);
    by_row(
        n_items,
        bar,
        || LargestInOrder::new(keep.min(n_items)),
        |largest, item, row| {
            let own = products.outer_view(item).expect("a row for each item");
            for (other, &product) in own.iter() {
                offer(largest, &norms, shrinkage, (item, other as u32), product);
            }
            largest.take(row);
        },
    )
}

/// The same by products of dense matrices on a graphics card.
pub(super) fn neighbours_on(
    card: &Card,
    by_item: &Sparse,
    shrinkage: f32,
    keep: usize,
    bar: &ProgressBar,
) -> anyhow::Result<Neighbours> {
    let n_items = by_item.outer_dims();
    let norms = norms(by_item);
    let fill = |item: usize, to: &mut [f32]| {
        let own = by_item.outer_view(item).expect("an item of the matrix");
        own.iter().for_each(|(feature, &value)| to[feature] = value);
    };
    let factor = || Factor {
        rows: n_items,
        fill: &fill,
    };
    let value = |item, other, product| {
        // Without a feature in common.
        let known = (product != 0.0).then_some(product)?;
        cosine(&norms, shrinkage, (item, other), known)
    };
    let (factors, depth) = ((factor(), factor()), by_item.inner_dims());
    let rows = largest_products(card, factors, depth, keep.min(n_items), value, bar)?;
    let mut packed = Packed::new(n_items);
    rows.iter().for_each(|row| packed.push(row));
    Ok(packed.finish())
}

fn offer(
    largest: &mut LargestInOrder,
    norms: &[f32],
    shrinkage: f32,
    (item, other): (usize, u32),
    product: f32,
) {
    if let Some(cosine) = cosine(norms, shrinkage, (item, other as usize), product) {
        largest.offer(other, cosine);
    }
}

/// `None` of an item with itself, and where it is not defined.
fn cosine(
    norms: &[f32],
    shrinkage: f32,
    (item, other): (usize, usize),
    product: f32,
) -> Option<f32> {
    let denominator = norms[item] * norms[other] + shrinkage;
    (other != item && denominator > 0.0).then(|| product / denominator)
}

/// Euclidean norm of each outer vector.
pub(super) fn norms(matrix: &Sparse) -> Vec<f32> {
    let squares = |row: sprs::CsVecViewI<f32, u32>| -> f64 {
        row.data().iter().map(|x| f64::from(*x).powi(2)).sum()
    };
    matrix
        .outer_iterator()
        .map(|row| squares(row).sqrt() as f32)
        .collect()
}

/// Adds the inner products of `item` with every item, itself included.
pub(super) fn add_products(by_item: &Sparse, by_feature: &Sparse, item: usize, sums: &mut Sums) {
    let features = by_item.outer_view(item).expect("an item of the matrix");
    for (feature, &own) in features.iter() {
        let row = by_feature
            .outer_view(feature)
            .expect("a feature of the matrix");
        for (&other, &value) in row.indices().iter().zip(row.data()) {
            sums.add(other, own * value);
        }
    }
}
