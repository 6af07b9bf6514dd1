//! The floor that every model must clear.

use doorstep_shared::{Event, Recommender, Scores};

use super::splitmix::SplitMix64;

/// Uniform random scores: the same for the same seed and history.
#[derive(Clone, Debug)]
pub struct Random {
    /// Catalogue size.
    pub n_items: usize,
    /// Chooses the scores.
    pub seed: u64,
}

impl Recommender for Random {
    fn name(&self) -> &str {
        "random"
    }

    fn n_items(&self) -> usize {
        self.n_items
    }

    fn score(&self, history: &[Event], scores: &mut Scores) {
        let mut random = SplitMix64(self.seed);
        for event in history {
            random = SplitMix64(random.next() ^ u64::from(event.item));
        }
        (0..self.n_items as u32).for_each(|item| scores.add(item, random.unit()));
    }
}
