//! k-fold cross-validation.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Deals `rows` row numbers into `folds` parts of equal size, the first ones a row larger:
/// consecutive rows together, or shuffled where there is a seed.
pub fn folds(rows: &[u32], folds: usize, shuffle: Option<u64>) -> Vec<Vec<u32>> {
    let mut order = rows.to_vec();
    if let Some(seed) = shuffle {
        order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    }
    let (size, larger) = (order.len() / folds, order.len() % folds);
    let mut rest = order.as_slice();
    (0..folds)
        .map(|fold| {
            let (part, others) = rest.split_at(size + usize::from(fold < larger));
            rest = others;
            let mut part = part.to_vec();
            part.sort_unstable();
            part
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_are_consecutive_or_shuffled_and_cover_all_rows() {
        let rows: Vec<u32> = (0..10).collect();
        assert_eq!(
            folds(&rows, 4, None),
            [vec![0, 1, 2], vec![3, 4, 5], vec![6, 7], vec![8, 9]]
        );
        let shuffled = folds(&rows, 3, Some(1));
        assert_ne!(shuffled, folds(&rows, 3, None));
        let mut all = shuffled.concat();
        all.sort_unstable();
        assert_eq!(all, rows);
    }
}
