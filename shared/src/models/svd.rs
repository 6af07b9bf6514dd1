//! Biased SVD (Funk 2006; Koren, Bell and Volinsky 2009, "Matrix Factorization
//! Techniques for Recommender Systems", equation 5): a rating is
//! μ + b_u + b_i + p_u·q_i, fitted by stochastic gradient descent.
//!
//! For a visitor, p and b_u minimise the squared error of their ratings +
//! λ n (|p|² + b_u²): at the minimum of SGD's objective each of n ratings
//! has pulled its user's vector back by λ once.

use serde::{Deserialize, Serialize};

use super::{MAX_RANK, OutOfRange, require};
use crate::factors::{FoldIn, RatingScale};

/// Hyper-parameters of SVD.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SvdConfig {
    /// Numbers in a vector.
    pub factors: u32,
    /// How often each rating is visited.
    pub epochs: u32,
    /// Size of a step.
    pub learning_rate: f32,
    /// Regularisation of vectors and biases.
    pub regularisation: f32,
    /// λ of a visitor's vector and bias.
    pub fold_in_regularisation: f32,
    /// Standard deviation of the vectors before the first epoch.
    pub deviation: f32,
    /// Whether the ratings are visited in a random order, in strata that threads
    /// work on at once: the smaller error in less time. Otherwise user by user, oldest
    /// rating first, on one thread, much as Surprise does, which takes them in
    /// the order of the file.
    pub shuffle: bool,
    /// Whether item vectors brought along, their principal components, are where
    /// items start; otherwise noise is.
    pub from_item_vectors: bool,
    /// Of the first vectors and of the order.
    pub seed: u32,
}

impl Default for SvdConfig {
    fn default() -> Self {
        Self {
            factors: 50,
            epochs: 20,
            learning_rate: 0.005,
            regularisation: 0.02,
            fold_in_regularisation: 0.1,
            deviation: 0.1,
            shuffle: true,
            from_item_vectors: false,
            seed: 0,
        }
    }
}

impl SvdConfig {
    /// The model's name.
    pub const NAME: &'static str = "svd";

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
        check(self.epochs > 0, "epochs", "at least 1", &self.epochs)?;
        check(
            positive(self.learning_rate),
            "learning_rate",
            "a positive number",
            &self.learning_rate,
        )?;
        check(
            self.regularisation >= 0.0 && self.regularisation.is_finite(),
            "regularisation",
            "a number from 0 up",
            &self.regularisation,
        )?;
        check(
            positive(self.fold_in_regularisation),
            "fold_in_regularisation",
            "a positive number",
            &self.fold_in_regularisation,
        )?;
        check(
            positive(self.deviation),
            "deviation",
            "a positive number",
            &self.deviation,
        )
    }

    /// How a visitor's vector is worked out.
    pub fn fold_in(&self, scale: RatingScale) -> FoldIn {
        FoldIn {
            regularisation: self.fold_in_regularisation,
            per_event: true,
            recency: 1.0,
            ratings: Some(scale),
            confidence: None,
        }
    }
}
