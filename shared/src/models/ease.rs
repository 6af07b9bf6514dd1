//! EASE (Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data",
//! equation 8): P = (XᵀX + λI)⁻¹, B = I − P · diag(P)⁻¹, zero diagonal.
//! We keep the largest entries of each row and weight the history by recency.

use serde::{Deserialize, Serialize};

use super::{OutOfRange, require};
use crate::item_item::HistoryWeighting;

/// Hyper-parameters of EASE.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EaseConfig {
    /// Regularisation λ.
    pub lambda: f32,
    /// The event of age a counts `recency`ᵃ (1 is order-blind, as in the paper).
    pub recency: f32,
    /// How many of the largest entries each row of B keeps.
    pub neighbours: u32,
}

impl Default for EaseConfig {
    fn default() -> Self {
        Self {
            lambda: 200.0,
            recency: 0.6,
            neighbours: 100,
        }
    }
}

impl EaseConfig {
    /// The model's name.
    pub const NAME: &'static str = "ease";

    /// Checks every range.
    pub fn validate(&self) -> Result<(), OutOfRange> {
        let check = |holds, field, range, value: &dyn ToString| {
            require(holds, Self::NAME, field, range, value.to_string())
        };
        check(
            self.lambda > 0.0 && self.lambda.is_finite(),
            "lambda",
            "a positive number",
            &self.lambda,
        )?;
        check(
            self.recency > 0.0 && self.recency <= 1.0,
            "recency",
            "above 0 and at most 1",
            &self.recency,
        )?;
        check(
            self.neighbours > 0,
            "neighbours",
            "at least 1",
            &self.neighbours,
        )
    }

    /// How a history is weighted.
    pub fn weighting(&self) -> HistoryWeighting {
        HistoryWeighting {
            decay: self.recency,
            window: None,
            by_rating: false,
            mean: false,
        }
    }
}
