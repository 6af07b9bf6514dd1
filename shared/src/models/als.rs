//! ALS for implicit feedback (Hu, Koren and Volinsky 2008, "Collaborative
//! Filtering for Implicit Feedback Datasets"): every cell of the user-item
//! matrix is a preference p, 1 where there was an interaction and 0 elsewhere,
//! held with a confidence c; Σ c (p − x·y)² + λ (|X|² + |Y|²) is minimised over
//! the users' vectors and the items' in turn (equations 3 to 5).

use serde::{Deserialize, Serialize};

use super::{MAX_RANK, OutOfRange, require};
use crate::factors::{Confidence, FoldIn};

/// Hyper-parameters of ALS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlsConfig {
    /// Numbers in a vector.
    pub factors: u32,
    /// Regularisation λ.
    pub regularisation: f32,
    /// α: an interaction of strength r has confidence 1 + αr.
    pub alpha: f32,
    /// Without the 1: confidence αr, as the library `implicit` has it.
    pub without_one: bool,
    /// The event of age a has strength `recency`ᵃ · rating (1 is order-blind).
    pub recency: f32,
    /// How often both sides are solved for.
    pub iterations: u32,
    /// Steps of conjugate gradients from the last solution (Takács, Pilászy and
    /// Tikk 2011), 3 for instance; 0 solves exactly.
    pub cg_steps: u32,
    /// Whether item vectors brought along, their principal components, are where
    /// items start; otherwise noise is.
    pub from_item_vectors: bool,
    /// Of the first vectors.
    pub seed: u32,
}

impl Default for AlsConfig {
    fn default() -> Self {
        Self {
            factors: 64,
            regularisation: 1.0,
            alpha: 10.0,
            without_one: false,
            recency: 1.0,
            iterations: 15,
            cg_steps: 0,
            from_item_vectors: false,
            seed: 0,
        }
    }
}

impl AlsConfig {
    /// The model's name.
    pub const NAME: &'static str = "als";

    /// Checks every range.
    pub fn validate(&self) -> Result<(), OutOfRange> {
        let check = |holds, field, range, value: &dyn ToString| {
            require(holds, Self::NAME, field, range, value.to_string())
        };
        let positive = |value: f32| value > 0.0 && value.is_finite();
        check(
            (1..=MAX_RANK).contains(&self.factors),
            "factors",
            "from 1 to 1024",
            &self.factors,
        )?;
        check(
            positive(self.regularisation),
            "regularisation",
            "a positive number",
            &self.regularisation,
        )?;
        check(
            positive(self.alpha),
            "alpha",
            "a positive number",
            &self.alpha,
        )?;
        check(
            self.recency > 0.0 && self.recency <= 1.0,
            "recency",
            "above 0 and at most 1",
            &self.recency,
        )?;
        check(
            self.iterations > 0,
            "iterations",
            "at least 1",
            &self.iterations,
        )
    }

    /// How a visitor's vector is worked out: as a user's is in fitting.
    pub fn fold_in(&self) -> FoldIn {
        FoldIn {
            regularisation: self.regularisation,
            per_event: false,
            recency: self.recency,
            ratings: None,
            confidence: Some(Confidence {
                base: if self.without_one { 0.0 } else { 1.0 },
                alpha: self.alpha,
            }),
        }
    }
}
