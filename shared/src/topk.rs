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
    top_k_admitted(candidates, k, |_| true)
}

/// The same of those that are admitted, which is asked only of candidates that may be among the
/// best.
pub fn top_k_admitted(
    candidates: impl IntoIterator<Item = Scored>,
    k: usize,
    admits: impl Fn(&Scored) -> bool,
) -> Vec<Scored> {
    let mut best: Vec<Scored> = Vec::new();
    if k == 0 {
        return best;
    }
    let cut = |best: &mut Vec<Scored>| {
        if k < best.len() {
            best.select_nth_unstable_by(k - 1, best_first);
            best.truncate(k);
        }
    };
    let mut least = f32::NEG_INFINITY;
    for candidate in candidates {
        // Equal ones go by their index, and NaN by what comes of it: both are for the cut.
        if candidate.score < least || !admits(&candidate) {
            continue;
        }
        best.push(candidate);
        if best.len() == 2 * k {
            cut(&mut best);
            least = best[k - 1].score;
        }
    }
    cut(&mut best);
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
            prop_assert_eq!(top_k(all.clone(), k), sorted);
            let odd = |s: &Scored| s.item % 2 == 1;
            let expected = top_k(all.iter().copied().filter(odd), k);
            prop_assert_eq!(top_k_admitted(all, k, odd), expected);
        }
    }

    #[test]
    fn nan_never_outranks_a_number() {
        let s = |item, score| Scored { item, score };
        let best = top_k([s(0, f32::NAN), s(1, -1e30), s(2, 0.0)], 3);
        assert_eq!(best.iter().map(|s| s.item).collect::<Vec<_>>(), [2, 1, 0]);
    }
}
