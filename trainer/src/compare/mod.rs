//! Fits and judges several models on one division of the data, beside the
//! baselines that every figure needs.

mod curves;
mod judging;
mod page;
mod rarity;
mod report;
mod seeds;
mod shape;
mod strata;
mod text;

pub use judging::{Findings, Judging};
pub use report::{DifferenceTo, Fingerprint, Protocol, Report, Row, main_cutoff};
pub use shape::Shape;
pub use strata::Stratum;

use anyhow::{Result, ensure};
use doorstep_shared::models::ModelConfig;

use self::curves::Validation;
use crate::evaluate::{Context, HeldOut};
use crate::fit::{Fitted, ItemContent, Training};
use crate::neural::{Guide, Means};
use crate::progress::Progress;
use crate::split::Split;

/// The program, for reports.
pub const VERSION: &str = concat!("doorstep ", env!("CARGO_PKG_VERSION"));
/// Resamples of the paired bootstrap.
pub const RESAMPLES: usize = 1000;
/// Baselines that stand beside every model, fitted with their defaults unless
/// asked for by name.
const BASELINES: [&str; 2] = ["popularity", "recent-popularity"];
const RANDOM: &str = "random";

/// How to compare.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// Fit on training and validation part instead of the training part.
    pub refit: bool,
    /// `best`, `first` or a model's name: what differences are taken to.
    pub against: String,
    /// Of the bootstrap and of the random baseline.
    pub seed: u64,
    /// One fit with each of every model that draws; where empty one with its own.
    pub seeds: Vec<u32>,
    /// Record the learning curves of models that are fitted in steps.
    pub curves: bool,
    /// What networks are trained with; a training is kept once a model and seed.
    pub means: Means<'a>,
}

/// Fits each of `configs` and the baselines, and judges them by the test cases.
/// A model that can't be fitted doesn't keep the others from it.
pub fn compare(
    configs: &[ModelConfig],
    split: &Split,
    content: ItemContent,
    context: &Context,
    options: &Options,
    progress: &Progress,
) -> Result<Findings> {
    let (histories, validation): (_, &[_]) = match options.refit {
        true => (&split.train_and_validation, &[]),
        false => (&split.train, &split.validation),
    };
    let training = Training {
        n_items: split.items.len(),
        histories,
        content: content.of_first(split.items.len()),
        guide: Guide {
            validation,
            means: options.means,
            kept: None,
        },
    };
    let held_out = HeldOut::test(split);
    let mut judging =
        Judging::new(&split.test, held_out, context, progress).with_seeds(&options.seeds);
    let validation = Validation::new(split, context, options.refit);
    let judge = |fitted: &Fitted| validation.judge(fitted);
    if options.curves {
        judging.record_curves(&judge, validation.about());
    }
    for config in configs {
        judging.fit(config, &training, false);
    }
    judging.baselines(&training, options.seed);
    judging.finish(&options.against, options.seed)
}

/// What a reader must know of a model whose training somebody ended.
pub fn cut_short(model: &str) -> String {
    format!(
        "the training of {model} was stopped before it was done, so its figures are of the epochs until then, where any ended; \
         with --checkpoints, --resume goes on there"
    )
}

/// The baselines to fit where these models are judged by name.
fn missing_baselines(judged: &[&str]) -> Vec<&'static str> {
    let missing = |name: &&str| !judged.contains(name);
    BASELINES.into_iter().filter(missing).collect()
}

/// Refuses an `--against` that none of these models, nor a baseline, is called.
pub fn check_against(against: &str, models: &[&str]) -> Result<()> {
    let compared = [models, &missing_baselines(models), &[RANDOM]].concat();
    ensure!(
        ["best", "first"].contains(&against) || compared.contains(&against),
        "--against {against}: not compared here; choose best, first, {}",
        compared.join(", ")
    );
    Ok(())
}

