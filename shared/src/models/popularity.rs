//! Popularity: the score of an item is its number of training interactions.

use serde::{Deserialize, Serialize};

use crate::{Event, Recommender, Scores};

/// Popularity has no hyper-parameters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PopularityConfig {}

impl PopularityConfig {
    /// The model's name.
    pub const NAME: &'static str = "popularity";
}

/// Interaction counts by item.
#[derive(Clone, Debug, PartialEq)]
pub struct Popularity {
    /// Training interactions of each item.
    pub counts: Vec<u32>,
}

impl Recommender for Popularity {
    fn name(&self) -> &str {
        PopularityConfig::NAME
    }

    fn n_items(&self) -> usize {
        self.counts.len()
    }

    fn score(&self, _history: &[Event], scores: &mut Scores) {
        for (item, &count) in (0..).zip(&self.counts).filter(|(_, count)| **count > 0) {
            scores.add(item, count as f32);
        }
    }
}
