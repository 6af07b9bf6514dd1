//! Trains NCF.

use doorstep_shared::models::NcfConfig;

use super::limits::check_factors;
use super::{Fitted, Observer, Training};
use crate::neural::{PairPlan, Schedule, fit_pairs};
use crate::progress::Progress;

pub(super) fn fit(
    config: &NcfConfig,
    training: &Training,
    progress: &Progress,
    observer: &mut Observer,
) -> anyhow::Result<Fitted> {
    check_factors(NcfConfig::NAME, training, config.factors)?;
    let plan = PairPlan {
        factors: config.factors,
        inner: config.inner,
        second: config.second,
        metadata: None,
        ratings: config.ratings,
        negatives: config.negatives,
        deviation: config.deviation,
        batch: config.batch,
        fold_in_steps: config.fold_in_steps,
        fold_in_regularisation: config.fold_in_regularisation,
        schedule: Schedule {
            model: NcfConfig::NAME,
            epochs: config.epochs,
            patience: config.patience,
            learning_rate: config.learning_rate,
            first_moment: 0.9,
            second_moment: 0.999,
            weight_decay: config.weight_decay,
            decoupled: false,
            dropout: config.dropout,
            ema_decay: 0.0,
            seed: config.seed,
        },
    };
    fit_pairs(&plan, training, progress, observer)
}
