//! Fits models: one file a model, under its file name in `doorstep_shared::models`.
//!
//! EASE and next-linear share dense normal equations (`inverse.rs`, with
//! `elimination.rs` to keep the dense part small); item-kNN and TF-IDF
//! share sparse cosine neighbours (`sparse_cosine.rs`). What of that is dense
//! and large may go to a graphics card (`card.rs`): an inverse (`sweep.rs`),
//! the largest entries of a product (`largest_products.rs`), and what ALS needs
//! of all its vectors (`lane_products.rs`).

mod als;
mod als_cg;
mod als_explicit;
mod als_loss;
mod bias;
mod bsarec;
mod card;
mod confidences;
mod content;
mod curve;
mod ease;
mod elimination;
mod ensemble;
mod hybrid;
mod inverse;
mod item_knn;
mod item_vectors;
mod kept;
mod lane_products;
mod lanes;
mod largest;
mod largest_products;
mod limits;
mod lines;
mod metadata_mf;
mod ncf;
mod next_linear;
mod popularity;
mod ratings;
mod recent_popularity;
mod rows;
mod sasrec;
mod sparse_cosine;
mod start;
mod strata;
mod sums;
mod svd;
mod sweep;
mod tf_idf;
mod user_items;
mod words;

pub use content::ItemContent;
pub(crate) use content::text_fields;
pub use curve::{Course, Curve, MOST, Observer, Point};
pub use hybrid::weigh;
pub use kept::{Kept, Matrices};
pub use words::{WordVectors, word_vectors};

use anyhow::ensure;
use doorstep_shared::factors::Visitor;
use doorstep_shared::models::{Model, ModelConfig};
use doorstep_shared::{Event, ItemRecord};

use crate::data::Interactions;
use crate::neural::Guide;
use crate::progress::Progress;

/// What a model is fitted on.
#[derive(Clone, Copy, Debug)]
pub struct Training<'a> {
    /// Catalogue size; every item index of the histories is below it.
    pub n_items: usize,
    /// Training history of each user, oldest first; may be empty.
    pub histories: &'a [Vec<Event>],
    /// What else is known of the items, by index.
    pub content: ItemContent<'a>,
    /// What networks go by beside that.
    pub guide: Guide<'a>,
}

impl Training<'_> {
    /// How many items there are to content models, those of the histories or more.
    pub(crate) fn n_items_with_content(&self) -> usize {
        self.n_items.max(self.content.records.len())
    }
}

/// A fitted model, and its users where it has vectors or biases of them. They
/// judge the fit; nothing publishes them.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// The model.
    pub model: Model,
    /// The users of the training histories, in their order; empty where the
    /// model knows no users.
    pub users: Vec<Visitor>,
}

impl From<Model> for Fitted {
    fn from(model: Model) -> Self {
        let users = Vec::new();
        Self { model, users }
    }
}

/// Fits the model that `config` describes, after checking its hyper-parameters.
pub fn fit(
    config: &ModelConfig,
    training: &Training,
    progress: &Progress,
) -> anyhow::Result<Model> {
    Ok(fit_with_users(config, training, progress)?.model)
}

/// [`fit`], with the users that the model was fitted with.
pub fn fit_with_users(
    config: &ModelConfig,
    training: &Training,
    progress: &Progress,
) -> anyhow::Result<Fitted> {
    fit_observed(config, training, progress, &mut Observer::none())
}

/// [`fit_with_users`], with an observer who is told of each step of a model
/// that is fitted in steps.
pub fn fit_observed(
    config: &ModelConfig,
    training: &Training,
    progress: &Progress,
    observer: &mut Observer,
) -> anyhow::Result<Fitted> {
    config.validate()?;
    let n_items = training.n_items;
    let stray = training
        .histories
        .iter()
        .flatten()
        .find(|e| e.item as usize >= n_items);
    if let Some(event) = stray {
        ensure!(
            false,
            "a training history holds item index {}, but the catalogue has only {n_items} items",
            event.item
        );
    }
    let model = match config {
        ModelConfig::Popularity(_) => Model::Popularity(popularity::fit(training)),
        ModelConfig::RecentPopularity(c) => {
            Model::RecentPopularity(recent_popularity::fit(c, training))
        }
        ModelConfig::Bias(c) => return bias::fit(c, training),
        ModelConfig::Svd(c) => return svd::fit(c, training, progress, observer),
        ModelConfig::AlsExplicit(c) => return als_explicit::fit(c, training, progress, observer),
        ModelConfig::Als(c) => return als::fit(c, training, progress, observer),
        ModelConfig::ItemKnn(c) => Model::ItemItem(item_knn::fit(c, training, progress)?),
        ModelConfig::TfIdf(c) => Model::ItemItem(tf_idf::fit(c, training, progress)?),
        ModelConfig::ItemVectors(c) => Model::ItemItem(item_vectors::fit(c, training, progress)?),
        ModelConfig::Ease(c) => Model::ItemItem(ease::fit(c, training, progress)?),
        ModelConfig::NextLinear(c) => Model::ItemItem(next_linear::fit(c, training, progress)?),
        ModelConfig::SasRec(c) => return sasrec::fit(c, training, progress, observer),
        ModelConfig::BsaRec(c) => return bsarec::fit(c, training, progress, observer),
        ModelConfig::Ncf(c) => return ncf::fit(c, training, progress, observer),
        ModelConfig::MetadataMf(c) => return metadata_mf::fit(c, training, progress, observer),
        ModelConfig::Hybrid(c) => Model::Ensemble(hybrid::fit(c, training, progress)?),
        ModelConfig::Ensemble(c) => Model::Ensemble(ensemble::fit(c, training, progress)?),
    };
    Ok(model.into())
}

