//! Item-kNN: neighbours of the sparse columns of the user-item matrix.

use doorstep_shared::item_item::ItemItem;
use doorstep_shared::models::ItemKnnConfig;

use super::Training;
use super::card::{Card, Job};
use super::kept::sums_by_row;
use super::limits::{check_kept, check_sparse};
use super::sparse_cosine::{neighbours, neighbours_of, neighbours_on};
use super::user_items::UserItems;
use crate::progress::Progress;

pub(super) fn fit(
    config: &ItemKnnConfig,
    training: &Training,
    progress: &Progress,
) -> anyhow::Result<ItemItem> {
    let user_items = UserItems::new(training, config.ratings);
    let keep = config.neighbours as usize;
    check_sparse(
        ItemKnnConfig::NAME,
        &user_items.by_user,
        training.n_items,
        keep,
        "The square of each history's length counts: leave out the users with the longest",
    )?;
    if training.guide.kept.is_some() {
        check_kept(ItemKnnConfig::NAME, &user_items.by_user, training.n_items)?;
    }
    let n_items = training.n_items as u64;
    let products = training.guide.kept.map(|_| {
        let bar = progress.bar("item-knn: products", n_items);
        let name = format!("item-knn/products/{}", config.ratings);
        let products = sums_by_row(training, &name, &bar, |item, sums| {
            user_items.add_cooccurrences(item, sums);
        });
        bar.finish_and_clear();
        products
    });
    let card = match &products {
        Some(_) => None,
        None => card(&user_items, training, progress),
    };
    let bar = progress.bar("item-knn: neighbours", n_items);
    let UserItems { by_item, by_user } = &user_items;
    let neighbours = match (&products, card) {
        (Some(products), _) => neighbours_of(products, by_item, config.shrinkage, keep, &bar),
        (None, Some(card)) => neighbours_on(&card, by_item, config.shrinkage, keep, &bar)?,
        // Without a need to keep them, products are never all in memory.
        (None, None) => neighbours(by_item, by_user, config.shrinkage, keep, &bar),
    };
    bar.finish_and_clear();
    Ok(ItemItem {
        name: ItemKnnConfig::NAME.to_owned(),
        weighting: config.weighting(),
        neighbours,
    })
}

/// The graphics card, where the matrix is large and has few zeros.
fn card(user_items: &UserItems, training: &Training, progress: &Progress) -> Option<Card> {
    let UserItems { by_item, by_user } = user_items;
    let (n_users, n_items) = (by_user.outer_dims() as f64, by_item.outer_dims() as f64);
    let lengths = by_user.outer_iterator().map(|row| row.nnz() as f64);
    let job = Job {
        dense: n_items * n_items * n_users,
        own: lengths.map(|length| length * length).sum(),
        moved: n_items * (n_items + 2.0 * n_users),
    };
    Card::for_job(job, "item-knn: cosines", training, progress)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Compute;
    use doorstep_shared::Event;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_the_dense_cosine(
            ratings in prop::collection::vec(prop::option::weighted(0.5, 1u8..6), 30),
            shrinkage in 0.0f32..5.0,
            rated: bool,
        ) {
            let (n_users, n_items) = (5, 6);
            let x = |u: usize, i: usize| match ratings[u * n_items + i] {
                Some(r) => if rated { f64::from(r) } else { 1.0 },
                None => 0.0,
            };
            let histories: Vec<Vec<Event>> = (0..n_users).map(|u| (0..n_items)
                .filter_map(|i| ratings[u * n_items + i].map(|r| Event {
                    item: i as u32, rating: f32::from(r), time: None,
                })).collect()).collect();
            let config = ItemKnnConfig { shrinkage, ratings: rated, ..Default::default() };
            let training = Training { n_items, histories: &histories, content: Default::default(), guide: Default::default(), };
            let model = fit(&config, &training, &Progress::new(true)).unwrap();
            let UserItems { by_item, .. } = UserItems::new(&training, rated);
            let bar = indicatif::ProgressBar::hidden();
            let keep = config.neighbours as usize;
            let card = Card::new(Compute::Cpu);
            let there = neighbours_on(&card, &by_item, shrinkage, keep, &bar).unwrap();
            let dot = |i, j| (0..n_users).map(|u| x(u, i) * x(u, j)).sum::<f64>();
            for i in 0..n_items {
                for j in 0..n_items {
                    let denominator = (dot(i, i) * dot(j, j)).sqrt() + f64::from(shrinkage);
                    let expected = if i == j || denominator == 0.0 { 0.0 } else { dot(i, j) / denominator };
                    for neighbours in [&model.neighbours, &there] {
                        let found = neighbours.get(i, j).copied().unwrap_or(0.0);
                        prop_assert!((f64::from(found) - expected).abs() < 1e-5);
                    }
                }
            }
        }
    }
}
