//! A model fitted once for each of several seeds, as one line of the report.

use anyhow::Result;
use doorstep_shared::models::ModelConfig;
use serde_json::Value;

use super::report::Row;
use super::strata::Stratum;
use crate::evaluate::{Evaluation, Metrics};

/// The hyper-parameter that a fit draws by, wherever it stands.
const SEED: &str = "seed";

/// One fit, judged.
pub(super) struct Judged {
    pub row: Row,
    pub evaluation: Evaluation,
}

/// The fits that `config` stands for: one with each of `seeds`; one as it is
/// without any, and where nothing in it is drawn.
pub(super) fn fits(config: &ModelConfig, seeds: &[u32]) -> Result<Vec<ModelConfig>> {
    if seeds.is_empty() || seeds_of(config)?.is_empty() {
        return Ok(vec![config.clone()]);
    }
    let seeded = |&seed: &u32| {
        let mut value = serde_json::to_value(config)?;
        seeds_in(&mut value, &mut |found| *found = seed.into());
        Ok(serde_json::from_value(value)?)
    };
    seeds.iter().map(seeded).collect()
}

/// The seeds that a fit of `config` draws by, its members' among them.
pub(super) fn seeds_of(config: &ModelConfig) -> Result<Vec<u32>> {
    let mut seeds = Vec::new();
    seeds_in(&mut serde_json::to_value(config)?, &mut |found| {
        let seed = found.as_u64().and_then(|seed| u32::try_from(seed).ok());
        seeds.extend(seed.filter(|seed| !seeds.contains(seed)));
    });
    Ok(seeds)
}

fn seeds_in(value: &mut Value, visit: &mut impl FnMut(&mut Value)) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match name == SEED {
                    true => visit(value),
                    false => seeds_in(value, visit),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| seeds_in(value, visit)),
        _ => {}
    }
}

/// The mean of `fits`, which differ in their seed alone, with the standard
/// deviation of every metric. What is said of one fit is said of the first:
/// its configuration, its curve and its bytes.
///
/// # Panics
/// Without any fit.
pub(super) fn mean(mut fits: Vec<Judged>) -> Judged {
    let n = fits.len() as f64;
    if fits.len() == 1 {
        return fits.remove(0);
    }
    let rows = || fits.iter().map(|fit| &fit.row);
    let values = |at: usize| rows().map(move |row| row.metrics.0[at].1);
    let names = fits[0].row.metrics.0.iter().map(|(name, _)| name.clone());
    let (mut metrics, mut deviations) = (Metrics::default(), Metrics::default());
    for (at, name) in names.enumerate() {
        let mean = values(at).sum::<f64>() / n;
        let squares: f64 = values(at).map(|value| (value - mean).powi(2)).sum();
        metrics.0.push((name.clone(), mean));
        deviations.0.push((name, (squares / (n - 1.0)).sqrt()));
    }
    let strata = |of: fn(&Row) -> &[Stratum]| mean_strata(&rows().map(of).collect::<Vec<_>>());
    let (by_history, by_popularity) = (strata(|r| &r.by_history), strata(|r| &r.by_popularity));
    let fit_seconds = rows().map(|row| row.fit_seconds).sum::<Option<f64>>();
    let fit_seconds = fit_seconds.map(|seconds| seconds / n);
    let evaluate_seconds = rows().map(|row| row.evaluate_seconds).sum::<f64>() / n;
    let seeds = rows().flat_map(|row| row.seeds.clone()).collect();
    let evaluation = Evaluation::mean(&fits.iter().map(|fit| &fit.evaluation).collect::<Vec<_>>());
    let first = fits.remove(0).row;
    Judged {
        row: Row {
            seeds,
            metrics,
            deviations,
            fit_seconds,
            evaluate_seconds,
            by_history,
            by_popularity,
            ..first
        },
        evaluation,
    }
}

