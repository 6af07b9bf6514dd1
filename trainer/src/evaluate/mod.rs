//! Judges a recommender by full ranking: every item of the catalogue that is
//! not in the query's history is a candidate, none is sampled.

mod accuracy;
mod bootstrap;
mod diversity;
mod exposure;
mod fitted_users;
mod random;
mod ranking;
mod ratings;
mod splitmix;
mod test_items;

pub use bootstrap::{Estimate, differences, intervals};
pub use diversity::Similarity;
pub use fitted_users::fitted_users;
pub use random::Random;
pub use ratings::{HeldOut, RATING_METRICS, fitted_rmse, rating_metrics};
pub use test_items::{PRECISION_OF_TEST_ITEMS, TestItems, precision_of_test_items};

use doorstep_shared::{Event, Recommender, Scores};
use rayon::prelude::*;
use serde::{Serialize, Serializer};

use crate::progress::Progress;
use crate::split::Case;
use ranking::{Ranked, Ranker};

/// The cut-offs k of METRIC@k where nothing else is asked.
pub const CUTOFFS: [usize; 3] = [5, 10, 20];

/// What evaluation needs besides model and cases.
#[derive(Clone, Debug)]
pub struct Context {
    /// Catalogue size.
    pub n_items: usize,
    /// Training interactions of each item, for novelty and popularity bias.
    pub popularity: Vec<u32>,
    /// How alike two items are, for intra-list diversity.
    pub similarity: Similarity,
    /// The cut-offs k, ascending.
    pub cutoffs: Vec<usize>,
    /// Whether items of the history are candidates too.
    pub include_seen: bool,
    /// The least rating of a right answer, where ratings decide.
    pub relevant_at: Option<f32>,
}

impl Context {
    /// The usual protocol: [`CUTOFFS`], items of the history excluded, ratings not looked at.
    pub fn new(popularity: Vec<u32>, similarity: Similarity) -> Self {
        Self {
            n_items: popularity.len(),
            popularity,
            similarity,
            cutoffs: CUTOFFS.to_vec(),
            include_seen: false,
            relevant_at: None,
        }
    }
}

/// Training interactions of each item.
pub fn popularity(n_items: usize, histories: &[Vec<Event>]) -> Vec<u32> {
    let mut counts = vec![0; n_items];
    histories
        .iter()
        .flatten()
        .for_each(|event| counts[event.item as usize] += 1);
    counts
}

/// How a model did.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// The user of each case.
    pub users: Vec<u32>,
    /// 0-based mid-rank of each relevant item of each case; infinite where the
    /// item was no candidate, being in the history.
    pub ranks: Vec<Vec<f64>>,
    /// Metrics that are means over cases: name and each case's value.
    pub by_case: Vec<(String, Vec<f64>)>,
    /// Metrics of all lists together, such as coverage.
    pub overall: Vec<(String, f64)>,
}

impl Evaluation {
    /// Whether no list held anything: a model without scores.
    pub fn shows_nothing(&self) -> bool {
        let mut coverage = self
            .overall
            .iter()
            .filter(|(name, _)| name.starts_with("coverage@"));
        coverage.all(|&(_, covered)| covered == 0.0)
    }

    /// The mean of several evaluations of the same cases. Ranks have no mean
    /// that means anything, so it has none.
    ///
    /// # Panics
    /// Without any.
    pub fn mean(evaluations: &[&Self]) -> Self {
        let (first, n) = (evaluations[0], evaluations.len() as f64);
        let mean = |of: &dyn Fn(&Self) -> f64| evaluations.iter().map(|e| of(e)).sum::<f64>() / n;
        let by_case = first.by_case.iter().enumerate();
        let overall = first.overall.iter().enumerate();
        Self {
            users: first.users.clone(),
            ranks: Vec::new(),
            by_case: by_case
                .map(|(at, (name, values))| {
                    let cases = 0..values.len();
                    let means = cases.map(|case| mean(&|e| e.by_case[at].1[case]));
                    (name.clone(), means.collect())
                })
                .collect(),
            overall: overall
                .map(|(at, (name, _))| (name.clone(), mean(&|e| e.overall[at].1)))
                .collect(),
        }
    }

    /// Every metric, such as `recall@10`, by family and then by cut-off.
    pub fn metrics(&self) -> Metrics {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64 + 0.0;
        let means = self
            .by_case
            .iter()
            .map(|(name, values)| (name.clone(), mean(values)));
        // An empty sum is −0.
        let overall = self
            .overall
            .iter()
            .map(|(name, value)| (name.clone(), value + 0.0));
        Metrics(means.chain(overall).collect())
    }
}

/// Metrics by name, in a fixed order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics(pub Vec<(String, f64)>);

impl Metrics {
    /// The value of one metric, if it was computed.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| *value)
    }
}

impl Serialize for Metrics {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// What can be judged: gives items their scores for a case.
pub trait Scorer: Sync {
    /// The name in reports.
    fn name(&self) -> &str;
    /// Adds the scores of the case's history; `scores` starts clear.
    fn score(&self, case: &Case, scores: &mut Scores);
}

impl<R: Recommender + ?Sized> Scorer for R {
    fn name(&self) -> &str {
        Recommender::name(self)
    }

    fn score(&self, case: &Case, scores: &mut Scores) {
        Recommender::score(self, &case.history, scores);
    }
}

/// Asks `model` every case. The result doesn't depend on the number of threads.
pub fn evaluate(
    model: &(impl Scorer + ?Sized),
    cases: &[Case],
    context: &Context,
    progress: &Progress,
) -> Evaluation {
    let longest = context.cutoffs.iter().copied().max().unwrap_or(0);
    let length = longest.min(context.n_items);
    let bar = progress.bar(format!("{}: ranking", model.name()), cases.len() as u64);
    let ranked: Vec<Ranked> = cases
        .par_iter()
        .with_min_len(16)
        .map_init(
            || Ranker::new(context.n_items, context.include_seen),
            |ranker, case| {
                bar.inc(1);
                ranker.rank(model, case, length)
            },
        )
        .collect();
    bar.finish_and_clear();
    let mut by_case = accuracy::by_case(&ranked, &context.cutoffs);
    by_case.extend(exposure::novelty(&ranked, context));
    let mut overall = diversity::intra_list(&ranked, context);
    overall.extend(exposure::overall(&ranked, cases, context));
    Evaluation {
        users: cases.iter().map(|case| case.user).collect(),
        ranks: ranked.into_iter().map(|r| r.ranks).collect(),
        by_case,
        overall,
    }
}

#[cfg(test)]
#[path = "evaluate_test.rs"]
mod tests;
