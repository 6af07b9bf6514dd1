//! The bundle's item order: descending count, then ascending id, so that an
//! index is a popularity rank.

use super::writer::Publication;

/// Both ways between the order that models were fitted in and the bundle's.
pub struct Order {
    /// Training index by bundle index.
    pub old: Vec<u32>,
    /// Bundle index by training index.
    pub new: Vec<u32>,
}

impl Order {
    /// Of the items that a publication holds.
    pub fn by_popularity(publication: &Publication<'_>) -> Self {
        let key = |i: u32| {
            (
                std::cmp::Reverse(publication.counts[i as usize]),
                &publication.records[i as usize].id,
            )
        };
        let mut old: Vec<u32> = (0..publication.records.len() as u32).collect();
        old.sort_unstable_by(|&a, &b| key(a).cmp(&key(b)));
        let mut new = vec![0; old.len()];
        for (index, &before) in (0..).zip(&old) {
            new[before as usize] = index;
        }
        Self { old, new }
    }
}
