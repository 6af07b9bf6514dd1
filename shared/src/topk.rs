//! The k best of many, ties broken by index.

use std::cmp::Ordering;

/// An item and its score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// Item index.
    pub item: u32,
    /// Higher is better.
    pub score: f32,
}

/// Best first: by descending score, then ascending index. NaN sorts last.
pub fn best_first(a: &Scored, b: &Scored) -> Ordering {
    let key = |s: f32| if s.is_nan() { f32::NEG_INFINITY } else { s };
    key(b.score)
        .total_cmp(&key(a.score))
        .then(a.item.cmp(&b.item))
}

/// The `k` best candidates in the order of [`best_first`], in O(n + k log k).
pub fn top_k(candidates: impl IntoIterator<Item = Scored>, k: usize) -> Vec<Scored> {
    let mut best: Vec<Scored> = candidates.into_iter().collect();
    if k == 0 {
        return Vec::new();
    }
    if k < best.len() {
        best.select_nth_unstable_by(k - 1, best_first);
        best.truncate(k);
    }
    best.sort_unstable_by(best_first);
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_a_full_sort(scores in prop::collection::vec(-3i8..3, 0..60), k in 0usize..70) {
            let all: Vec<Scored> = scores.iter().enumerate()
                .map(|(i, &s)| Scored { item: i as u32, score: f32::from(s) })
                .collect();
            let mut sorted = all.clone();
            sorted.sort_by(|a, b| b.score.partial_cmp(&a.score).unwrap().then(a.item.cmp(&b.item)));
            sorted.truncate(k);
            prop_assert_eq!(top_k(all, k), sorted);
        }
    }

    #[test]
    fn nan_never_outranks_a_number() {
        let s = |item, score| Scored { item, score };
        let best = top_k([s(0, f32::NAN), s(1, -1e30), s(2, 0.0)], 3);
        assert_eq!(best.iter().map(|s| s.item).collect::<Vec<_>>(), [2, 1, 0]);
    }
}
