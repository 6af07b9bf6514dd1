//! How well the right answers are ranked. With mid-ranks r (0-based) of a
//! case's relevant items R, and hits those with r < k:
//!
//! - recall = hits / |R|; hit-rate = 1 where there is a hit; precision = hits / k
//! - ndcg = Σ over hits 1 / log₂(r + 2), over that of the ideal ranking
//! - mrr = 1 / (best r + 1) where that is a hit
//! - map = Σ over hits min(1, hits so far / (r + 1)), over min(k, |R|)
//!
//! Relevant items that tie share a mid-rank; at most k of them are hits.
//! A relevant item that is in the history stays in |R|: a model can't hit it.

use super::ranking::Ranked;

type Measure = fn(&[f64], usize, usize) -> f64;

/// Name and formula: (sorted ranks of the hits, |R|, k) to a value.
const MEASURES: [(&str, Measure); 6] = [
    ("recall", |hits, relevant, _| {
        hits.len() as f64 / relevant as f64
    }),
    ("hit-rate", |hits, _, _| {
        f64::from(u8::from(!hits.is_empty()))
    }),
    ("precision", |hits, _, k| hits.len() as f64 / k as f64),
    ("ndcg", |hits, relevant, k| {
        let gain = |rank: f64| 1.0 / (rank + 2.0).log2();
        let ideal: f64 = (0..relevant.min(k)).map(|rank| gain(rank as f64)).sum();
        hits.iter().map(|&rank| gain(rank)).sum::<f64>() / ideal
    }),
    ("mrr", |hits, _, _| {
        hits.first().map_or(0.0, |best| 1.0 / (best + 1.0))
    }),
    ("map", |hits, relevant, k| {
        let precisions = (1..)
            .zip(hits)
            .map(|(so_far, rank)| f64::from(so_far) / (rank + 1.0));
        precisions.map(|p| p.min(1.0)).sum::<f64>() / relevant.min(k) as f64
    }),
];

/// Each metric's value in each case; 0 for a case without relevant items.
pub(super) fn by_case(ranked: &[Ranked], cutoffs: &[usize]) -> Vec<(String, Vec<f64>)> {
    let sorted: Vec<Vec<f64>> = ranked
        .iter()
        .map(|case| {
            let mut ranks = case.ranks.clone();
            ranks.sort_unstable_by(f64::total_cmp);
            ranks
        })
        .collect();
    let mut metrics = Vec::new();
    for (name, measure) in MEASURES {
        for &k in cutoffs {
            let value = |ranks: &Vec<f64>| {
                // Tied answers share a mid-rank; a list of k still holds k of them.
                let hits = ranks.partition_point(|&rank| rank < k as f64).min(k);
                let hits = &ranks[..hits];
                if ranks.is_empty() {
                    0.0
                } else {
                    measure(hits, ranks.len(), k)
                }
            };
            metrics.push((format!("{name}@{k}"), sorted.iter().map(value).collect()));
        }
    }
    metrics
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(ranks: &[f64], metric: &str, k: usize) -> f64 {
        let ranked = [Ranked {
            ranks: ranks.to_vec(),
            list: vec![],
        }];
        let name = format!("{metric}@{k}");
        by_case(&ranked, &[k])
            .into_iter()
            .find(|(n, _)| *n == name)
            .unwrap()
            .1[0]
    }

    #[test]
    fn formulas_by_hand() {
        // Relevant at places 1 and 4 (from 1), a third not a candidate.
        let ranks = [3.0, f64::INFINITY, 0.0];
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        near(value(&ranks, "recall", 5), 2.0 / 3.0);
        near(value(&ranks, "recall", 3), 1.0 / 3.0);
        near(value(&ranks, "precision", 5), 0.4);
        near(value(&ranks, "hit-rate", 5), 1.0);
        near(value(&ranks, "mrr", 5), 1.0);
        near(value(&ranks, "map", 5), (1.0 + 2.0 / 4.0) / 3.0);
        let ideal = 1.0 + 1.0 / 3f64.log2() + 0.5;
        near(value(&ranks, "ndcg", 5), (1.0 + 1.0 / 5f64.log2()) / ideal);
        near(value(&[4.5], "recall", 5), 1.0);
        near(value(&[5.0], "recall", 5), 0.0);
        near(value(&[0.5], "ndcg", 5), 1.0 / 2.5f64.log2());
        near(value(&[], "ndcg", 5), 0.0);
    }

    proptest! {
        #[test]
        fn every_value_is_between_zero_and_one(
            mut places in prop::collection::btree_set(0u32..60, 1..8),
            tied in 0usize..6,
            k in 1usize..20,
        ) {
            // `tied` answers share one rank: the middle of at least as many places.
            let after = places.pop_last().unwrap();
            let middle = f64::from(after) + (tied as f64 - 1.0) / 2.0;
            let mut ranks: Vec<f64> = places.iter().map(|&place| f64::from(place)).collect();
            ranks.extend(vec![middle.max(0.0); tied]);
            for (metric, _) in MEASURES {
                let v = value(&ranks, metric, k);
                prop_assert!((0.0..=1.0 + 1e-12).contains(&v), "{} {}", metric, v);
            }
        }
    }
}
