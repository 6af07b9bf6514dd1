//! EASE: the inverse of the binary Gram matrix gives every row of B.

use doorstep_shared::item_item::{ItemItem, Neighbours};
use doorstep_shared::models::EaseConfig;

use super::Training;
use super::inverse::{Inverse, invert};
use super::kept::sums_by_row;
use super::largest::Largest;
use super::limits::check_dense;
use super::rows::by_row;
use super::user_items::UserItems;
use crate::progress::Progress;

pub(super) fn fit(
    config: &EaseConfig,
    training: &Training,
    progress: &Progress,
) -> anyhow::Result<ItemItem> {
    let n_items = training.n_items;
    let lengths = training
        .histories
        .iter()
        .map(|history| history.len() as f64);
    let pairs = lengths.map(|length| length * length).sum();
    check_dense(EaseConfig::NAME, n_items, pairs)?;
    let gram = gram(training, progress);
    let inverse = invert(EaseConfig::NAME, &gram, config.lambda, training, progress)?;
    let keep = (config.neighbours as usize).min(n_items);
    let bar = progress.bar("ease: neighbours", n_items as u64);
    let neighbours = weights(&inverse, keep, &bar);
    bar.finish_and_clear();
    Ok(ItemItem {
        name: EaseConfig::NAME.to_owned(),
        weighting: config.weighting(),
        neighbours,
    })
}

/// XᵀX of the binary user-item matrix.
fn gram(training: &Training, progress: &Progress) -> Neighbours {
    let n_items = training.n_items;
    let user_items = UserItems::new(training, false);
    let bar = progress.bar("ease: co-occurrences", n_items as u64);
    let gram = sums_by_row(training, "ease/gram", &bar, |item, sums| {
        user_items.add_cooccurrences(item, sums);
    });
    bar.finish_and_clear();
    gram
}

/// The `keep` largest entries of each row of B = I − P diag(P)⁻¹, its zero
/// diagonal left out.
fn weights(inverse: &Inverse, keep: usize, bar: &indicatif::ProgressBar) -> Neighbours {
    let n_items = inverse.items.len();
    let scale: Vec<f32> = (0..n_items).map(|p| -1.0 / inverse.row(p)[p]).collect();
    by_row(
        n_items,
        bar,
        || Largest::new(keep),
        |largest, item, entries| {
            let own = inverse.positions[item] as usize;
            let row = inverse.row(own);
            for (position, (&value, &scale)) in row.iter().zip(&scale).enumerate() {
                let weight = value * scale;
                if weight >= largest.floor() && position != own {
                    largest.offer(inverse.items[position], weight);
                }
            }
            entries.extend(largest.take());
        },
    )
}
