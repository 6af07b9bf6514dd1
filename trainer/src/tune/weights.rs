//! The weights of an ensemble: members are fitted once, then hundredths of
//! weight move from one member to another as long as the validation cases gain.

use std::time::Instant;

use anyhow::{Result, bail, ensure};
use doorstep_shared::models::{EnsembleConfig, Model, ModelConfig};

use super::Trial;
use super::trial::judge;
use crate::device::Compute;
use crate::evaluate::Context;
use crate::fit::{ItemContent, Training, fit};
use crate::neural::Guide;
use crate::progress::Progress;
use crate::split::Split;

/// Hundredths that move at once, ever fewer.
const STEPS: [u32; 4] = [20, 10, 5, 2];

/// Fits the members of `config` on the training part and searches for the
/// weights with the best `metric` on the validation cases, starting at its own.
/// Every trial is returned.
pub fn tune_weights(
    config: &EnsembleConfig,
    split: &Split,
    content: ItemContent,
    context: &Context,
    metric: &str,
    compute: Compute,
    progress: &Progress,
) -> Result<Vec<Trial>> {
    ensure!(
        !split.validation.is_empty(),
        "the split {} leaves no validation case to tune on; choose another --split",
        split.protocol
    );
    let training = Training {
        n_items: split.items.len(),
        histories: &split.train,
        content: content.of_first(split.items.len()),
        guide: Guide::by(&split.validation, compute),
    };
    let fitted = fit(&ModelConfig::Ensemble(config.clone()), &training, progress)?;
    let Model::Ensemble(mut ensemble) = fitted else {
        bail!("an ensemble is fitted as another model");
    };
    let mut trials: Vec<Trial> = Vec::new();
    // The score of these weights, in hundredths; judged once each.
    let mut score = |weights: &[u32]| {
        let config = weighted(config, weights);
        if let Some(trial) = trials.iter().find(|trial| trial.config == config) {
            return trial.score(metric);
        }
        let clock = Instant::now();
        for ((share, _), hundredths) in ensemble.members.iter_mut().zip(weights) {
            share.weight = *hundredths as f32 / 100.0;
        }
        let model = Model::Ensemble(ensemble.clone());
        let cases = &split.validation;
        let (trial, _) = judge(
            &config,
            &model.into(),
            cases,
            split,
            context,
            clock,
            progress,
        );
        let score = trial.score(metric);
        progress.say(format!("{weights:?} hundredths: {metric} {score:.5}"));
        trials.push(trial);
        score
    };
    let mut best = hundredths(config);
    let mut best_score = score(&best);
    for step in STEPS {
        loop {
            let before = best_score;
            for to in 0..best.len() {
                for from in 0..best.len() {
                    let mut moved = best.clone();
                    let step = step.min(moved[from]);
                    moved[from] -= step;
                    moved[to] += step;
                    let found = score(&moved);
                    if found > best_score {
                        (best, best_score) = (moved, found);
                    }
                }
            }
            if best_score <= before {
                break;
            }
        }
    }
    Ok(trials)
}

/// The weights in hundredths, summing to 100: what rounding loses goes to the first.
fn hundredths(config: &EnsembleConfig) -> Vec<u32> {
    let members = config.members.iter();
    let mut weights: Vec<u32> = members.map(|m| (m.weight * 100.0).floor() as u32).collect();
    let rest = 100u32.saturating_sub(weights.iter().sum());
    weights[0] += rest;
    weights
}

fn weighted(config: &EnsembleConfig, hundredths: &[u32]) -> ModelConfig {
    let mut config = config.clone();
    for (member, weight) in config.members.iter_mut().zip(hundredths) {
        member.weight = *weight as f32 / 100.0;
    }
    ModelConfig::Ensemble(config)
}

#[cfg(test)]
mod tests {
    use doorstep_shared::models::MemberConfig;

    use super::*;

    #[test]
    fn hundredths_sum_to_a_hundred() {
        let member = |weight| MemberConfig {
            weight,
            model: ModelConfig::named("popularity").unwrap(),
        };
        let config = EnsembleConfig {
            members: vec![member(1.0 / 3.0), member(1.0 / 3.0), member(1.0 / 3.0)],
        };
        assert_eq!(hundredths(&config), [34, 33, 33]);
        weighted(&config, &[34, 33, 33]).validate().unwrap();
    }

    #[test]
    fn weight_moves_to_the_member_that_is_right() {
        let split = super::super::tests::split();
        let config = EnsembleConfig {
            members: ["popularity", "next-linear"]
                .map(|name| MemberConfig {
                    weight: 0.5,
                    model: ModelConfig::named(name).unwrap(),
                })
                .into(),
        };
        let context = super::super::tests::context(&split);
        let content = ItemContent::default();
        let progress = Progress::new(true);
        let trials = tune_weights(
            &config,
            &split,
            content,
            &context,
            "ndcg@5",
            Compute::Cpu,
            &progress,
        )
        .unwrap();
        let best = trials.iter().map(|t| t.score("ndcg@5")).fold(0.0, f64::max);
        assert!(best >= trials[0].score("ndcg@5"));
        let again = tune_weights(
            &config,
            &split,
            content,
            &context,
            "ndcg@5",
            Compute::Cpu,
            &progress,
        )
        .unwrap();
        assert!(
            trials
                .iter()
                .map(|t| &t.config)
                .eq(again.iter().map(|t| &t.config))
        );
        assert!(trials.iter().all(|trial| trial.config.validate().is_ok()));
    }
}
