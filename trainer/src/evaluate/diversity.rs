//! Intra-list diversity: how unlike each other the items of a list are.

use std::cmp::Ordering;
use std::collections::HashMap;

use doorstep_shared::{Event, ItemRecord, Vocabulary};
use rayon::prelude::*;

use super::Context;
use super::exposure::shown;
use super::ranking::Ranked;

/// How alike two items are, from 0 to 1.
#[derive(Clone, Debug)]
pub enum Similarity {
    /// Jaccard index of the items' attribute values, each a sorted list of
    /// numbers; items without attributes are unlike.
    Attributes(Vec<Vec<u32>>),
    /// Cosine of the sets of users who have the items in training, each sorted.
    CoOccurrence(Vec<Vec<u32>>),
}

impl Similarity {
    /// By co-occurrence in training histories.
    pub fn co_occurrence(n_items: usize, histories: &[Vec<Event>]) -> Self {
        let mut users = vec![Vec::new(); n_items];
        for (user, history) in (0u32..).zip(histories) {
            for event in history {
                let list: &mut Vec<u32> = &mut users[event.item as usize];
                if list.last() != Some(&user) {
                    list.push(user);
                }
            }
        }
        Self::CoOccurrence(users)
    }

    /// By attributes, where any item of the vocabulary has some in the
    /// catalogue, and by co-occurrence otherwise.
    pub fn of(items: &Vocabulary, catalogue: &[ItemRecord], histories: &[Vec<Event>]) -> Self {
        let mut numbers = HashMap::new();
        let mut sets = vec![Vec::new(); items.len()];
        for record in catalogue {
            let Some(item) = items.get(&record.id) else {
                continue;
            };
            let set: &mut Vec<u32> = &mut sets[item as usize];
            for (attribute, values) in &record.attributes {
                for value in values {
                    let next = numbers.len() as u32;
                    set.push(*numbers.entry((attribute, value)).or_insert(next));
                }
            }
            set.sort_unstable();
            set.dedup();
        }
        if numbers.is_empty() {
            Self::co_occurrence(items.len(), histories)
        } else {
            Self::Attributes(sets)
        }
    }

    /// What is compared, in words.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Attributes(_) => "item attributes",
            Self::CoOccurrence(_) => "co-occurrence",
        }
    }

    fn between(&self, a: u32, b: u32) -> f64 {
        let (sets, scale): (_, fn(f64, f64, f64) -> f64) = match self {
            Self::Attributes(sets) => (sets, |a, b, common| a + b - common),
            Self::CoOccurrence(sets) => (sets, |a, b, _| (a * b).sqrt()),
        };
        let (a, b) = (&sets[a as usize], &sets[b as usize]);
        let common = common(a, b) as f64;
        if common == 0.0 {
            0.0
        } else {
            common / scale(a.len() as f64, b.len() as f64, common)
        }
    }
}

/// Size of the intersection of two sorted lists.
fn common(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut both) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            Ordering::Less => i += 1,
            Ordering::Greater => j += 1,
            Ordering::Equal => (both, i, j) = (both + 1, i + 1, j + 1),
        }
    }
    both
}

/// Mean over the lists of at least two items of the mean of 1 − similarity
/// over their pairs.
pub(super) fn intra_list(ranked: &[Ranked], context: &Context) -> Vec<(String, f64)> {
    let values: Vec<Vec<Option<f64>>> = ranked
        .par_iter()
        .with_min_len(64)
        .map_init(
            || Memo::new(&context.similarity),
            |memo, case| by_cutoff(case, context, memo),
        )
        .collect();
    let mean = |at: usize| {
        let known = values.iter().filter_map(|case| case[at]);
        known.clone().sum::<f64>() / known.count().max(1) as f64
    };
    context
        .cutoffs
        .iter()
        .enumerate()
        .map(|(at, k)| (format!("diversity@{k}"), mean(at)))
        .collect()
}

fn by_cutoff(case: &Ranked, context: &Context, memo: &mut Memo) -> Vec<Option<f64>> {
    // unlike[i]: Σ over the items before place i.
    let unlike: Vec<f64> = (0..case.list.len())
        .map(|i| {
            case.list[..i]
                .iter()
                .map(|&other| 1.0 - memo.get(case.list[i], other))
                .sum()
        })
        .collect();
    let mean = |&k: &usize| {
        let n = shown(case, k).len();
        (n > 1).then(|| unlike[..n].iter().sum::<f64>() / (n * (n - 1) / 2) as f64)
    };
    context.cutoffs.iter().map(mean).collect()
}

/// Similarities met before: lists share many pairs of popular items, whose user
/// lists are the longest. A slot holds the last pair that fell on it.
struct Memo<'a> {
    similarity: &'a Similarity,
    slots: Vec<((u32, u32), f64)>,
}

impl<'a> Memo<'a> {
    const BITS: u32 = 16;

    fn new(similarity: &'a Similarity) -> Self {
        Self {
            similarity,
            slots: vec![((u32::MAX, u32::MAX), 0.0); 1 << Self::BITS],
        }
    }

    fn get(&mut self, a: u32, b: u32) -> f64 {
        let pair = (a.min(b), a.max(b));
        let key = u64::from(pair.0) << 32 | u64::from(pair.1);
        let slot = key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - Self::BITS);
        let slot = &mut self.slots[slot as usize];
        if slot.0 != pair {
            *slot = (pair, self.similarity.between(a, b));
        }
        slot.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_by_hand() {
        let i = Event::implicit;
        let histories = vec![vec![i(0), i(1), i(0)], vec![i(1)], vec![i(2)]];
        let by_users = Similarity::co_occurrence(3, &histories);
        assert!((by_users.between(0, 1) - 0.5f64.sqrt()).abs() < 1e-12);
        assert_eq!(by_users.between(0, 2), 0.0);
        let by_attributes = Similarity::Attributes(vec![vec![1, 2, 3], vec![2, 3, 9], vec![]]);
        assert_eq!(by_attributes.between(0, 1), 0.5);
        assert_eq!(by_attributes.between(2, 2), 0.0);

        let context = Context {
            cutoffs: vec![1, 2, 5],
            ..Context::new(vec![1; 3], by_attributes)
        };
        let list = |list: &[u32]| Ranked {
            ranks: vec![],
            list: list.to_vec(),
        };
        let metrics = intra_list(&[list(&[0, 1, 2]), list(&[0])], &context);
        let values: Vec<f64> = metrics.iter().map(|(_, value)| *value).collect();
        assert_eq!(values, [0.0, 0.5, 2.5 / 3.0]);
    }
}
