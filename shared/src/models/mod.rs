//! One file a model: its hyper-parameters, its definition and its scoring.
//! Fitting is in the trainer, under the same file names.

mod als;
mod als_explicit;
mod bias;
mod bsarec;
mod descent;
mod ease;
mod ensemble;
mod hybrid;
mod item_knn;
mod item_vectors;
mod metadata_mf;
mod ncf;
mod next_linear;
mod popularity;
mod recent_popularity;
mod sasrec;
mod svd;
mod tf_idf;

pub use als::AlsConfig;
pub use als_explicit::AlsExplicitConfig;
pub use bias::BiasConfig;
pub use bsarec::BsaRecConfig;
pub use ease::EaseConfig;
pub use ensemble::{Ensemble, EnsembleConfig, MemberConfig, Scale, Share, TEMPERATURES};
pub(crate) use ensemble::{is_one, one};
pub use hybrid::HybridConfig;
pub use item_knn::ItemKnnConfig;
pub use item_vectors::ItemVectorsConfig;
pub use metadata_mf::MetadataMfConfig;
pub use ncf::NcfConfig;
pub use next_linear::NextLinearConfig;
pub use popularity::{Popularity, PopularityConfig};
pub use recent_popularity::{RecentPopularity, RecentPopularityConfig};
pub use sasrec::SasRecConfig;
pub use svd::SvdConfig;
pub use tf_idf::TfIdfConfig;

use serde::{Deserialize, Serialize};

use crate::factors::Factors;
use crate::item_item::ItemItem;
#[cfg(feature = "neural")]
use crate::neural::Neural;
use crate::{Event, Recommender, Scores};

/// Most numbers that an item's vector may have.
pub const MAX_RANK: u32 = 1024;

/// A hyper-parameter outside its range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{model}.{field} must be {range}, not {value}")]
pub struct OutOfRange {
    /// The model's name.
    pub model: &'static str,
    /// The hyper-parameter.
    pub field: &'static str,
    /// What is allowed, in words.
    pub range: &'static str,
    /// What was given.
    pub value: String,
}

pub(crate) fn require(
    holds: bool,
    model: &'static str,
    field: &'static str,
    range: &'static str,
    value: impl ToString,
) -> Result<(), OutOfRange> {
    if holds {
        return Ok(());
    }
    Err(OutOfRange {
        model,
        field,
        range,
        value: value.to_string(),
    })
}

/// The hyper-parameters of any one model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "model", rename_all = "kebab-case")]
pub enum ModelConfig {
    /// Interaction counts.
    Popularity(PopularityConfig),
    /// Interaction counts in a trailing window.
    RecentPopularity(RecentPopularityConfig),
    /// Mean and biases.
    Bias(BiasConfig),
    /// Factors of ratings by gradient descent.
    Svd(SvdConfig),
    /// Factors of ratings by alternating least squares.
    AlsExplicit(AlsExplicitConfig),
    /// Factors of implicit feedback by alternating least squares.
    Als(AlsConfig),
    /// Cosine neighbours.
    ItemKnn(ItemKnnConfig),
    /// Cosine neighbours by the text of item records.
    TfIdf(TfIdfConfig),
    /// Cosine neighbours by vectors brought along.
    ItemVectors(ItemVectorsConfig),
    /// EASE.
    Ease(EaseConfig),
    /// Ridge regression of the next item on the decayed history.
    NextLinear(NextLinearConfig),
    /// A causal transformer.
    #[serde(rename = "sasrec")]
    SasRec(SasRecConfig),
    /// A causal transformer with a frequency filter.
    #[serde(rename = "bsarec")]
    BsaRec(BsaRecConfig),
    /// Layers over a user's and an item's vector.
    Ncf(NcfConfig),
    /// The same, reading categories and prices.
    MetadataMf(MetadataMfConfig),
    /// Predicted ratings, likeness of content and average ratings, weighed.
    Hybrid(HybridConfig),
    /// A weighted sum of other models.
    Ensemble(EnsembleConfig),
}

