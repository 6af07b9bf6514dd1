//! Item-kNN: sparse throughout, one row at a time, so that its memory is that
//! of the interactions and of the neighbours kept.

use doorstep_shared::Scores;
use doorstep_shared::item_item::ItemItem;
use doorstep_shared::models::ItemKnnConfig;

use super::Training;
use super::largest::Largest;
use super::rows::by_row;
use super::user_items::UserItems;
use crate::progress::Progress;

pub(super) fn fit(config: &ItemKnnConfig, training: &Training, progress: &Progress) -> ItemItem {
    let n_items = training.n_items;
    let user_items = UserItems::new(training, config.ratings);
    let norms = user_items.norms();
    let keep = (config.neighbours as usize).min(n_items);
    let bar = progress.bar("item-knn: neighbours", n_items as u64);
    let neighbours = by_row(
        n_items,
        &bar,
        || (Scores::new(n_items), Largest::new(keep)),
        |(sums, largest), item| {
            sums.clear();
            user_items.add_cooccurrences(item, sums);
            for &other in sums
                .touched()
                .iter()
                .filter(|&&other| other as usize != item)
            {
                let denominator = norms[item] * norms[other as usize] + config.shrinkage;
                if denominator > 0.0 {
                    largest.offer(other, sums.values()[other as usize] / denominator);
                }
            }
            largest.take()
        },
    );
    bar.finish_and_clear();
    ItemItem {
        name: ItemKnnConfig::NAME.to_owned(),
        weighting: config.weighting(),
        neighbours,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
            let training = Training { n_items, histories: &histories };
            let model = fit(&config, &training, &Progress::new(true));
            let dot = |i, j| (0..n_users).map(|u| x(u, i) * x(u, j)).sum::<f64>();
            for i in 0..n_items {
                for j in 0..n_items {
                    let denominator = (dot(i, i) * dot(j, j)).sqrt() + f64::from(shrinkage);
                    let expected = if i == j || denominator == 0.0 { 0.0 } else { dot(i, j) / denominator };
                    let found = model.neighbours.get(i, j).copied().unwrap_or(0.0);
                    prop_assert!((f64::from(found) - expected).abs() < 1e-5);
                }
            }
        }
    }
}
