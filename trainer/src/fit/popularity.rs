//! Popularity: counting.

use doorstep_shared::models::Popularity;

use super::Training;

/// Counts every training interaction, repeats included.
pub(super) fn fit(training: &Training) -> Popularity {
    let mut counts = vec![0; training.n_items];
    for event in training.histories.iter().flatten() {
        counts[event.item as usize] += 1;
    }
    Popularity { counts }
}
