//! Hybrid: SVD, TF-IDF and average ratings, each brought to 0..1.

use anyhow::{Context as _, Result};
use doorstep_shared::Recommender as _;
use doorstep_shared::factors::{Factors, FoldIn};
use doorstep_shared::models::{
    Ensemble, HybridConfig, Model, ModelConfig, Share, SvdConfig, TfIdfConfig,
};

use super::Training;
use super::ratings::Ratings;
use crate::progress::Progress;

/// What its part of average ratings is called.
const AVERAGE_RATING: &str = "average-rating";

/// A part without weight, or of ratings that are all the same, is left out: it
/// would cost visitors its download and tell nothing.
pub(super) fn fit(
    config: &HybridConfig,
    training: &Training,
    progress: &Progress,
) -> Result<Ensemble> {
    let ratings = Ratings::new(training)?;
    let mut members = Vec::new();
    let mut add = |weight: f32, scale, model: &dyn Fn() -> Result<Model>| {
        let [low, high] = Share::range_of(scale);
        if weight > 0.0 && low < high {
            let share = Share {
                range: Some([low, high]),
                ..Share::of_weight(weight)
            };
            members.push((share, model()?));
        }
        anyhow::Ok(())
    };
    let stars = Some(ratings.scale);
    let part = |config: ModelConfig| {
        let name = config.name();
        progress.say(format!("{}: fitting {name}", HybridConfig::NAME));
        super::fit(&config, training, progress).with_context(|| format!("{name} of the hybrid"))
    };
    add(config.alpha, stars, &|| {
        part(ModelConfig::Svd(config.svd.clone()))
    })?;
    add(config.beta, None, &|| {
        part(ModelConfig::TfIdf(config.content.clone()))
    })?;
    add(config.gamma(), stars, &|| {
        Ok(Model::Factors(average_ratings(
            config.prior,
            &ratings,
            training,
        )))
    })?;
    Ok(Ensemble {
        name: HybridConfig::NAME.to_owned(),
        members,
    })
}

/// Gives the parts of a fitted hybrid the weights of `config`.
pub fn weigh(config: &HybridConfig, model: &mut Ensemble) {
    for (share, part) in &mut model.members {
        share.weight = match part.name() {
            SvdConfig::NAME => config.alpha,
            TfIdfConfig::NAME => config.beta,
            _ => config.gamma(),
        };
    }
}

