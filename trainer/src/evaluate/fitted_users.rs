//! How well a network ranks for users with the vectors that they were trained with, beside
//! which its other figures, of users folded in as visitors are, show what folding in costs.

use doorstep_shared::Scores;
use doorstep_shared::factors::Visitor;
use doorstep_shared::models::Model;
use doorstep_shared::neural::Neural;

use super::{Context, Scorer, evaluate};
use crate::fit::Fitted;
use crate::progress::Progress;
use crate::split::Case;

/// A network and its users.
struct AsFitted<'a> {
    model: &'a Neural,
    users: &'a [Visitor],
}

impl Scorer for AsFitted<'_> {
    fn name(&self) -> &str {
        self.model.architecture().name()
    }

    fn score(&self, case: &Case, scores: &mut Scores) {
        let found = self.model.scores_of(&self.users[case.user as usize]);
        for (item, score) in (0..).zip(found) {
            scores.add(item, score);
        }
    }
}

/// `ndcg@K-fitted-users`, K being a cut-off of the context; of models other than networks
/// that read a user's vector none.
pub fn fitted_users(
    fitted: &Fitted,
    cases: &[Case],
    context: &Context,
    k: usize,
    progress: &Progress,
) -> Option<(String, f64)> {
    let Model::Neural(model) = &fitted.model else {
        return None;
    };
    let users = &fitted.users;
    let known = |case: &Case| (case.user as usize) < users.len();
    if users.is_empty() || !cases.iter().all(known) {
        return None;
    }
    let found = evaluate(&AsFitted { model, users }, cases, context, progress).metrics();
    let ndcg = format!("ndcg@{k}");
    Some((format!("{ndcg}-fitted-users"), found.get(&ndcg)?))
}
