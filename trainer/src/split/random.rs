//! Rows at random.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::global_temporal::boundaries;
use super::{Interactions, Part};

/// The first 80 % of a seeded shuffle are training, the next 10 % validation.
pub(super) fn parts(interactions: &Interactions, seed: u64) -> (Vec<Part>, Vec<String>) {
    let n = interactions.rows.len();
    let mut places: Vec<u32> = (0..n as u32).collect();
    places.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    let (validation, test) = boundaries(n);
    let mut parts = vec![Part::Train; n];
    for &place in &places[validation..test] {
        parts[place as usize] = Part::Validation;
    }
    for &place in &places[test..] {
        parts[place as usize] = Part::Test;
    }
    (parts, vec![])
}
