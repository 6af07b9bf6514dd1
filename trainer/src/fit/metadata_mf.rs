//! Trains metadata-MF: what it reads of the item records is in `neural/item_metadata.rs`.

use doorstep_shared::models::MetadataMfConfig;

use super::limits::check_factors;
use super::{Fitted, Observer, Training};
use crate::neural::{ItemMetadata, MetadataPlan, PairPlan, Schedule, fit_pairs};
use crate::progress::Progress;

/// Covers every item that has a category or a price, whether or not anybody interacted with it.
pub(super) fn fit(
    config: &MetadataMfConfig,
    training: &Training,
    progress: &Progress,
    observer: &mut Observer,
) -> anyhow::Result<Fitted> {
    check_factors(MetadataMfConfig::NAME, training, config.factors)?;
    let items = ItemMetadata::of(training, &config.category)?;
    let plan = PairPlan {
        factors: config.factors,
        inner: config.inner,
        second: 0,
        metadata: Some(MetadataPlan {
            inner: config.metadata_inner,
            items,
        }),
        ratings: config.ratings,
        negatives: config.negatives,
        deviation: config.deviation,
        batch: config.batch,
        fold_in_steps: config.fold_in_steps,
        fold_in_regularisation: config.fold_in_regularisation,
        schedule: Schedule {
            model: MetadataMfConfig::NAME,
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

/// How much of what it reads is missing, for who reads the results.
pub(super) fn note(config: &MetadataMfConfig, training: &Training) -> Option<String> {
    let items = ItemMetadata::of(training, &config.category).ok()?;
    let (categories, prices) = items.missing();
    let n = training.n_items_with_content();
    (categories + prices > 0).then(|| {
        format!(
            "{}: of {n} items {categories} have no {} that a trained item has, and {prices} no price",
            MetadataMfConfig::NAME,
            config.category
        )
    })
}
