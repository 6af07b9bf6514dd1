//! Hybrid: α · SVD + β · content + (1 − α − β) · rating, each from 0 to 1.
//!
//! SVD is the rating that [`svd`](super::SvdConfig) predicts, rating the
//! item's average rating, both as (x − least) / (most − least) on the scale of
//! the data, (x − 1) / 4 for one to five stars; content is the mean cosine to
//! the items of the history by [`tf-idf`](super::TfIdfConfig). Predicted
//! ratings beyond the scale stay beyond 0..1, as they still differ, and an item
//! that a part knows nothing of has 0 from it.
//!
//! An average is that of the item's training ratings and of `prior` ratings
//! more: those of its record where it tells one, of the data's mean elsewhere.

use serde::{Deserialize, Serialize};

use super::{OutOfRange, SvdConfig, TfIdfConfig, require};

/// Hyper-parameters of a hybrid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HybridConfig {
    /// Weight α of the predicted rating.
    pub alpha: f32,
    /// Weight β of the content; what is left to 1 is that of the average rating.
    pub beta: f32,
    /// How many ratings an item's average starts with.
    pub prior: f32,
    /// Of the predicted ratings.
    pub svd: SvdConfig,
    /// Of the content.
    pub content: TfIdfConfig,
}

impl Default for HybridConfig {
    fn default() -> Self {
        Self {
            alpha: 0.7,
            beta: 0.2,
            prior: 5.0,
            svd: SvdConfig::default(),
            content: TfIdfConfig::default(),
        }
    }
}

impl HybridConfig {
    /// The model's name.
    pub const NAME: &'static str = "hybrid";

    /// Checks every range, those of the parts too.
    pub fn validate(&self) -> Result<(), OutOfRange> {
        for (field, weight) in [("alpha", self.alpha), ("beta", self.beta)] {
            let holds = (0.0..=1.0).contains(&weight);
            require(holds, Self::NAME, field, "from 0 to 1", weight)?;
        }
        let sum = self.alpha + self.beta;
        require(
            sum <= 1.0 + f32::EPSILON,
            Self::NAME,
            "alpha + beta",
            "at most 1",
            sum,
        )?;
        require(
            self.prior >= 0.0 && self.prior.is_finite(),
            Self::NAME,
            "prior",
            "a number from 0 up",
            self.prior,
        )?;
        self.svd.validate()?;
        self.content.validate()
    }

    /// Weight of the average rating.
    pub fn gamma(&self) -> f32 {
        let rest = 1.0 - self.alpha - self.beta;
        // What rounding leaves is no weight.
        if rest < 1e-6 { 0.0 } else { rest }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_beyond_1_and_parts_out_of_range_are_refused() {
        let default = HybridConfig::default();
        assert!((default.gamma() - 0.1).abs() < 1e-6);
        let heavy = HybridConfig {
            alpha: 0.7,
            beta: 0.4,
            ..default.clone()
        };
        let message = heavy.validate().unwrap_err().to_string();
        assert!(
            message.contains("alpha + beta must be at most 1"),
            "{message}"
        );
        let broken = HybridConfig {
            svd: SvdConfig {
                factors: 0,
                ..SvdConfig::default()
            },
            ..default
        };
        let message = broken.validate().unwrap_err().to_string();
        assert!(message.contains("svd.factors"), "{message}");
    }
}
