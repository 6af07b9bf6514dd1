//! Which models are worth a try on some data.

use doorstep_shared::models::{EnsembleConfig, ModelConfig};

use super::Division;
use super::report::LeftOut;
use crate::fit::check_ratings;

/// A model of factors is fetched whole, a byte a number: above so many bytes it
/// is too dear for a visitor, whatever it finds.
const DEAREST: usize = 8 << 20;

/// The candidates with their default hyper-parameters, simplest first, and the
/// models that are none, with the reason. What a fit refuses by itself (too many
/// items, no texts, no vectors) is told by the fit.
pub(super) fn candidates(division: &Division) -> (Vec<ModelConfig>, Vec<LeftOut>) {
    let interactions = &division.dataset.interactions;
    let (mut candidates, mut left_out) = (Vec::new(), Vec::new());
    for config in ModelConfig::NAMES
        .into_iter()
        .filter_map(ModelConfig::named)
    {
        let why = match &config {
            ModelConfig::Ensemble(_) => Some(format!(
                "which members suit is not searched: `doorstep tune {}` weighs those that you name, or its usual three",
                EnsembleConfig::NAME
            )),
            ModelConfig::SasRec(_)
            | ModelConfig::BsaRec(_)
            | ModelConfig::Ncf(_)
            | ModelConfig::MetadataMf(_) => Some(
                "networks take minutes to hours to train; name it to compare it with the choice"
                    .to_owned(),
            ),
            config => unrated(config, division).or_else(|| {
                let bytes = interactions.items.len() * factors(config);
                (bytes > DEAREST).then(|| {
                    let megabytes = bytes / 1_000_000;
                    format!("a visitor would have to fetch all of its {megabytes} MB")
                })
            }),
        };
        match why {
            None => candidates.push(config),
            Some(why) => left_out.push(LeftOut {
                model: config.name().to_owned(),
                why,
            }),
        }
    }
    (candidates, left_out)
}

/// Why a model of ratings has nothing to go by.
fn unrated(config: &ModelConfig, division: &Division) -> Option<String> {
    let interactions = &division.dataset.interactions;
    check_ratings(std::slice::from_ref(config), interactions).err()?;
    Some(match interactions.has_ratings {
        true => "all ratings of the data are the same".to_owned(),
        false => "the data has no ratings".to_owned(),
    })
}

/// Numbers a vector of an item has.
fn factors(config: &ModelConfig) -> usize {
    match config {
        ModelConfig::Svd(c) => c.factors as usize,
        ModelConfig::Hybrid(c) => c.svd.factors as usize,
        ModelConfig::AlsExplicit(c) => c.factors as usize,
        ModelConfig::Als(c) => c.factors as usize,
        _ => 0,
    }
}
