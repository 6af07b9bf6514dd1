//! Models that know of items which nobody has interacted with yet.

use doorstep_shared::item_item::Neighbours;
use doorstep_shared::models::Model;

/// The same model over a catalogue of `n_items`; the items that are new to it
/// have no count and no neighbours.
///
/// # Panics
/// When the model already covers more items.
pub fn widen(model: Model, n_items: usize) -> Model {
    match model {
        Model::Popularity(mut m) => {
            assert!(m.counts.len() <= n_items);
            m.counts.resize(n_items, 0);
            Model::Popularity(m)
        }
        Model::RecentPopularity(mut m) => {
            assert!(m.n_items <= n_items);
            m.n_items = n_items;
            Model::RecentPopularity(m)
        }
        Model::Factors(mut m) => {
            m.widen(n_items);
            Model::Factors(m)
        }
        Model::ItemItem(mut m) => {
            let (mut ends, items, weights) = m.neighbours.into_raw_storage();
            let nnz = *ends.last().expect("a row pointer starts with 0");
            assert!(ends.len() <= n_items + 1);
            ends.resize(n_items + 1, nnz);
            m.neighbours = Neighbours::new((n_items, n_items), ends, items, weights);
            Model::ItemItem(m)
        }
        Model::Neural(m) => Model::Neural(Box::new(m.widen(n_items))),
        Model::Ensemble(mut m) => {
            let members = m.members.into_iter();
            m.members = members
                .map(|(weight, model)| (weight, widen(model, n_items)))
                .collect();
            Model::Ensemble(m)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_shared::item_item::ItemItem;
    use doorstep_shared::models::NextLinearConfig;
    use doorstep_shared::{Event, Recommender, Scores};

    #[test]
    fn scores_of_known_items_stay() {
        let neighbours = Neighbours::new((2, 2), vec![0, 1, 1], vec![1], vec![0.5]);
        let weighting = NextLinearConfig::default().weighting();
        let model = Model::ItemItem(ItemItem {
            name: "next-linear".into(),
            weighting,
            neighbours,
        });
        let wide = widen(model, 4);
        assert_eq!(wide.n_items(), 4);
        let mut scores = Scores::new(4);
        wide.score(&[Event::implicit(3), Event::implicit(0)], &mut scores);
        assert_eq!(scores.values(), [0.0, 0.5, 0.0, 0.0]);
    }
}
