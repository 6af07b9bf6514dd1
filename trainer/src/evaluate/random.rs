//! The floor that every model must clear.

use doorstep_shared::Scores;

use super::Scorer;
use super::splitmix::SplitMix64;
use crate::split::Case;

/// Uniform random scores: the same for the same seed, user and history. Users
/// with equal histories get lists of their own, or luck would be shared.
#[derive(Clone, Debug)]
pub struct Random {
    /// Catalogue size.
    pub n_items: usize,
    /// Chooses the scores.
    pub seed: u64,
}

impl Scorer for Random {
    fn name(&self) -> &str {
        "random"
    }

    fn score(&self, case: &Case, scores: &mut Scores) {
        let mut random = SplitMix64(SplitMix64(self.seed).next() ^ u64::from(case.user));
        for event in &case.history {
            random = SplitMix64(random.next() ^ u64::from(event.item));
        }
        (0..self.n_items as u32).for_each(|item| scores.add(item, random.unit()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_shared::Event;

    #[test]
    fn equal_histories_of_two_users_are_two_draws() {
        let random = Random {
            n_items: 100,
            seed: 1,
        };
        let draw = |user: u32| {
            let case = Case {
                user,
                history: vec![Event::implicit(3)],
                relevant: vec![4],
            };
            let mut scores = Scores::new(100);
            random.score(&case, &mut scores);
            scores.values().to_vec()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
