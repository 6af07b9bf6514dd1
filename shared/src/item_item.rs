//! Item-item scoring: a visitor's score of item j is Σ over the history of
//! w(h) · B[h, j], with B a sparse matrix of neighbours and w a weight that
//! depends on how long ago h was. Item-kNN, EASE, next-linear, TF-IDF and item
//! vectors are of this kind; they differ in B and in how the history is weighted.

use serde::{Deserialize, Serialize};
use sprs::CsMatI;

use crate::{Event, Recommender, Scores};

/// Neighbours by item: row h holds B[h, ·], columns ascending, both axes items.
pub type Neighbours = CsMatI<f32, u32, usize>;

/// How much each event of a history counts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryWeighting {
    /// The most recent event weighs 1, the one before `decay`, then `decay`², …
    pub decay: f32,
    /// Only this many of the most recent events count; all where absent.
    pub window: Option<u32>,
    /// Whether each weight is multiplied by the event's rating.
    pub by_rating: bool,
    /// Whether the weights are divided by their sum, so that scores are means.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mean: bool,
}

impl HistoryWeighting {
    /// Whether weights are finite and never grow with age.
    pub fn is_valid(&self) -> bool {
        self.decay > 0.0 && self.decay <= 1.0
    }

    /// The events that count with their weights, oldest first. The same item
    /// twice appears twice. An event whose weight is below half of `f32`'s
    /// precision beside the most recent one doesn't count.
    pub fn weigh<'a>(&self, history: &'a [Event]) -> impl Iterator<Item = (&'a Event, f32)> {
        let felt = (f32::EPSILON / 2.0).ln() / self.decay.ln();
        let felt = if felt.is_finite() {
            felt.ceil() as usize
        } else {
            usize::MAX
        };
        let window = self.window.map_or(usize::MAX, |w| w as usize);
        let window = window.min(felt.max(1)).min(history.len());
        let recent = &history[history.len().saturating_sub(window)..];
        let (decay, by_rating) = (self.decay, self.by_rating);
        let weight = move |position: usize, event: &Event| {
            let age = (recent.len() - 1 - position) as i32;
            let rating = if by_rating { event.rating } else { 1.0 };
            decay.powi(age) * rating
        };
        let places = recent.iter().enumerate();
        let scale = match self.mean {
            true => places.clone().map(|(at, event)| weight(at, event)).sum(),
            false => 1.0,
        };
        // Ratings may sum to 0 or less, and then have no mean.
        let scale = if scale > 0.0 { scale } else { 1.0 };
        places.map(move |(at, event)| (event, weight(at, event) / scale))
    }
}

/// Adds `weight` · row to the scores. `items` and `values` are one row of B.
#[inline]
pub fn accumulate(scores: &mut Scores, weight: f32, items: &[u32], values: &[f32]) {
    for (&item, &value) in items.iter().zip(values) {
        scores.add(item, weight * value);
    }
}

/// A fitted item-item model held in memory.
#[derive(Clone, Debug)]
pub struct ItemItem {
    /// The model's name, such as `next-linear`.
    pub name: String,
    /// How a history is weighted.
    pub weighting: HistoryWeighting,
    /// B, items × items.
    pub neighbours: Neighbours,
}

impl Recommender for ItemItem {
    fn name(&self) -> &str {
        &self.name
    }

    fn n_items(&self) -> usize {
        self.neighbours.rows()
    }

    fn score(&self, history: &[Event], scores: &mut Scores) {
        for (event, weight) in self.weighting.weigh(history) {
            if let Some(row) = self.neighbours.outer_view(event.item as usize) {
                accumulate(scores, weight, row.indices(), row.data());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_event_weighs_one_and_older_ones_decay() {
        let weighting = HistoryWeighting {
            decay: 0.5,
            window: Some(2),
            by_rating: true,
            mean: false,
        };
        let event = |item, rating| Event {
            item,
            rating,
            time: None,
        };
        let history = [event(0, 9.0), event(1, 4.0), event(2, 3.0)];
        let weights: Vec<(u32, f32)> = weighting
            .weigh(&history)
            .map(|(e, w)| (e.item, w))
            .collect();
        assert_eq!(weights, [(1, 2.0), (2, 3.0)]);

        let mean = HistoryWeighting {
            mean: true,
            ..weighting
        };
        let weights = |history: &[Event]| -> Vec<f32> {
            mean.weigh(history).map(|(_, weight)| weight).collect()
        };
        assert_eq!(weights(&history), [0.4, 0.6]);
        assert_eq!(weights(&[event(0, -1.0)]), [-1.0]);
        assert!(weights(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn sparse_scores_equal_the_dense_product(
            cells in prop::collection::vec(-2.0f32..2.0, 36),
            history in prop::collection::vec(0u32..6, 0..8),
        ) {
            let mut triplets = sprs::TriMatI::<f32, u32>::new((6, 6));
            for (c, &value) in cells.iter().enumerate().filter(|(c, _)| c % 3 != 0) {
                triplets.add_triplet(c / 6, c % 6, value);
            }
            let weighting = HistoryWeighting { decay: 0.8, window: None, by_rating: false, mean: false };
            let neighbours: Neighbours = triplets.to_csr();
            let model = ItemItem { name: "test".into(), weighting, neighbours };
            let events: Vec<Event> = history.iter().map(|&i| Event::implicit(i)).collect();
            let mut scores = Scores::new(6);
            model.score(&events, &mut scores);
            for j in 0..6 {
                let expected: f32 = events.iter().rev().enumerate()
                    .filter(|(_, e)| !(e.item as usize * 6 + j).is_multiple_of(3))
                    .map(|(age, e)| 0.8f32.powi(age as i32) * cells[e.item as usize * 6 + j])
                    .sum();
                prop_assert!((scores.values()[j] - expected).abs() < 1e-5);
            }
        }
    }
}
