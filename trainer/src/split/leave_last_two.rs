//! The last interaction of each user is test, the one before it validation.

use super::{Interactions, Part};

/// Users with fewer than three interactions are training only.
pub(super) fn parts(interactions: &Interactions) -> (Vec<Part>, Vec<String>) {
    let rows = &interactions.rows;
    let mut places: Vec<u32> = (0..rows.len() as u32).collect();
    places.sort_by_key(|&place| {
        let row = &rows[place as usize];
        (row.user, row.time)
    });
    let mut parts = vec![Part::Train; rows.len()];
    let mut short = 0;
    for history in places.chunk_by(|&a, &b| rows[a as usize].user == rows[b as usize].user) {
        match history {
            [.., _, validation, test] => {
                parts[*validation as usize] = Part::Validation;
                parts[*test as usize] = Part::Test;
            }
            _ => short += 1,
        }
    }
    let notes = match short {
        0 => vec![],
        n => vec![format!(
            "users with fewer than 3 interactions, training only: {n}"
        )],
    };
    (parts, notes)
}
