//! What the lists show of the catalogue, apart from whether it was right.

use super::Context;
use super::ranking::Ranked;
use crate::split::Case;

/// Novelty: mean self-information −log₂ p of the items shown, where p is the
/// item's share of training interactions (an item without any counts as having
/// one). An empty list has novelty 0.
pub(super) fn novelty(ranked: &[Ranked], context: &Context) -> Vec<(String, Vec<f64>)> {
    let total: f64 = context
        .popularity
        .iter()
        .map(|&count| f64::from(count))
        .sum();
    let information: Vec<f64> = context
        .popularity
        .iter()
        .map(|&count| (total.max(1.0) / f64::from(count.max(1))).log2())
        .collect();
    let values = |k: usize| {
        ranked
            .iter()
            .map(|case| mean_over(shown(case, k), &information))
            .collect()
    };
    context
        .cutoffs
        .iter()
        .map(|&k| (format!("novelty@{k}"), values(k)))
        .collect()
}

/// Coverage: the share of the catalogue that is shown to anybody. Gini: how
/// unequally exposure is spread over the catalogue (0 evenly, towards 1 all on
/// one item). Popularity bias: how much more popular the shown items are than
/// those of the histories, relative to these (0 alike, 1 twice as popular);
/// mean over cases of the mean training count.
pub(super) fn overall(ranked: &[Ranked], cases: &[Case], context: &Context) -> Vec<(String, f64)> {
    let counts: Vec<f64> = context
        .popularity
        .iter()
        .map(|&count| f64::from(count))
        .collect();
    let mean = |sum: f64, n: usize| sum / n.max(1) as f64;
    let asked: Vec<&Case> = cases
        .iter()
        .filter(|case| !case.history.is_empty())
        .collect();
    let of_histories = |case: &&Case| {
        let items: Vec<u32> = case.history.iter().map(|e| e.item).collect();
        mean_over(&items, &counts)
    };
    let usual = mean(asked.iter().map(of_histories).sum(), asked.len());
    let (mut coverage, mut gini, mut bias) = (Vec::new(), Vec::new(), Vec::new());
    for &k in &context.cutoffs {
        let mut exposure = vec![0u64; context.n_items];
        ranked
            .iter()
            .flat_map(|case| shown(case, k))
            .for_each(|&i| exposure[i as usize] += 1);
        let covered = exposure.iter().filter(|&&times| times > 0).count();
        coverage.push((
            format!("coverage@{k}"),
            covered as f64 / context.n_items.max(1) as f64,
        ));
        gini.push((format!("gini@{k}"), gini_index(&mut exposure)));
        let lists: Vec<&[u32]> = ranked
            .iter()
            .map(|case| shown(case, k))
            .filter(|list| !list.is_empty())
            .collect();
        let popularity = mean(
            lists.iter().map(|list| mean_over(list, &counts)).sum(),
            lists.len(),
        );
        let relative = if usual > 0.0 {
            popularity / usual - 1.0
        } else {
            0.0
        };
        bias.push((format!("popularity-bias@{k}"), relative));
    }
    [coverage, gini, bias].concat()
}

/// The first `k` of a case's list.
pub(super) fn shown(case: &Ranked, k: usize) -> &[u32] {
    &case.list[..k.min(case.list.len())]
}

fn mean_over(items: &[u32], values: &[f64]) -> f64 {
    let known = items.iter().filter_map(|&item| values.get(item as usize));
    known.clone().sum::<f64>() / known.count().max(1) as f64
}

/// Σ (2i − n − 1) xᵢ / (n Σ xᵢ) over ascending x, i from 1; 0 where nothing is
/// shown.
fn gini_index(exposure: &mut [u64]) -> f64 {
    exposure.sort_unstable();
    let n = exposure.len() as f64;
    let total: u64 = exposure.iter().sum();
    if total == 0 {
        return 0.0;
    }
    let weighted: f64 = exposure
        .iter()
        .zip(1..)
        .map(|(&x, i)| (2.0 * f64::from(i) - n - 1.0) * x as f64)
        .sum();
    weighted / (n * total as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::Similarity;
    use doorstep_shared::Event;

    #[test]
    fn formulas_by_hand() {
        let context = Context {
            cutoffs: vec![1, 2],
            ..Context::new(vec![4, 2, 1, 1], Similarity::Attributes(vec![vec![]; 4]))
        };
        let list = |list: &[u32]| Ranked {
            ranks: vec![],
            list: list.to_vec(),
        };
        let ranked = [list(&[0, 1]), list(&[0, 2])];
        let case = |item| Case {
            user: 0,
            history: vec![Event::implicit(item)],
            relevant: vec![],
        };
        let metrics = overall(&ranked, &[case(1), case(1)], &context);
        let get = |name: &str| metrics.iter().find(|(n, _)| n == name).unwrap().1;
        assert_eq!(get("coverage@1"), 0.25);
        assert_eq!(get("coverage@2"), 0.75);
        assert_eq!(get("gini@1"), 0.75);
        assert_eq!(get("popularity-bias@1"), 1.0);
        assert_eq!(get("popularity-bias@2"), (3.0 + 2.5) / 2.0 / 2.0 - 1.0);
        let novelty = novelty(&ranked, &context);
        assert_eq!(novelty[0], ("novelty@1".to_owned(), vec![1.0, 1.0]));
        assert_eq!(novelty[1], ("novelty@2".to_owned(), vec![1.5, 2.0]));
    }

    #[test]
    fn even_exposure_has_gini_zero() {
        assert_eq!(gini_index(&mut [3, 3, 3]), 0.0);
        assert_eq!(gini_index(&mut [0, 0]), 0.0);
    }
}
