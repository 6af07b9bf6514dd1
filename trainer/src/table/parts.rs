//! Divides the rows of a table.

use anyhow::{Result, bail, ensure};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::split::SplitMethod;

/// Row numbers, ascending.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// What models are fitted and chosen on.
    pub train: Vec<u32>,
    /// What they are judged by.
    pub test: Vec<u32>,
}

/// Divides `rows` rows: every N-th is test, or a fifth at random.
pub fn parts(rows: usize, method: &SplitMethod) -> Result<Parts> {
    let test: Vec<bool> = match method {
        SplitMethod::Every { n } => (0..rows)
            .map(|row| row % *n as usize == *n as usize - 1)
            .collect(),
        SplitMethod::Random { seed } => {
            let mut test: Vec<bool> = (0..rows).map(|row| row < rows / 5).collect();
            test.shuffle(&mut ChaCha8Rng::seed_from_u64(*seed));
            test
        }
        SplitMethod::LeaveLastTwo | SplitMethod::GlobalTemporal => {
            bail!(
                "the rows of a table are divided by every:N or random:SEED; give for example --split every:5"
            )
        }
    };
    let numbers = |wanted: bool| {
        (0..)
            .zip(&test)
            .filter(|(_, t)| **t == wanted)
            .map(|(row, _)| row)
            .collect()
    };
    let parts = Parts {
        train: numbers(false),
        test: numbers(true),
    };
    ensure!(
        !parts.test.is_empty() && parts.train.len() >= 2,
        "the split {method} of {rows} rows leaves {} to train on and {} to test; read more rows or choose another --split",
        parts.train.len(),
        parts.test.len()
    );
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fifth_row_is_test() {
        let found = parts(11, &SplitMethod::Every { n: 5 }).unwrap();
        assert_eq!(found.test, [4, 9]);
        assert_eq!(found.train, [0, 1, 2, 3, 5, 6, 7, 8, 10]);
    }

    #[test]
    fn a_seeded_fifth_is_test() {
        let random = |seed| parts(50, &SplitMethod::Random { seed }).unwrap();
        assert_eq!(random(1).test.len(), 10);
        assert_eq!(random(1), random(1));
        assert_ne!(random(1), random(2));
    }

    #[test]
    fn what_suits_histories_does_not_suit_tables() {
        let refused = parts(50, &SplitMethod::LeaveLastTwo)
            .unwrap_err()
            .to_string();
        assert!(refused.contains("--split every:5"), "{refused}");
        assert!(parts(3, &SplitMethod::Every { n: 5 }).is_err());
    }
}
