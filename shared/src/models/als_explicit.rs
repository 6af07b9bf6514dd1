//! ALS for ratings: μ + b_u + b_i + p_u·q_i as in SVD, with (p_u, b_u) and
//! (q_i, b_i) the ridge regressions of a user's and an item's ratings in turn,
//! λ times their number (Zhou, Wilkinson, Schreiber and Pan 2008, "Large-Scale
//! Parallel Collaborative Filtering for the Netflix Prize", section 3).

use serde::{Deserialize, Serialize};

use super::{MAX_RANK, OutOfRange, require};
use crate::factors::{FoldIn, RatingScale};

/// Hyper-parameters of ALS for ratings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlsExplicitConfig {
    /// Numbers in a vector.
    pub factors: u32,
    /// Regularisation λ of vectors and biases, for each rating.
    pub regularisation: f32,
    /// How often both sides are solved for.
    pub iterations: u32,
    /// Whether item vectors brought along, their principal components, are where
    /// items start; otherwise noise is.
    pub from_item_vectors: bool,
    /// Of the first vectors.
    pub seed: u32,
}

impl Default for AlsExplicitConfig {
    fn default() -> Self {
        Self {
            factors: 16,
            regularisation: 0.15,
            iterations: 10,
            from_item_vectors: false,
            seed: 0,
        }
    }
}

impl AlsExplicitConfig {
    /// The model's name.
    pub const NAME: &'static str = "als-explicit";

    /// Checks every range.
    pub fn validate(&self) -> Result<(), OutOfRange> {
        require(
            (1..=MAX_RANK).contains(&self.factors),
            Self::NAME,
            "factors",
            "from 1 to 1024",
            self.factors,
        )?;
        require(
            self.regularisation > 0.0 && self.regularisation.is_finite(),
            Self::NAME,
            "regularisation",
            "a positive number",
            self.regularisation,
        )?;
        require(
            self.iterations > 0,
            Self::NAME,
            "iterations",
            "at least 1",
            self.iterations,
        )
    }

    /// How a visitor's vector is worked out: as a user's is in fitting.
    pub fn fold_in(&self, scale: RatingScale) -> FoldIn {
        FoldIn {
            regularisation: self.regularisation,
            per_event: true,
            recency: 1.0,
            ratings: Some(scale),
            confidence: None,
        }
    }
}
