//! Cosine neighbours by vectors that were made elsewhere: Word2Vec, sentence
//! or image embeddings. A visitor's score of an item is the mean of its cosines
//! to the items of the history, of which each row of neighbours holds the largest.

use serde::{Deserialize, Serialize};

use super::{OutOfRange, require};
use crate::item_item::HistoryWeighting;

/// Hyper-parameters of neighbours by item vectors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ItemVectorsConfig {
    /// How many neighbours each item keeps.
    pub neighbours: u32,
    /// The event of age a counts `recency`ᵃ (1 is the plain mean).
    pub recency: f32,
}

impl Default for ItemVectorsConfig {
    fn default() -> Self {
        Self {
            neighbours: 100,
            recency: 1.0,
        }
    }
}

impl ItemVectorsConfig {
    /// The model's name.
    pub const NAME: &'static str = "item-vectors";

    /// Checks every range.
    pub fn validate(&self) -> Result<(), OutOfRange> {
        let check = |holds, field, range, value: &dyn ToString| {
            require(holds, Self::NAME, field, range, value.to_string())
        };
        check(
            self.neighbours > 0,
            "neighbours",
            "at least 1",
            &self.neighbours,
        )?;
        check(
            self.recency > 0.0 && self.recency <= 1.0,
            "recency",
            "above 0 and at most 1",
            &self.recency,
        )
    }

    /// How a history is weighted.
    pub fn weighting(&self) -> HistoryWeighting {
        HistoryWeighting {
            decay: self.recency,
            window: None,
            by_rating: false,
            mean: true,
        }
    }
}