impl ModelConfig {
    /// The names of all models, simplest first.
    pub const NAMES: [&'static str; 17] = [
        PopularityConfig::NAME,
        RecentPopularityConfig::NAME,
        BiasConfig::NAME,
        SvdConfig::NAME,
        AlsExplicitConfig::NAME,
        AlsConfig::NAME,
        ItemKnnConfig::NAME,
        TfIdfConfig::NAME,
        ItemVectorsConfig::NAME,
        EaseConfig::NAME,
        NextLinearConfig::NAME,
        SasRecConfig::NAME,
        BsaRecConfig::NAME,
        NcfConfig::NAME,
        MetadataMfConfig::NAME,
        HybridConfig::NAME,
        EnsembleConfig::NAME,
    ];

    /// The default hyper-parameters of the model called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            PopularityConfig::NAME => Self::Popularity(PopularityConfig::default()),
            RecentPopularityConfig::NAME => {
                Self::RecentPopularity(RecentPopularityConfig::default())
            }
            BiasConfig::NAME => Self::Bias(BiasConfig::default()),
            SvdConfig::NAME => Self::Svd(SvdConfig::default()),
            AlsExplicitConfig::NAME => Self::AlsExplicit(AlsExplicitConfig::default()),
            AlsConfig::NAME => Self::Als(AlsConfig::default()),
            ItemKnnConfig::NAME => Self::ItemKnn(ItemKnnConfig::default()),
            TfIdfConfig::NAME => Self::TfIdf(TfIdfConfig::default()),
            ItemVectorsConfig::NAME => Self::ItemVectors(ItemVectorsConfig::default()),
            EaseConfig::NAME => Self::Ease(EaseConfig::default()),
            NextLinearConfig::NAME => Self::NextLinear(NextLinearConfig::default()),
            SasRecConfig::NAME => Self::SasRec(SasRecConfig::default()),
            BsaRecConfig::NAME => Self::BsaRec(BsaRecConfig::default()),
            NcfConfig::NAME => Self::Ncf(NcfConfig::default()),
            MetadataMfConfig::NAME => Self::MetadataMf(MetadataMfConfig::default()),
            HybridConfig::NAME => Self::Hybrid(HybridConfig::default()),
            EnsembleConfig::NAME => Self::Ensemble(EnsembleConfig::default()),
            _ => return None,
        })
    }

    /// The model's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Popularity(_) => PopularityConfig::NAME,
            Self::RecentPopularity(_) => RecentPopularityConfig::NAME,
            Self::Bias(_) => BiasConfig::NAME,
            Self::Svd(_) => SvdConfig::NAME,
            Self::AlsExplicit(_) => AlsExplicitConfig::NAME,
            Self::Als(_) => AlsConfig::NAME,
            Self::ItemKnn(_) => ItemKnnConfig::NAME,
            Self::TfIdf(_) => TfIdfConfig::NAME,
            Self::ItemVectors(_) => ItemVectorsConfig::NAME,
            Self::Ease(_) => EaseConfig::NAME,
            Self::NextLinear(_) => NextLinearConfig::NAME,
            Self::SasRec(_) => SasRecConfig::NAME,
            Self::BsaRec(_) => BsaRecConfig::NAME,
            Self::Ncf(_) => NcfConfig::NAME,
            Self::MetadataMf(_) => MetadataMfConfig::NAME,
            Self::Hybrid(_) => HybridConfig::NAME,
            Self::Ensemble(_) => EnsembleConfig::NAME,
        }
    }

    /// Whether the model is fitted on what the items are, not only on who
    /// interacted with them.
    pub fn reads_content(&self) -> bool {
        match self {
            Self::TfIdf(_) | Self::ItemVectors(_) | Self::MetadataMf(_) | Self::Hybrid(_) => true,
            Self::Ensemble(c) => c.members.iter().any(|member| member.model.reads_content()),
            _ => false,
        }
    }

    /// Whether the model is fitted on what the items are and on nothing else.
    pub fn reads_content_alone(&self) -> bool {
        match self {
            Self::TfIdf(_) | Self::ItemVectors(_) => true,
            Self::Ensemble(c) => c.members.iter().all(|m| m.model.reads_content_alone()),
            _ => false,
        }
    }

    /// Whether the model is a network, or holds one.
    pub fn is_neural(&self) -> bool {
        match self {
            Self::SasRec(_) | Self::BsaRec(_) | Self::Ncf(_) | Self::MetadataMf(_) => true,
            Self::Ensemble(c) => c.members.iter().any(|member| member.model.is_neural()),
            _ => false,
        }
    }

    /// Whether the model predicts ratings, and can be judged by their error.
    pub fn predicts_ratings(&self) -> bool {
        match self {
            Self::Bias(_) | Self::Svd(_) | Self::AlsExplicit(_) => true,
            Self::Ncf(c) => c.ratings,
            Self::MetadataMf(c) => c.ratings,
            _ => false,
        }
    }

    /// Whether the model can't be fitted without ratings.
    pub fn needs_ratings(&self) -> bool {
        match self {
            Self::Hybrid(_) => true,
            Self::Ensemble(c) => c.members.iter().any(|member| member.model.needs_ratings()),
            alone => alone.predicts_ratings(),
        }
    }

    /// Checks every hyper-parameter's range.
    pub fn validate(&self) -> Result<(), OutOfRange> {
        match self {
            Self::Popularity(_) => Ok(()),
            Self::RecentPopularity(c) => c.validate(),
            Self::Bias(c) => c.validate(),
            Self::Svd(c) => c.validate(),
            Self::AlsExplicit(c) => c.validate(),
            Self::Als(c) => c.validate(),
            Self::ItemKnn(c) => c.validate(),
            Self::TfIdf(c) => c.validate(),
            Self::ItemVectors(c) => c.validate(),
            Self::Ease(c) => c.validate(),
            Self::NextLinear(c) => c.validate(),
            Self::SasRec(c) => c.validate(),
            Self::BsaRec(c) => c.validate(),
            Self::Ncf(c) => c.validate(),
            Self::MetadataMf(c) => c.validate(),
            Self::Hybrid(c) => c.validate(),
            Self::Ensemble(c) => c.validate(),
        }
    }
}

