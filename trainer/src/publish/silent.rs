//! Refuses to publish a model that no query could ever get a result from.

use anyhow::{Result, bail};
use doorstep_shared::Recommender;
use doorstep_shared::models::Model;

/// # Errors
/// When it is certain that `model` gives nobody anything of its own.
pub fn check_not_silent(model: &Model) -> Result<()> {
    let Some(why) = silence(model) else {
        return Ok(());
    };
    bail!(
        "{} has nothing to recommend by: {why}, so that no visitor would ever get a result; give it other data or leave it out",
        model.name()
    );
}

fn silence(model: &Model) -> Option<&'static str> {
    let zero = |values: &[f32]| values.iter().all(|&x| x == 0.0);
    let (silent, why) = match model {
        Model::Popularity(m) => (
            m.counts.iter().all(|&count| count == 0),
            "no item has an interaction",
        ),
        Model::RecentPopularity(m) => (m.top.is_empty(), "no interaction is recent"),
        Model::ItemItem(m) => (m.neighbours.nnz() == 0, "no item has a neighbour"),
        Model::Factors(m) if m.rank() == 0 => (zero(m.biases()), "all item biases are 0"),
        Model::Factors(m) => (zero(m.vectors()), "all item vectors are 0"),
        // Whatever its numbers are, a network says something of everybody.
        Model::Neural(_) => return None,
        Model::Ensemble(m) => (
            m.members
                .iter()
                .all(|(_, member)| silence(member).is_some()),
            "no member of it has",
        ),
    };
    silent.then_some(why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_shared::factors::Factors;
    use doorstep_shared::item_item::{ItemItem, Neighbours};
    use doorstep_shared::models::{EaseConfig, Popularity, SvdConfig};

    #[test]
    fn only_a_model_without_any_score_is_refused() {
        let item_item = |ends: Vec<usize>, items: Vec<u32>| {
            let weights = vec![0.5; items.len()];
            Model::ItemItem(ItemItem {
                name: "ease".to_owned(),
                weighting: EaseConfig::default().weighting(),
                neighbours: Neighbours::new((2, 2), ends, items, weights),
            })
        };
        let factors = |rank: usize, value: f32, bias: f32| {
            let fold_in = SvdConfig::default().fold_in(doorstep_shared::factors::RatingScale {
                mean: 3.0,
                least: 1.0,
                most: 5.0,
            });
            let vectors = vec![value; 2 * rank];
            Model::Factors(Factors::new("svd", rank, vectors, vec![0.0, bias], fold_in))
        };
        let counts = |counts: Vec<u32>| Model::Popularity(Popularity { counts });
        for silent in [
            item_item(vec![0, 0, 0], vec![]),
            factors(2, 0.0, 0.0),
            factors(0, 0.0, 0.0),
            factors(2, 0.0, 1.0),
            counts(vec![0, 0]),
        ] {
            assert!(check_not_silent(&silent).is_err(), "{silent:?}");
        }
        for speaking in [
            item_item(vec![0, 1, 1], vec![1]),
            factors(2, 1e-9, 0.0),
            factors(0, 0.0, 0.1),
            counts(vec![0, 1]),
        ] {
            check_not_silent(&speaking).unwrap();
        }
        let message = check_not_silent(&item_item(vec![0, 0, 0], vec![])).unwrap_err();
        assert!(
            message
                .to_string()
                .starts_with("ease has nothing to recommend by: no item has")
        );
    }
}
