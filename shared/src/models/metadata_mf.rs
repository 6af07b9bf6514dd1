//! Metadata-MF: NCF whose item vectors are what was learnt of the item itself plus what a
//! network makes of its category and price, so that an item nobody has interacted with
//! yet can be scored. The network itself is in `neural/metadata_mf.rs`.

use serde::{Deserialize, Serialize};

use super::descent::Descent;
use super::ncf::{Vectors, check_layer};
use super::{OutOfRange, require};

/// Hyper-parameters of metadata-MF.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetadataMfConfig {
    /// Numbers in a vector, of a user as of an item, a category and the metadata of an item.
    pub factors: u32,
    /// Numbers in the layer between vectors and score.
    pub inner: u32,
    /// Numbers in the layer between category and price and their vector.
    pub metadata_inner: u32,
    /// The attribute of item records that holds the category. Of several values the mean counts.
    pub category: String,
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

impl Default for MetadataMfConfig {
    fn default() -> Self {
        Self {
            factors: 50,
            inner: 128,
            metadata_inner: 128,
            category: "category".to_owned(),
            ratings: false,
            negatives: 4,
            deviation: 1.0,
            dropout: 0.0,
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

impl MetadataMfConfig {
    /// The model's name.
    pub const NAME: &'static str = "metadata-mf";

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
        for (field, value) in [
            ("inner", self.inner),
            ("metadata_inner", self.metadata_inner),
        ] {
            check_layer(Self::NAME, field, value)?;
        }
        require(
            !self.category.is_empty(),
            Self::NAME,
            "category",
            "the name of an attribute",
            "empty",
        )?;
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
