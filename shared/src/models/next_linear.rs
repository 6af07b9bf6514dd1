//! Next-linear: ridge regression of the next item on the decayed history.
//!
//! One row for each training prefix: X holds Σ decayᵃᵍᵉ over its last `window`
//! items, Y the item that followed. B = (XᵀWX + λI)⁻¹ XᵀWY, where W weights a
//! user's prefixes by how near they are to the end of the history, and each row
//! of B keeps its largest entries. A visitor's score is their decayed history · B.

use serde::{Deserialize, Serialize};

use super::{OutOfRange, require};
use crate::item_item::HistoryWeighting;

/// Hyper-parameters of next-linear.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NextLinearConfig {
    /// Regularisation λ.
    pub lambda: f32,
    /// The event of age a counts `decay`ᵃ, in fitting and in scoring.
    pub decay: f32,
    /// A user's n-th prefix before the last counts `row_decay`ⁿ in fitting: what
    /// people do now resembles what they will do next more than what they did
    /// long ago. 1 counts all alike.
    pub row_decay: f32,
    /// How many of the most recent events count.
    pub window: u32,
    /// How many of the largest entries each row of B keeps.
    pub neighbours: u32,
}

impl Default for NextLinearConfig {
    fn default() -> Self {
        Self {
            lambda: 80.0,
            decay: 0.8,
            row_decay: 0.97,
            window: 50,
            neighbours: 50,
        }
    }
}

impl NextLinearConfig {
    /// The model's name.
    pub const NAME: &'static str = "next-linear";

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
            self.decay > 0.0 && self.decay <= 1.0,
            "decay",
            "above 0 and at most 1",
            &self.decay,
        )?;
        check(
            self.row_decay > 0.0 && self.row_decay <= 1.0,
            "row_decay",
            "above 0 and at most 1",
            &self.row_decay,
        )?;
        check(self.window > 0, "window", "at least 1", &self.window)?;
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
            decay: self.decay,
            window: Some(self.window),
            by_rating: false,
        }
    }
}
