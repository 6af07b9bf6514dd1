//! The weights and temperatures of an ensemble: members are fitted once and score each
//! validation case once, then hundredths of weight move from one member to another, and
//! temperatures change, as long as the cases gain.

use std::time::Instant;

use anyhow::{Result, bail, ensure};
use doorstep_shared::models::{Ensemble, EnsembleConfig, Model, ModelConfig, TEMPERATURES};

use super::Trial;
use super::kept_scores::KeptScores;
use crate::evaluate::{Context, Metrics, evaluate};
use crate::fit::{ItemContent, Training, fit};
use crate::neural::{Guide, Means, is_stopped, watch};
use crate::progress::Progress;
use crate::split::Split;

/// Hundredths that move at once, ever fewer.
const STEPS: [u32; 4] = [20, 10, 5, 2];

/// Fits the members of `config` on the training part and searches for the
/// weights and temperatures with the best `metric` on the validation cases, starting at
/// its own, until it finds no better or is told to end. Every trial is returned.
pub fn tune_weights(
    config: &EnsembleConfig,
    split: &Split,
    content: ItemContent,
    context: &Context,
    metric: &str,
    means: Means,
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
        guide: Guide {
            validation: &split.validation,
            means,
            kept: None,
        },
    };
    let fitted = fit(&ModelConfig::Ensemble(config.clone()), &training, progress)?;
    let Model::Ensemble(Ensemble { members, .. }) = fitted else {
        bail!("an ensemble is fitted as another model");
    };
    let mut kept = KeptScores::of(&members, split.items.len(), &split.validation, progress);
    let mut trials: Vec<Trial> = Vec::new();
    let mut score = |point: &Point| {
        let config = point.config(config);
        if let Some(trial) = trials.iter().find(|trial| trial.config == config) {
            return trial.score(metric);
        }
        let clock = Instant::now();
        for (share, (hundredths, temperature)) in kept.shares.iter_mut().zip(&point.members) {
            share.weight = *hundredths as f32 / 100.0;
            share.temperature = *temperature;
        }
        let Metrics(metrics) = evaluate(&kept, kept.cases(), context, progress).metrics();
        let trial = Trial {
            config,
            metrics: metrics.into_iter().collect(),
            seconds: clock.elapsed().as_secs_f64(),
            rung: None,
        };
        let score = trial.score(metric);
        progress.say(format!("{}: {metric} {score:.5}", point.shown()));
        trials.push(trial);
        score
    };
    watch();
    climb(Point::of(config), is_stopped, &mut score);
    Ok(trials)
}

/// Goes from `start` to ever better points until none is near, or somebody wants to end.
fn climb(start: Point, is_stopped: impl Fn() -> bool, score: &mut impl FnMut(&Point) -> f64) {
    let mut best_score = score(&start);
    let mut best = start;
    for step in STEPS {
        loop {
            let before = best_score;
            // Each is made of the best so far, which changes while they are tried.
            let n = best.members.len();
            let moves =
                (0..n).flat_map(|to| (0..n).map(move |from| Change::Weight { from, to, step }));
            let warmer =
                (0..n).flat_map(|of| TEMPERATURES.map(|to| Change::Temperature { of, to }));
            for change in moves.chain(warmer) {
                if is_stopped() {
                    return;
                }
                let changed = best.changed(change);
                let found = score(&changed);
                if found > best_score {
                    (best, best_score) = (changed, found);
                }
            }
            if best_score <= before {
                break;
            }
        }
    }
}

/// Weights and temperatures.
#[derive(Clone, Debug, PartialEq)]
struct Point {
    /// Hundredths of weight, summing to 100, and temperature of each member.
    members: Vec<(u32, u32)>,
}

/// How one point leads to another.
#[derive(Clone, Copy, Debug)]
enum Change {
    Weight { from: usize, to: usize, step: u32 },
    Temperature { of: usize, to: u32 },
}

