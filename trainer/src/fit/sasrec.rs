//! Trains SASRec.

use doorstep_shared::models::SasRecConfig;
use doorstep_shared::neural::{Architecture, SequenceShape};

use super::{Fitted, Observer, Training};
use crate::neural::{Schedule, SequencePlan, fit_sequences};
use crate::progress::Progress;

pub(super) fn fit(
    config: &SasRecConfig,
    training: &Training,
    progress: &Progress,
    observer: &mut Observer,
) -> anyhow::Result<Fitted> {
    let plan = SequencePlan {
        architecture: Architecture::SasRec(SequenceShape {
            width: config.width,
            blocks: config.blocks,
            heads: config.heads,
            inner: config.inner,
            length: config.length,
        }),
        length: config.length,
        batch: config.batch,
        negatives: config.negatives,
        schedule: Schedule {
            model: SasRecConfig::NAME,
            epochs: config.epochs,
            patience: config.patience,
            learning_rate: config.learning_rate,
            first_moment: 0.9,
            second_moment: 0.98,
            weight_decay: config.weight_decay,
            decoupled: true,
            dropout: config.dropout,
            ema_decay: config.ema_decay,
            seed: config.seed,
        },
    };
    fit_sequences(&plan, training, progress, observer)
}
