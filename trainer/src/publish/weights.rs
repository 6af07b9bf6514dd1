//! How networks are stored: as bytes where that costs next to nothing, else in half precision.

use anyhow::Result;
use doorstep_shared::Recommender;
use doorstep_shared::bundle::as_stored;
use doorstep_shared::models::Model;
use doorstep_shared::neural::{Neural, Weights};

use crate::division::Division;
use crate::evaluate::evaluate;
use crate::progress::Progress;

/// Bytes may lower NDCG@10 on validation cases by less than this, relative to what it was.
const TOLERATED: f64 = 0.005;

/// `--weights`.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WeightsWish {
    /// int8 where that lowers NDCG@10 on a split's validation cases by less than 0.5 %, else f16
    #[default]
    Auto,
    /// Half precision
    F16,
    /// Matrices as bytes, with a scale for each row
    Int8,
}

impl WeightsWish {
    /// How the networks of a model are stored, by the validation cases of `division`, on whose
    /// training part it was fitted.
    pub fn settle(
        self,
        model: &Model,
        division: Option<&Division>,
        progress: &Progress,
    ) -> Result<Weights> {
        if self == Self::F16 || !has_network(model) {
            return Ok(Weights::Half);
        }
        let measured = match division {
            Some(division) if !division.split.validation.is_empty() => {
                lost(model, division, progress)?
            }
            _ => None,
        };
        let tolerated = measured.is_some_and(|lost| lost < TOLERATED);
        let bytes = self == Self::Int8 || tolerated;
        progress.say(match measured {
            Some(lost) => format!(
                "{}: stored in {}; bytes change NDCG@10 on validation cases by {:+.2} %",
                model.name(),
                if bytes { "bytes" } else { "half precision" },
                -100.0 * lost
            ),
            None if bytes => format!("{}: stored in bytes, as asked", model.name()),
            None => format!(
                "{}: stored in half precision, as there are no validation cases to judge bytes by; \
                 give a --split that has some, or --weights int8",
                model.name()
            ),
        });
        Ok(match bytes {
            true => Weights::Bytes { lost: measured },
            false => Weights::Half,
        })
    }
}

/// The relative fall in NDCG@10 on validation cases; `None` where there is nothing to lose.
fn lost(model: &Model, division: &Division, progress: &Progress) -> Result<Option<f64>> {
    let ndcg = |model: &Model| {
        let cases = &division.split.validation;
        let metrics = evaluate(model, cases, &division.context, progress).metrics();
        metrics.get("ndcg@10")
    };
    let bytes = Weights::Bytes { lost: None };
    let stored = try_networks(model.clone(), &|network| {
        Ok(as_stored(&network.with_weights(bytes))?)
    })?;
    let (Some(before), Some(after)) = (ndcg(model), ndcg(&stored)) else {
        return Ok(None);
    };
    Ok((before > 0.0).then(|| (before - after) / before))
}

/// `model`, its networks to be stored in this way.
pub fn store_as(model: Model, weights: Weights) -> Model {
    let stored = try_networks(model, &|network| Ok(network.with_weights(weights)));
    stored.expect("nothing of it fails")
}

fn has_network(model: &Model) -> bool {
    match model {
        Model::Neural(_) => true,
        Model::Ensemble(ensemble) => ensemble.members.iter().any(|(_, own)| has_network(own)),
        _ => false,
    }
}

/// `model` with each of its networks changed.
fn try_networks(model: Model, change: &impl Fn(Neural) -> Result<Neural>) -> Result<Model> {
    Ok(match model {
        Model::Neural(network) => Model::Neural(Box::new(change(*network)?)),
        Model::Ensemble(mut ensemble) => {
            let members = ensemble.members.into_iter();
            let members = members.map(|(share, own)| Ok((share, try_networks(own, change)?)));
            ensemble.members = members.collect::<Result<_>>()?;
            Model::Ensemble(ensemble)
        }
        other => other,
    })
}