/// A fitted model held in memory.
#[derive(Clone, Debug)]
pub enum Model {
    /// Interaction counts.
    Popularity(Popularity),
    /// Interaction counts in a trailing window.
    RecentPopularity(RecentPopularity),
    /// Item-kNN, TF-IDF, item vectors, EASE or next-linear.
    ItemItem(ItemItem),
    /// A weighted sum of others.
    Ensemble(Ensemble),
    /// Bias, SVD or ALS.
    Factors(Factors),
    /// A network.
    #[cfg(feature = "neural")]
    Neural(Box<Neural>),
}

impl Recommender for Model {
    fn name(&self) -> &str {
        match self {
            Self::Popularity(m) => m.name(),
            Self::RecentPopularity(m) => m.name(),
            Self::ItemItem(m) => m.name(),
            Self::Ensemble(m) => m.name(),
            Self::Factors(m) => m.name(),
            #[cfg(feature = "neural")]
            Self::Neural(m) => m.name(),
        }
    }

    fn n_items(&self) -> usize {
        match self {
            Self::Popularity(m) => m.n_items(),
            Self::RecentPopularity(m) => m.n_items(),
            Self::ItemItem(m) => m.n_items(),
            Self::Ensemble(m) => m.n_items(),
            Self::Factors(m) => m.n_items(),
            #[cfg(feature = "neural")]
            Self::Neural(m) => m.n_items(),
        }
    }

    fn score(&self, history: &[Event], scores: &mut Scores) {
        match self {
            Self::Popularity(m) => m.score(history, scores),
            Self::RecentPopularity(m) => m.score(history, scores),
            Self::ItemItem(m) => m.score(history, scores),
            Self::Ensemble(m) => m.score(history, scores),
            Self::Factors(m) => m.score(history, scores),
            #[cfg(feature = "neural")]
            Self::Neural(m) => m.score(history, scores),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_valid_default() {
        for name in ModelConfig::NAMES {
            let config = ModelConfig::named(name).unwrap();
            assert_eq!(config.name(), name);
            config.validate().unwrap();
        }
        assert_eq!(ModelConfig::named("svd++"), None);
    }

    #[test]
    fn a_bad_value_names_field_range_and_value() {
        let config = NextLinearConfig {
            lambda: -1.0,
            ..NextLinearConfig::default()
        };
        assert_eq!(
            config.validate().unwrap_err().to_string(),
            "next-linear.lambda must be a positive number, not -1"
        );
    }
}