/// Whether `name` is the floor that must not count as best of anything.
pub fn is_random(name: &str) -> bool {
    name == RANDOM
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::Similarity;
    use crate::split::Case;
    use doorstep_shared::{Event, Vocabulary};

    pub(super) fn split() -> Split {
        let mut items = Vocabulary::new();
        (0..8).for_each(|i| _ = items.insert(&i.to_string()));
        let history = |user: u32| -> Vec<Event> {
            (0..4)
                .map(|i| Event::implicit((2 * i + user) % 8))
                .collect()
        };
        let train: Vec<Vec<Event>> = (0..8).map(|user| history(user)[..2].to_vec()).collect();
        let case = |user: u32, at: usize| Case {
            user,
            history: history(user)[..at].to_vec(),
            relevant: vec![history(user)[at].item],
        };
        Split {
            protocol: "test".into(),
            users: Vocabulary::new(),
            items,
            train_and_validation: (0..8).map(|user| history(user)[..3].to_vec()).collect(),
            train,
            validation: (0..8).map(|user| case(user, 2)).collect(),
            test: (0..8).map(|user| case(user, 3)).collect(),
            held_out_validation: vec![Vec::new(); 8],
            held_out_test: (0..8).map(|user| history(user)[3..].to_vec()).collect(),
            notes: vec![],
        }
    }

    fn run(names: &[&str], against: &str) -> Result<Findings> {
        let split = split();
        let similarity = Similarity::co_occurrence(8, &split.train);
        let context = Context::new(vec![2; 8], similarity);
        let configs: Vec<_> = names
            .iter()
            .map(|n| ModelConfig::named(n).unwrap())
            .collect();
        let options = Options {
            refit: false,
            against: against.into(),
            seed: 1,
            seeds: vec![2, 1],
            curves: true,
            means: Means::default(),
        };
        compare(
            &configs,
            &split,
            ItemContent::default(),
            &context,
            &options,
            &Progress::new(true),
        )
    }

    #[test]
    fn baselines_stand_beside_and_are_not_repeated() {
        let rows = run(&["next-linear", "popularity"], "first").unwrap().rows;
        let names: Vec<(&str, bool)> = rows.iter().map(|r| (r.name.as_str(), r.baseline)).collect();
        assert_eq!(
            names,
            [
                ("next-linear", false),
                ("popularity", false),
                ("recent-popularity", true),
                ("random", true)
            ]
        );
        assert!(rows[0].difference.is_none());
        assert!(
            rows[1..]
                .iter()
                .all(|r| r.difference.as_ref().unwrap().against == "next-linear")
        );
    }

    #[test]
    fn a_model_that_fails_does_not_end_the_others() {
        // There is no text in this data, and no vector.
        let found = run(&["tf-idf", "next-linear", "item-vectors"], "tf-idf").unwrap();
        let failed: Vec<&str> = found.failed.iter().map(|f| f.model.as_str()).collect();
        assert_eq!(failed, ["tf-idf", "item-vectors"]);
        assert!(found.failed[0].error.contains("no item has a text"));
        let names: Vec<&str> = found.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names[0], "next-linear");
        assert_eq!(names.len(), 4);
        assert!(found.notes.iter().any(|n| n.contains("as tf-idf failed")));
        let to = found.rows[1].difference.as_ref().unwrap();
        assert_eq!(to.against, "next-linear");
    }

    #[test]
    fn what_draws_is_fitted_once_a_seed_and_the_rest_once() {
        let rows = run(&["als", "next-linear"], "best").unwrap().rows;
        assert_eq!(rows[0].seeds, [2, 1]);
        assert!(rows[0].deviations.get("recall@10").is_some());
        let curve = rows[0].curve.as_ref().unwrap();
        assert_eq!((curve.course.unit, curve.points.len()), ("iteration", 15));
        assert!(
            curve
                .points
                .iter()
                .all(|p| p.metrics.get("ndcg@10").is_some())
        );
        assert!(curve.points[14].loss < curve.points[0].loss);
        assert!(rows[1].curve.is_none());
        assert!(rows[1].seeds.is_empty() && rows[1].deviations.0.is_empty());
        let (ndcg, estimate) = (rows[0].metrics.get("ndcg@10"), &rows[0].intervals);
        let estimate = estimate.iter().find(|e| e.metric == "ndcg@10").unwrap();
        assert!((estimate.mean - ndcg.unwrap()).abs() < 1e-12);
    }

    #[test]
    fn the_sequence_is_learnt_and_counts_as_best() {
        let rows = run(&["popularity", "next-linear"], "best").unwrap().rows;
        assert_eq!(rows[0].difference.as_ref().unwrap().against, "next-linear");
        let ndcg = |row: &Row| row.metrics.get("ndcg@5").unwrap();
        assert!(ndcg(&rows[1]) > ndcg(&rows[0]));
        let message = check_against("nobody", &["ease"]).unwrap_err().to_string();
        assert!(
            message.contains("nobody") && message.contains("ease, popularity"),
            "{message}"
        );
        for against in ["best", "first", "ease", "recent-popularity", "random"] {
            check_against(against, &["ease"]).unwrap();
        }
    }
}
