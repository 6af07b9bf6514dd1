//! Nearest neighbours by cosine among sparse vectors: one row at a time through
//! an inverted index, so that memory is that of the vectors and of the
//! neighbours kept, never items².

use doorstep_shared::Scores;
use doorstep_shared::item_item::Neighbours;
use indicatif::ProgressBar;
use sprs::CsMatI;

use super::largest::Largest;
use super::rows::by_row;

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
    let keep = (keep).min(n_items);
    by_row(
        n_items,
        bar,
        || (Scores::new(n_items), Largest::new(keep)),
        |(sums, largest), item| {
            sums.clear();
            add_products(by_item, by_feature, item, sums);
            for &other in sums
                .touched()
                .iter()
                .filter(|&&other| other as usize != item)
            {
                let denominator = norms[item] * norms[other as usize] + shrinkage;
                if denominator > 0.0 {
                    largest.offer(other, sums.values()[other as usize] / denominator);
                }
            }
            largest.take()
        },
    )
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
pub(super) fn add_products(by_item: &Sparse, by_feature: &Sparse, item: usize, sums: &mut Scores) {
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