impl Point {
    /// The ensemble's own: what whole hundredths leave goes to those that lose most, of
    /// equals the first. Of 0.53, which single precision holds as a little less, that is all.
    fn of(config: &EnsembleConfig) -> Self {
        let members = config.members.iter();
        let exact: Vec<f32> = members.map(|member| member.weight * 100.0).collect();
        let mut hundredths: Vec<u32> = exact.iter().map(|own| own.floor() as u32).collect();
        let left = 100u32.saturating_sub(hundredths.iter().sum());
        let mut losers: Vec<usize> = (0..exact.len()).collect();
        losers.sort_by(|&a, &b| exact[b].fract().total_cmp(&exact[a].fract()));
        for &at in losers.iter().take(left as usize) {
            hundredths[at] += 1;
        }
        let temperatures = config.members.iter().map(|member| member.temperature);
        Self {
            members: hundredths.into_iter().zip(temperatures).collect(),
        }
    }

    fn changed(&self, change: Change) -> Self {
        let mut members = self.members.clone();
        match change {
            Change::Weight { from, to, step } => {
                let step = step.min(members[from].0);
                members[from].0 -= step;
                members[to].0 += step;
            }
            // Without weight no temperature matters.
            Change::Temperature { of, to } if members[of].0 > 0 => members[of].1 = to,
            Change::Temperature { .. } => {}
        }
        Self { members }
    }

    fn config(&self, base: &EnsembleConfig) -> ModelConfig {
        let mut config = base.clone();
        for (member, (hundredths, temperature)) in config.members.iter_mut().zip(&self.members) {
            member.weight = *hundredths as f32 / 100.0;
            member.temperature = *temperature;
        }
        ModelConfig::Ensemble(config)
    }

    /// `35 at 2, 65`: hundredths, and the temperatures that are not 1.
    fn shown(&self) -> String {
        let member = |(hundredths, temperature): &(u32, u32)| match temperature {
            1 => hundredths.to_string(),
            _ => format!("{hundredths} at {temperature}"),
        };
        let members: Vec<String> = self.members.iter().map(member).collect();
        format!("hundredths {}", members.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use doorstep_shared::models::MemberConfig;

    use super::*;

    #[test]
    fn hundredths_sum_to_a_hundred() {
        let member = |weight| MemberConfig {
            weight,
            temperature: 2,
            model: ModelConfig::named("popularity").unwrap(),
        };
        let config = EnsembleConfig {
            members: vec![member(1.0 / 3.0), member(1.0 / 3.0), member(1.0 / 3.0)],
        };
        let point = Point::of(&config);
        assert_eq!(point.members, [(34, 2), (33, 2), (33, 2)]);
        point.config(&config).validate().unwrap();
        let hundredths = |weights: &[f32]| -> Vec<u32> {
            let members = weights.iter().map(|&weight| member(weight)).collect();
            let point = Point::of(&EnsembleConfig { members });
            point.members.iter().map(|(own, _)| *own).collect()
        };
        // Single precision holds 0.53 and 0.59 as less.
        assert_eq!(hundredths(&[0.47, 0.53]), [47, 53]);
        assert_eq!(hundredths(&[0.41, 0.59]), [41, 59]);
        assert_eq!(hundredths(&[0.0, 0.335, 0.335, 0.33]), [0, 34, 33, 33]);
        let moved = point.changed(Change::Weight {
            from: 0,
            to: 2,
            step: 40,
        });
        assert_eq!(moved.members, [(0, 2), (33, 2), (67, 2)]);
        // Of a member without weight nothing is tried.
        let warmer = moved.changed(Change::Temperature { of: 0, to: 8 });
        assert_eq!(warmer, moved);
        let warmer = moved.changed(Change::Temperature { of: 1, to: 1 });
        assert_eq!(warmer.shown(), "hundredths 0 at 2, 33, 67 at 2");
    }

    #[test]
    fn a_search_ends_when_it_is_told_to() {
        let tried = std::cell::Cell::new(0);
        let start = Point {
            members: vec![(50, 1), (50, 1)],
        };
        let mut score = |_: &Point| {
            tried.set(tried.get() + 1);
            f64::from(tried.get())
        };
        climb(start, || tried.get() == 7, &mut score);
        assert_eq!(tried.get(), 7);
    }

    #[test]
    fn weight_moves_to_the_member_that_is_right() {
        let split = super::super::tests::split();
        let config = EnsembleConfig {
            members: ["popularity", "next-linear"]
                .map(|name| MemberConfig {
                    weight: 0.5,
                    temperature: 1,
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
            Means::default(),
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
            Means::default(),
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