/// The strata are of the same cases, so only their figures differ.
fn mean_strata(fits: &[&[Stratum]]) -> Vec<Stratum> {
    let mean = |at: usize, of: fn(&Stratum) -> f64| {
        fits.iter().map(|strata| of(&strata[at])).sum::<f64>() / fits.len() as f64
    };
    let strata = fits[0].iter().enumerate();
    let stratum = |(at, first): (usize, &Stratum)| Stratum {
        recall: mean(at, |stratum| stratum.recall),
        ndcg: mean(at, |stratum| stratum.ndcg),
        ..first.clone()
    };
    strata.map(stratum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_shared::models::{EnsembleConfig, MemberConfig};

    #[test]
    fn what_is_drawn_is_fitted_once_a_seed() {
        let named = |name| ModelConfig::named(name).unwrap();
        let (ease, svd) = (named("ease"), named("svd"));
        assert!(fits(&ease, &[0, 1]).unwrap().iter().eq([&ease]));
        assert!(fits(&svd, &[]).unwrap().iter().eq([&svd]));
        assert!(seeds_of(&ease).unwrap().is_empty());
        let found = fits(&svd, &[3, 1]).unwrap();
        let of = |config| seeds_of(config).unwrap();
        assert_eq!(found.iter().map(of).collect::<Vec<_>>(), [[3], [1]]);
        let ensemble = ModelConfig::Ensemble(EnsembleConfig {
            members: [ease, svd]
                .map(|model| MemberConfig {
                    weight: 0.5,
                    temperature: 1,
                    model,
                })
                .into(),
        });
        assert_eq!(seeds_of(&ensemble).unwrap(), [0]);
        let found = fits(&ensemble, &[7]).unwrap();
        assert_eq!(seeds_of(&found[0]).unwrap(), [7]);
        let ModelConfig::Ensemble(found) = &found[0] else {
            panic!("{found:?}");
        };
        assert_eq!(found.members[0].weight, 0.5);
    }

    fn judged(seed: u32, ndcg: [f64; 2], recall: f64) -> Judged {
        let stratum = Stratum {
            from: 1,
            to: None,
            count: 2,
            recall,
            ndcg: (ndcg[0] + ndcg[1]) / 2.0,
        };
        let metrics = Metrics(vec![("ndcg@10".to_owned(), stratum.ndcg)]);
        Judged {
            row: Row {
                name: "svd".to_owned(),
                baseline: false,
                config: None,
                seeds: vec![seed],
                metrics,
                deviations: Metrics::default(),
                fit_seconds: Some(f64::from(seed)),
                evaluate_seconds: 1.0,
                bytes: Some(100 + u64::from(seed)),
                intervals: vec![],
                difference: None,
                curve: None,
                by_history: vec![stratum.clone()],
                by_popularity: vec![stratum],
            },
            evaluation: Evaluation {
                users: vec![0, 1],
                ranks: vec![vec![0.0], vec![1.0]],
                by_case: vec![("ndcg@10".to_owned(), ndcg.to_vec())],
                overall: vec![("coverage@10".to_owned(), recall)],
            },
        }
    }

    #[test]
    fn means_and_deviations_by_hand() {
        let fits = vec![
            judged(1, [0.0, 0.2], 0.1),
            judged(2, [0.4, 0.2], 0.2),
            judged(6, [0.2, 0.2], 0.6),
        ];
        let Judged { row, evaluation } = mean(fits);
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        near(row.metrics.get("ndcg@10").unwrap(), 0.2);
        // 0.1, 0.3 and 0.2.
        near(row.deviations.get("ndcg@10").unwrap(), 0.1);
        near(row.by_history[0].ndcg, 0.2);
        near(row.by_popularity[0].recall, 0.3);
        near(row.fit_seconds.unwrap(), 3.0);
        assert_eq!(row.seeds, [1, 2, 6]);
        assert_eq!((row.bytes, row.by_history[0].count), (Some(101), 2));
        for value in &evaluation.by_case[0].1 {
            near(*value, 0.2);
        }
        let one = mean(vec![judged(4, [0.1, 0.2], 0.3)]);
        assert_eq!(one.row.seeds, [4]);
        assert!(one.row.deviations.0.is_empty());
    }
}
