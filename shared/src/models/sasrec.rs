//! SASRec (Kang and McAuley 2018, "Self-Attentive Sequential Recommendation"),
//! trained by the cross-entropy of the next item among all items at every place of
//! a history. The network itself is in `neural/sasrec.rs`.

use serde::{Deserialize, Serialize};

use super::descent::{Descent, check_ema_decay};
use super::{OutOfRange, require};

/// Hyper-parameters of SASRec.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SasRecConfig {
    /// Numbers in a vector.
    pub width: u32,
    /// Blocks, one upon another.
    pub blocks: u32,
    /// Attention heads of a block; they divide the width.
    pub heads: u32,
    /// Numbers in a feed-forward layer.
    pub inner: u32,
    /// Most recent items of a history that are read.
    pub length: u32,
    /// Share of the numbers that training drops.
    pub dropout: f32,
    /// Most epochs.
    pub epochs: u32,
    /// Epochs without a better NDCG@10 on validation cases after which training
    /// ends, with the best epoch's network; 0 trains all epochs and keeps the last.
    pub patience: u32,
    /// Histories of a step.
    pub batch: u32,
    /// Size of a step.
    pub learning_rate: f32,
    /// Of all parameters, by AdamW.
    pub weight_decay: f32,
    /// What the moving average of the parameters keeps of itself with each step; it is judged and
    /// published in their place. 0 takes the parameters themselves.
    pub ema_decay: f32,
    /// Random items that a right one is told from, shared by a step; 0 takes all items.
    pub negatives: u32,
    /// Of the first parameters, the order and what is dropped.
    pub seed: u32,
}

impl Default for SasRecConfig {
    fn default() -> Self {
        Self {
            width: 64,
            blocks: 2,
            heads: 1,
            inner: 64,
            length: 50,
            dropout: 0.2,
            epochs: 200,
            patience: 10,
            batch: 256,
            learning_rate: 0.001,
            weight_decay: 0.0,
            ema_decay: 0.0,
            negatives: 0,
            seed: 0,
        }
    }
}

impl SasRecConfig {
    /// The model's name.
    pub const NAME: &'static str = "sasrec";

    /// Checks every range.
    pub fn validate(&self) -> Result<(), OutOfRange> {
        check_shape(
            Self::NAME,
            [self.width, self.blocks, self.heads, self.inner, self.length],
        )?;
        Descent {
            epochs: self.epochs,
            batch: self.batch,
            learning_rate: self.learning_rate,
            weight_decay: self.weight_decay,
            dropout: self.dropout,
        }
        .validate(Self::NAME)?;
        check_ema_decay(Self::NAME, self.ema_decay)
    }
}

/// Checks width, blocks, heads, inner width and length.
pub(super) fn check_shape(
    model: &'static str,
    [width, blocks, heads, inner, length]: [u32; 5],
) -> Result<(), OutOfRange> {
    let within = |field, value: u32, most, range| {
        require((1..=most).contains(&value), model, field, range, value)
    };
    within("width", width, 1024, "from 1 to 1024")?;
    within("blocks", blocks, 16, "from 1 to 16")?;
    within("inner", inner, 4096, "from 1 to 4096")?;
    within("length", length, 1024, "from 1 to 1024")?;
    let divide = heads > 0 && width.is_multiple_of(heads);
    require(divide, model, "heads", "a divisor of the width", heads)
}
