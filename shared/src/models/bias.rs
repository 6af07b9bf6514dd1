//! Bias: a rating is μ + b_u + b_i (Koren 2010, "Factor in the Neighbors",
//! section 2.1), the yardstick of every model that predicts ratings.

use serde::{Deserialize, Serialize};

use super::{OutOfRange, require};
use crate::factors::{FoldIn, RatingScale};

/// Hyper-parameters of bias.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BiasConfig {
    /// Regularisation of users' biases: as if so many ratings had been average.
    pub user_regularisation: f32,
    /// The same of items' biases.
    pub item_regularisation: f32,
    /// How often biases are solved for, all items' and all users' in turn.
    pub iterations: u32,
}

impl Default for BiasConfig {
    fn default() -> Self {
        Self {
            user_regularisation: 15.0,
            item_regularisation: 10.0,
            iterations: 10,
        }
    }
}

impl BiasConfig {
    /// The model's name.
    pub const NAME: &'static str = "bias";

    /// Checks every range.
    pub fn validate(&self) -> Result<(), OutOfRange> {
        let regularisations = [
            ("user_regularisation", self.user_regularisation),
            ("item_regularisation", self.item_regularisation),
        ];
        for (field, value) in regularisations {
            let holds = value > 0.0 && value.is_finite();
            require(holds, Self::NAME, field, "a positive number", value)?;
        }
        require(
            self.iterations > 0,
            Self::NAME,
            "iterations",
            "at least 1",
            self.iterations,
        )
    }

    /// How a visitor's bias is worked out.
    pub fn fold_in(&self, scale: RatingScale) -> FoldIn {
        FoldIn {
            regularisation: self.user_regularisation,
            per_event: false,
            recency: 1.0,
            ratings: Some(scale),
            confidence: None,
        }
    }
}
