//! Item-kNN: cosine similarity of item columns of the user-item matrix.
//!
//! sim(i, j) = (xᵢ·xⱼ) / (‖xᵢ‖‖xⱼ‖ + shrinkage), the shrinkage of Koren and
//! Bell's handbook chapter; each item keeps its most similar neighbours.

use serde::{Deserialize, Serialize};

use super::{OutOfRange, require};
use crate::item_item::HistoryWeighting;

/// Hyper-parameters of item-kNN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ItemKnnConfig {
    /// How many neighbours each item keeps.
    pub neighbours: u32,
    /// Added to the denominator: damps similarities that rest on few users.
    pub shrinkage: f32,
    /// The event of age a counts `recency`ᵃ (1 is order-blind).
    pub recency: f32,
    /// Whether columns and history hold ratings instead of ones.
    pub ratings: bool,
}

impl Default for ItemKnnConfig {
    fn default() -> Self {
        Self {
            neighbours: 100,
            shrinkage: 20.0,
            recency: 0.6,
            ratings: false,
        }
    }
}

impl ItemKnnConfig {
    /// The model's name.
    pub const NAME: &'static str = "item-knn";

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
            self.shrinkage >= 0.0 && self.shrinkage.is_finite(),
            "shrinkage",
            "a number from 0 up",
            &self.shrinkage,
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
            by_rating: self.ratings,
            mean: false,
        }
    }
}
