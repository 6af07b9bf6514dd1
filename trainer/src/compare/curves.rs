//! What learning curves show of a model on the way: how it does on the
//! validation part, at a cost that a fit can bear.

use crate::evaluate::{Context, HeldOut, Metrics, evaluate, fitted_rmse};
use crate::fit::{Fitted, MOST};
use crate::progress::Progress;
use crate::split::{Case, Split};

/// Scores that a step may cost, and the least and most cases that it asks whatever they cost.
const SCORES: usize = 20_000_000;
const CASES: (usize, usize) = (100, 1000);
const CUTOFF: usize = 10;

/// The validation part, or as much of it as is asked after a step.
pub(super) struct Validation<'a> {
    /// None where the models are fitted on the validation part too.
    held_out: Option<HeldOut<'a>>,
    cases: Vec<Case>,
    all: usize,
    context: Context,
}

impl<'a> Validation<'a> {
    /// Of `split`; nothing of it where models are fitted on it, too.
    pub fn new(split: &'a Split, context: &Context, refit: bool) -> Self {
        let all = match refit {
            true => &[][..],
            false => &split.validation[..],
        };
        let most = (SCORES / context.n_items.max(1)).clamp(CASES.0, CASES.1);
        let n = all.len().min(most);
        Self {
            held_out: (!refit).then(|| HeldOut::validation(split)),
            cases: (0..n).map(|at| all[at * all.len() / n].clone()).collect(),
            all: all.len(),
            context: Context {
                cutoffs: vec![CUTOFF],
                ..context.clone()
            },
        }
    }

    /// RMSE of models of ratings, NDCG of others.
    pub fn judge(&self, fitted: &Fitted) -> Metrics {
        let rmse = self.held_out.and_then(|held| fitted_rmse(fitted, &held));
        if let Some(rmse) = rmse {
            return Metrics(vec![("rmse".to_owned(), rmse)]);
        }
        if self.cases.is_empty() {
            return Metrics::default();
        }
        let quiet = Progress::new(true);
        let Metrics(found) = evaluate(&fitted.model, &self.cases, &self.context, &quiet).metrics();
        let ndcg = |(name, _): &(String, f64)| *name == format!("ndcg@{CUTOFF}");
        Metrics(found.into_iter().filter(ndcg).collect())
    }

    /// What is recorded, for readers.
    pub fn about(&self) -> String {
        let metrics = match (self.held_out, self.cases.len()) {
            (None, _) => "no metrics, as models are fitted on the validation part".to_owned(),
            (_, 0) => "rmse over the held-out ratings of the validation part".to_owned(),
            (_, n) => format!(
                "rmse over the held-out ratings of the validation part, with users as fitted, or NDCG@{CUTOFF} over {n} of \
                 its {} cases",
                self.all
            ),
        };
        format!(
            "after every step of the first seed's fit, or {MOST} evenly spread where there are more: the model's own loss; \
             {metrics}; not counted in the time of the fit"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::Similarity;
    use doorstep_shared::models::{Model, Popularity};

    #[test]
    fn cases_are_spread_and_none_where_they_were_fitted_on() {
        let mut split = crate::compare::tests::split();
        let case = split.validation[0].clone();
        split.validation = (0..5000)
            .map(|user| Case {
                user,
                ..case.clone()
            })
            .collect();
        let context = Context::new(vec![2; 8], Similarity::co_occurrence(8, &split.train));
        let validation = Validation::new(&split, &context, false);
        assert_eq!(validation.cases.len(), 1000);
        assert_eq!(
            (validation.cases[0].user, validation.cases[999].user),
            (0, 4995)
        );
        let large = Context {
            n_items: 1_000_000,
            ..context.clone()
        };
        assert_eq!(Validation::new(&split, &large, false).cases.len(), 100);

        let counts = vec![1; 8];
        let model = Fitted::from(Model::Popularity(Popularity { counts }));
        let Metrics(found) = validation.judge(&model);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, "ndcg@10");
        let refit = Validation::new(&split, &context, true);
        assert_eq!(refit.judge(&model), Metrics::default());
        assert!(refit.about().contains("no metrics"));
    }
}
