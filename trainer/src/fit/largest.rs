//! The largest entries of a row, as they stream by.

use doorstep_shared::topk::{Scored, best_first};

/// Keeps the `keep` largest of the values offered, ties by lower index, in any
/// order of offers. Amortised constant time for each.
pub(crate) struct Largest {
    keep: usize,
    floor: f32,
    entries: Vec<Scored>,
}

impl Largest {
    /// Keeps `keep` entries, at least one.
    pub fn new(keep: usize) -> Self {
        let keep = keep.max(1);
        Self {
            keep,
            floor: f32::NEG_INFINITY,
            entries: Vec::with_capacity(2 * keep + 32),
        }
    }

    /// No value below this will be kept.
    #[inline]
    pub fn floor(&self) -> f32 {
        self.floor
    }

    /// Considers one entry. NaN is never kept.
    #[inline]
    pub fn offer(&mut self, item: u32, score: f32) {
        if score >= self.floor {
            self.entries.push(Scored { item, score });
            if self.entries.len() == self.entries.capacity() {
                self.select();
            }
        }
    }

    /// The entries kept, by ascending index and without zeros, which need no
    /// storage; ready for another row.
    pub fn take(&mut self) -> Vec<Scored> {
        self.select();
        self.floor = f32::NEG_INFINITY;
        let mut row: Vec<Scored> = self.entries.drain(..).filter(|e| e.score != 0.0).collect();
        row.sort_unstable_by_key(|entry| entry.item);
        row
    }

    fn select(&mut self) {
        if self.entries.len() > self.keep {
            self.entries
                .select_nth_unstable_by(self.keep - 1, best_first);
            self.entries.truncate(self.keep);
            self.floor = self.entries[self.keep - 1].score;
        }
    }
}

/// As [`Largest`], of values that are offered by ascending index: kept in that
/// order, they need no sort.
pub(super) struct LargestInOrder {
    keep: usize,
    floor: f32,
    entries: Vec<Scored>,
    scores: Vec<f32>,
}

impl LargestInOrder {
    /// Keeps `keep` entries, at least one.
    pub fn new(keep: usize) -> Self {
        let keep = keep.max(1);
        let capacity = 2 * keep + 32;
        Self {
            keep,
            floor: f32::NEG_INFINITY,
            entries: Vec::with_capacity(capacity),
            scores: Vec::with_capacity(capacity),
        }
    }

    /// Considers one entry. NaN is never kept.
    #[inline]
    pub fn offer(&mut self, item: u32, score: f32) {
        // Of equals the earlier stays, so the floor itself is too low.
        if score > self.floor {
            self.entries.push(Scored { item, score });
            if self.entries.len() == self.entries.capacity() {
                self.select();
            }
        }
    }

    /// Appends the entries kept to `row`, without zeros; ready for another row.
    pub fn take(&mut self, row: &mut Vec<Scored>) {
        self.select();
        self.floor = f32::NEG_INFINITY;
        row.extend(self.entries.drain(..).filter(|entry| entry.score != 0.0));
    }

    fn select(&mut self) {
        if self.entries.len() <= self.keep {
            return;
        }
        self.scores.clear();
        let scores = self.entries.iter().map(|entry| entry.score);
        self.scores.extend(scores);
        let (larger, least, _) = self
            .scores
            .select_nth_unstable_by(self.keep - 1, |a, b| b.total_cmp(a));
        let floor = *least;
        let mut equals = 1 + larger.iter().filter(|score| **score == floor).count();
        self.entries.retain(|entry| {
            let equal = entry.score == floor && equals > 0;
            equals -= usize::from(equal);
            equal || entry.score > floor
        });
        self.floor = floor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_shared::topk::top_k;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_a_full_sort(
            scores in prop::collection::vec(-3i8..3, 0..300),
            keep in 1usize..20,
            forwards: bool,
        ) {
            let all: Vec<Scored> = (0..).zip(&scores)
                .map(|(item, &s)| Scored { item, score: f32::from(s) }).collect();
            let mut largest = Largest::new(keep);
            for _ in 0..2 {
                if forwards {
                    all.iter().for_each(|e| largest.offer(e.item, e.score));
                } else {
                    all.iter().rev().for_each(|e| largest.offer(e.item, e.score));
                }
                let mut expected = top_k(all.clone(), keep);
                expected.retain(|e| e.score != 0.0);
                expected.sort_by_key(|e| e.item);
                prop_assert_eq!(largest.take(), expected);
            }
        }

        #[test]
        fn in_order_equals_a_full_sort(
            scores in prop::collection::vec(-3i8..3, 0..300),
            keep in 1usize..20,
        ) {
            let all: Vec<Scored> = (0..).zip(&scores)
                .map(|(item, &s)| Scored { item, score: f32::from(s) }).collect();
            let mut largest = LargestInOrder::new(keep);
            for _ in 0..2 {
                all.iter().for_each(|e| largest.offer(e.item, e.score));
                let mut expected = top_k(all.clone(), keep);
                expected.retain(|e| e.score != 0.0);
                expected.sort_by_key(|e| e.item);
                let mut row = Vec::new();
                largest.take(&mut row);
                prop_assert_eq!(row, expected);
            }
        }
    }
}
