//! NCF: neural collaborative filtering (He, Liao, Zhang, Nie, Hu and Chua 2017, "Neural
//! Collaborative Filtering", section 3.3): a vector of the user and one of the item
//! through layers that halve. The network itself is in `neural/ncf.rs`.
//!
//! It learns who has what, by binary cross-entropy with sampled negatives (equation 7
//! there), or ratings, by their squared error. The first is the default: of the two it
//! is the one that ranks.

use serde::{Deserialize, Serialize};

use super::descent::Descent;
use super::{MAX_RANK, OutOfRange, require};

/// Hyper-parameters of NCF.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NcfConfig {
    /// Numbers in a vector, of a user as of an item.
    pub factors: u32,
    /// Numbers in the first layer.
    pub inner: u32,
    /// Numbers in the second layer.
    pub second: u32,
    /// Whether ratings are learnt; otherwise who has what.
    pub ratings: bool,
    /// Random items that the user does not have beside each that they have, anew in each epoch.
    pub negatives: u32,
    /// Standard deviation of the vectors before the first epoch.
    pub deviation: f32,
    /// Share of the numbers that training drops after each layer.
    pub dropout: f32,
    /// Most epochs.
    pub epochs: u32,
    /// Epochs without a better NDCG@10 on validation cases after which training
    /// ends, with the best epoch's network; 0 trains all epochs and keeps the last.
    pub patience: u32,
    /// Interactions of a step.
    pub batch: u32,
    /// Size of a step.
    pub learning_rate: f32,
    /// Of all parameters, as L2 in the gradient.
    pub weight_decay: f32,
    /// Steps of the optimisation of a visitor's vector.
    pub fold_in_steps: u32,
    /// How strongly a visitor's vector is held to the mean of the users'.
    pub fold_in_regularisation: f32,
    /// Of the first parameters, the order, the negatives and what is dropped.
    pub seed: u32,
}

impl Default for NcfConfig {
    fn default() -> Self {
        Self {
            factors: 64,
            inner: 128,
            second: 64,
            ratings: false,
            negatives: 4,
            deviation: 1.0,
            dropout: 0.3,
            epochs: 60,
            patience: 10,
            batch: 256,
            learning_rate: 0.001,
            weight_decay: 1e-5,
            fold_in_steps: 30,
            fold_in_regularisation: 1.0,
            seed: 0,
        }
    }
}

impl NcfConfig {
    /// The model's name.
    pub const NAME: &'static str = "ncf";

    /// Checks every range.
    pub fn validate(&self) -> Result<(), OutOfRange> {
        Vectors {
            factors: self.factors,
            negatives: self.negatives,
            deviation: self.deviation,
            fold_in_steps: self.fold_in_steps,
            fold_in_regularisation: self.fold_in_regularisation,
        }
        .validate(Self::NAME)?;
        for (field, value) in [("inner", self.inner), ("second", self.second)] {
            check_layer(Self::NAME, field, value)?;
        }
        Descent {
            epochs: self.epochs,
            batch: self.batch,
            learning_rate: self.learning_rate,
            weight_decay: self.weight_decay,
            dropout: self.dropout,
        }
        .validate(Self::NAME)
    }
}

/// Checks the size of a layer.
pub(super) fn check_layer(
    model: &'static str,
    field: &'static str,
    value: u32,
) -> Result<(), OutOfRange> {
    let holds = (1..=4096).contains(&value);
    require(holds, model, field, "from 1 to 4096", value)
}

/// Hyper-parameters of vectors of users and items that a network reads.
pub(super) struct Vectors {
    pub factors: u32,
    pub negatives: u32,
    pub deviation: f32,
    pub fold_in_steps: u32,
    pub fold_in_regularisation: f32,
}

impl Vectors {
    /// Checks every range.
    pub fn validate(&self, model: &'static str) -> Result<(), OutOfRange> {
        let check = |holds, field, range, value: &dyn ToString| {
            require(holds, model, field, range, value.to_string())
        };
        check(
            (1..=MAX_RANK).contains(&self.factors),
            "factors",
            "from 1 to 1024",
            &self.factors,
        )?;
        check(
            (1..=100).contains(&self.negatives),
            "negatives",
            "from 1 to 100",
            &self.negatives,
        )?;
        check(
            self.deviation > 0.0 && self.deviation.is_finite(),
            "deviation",
            "a positive number",
            &self.deviation,
        )?;
        check(
            (1..=1000).contains(&self.fold_in_steps),
            "fold_in_steps",
            "from 1 to 1000",
            &self.fold_in_steps,
        )?;
        check(
            self.fold_in_regularisation >= 0.0 && self.fold_in_regularisation.is_finite(),
            "fold_in_regularisation",
            "a number from 0 up",
            &self.fold_in_regularisation,
        )
    }
}