/// The items' average ratings, the same for everybody: a factor model without
/// vectors, whose visitors hardly have a bias (so many average ratings stand
/// against their own).
fn average_ratings(prior: f32, ratings: &Ratings, training: &Training) -> Factors {
    let scale = ratings.scale;
    let n_items = training.n_items_with_content();
    let mut sums = vec![0.0; n_items];
    let mut counts = vec![0.0; n_items];
    for rating in &ratings.all {
        sums[rating.item as usize] += f64::from(rating.value);
        counts[rating.item as usize] += 1.0;
    }
    let average = |item: usize| {
        let record = training.content.records.get(item);
        let told = record.and_then(|record| record.rating).map(|r| r as f32);
        let told = told.filter(|r| (scale.least..=scale.most).contains(r));
        if counts[item] == 0.0 {
            return told.unwrap_or(0.0);
        }
        let before = f64::from(told.unwrap_or(scale.mean));
        let prior = f64::from(prior);
        ((sums[item] + prior * before) / (counts[item] + prior)) as f32
    };
    let fold_in = FoldIn {
        regularisation: 1e9,
        per_event: false,
        recency: 1.0,
        ratings: Some(doorstep_shared::factors::RatingScale { mean: 0.0, ..scale }),
        confidence: None,
    };
    let biases = (0..n_items).map(average).collect();
    Factors::new(AVERAGE_RATING, 0, Vec::new(), biases, fold_in)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::ItemContent;
    use doorstep_shared::{Event, ItemRecord, Recommender, Scores};

    fn rated(item: u32, rating: f32) -> Event {
        Event {
            rating,
            ..Event::implicit(item)
        }
    }

    fn records() -> Vec<ItemRecord> {
        let record = |id: &str, title: &str, rating| ItemRecord {
            title: Some(title.to_owned()),
            rating,
            ..ItemRecord::bare(id)
        };
        vec![
            record("a", "red kettle", Some(4.0)),
            record("b", "red teapot", None),
            record("c", "blue kettle", Some(9.0)),
            record("d", "blue cup", None),
            // Nobody rated this one.
            record("e", "red cup", Some(2.0)),
        ]
    }

    /// The notebook's sum, worked out from its parts one by one.
    #[test]
    fn scores_are_the_weighted_sum_of_parts_on_0_to_1() {
        let histories = vec![
            vec![rated(0, 5.0), rated(1, 4.0)],
            vec![rated(1, 2.0), rated(2, 1.0)],
            vec![rated(0, 4.0), rated(3, 3.0)],
        ];
        let records = records();
        let training = Training {
            n_items: 4,
            histories: &histories,
            content: ItemContent {
                records: &records,
                vectors: None,
            },
            guide: Default::default(),
        };
        let config = HybridConfig::default();
        let quiet = Progress::new(true);
        let hybrid = fit(&config, &training, &quiet).unwrap();
        let part = |config: ModelConfig| super::super::fit(&config, &training, &quiet).unwrap();
        let svd = part(ModelConfig::Svd(config.svd.clone()));
        let content = part(ModelConfig::TfIdf(config.content.clone()));
        let query = [rated(0, 5.0), rated(2, 2.0)];
        let of = |model: &dyn Recommender| {
            let mut scores = Scores::new(5);
            model.score(&query, &mut scores);
            scores.values().to_vec()
        };
        // Five ratings of the mean, 19 / 6, or of the record's, where it is on the scale.
        let mean = 19.0 / 6.0;
        let averages = [
            (9.0 + 5.0 * 4.0) / 7.0,
            (6.0 + 5.0 * mean) / 7.0,
            (1.0 + 5.0 * mean) / 6.0,
            (3.0 + 5.0 * mean) / 6.0,
            2.0,
        ];
        let (found, svd, content) = (of(&hybrid), of(&svd), of(&content));
        for item in 0..5 {
            let predicted = if item < 4 {
                (svd[item] - 1.0) / 4.0
            } else {
                0.0
            };
            let rating = (averages[item] - 1.0) / 4.0;
            let expected = 0.7 * predicted + 0.2 * content[item] + 0.1 * rating;
            assert!((found[item] - expected).abs() < 1e-5, "{item}");
        }
    }

    #[test]
    fn weights_given_later_score_as_those_of_a_fit() {
        let histories = vec![
            vec![rated(0, 5.0), rated(1, 4.0)],
            vec![rated(1, 2.0), rated(2, 1.0)],
        ];
        let records = records();
        let training = Training {
            n_items: 4,
            histories: &histories,
            content: ItemContent {
                records: &records,
                vectors: None,
            },
            guide: Default::default(),
        };
        let of = |config: &HybridConfig| fit(config, &training, &Progress::new(true)).unwrap();
        let scores = |model: &Ensemble| {
            let mut scores = Scores::new(5);
            model.score(&[rated(0, 5.0)], &mut scores);
            scores.values().to_vec()
        };
        let mut model = of(&HybridConfig::default());
        for (alpha, beta) in [(0.2, 0.3), (0.0, 1.0), (0.5, 0.5)] {
            let config = HybridConfig {
                alpha,
                beta,
                ..HybridConfig::default()
            };
            weigh(&config, &mut model);
            assert_eq!(scores(&model), scores(&of(&config)));
        }
    }

    #[test]
    fn parts_without_weight_are_not_fitted() {
        let histories = vec![vec![rated(0, 5.0), rated(1, 4.0)]];
        let training = Training {
            n_items: 2,
            histories: &histories,
            content: ItemContent::default(),
            guide: Default::default(),
        };
        let config = HybridConfig {
            alpha: 0.7,
            beta: 0.0,
            ..HybridConfig::default()
        };
        // No item has a text, and nobody asks for one.
        let hybrid = fit(&config, &training, &Progress::new(true)).unwrap();
        let names: Vec<&str> = hybrid.members.iter().map(|(_, m)| m.name()).collect();
        assert_eq!(names, ["svd", AVERAGE_RATING]);
    }
}
