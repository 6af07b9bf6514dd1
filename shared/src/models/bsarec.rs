//! BSARec (Shin, Choi, Wi and Park 2024, "An Attentive Inductive Bias for Sequential
//! Recommendation beyond the Self-Attention"): SASRec with a frequency filter beside
//! attention, trained as SASRec is. The network itself is in `neural/bsarec.rs`.

use serde::{Deserialize, Serialize};

use super::descent::{Descent, check_ema_decay};
use super::sasrec::check_shape;
use super::{OutOfRange, require};

/// Hyper-parameters of BSARec.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BsaRecConfig {
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
    /// Frequencies up to half of it, in periods per length, are low (c).
    pub cutoff: u32,
    /// Share of the filter beside attention (α).
    pub alpha: f32,
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

impl Default for BsaRecConfig {
    fn default() -> Self {
        Self {
            width: 64,
            blocks: 2,
            heads: 1,
            inner: 256,
            length: 50,
            cutoff: 5,
            alpha: 0.7,
            dropout: 0.5,
            epochs: 200,
            patience: 10,
            batch: 256,
            learning_rate: 0.0005,
            weight_decay: 0.0,
            ema_decay: 0.0,
            negatives: 0,
            seed: 0,
        }
    }
}

impl BsaRecConfig {
    /// The model's name.
    pub const NAME: &'static str = "bsarec";

    /// Checks every range.
    pub fn validate(&self) -> Result<(), OutOfRange> {
        check_shape(
            Self::NAME,
            [self.width, self.blocks, self.heads, self.inner, self.length],
        )?;
        require(
            (0.0..=1.0).contains(&self.alpha),
            Self::NAME,
            "alpha",
            "from 0 to 1",
            self.alpha,
        )?;
        require(
            self.cutoff <= self.length,
            Self::NAME,
            "cutoff",
            "at most the length",
            self.cutoff,
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