/// Refuses models of ratings, before any work, where the data has no ratings to
/// tell items apart by.
pub fn check_ratings(configs: &[ModelConfig], interactions: &Interactions) -> anyhow::Result<()> {
    let Some(config) = configs.iter().find(|config| config.needs_ratings()) else {
        return Ok(());
    };
    let name = config.name();
    let remedy = "fit a model of interactions instead, such as als or item-knn";
    ensure!(
        interactions.has_ratings,
        "{name} learns from ratings, and the data has none; name their column with --columns user=…,item=…,rating=…, or {remedy}"
    );
    let mut ratings = interactions.rows.iter().map(|row| row.rating);
    if let Some(first) = ratings.next() {
        ensure!(
            ratings.any(|rating| rating != first),
            "{name} learns from ratings, and all of them are {first}; {remedy}"
        );
    }
    Ok(())
}

/// Whether a fit of `config` may leave matrices to a graphics card; networks are trained there whole.
pub fn may_use_card(config: &ModelConfig) -> bool {
    match config {
        ModelConfig::Ease(_)
        | ModelConfig::NextLinear(_)
        | ModelConfig::Als(_)
        | ModelConfig::ItemKnn(_)
        | ModelConfig::ItemVectors(_) => true,
        ModelConfig::Ensemble(c) => c.members.iter().any(|member| may_use_card(&member.model)),
        _ => false,
    }
}

/// What is odd about hyper-parameters, given the item records that there are.
pub fn warnings(configs: &[ModelConfig], records: &[ItemRecord]) -> Vec<String> {
    let of = |config: &ModelConfig| match config {
        ModelConfig::TfIdf(c) => Vec::from_iter(tf_idf::warning("tf-idf.fields", c, records)),
        ModelConfig::Hybrid(c) => Vec::from_iter(tf_idf::warning(
            "hybrid.content.fields",
            &c.content,
            records,
        )),
        ModelConfig::Ensemble(c) => {
            let members: Vec<ModelConfig> = c.members.iter().map(|m| m.model.clone()).collect();
            warnings(&members, records)
        }
        _ => Vec::new(),
    };
    configs.iter().flat_map(of).collect()
}

/// What a reader of the results should know about how `config` was fitted.
pub fn notes(config: &ModelConfig, training: &Training) -> Vec<String> {
    match config {
        ModelConfig::RecentPopularity(c) => vec![recent_popularity::note(c, training)],
        ModelConfig::TfIdf(c) => tf_idf::note(c, training).into_iter().collect(),
        ModelConfig::ItemVectors(_) => item_vectors::note(training).into_iter().collect(),
        ModelConfig::Ensemble(c) => {
            let members = c.members.iter();
            members
                .flat_map(|member| notes(&member.model, training))
                .collect()
        }
        ModelConfig::Hybrid(c) => tf_idf::note(&c.content, training).into_iter().collect(),
        ModelConfig::MetadataMf(c) => {
            let ratings = c.ratings.then(|| ratings::note(config.name(), training));
            let missing = metadata_mf::note(c, training);
            missing.into_iter().chain(ratings.flatten()).collect()
        }
        config if config.predicts_ratings() => {
            ratings::note(config.name(), training).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stray_item_and_a_bad_field_are_refused_before_any_work() {
        let histories = vec![vec![Event::implicit(3)]];
        let training = Training {
            n_items: 3,
            histories: &histories,
            content: ItemContent::default(),
            guide: Default::default(),
        };
        let config = ModelConfig::named("popularity").unwrap();
        let message = fit(&config, &training, &Progress::new(true))
            .unwrap_err()
            .to_string();
        assert!(message.contains("item index 3"), "{message}");

        let config = doorstep_shared::models::EaseConfig {
            lambda: f32::NAN,
            ..Default::default()
        };
        let config = ModelConfig::Ease(config);
        let message = fit(&config, &training, &Progress::new(true))
            .unwrap_err()
            .to_string();
        assert!(message.contains("ease.lambda"), "{message}");
    }
}
