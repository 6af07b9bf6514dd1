//! Shuffles what a user did at one and the same time, whose order in the file may be an artefact.

use anyhow::{Result, ensure};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::Interactions;

/// Shuffles the rows of each user that share a timestamp among their places; says how many rows those are.
pub(super) fn shuffle(interactions: &mut Interactions, seed: u64) -> Result<usize> {
    ensure!(
        interactions.has_times,
        "--shuffle-ties needs timestamps and this data has none; leave it out, or read a file with times"
    );
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let rows = &mut interactions.rows;
    let mut places: Vec<usize> = (0..rows.len()).collect();
    places.sort_by_key(|&place| (rows[place].user, rows[place].time));
    let sorted: Vec<_> = places.iter().map(|&place| rows[place]).collect();
    let (mut tied, mut start) = (0, 0);
    for group in sorted.chunk_by(|a, b| (a.user, a.time) == (b.user, b.time)) {
        if group.len() > 1 {
            let mut shuffled = group.to_vec();
            shuffled.shuffle(&mut random);
            for (&place, row) in places[start..].iter().zip(shuffled) {
                rows[place] = row;
            }
            tied += group.len();
        }
        start += group.len();
    }
    Ok(tied)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Interaction;

    fn sample(has_times: bool) -> Interactions {
        let rows = (0..60).map(|i| Interaction {
            user: i % 2,
            item: i,
            rating: 1.0,
            time: has_times.then_some(i64::from(i) / 20),
        });
        Interactions {
            users: ["u", "v"].into_iter().collect(),
            items: (0..60).map(|i| i.to_string()).collect(),
            rows: rows.collect(),
            has_ratings: false,
            has_times,
        }
    }

    #[test]
    fn only_simultaneous_rows_of_one_user_change_places() {
        let before = sample(true);
        let mut after = before.clone();
        assert_eq!(shuffle(&mut after, 7).unwrap(), 60);
        let key = |row: &Interaction| (row.user, row.time);
        assert!(before.rows.iter().map(key).eq(after.rows.iter().map(key)));
        let sorted = |rows: &[Interaction]| {
            let mut items: Vec<u32> = rows.iter().map(|r| r.item).collect();
            items.sort_unstable();
            items
        };
        for part in 0..3 {
            let range = part * 20..part * 20 + 20;
            assert_eq!(
                sorted(&before.rows[range.clone()]),
                sorted(&after.rows[range])
            );
        }
        assert_ne!(before, after);
    }

    #[test]
    fn the_seed_decides() {
        let shuffled = |seed| {
            let mut data = sample(true);
            shuffle(&mut data, seed).unwrap();
            data
        };
        assert_eq!(shuffled(1), shuffled(1));
        assert_ne!(shuffled(1), shuffled(2));
    }

    #[test]
    fn data_without_times_is_refused() {
        let error = shuffle(&mut sample(false), 1).unwrap_err();
        assert!(error.to_string().contains("needs timestamps"));
    }
}
