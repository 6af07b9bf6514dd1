//! What the members of an ensemble score for each case: worked out once, however often
//! their shares change.

use std::collections::HashMap;

use doorstep_shared::models::{Model, Share};
use doorstep_shared::{Recommender, Scores};
use rayon::prelude::*;

use crate::evaluate::Scorer;
use crate::progress::Progress;
use crate::split::Case;

/// Most bytes of scores. Where all cases would take more, some of them are judged by. The
/// same on every machine, as what is found depends on it.
const MOST: usize = 4 << 30;
/// Cases by which it is told how many bytes one takes.
const PROBES: usize = 64;

/// Scores of every member for every case, and the shares by which they are added up.
pub(super) struct KeptScores {
    pub shares: Vec<Share>,
    cases: Vec<Case>,
    /// Of each case, by its user, each member's scores.
    by_user: HashMap<u32, Vec<Own>>,
}

/// One member's scores for one case.
struct Own {
    /// The items that were given a score, in that order; `None` for all, ascending.
    items: Option<Vec<u32>>,
    values: Vec<f32>,
}

impl Own {
    fn of(scores: &Scores) -> Self {
        let items = scores.touched();
        let all = items.len() == scores.values().len() && items.is_sorted();
        Self {
            values: scores.entries().map(|(_, value)| value).collect(),
            items: (!all).then(|| items.to_vec()),
        }
    }

    fn bytes(&self) -> usize {
        let items = self.items.as_ref().map_or(0, Vec::len);
        (items + self.values.len()) * size_of::<f32>()
    }

    fn entries(&self) -> impl Iterator<Item = (u32, f32)> + Clone {
        let item = |at: usize| self.items.as_ref().map_or(at as u32, |items| items[at]);
        let values = self.values.iter().enumerate();
        values.map(move |(at, value)| (item(at), *value))
    }
}

impl KeptScores {
    /// Asks every member every case, each of another user; or every second or third case, and
    /// so on, where `MOST` bytes hold no more, which it says.
    pub fn of(
        members: &[(Share, Model)],
        n_items: usize,
        cases: &[Case],
        progress: &Progress,
    ) -> Self {
        let ask = |case: &Case| -> Vec<Own> {
            let own = members.iter().map(|(_, model)| {
                let mut scores = Scores::new(n_items);
                Recommender::score(model, &case.history, &mut scores);
                Own::of(&scores)
            });
            own.collect()
        };
        let every = |step: usize| cases.iter().step_by(step.max(1));
        let probes = every(cases.len() / PROBES).take(PROBES);
        let bytes: Vec<usize> = probes
            .map(|case| ask(case).iter().map(Own::bytes).sum())
            .collect();
        let each = bytes.iter().sum::<usize>() / bytes.len().max(1);
        let step = (each * cases.len()).div_ceil(MOST);
        let cases: Vec<Case> = every(step).cloned().collect();
        if step > 1 {
            progress.say(format!(
                "ensemble: judged by {} of the cases, whose scores take {} GiB",
                cases.len(),
                MOST >> 30
            ));
        }
        let bar = progress.bar("ensemble: scoring".to_owned(), cases.len() as u64);
        let asked = cases.par_iter().map(|case| {
            bar.inc(1);
            (case.user, ask(case))
        });
        let by_user = asked.collect();
        bar.finish_and_clear();
        Self {
            shares: members.iter().map(|(share, _)| *share).collect(),
            cases,
            by_user,
        }
    }

    /// What can be asked.
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }
}

impl Scorer for KeptScores {
    fn name(&self) -> &str {
        "ensemble"
    }

    /// # Panics
    /// When the case is none of those that were asked.
    fn score(&self, case: &Case, scores: &mut Scores) {
        for (share, own) in self.shares.iter().zip(&self.by_user[&case.user]) {
            share.add(own.entries(), scores);
        }
    }
}

#[cfg(test)]
mod tests {
    use doorstep_shared::models::{Ensemble, ModelConfig};

    use super::*;
    use crate::fit::{Training, fit};

    #[test]
    fn scores_are_those_of_the_ensemble_itself() {
        let split = super::super::tests::split();
        let training = Training {
            n_items: split.items.len(),
            histories: &split.train,
            content: Default::default(),
            guide: Default::default(),
        };
        let progress = Progress::new(true);
        let member = |name, weight, temperature| {
            let config = ModelConfig::named(name).unwrap();
            let share = Share {
                temperature,
                ..Share::of_weight(weight)
            };
            (share, fit(&config, &training, &progress).unwrap())
        };
        let members = vec![
            member("popularity", 0.25, 1),
            member("next-linear", 0.5, 4),
            member("item-knn", 0.25, 2),
        ];
        let kept = KeptScores::of(&members, 12, &split.validation, &progress);
        assert_eq!(kept.cases(), split.validation);
        let name = "ensemble".to_owned();
        let ensemble = Ensemble { name, members };
        for case in &split.validation {
            let [mut found, mut expected] = [Scores::new(12), Scores::new(12)];
            kept.score(case, &mut found);
            Recommender::score(&ensemble, &case.history, &mut expected);
            assert_eq!(found.values(), expected.values());
            assert_eq!(found.touched(), expected.touched());
        }
    }
}
