//! The words, simplest model first: one file a kind of model.

mod interactions;
mod mixtures;
mod networks;
mod pictures;
mod tables;

use super::Words;

const FACTORS: &str = "numbers in the vector of an item";

/// Those of every model.
pub(super) fn all() -> impl Iterator<Item = &'static Words> {
    let kinds = [
        interactions::WORDS,
        networks::WORDS,
        mixtures::WORDS,
        tables::WORDS,
        pictures::WORDS,
    ];
    kinds.into_iter().flatten()
}
