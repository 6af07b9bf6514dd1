//! The smallest interface that every recommender shares.

use crate::{Event, Scores};

/// A fitted model that scores the catalogue for somebody it has never seen.
pub trait Recommender: Sync {
    /// The model's name as on the command line, such as `next-linear`.
    fn name(&self) -> &str;

    /// How many items the catalogue has.
    fn n_items(&self) -> usize;

    /// Writes this model's score of every candidate for `history` (oldest
    /// first) into `scores`, which the caller has cleared. An item that is left
    /// untouched scores 0. Items of the history are scored like any other: the
    /// caller excludes them. Indices not below [`Self::n_items`] are ignored.
    fn score(&self, history: &[Event], scores: &mut Scores);
}
