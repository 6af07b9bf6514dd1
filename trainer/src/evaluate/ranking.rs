//! Where the right answers stand among all candidates, and what is shown.

use doorstep_shared::Scores;
use doorstep_shared::topk::{Scored, top_k};

use super::Scorer;
use crate::split::Case;

/// One case, ranked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ranked {
    /// 0-based mid-rank of each relevant item: #greater + (#equal − 1) / 2,
    /// where #equal counts the item itself. Infinite for an item that is no
    /// candidate.
    pub ranks: Vec<f64>,
    /// The best candidates, best first, ties by index. Only items to which the
    /// model gave a score: one that it left untouched is no recommendation.
    pub list: Vec<u32>,
}

/// Buffers of one thread.
pub(super) struct Ranker {
    scores: Scores,
    excluded: Vec<bool>,
    include_seen: bool,
}

impl Ranker {
    pub fn new(n_items: usize, include_seen: bool) -> Self {
        Self {
            scores: Scores::new(n_items),
            excluded: vec![false; n_items],
            include_seen,
        }
    }

    /// Scores the case and ranks, looking only at items that were touched: the
    /// others all score 0.
    pub fn rank(&mut self, model: &(impl Scorer + ?Sized), case: &Case, length: usize) -> Ranked {
        self.scores.clear();
        model.score(case, &mut self.scores);
        let n_excluded = self.exclude(case, true);
        let candidates: Vec<Scored> = self
            .scores
            .touched()
            .iter()
            .filter(|&&item| !self.excluded[item as usize])
            .map(|&item| Scored {
                item,
                score: self.scores.values()[item as usize],
            })
            .collect();
        let untouched = self.excluded.len() - n_excluded - candidates.len();
        let ranks = case
            .relevant
            .iter()
            .map(|&item| self.mid_rank(item, &candidates, untouched));
        let ranks = ranks.collect();
        self.exclude(case, false);
        // By reference: collecting in place would keep the candidates' memory.
        let best = top_k(candidates, length);
        let list = best.iter().map(|scored| scored.item).collect();
        Ranked { ranks, list }
    }

    /// Marks or unmarks the items of the history; how many changed.
    fn exclude(&mut self, case: &Case, mark: bool) -> usize {
        let mut changed = 0;
        if !self.include_seen {
            for event in &case.history {
                if let Some(flag) = self.excluded.get_mut(event.item as usize) {
                    changed += usize::from(*flag != mark);
                    *flag = mark;
                }
            }
        }
        changed
    }

    fn mid_rank(&self, item: u32, candidates: &[Scored], untouched: usize) -> f64 {
        // An item that the model can't know, or that the history holds, is no candidate.
        if self
            .excluded
            .get(item as usize)
            .is_none_or(|excluded| *excluded)
        {
            return f64::INFINITY;
        }
        let own = self.scores.values()[item as usize];
        // A score that is no number stands nowhere.
        if own.is_nan() {
            return f64::INFINITY;
        }
        let (mut greater, mut equal) = (0, 0);
        for candidate in candidates {
            greater += usize::from(candidate.score > own);
            equal += usize::from(candidate.score == own);
        }
        greater += if 0.0 > own { untouched } else { 0 };
        equal += if 0.0 == own { untouched } else { 0 };
        greater as f64 + (equal as f64 - 1.0) / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_shared::topk::best_first;
    use doorstep_shared::{Event, Recommender};
    use proptest::prelude::*;

    /// A model that gives fixed scores, and leaves items without one untouched.
    struct Fixed(Vec<Option<i8>>);

    impl Recommender for Fixed {
        fn name(&self) -> &str {
            "fixed"
        }
        fn n_items(&self) -> usize {
            self.0.len()
        }
        fn score(&self, _: &[Event], scores: &mut Scores) {
            for (item, score) in (0..).zip(&self.0) {
                if let Some(score) = score {
                    scores.add(item, f32::from(*score));
                }
            }
        }
    }

    #[test]
    fn a_score_that_is_no_number_stands_nowhere() {
        struct Broken;
        impl Recommender for Broken {
            fn name(&self) -> &str {
                "broken"
            }
            fn n_items(&self) -> usize {
                3
            }
            fn score(&self, _: &[Event], scores: &mut Scores) {
                scores.add_all(&[f32::NAN; 3]);
            }
        }
        let case = Case {
            user: 0,
            history: Vec::new(),
            relevant: vec![1],
        };
        let ranked = Ranker::new(3, false).rank(&Broken, &case, 2);
        assert_eq!(ranked.ranks, [f64::INFINITY]);
    }

    proptest! {
        #[test]
        fn equals_a_full_sort_with_its_ties(
            scores in prop::collection::vec(prop::option::of(-2i8..3), 1..40),
            history in prop::collection::vec(0u32..50, 0..6),
            relevant in prop::collection::btree_set(0usize..40, 1..4),
            include_seen: bool,
            length in 0usize..12,
        ) {
            let n_items = scores.len();
            let relevant: Vec<u32> = relevant.into_iter()
                .map(|i| (i % n_items) as u32).collect();
            let seen = |i: u32| !include_seen && history.contains(&i);
            let mut dense: Vec<Scored> = (0..n_items as u32).filter(|&i| !seen(i))
                .map(|item| Scored { item, score: f32::from(scores[item as usize].unwrap_or(0)) })
                .collect();
            dense.sort_by(best_first);
            let expected_rank = |item: u32| {
                let Some(own) = dense.iter().find(|s| s.item == item) else { return f64::INFINITY };
                let places: Vec<usize> = (0..dense.len())
                    .filter(|&p| dense[p].score == own.score).collect();
                places.iter().sum::<usize>() as f64 / places.len() as f64
            };
            let ranks: Vec<f64> = relevant.iter().map(|&i| expected_rank(i)).collect();
            let list: Vec<u32> = dense.iter().map(|s| s.item)
                .filter(|&i| scores[i as usize].is_some()).take(length).collect();

            let history = history.into_iter().map(Event::implicit).collect();
            let case = Case { user: 0, history, relevant };
            let mut ranker = Ranker::new(n_items, include_seen);
            for _ in 0..2 {
                let ranked = ranker.rank(&Fixed(scores.clone()), &case, length);
                prop_assert_eq!(&ranked.ranks, &ranks);
                prop_assert_eq!(&ranked.list, &list);
            }
        }
    }
}
