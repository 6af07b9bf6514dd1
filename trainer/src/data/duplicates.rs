//! Several interactions of one user with one item.

use std::collections::HashMap;

use anyhow::{Result, bail};

use super::{DuplicatePolicy, Interactions};

/// Applies `policy` and says how many rows were merged into another.
///
/// The row that stays is the latest one, or the last in the file where times tie or are missing; it
/// stays at its own place.
pub(super) fn apply(interactions: &mut Interactions, policy: DuplicatePolicy) -> Result<usize> {
    if policy == DuplicatePolicy::Keep {
        return Ok(0);
    }
    let mut groups: HashMap<(u32, u32), Group> = HashMap::with_capacity(interactions.rows.len());
    let mut merged = 0;
    for (place, row) in interactions.rows.iter().enumerate() {
        let group = groups.entry((row.user, row.item)).or_insert(Group {
            latest: place,
            rows: 0,
            rating_sum: 0.0,
        });
        if group.rows > 0 {
            merged += 1;
            if policy == DuplicatePolicy::Error {
                bail!(
                    "user `{}` has more than one interaction with item `{}` (rows {} and {} of the data, from 0); \
                     choose --duplicates last, mean or keep",
                    interactions.users.id(row.user),
                    interactions.items.id(row.item),
                    group.latest,
                    place
                );
            }
        }
        group.rows += 1;
        group.rating_sum += f64::from(row.rating);
        if row.time >= interactions.rows[group.latest].time {
            group.latest = place;
        }
    }
    if merged == 0 {
        return Ok(0);
    }
    let mut place = 0;
    interactions.rows.retain_mut(|row| {
        let group = &groups[&(row.user, row.item)];
        let stays = group.latest == place;
        if stays && policy == DuplicatePolicy::Mean {
            row.rating = (group.rating_sum / f64::from(group.rows)) as f32;
        }
        place += 1;
        stays
    });
    Ok(merged)
}

struct Group {
    latest: usize,
    rows: u32,
    rating_sum: f64,
}

#[cfg(test)]
mod tests {
    use doorstep_shared::Vocabulary;

    use super::*;
    use crate::data::Interaction;

    fn sample(rows: &[(u32, u32, f32, Option<i64>)]) -> Interactions {
        Interactions {
            users: ["u", "v"].into_iter().collect::<Vocabulary>(),
            items: ["a", "b"].into_iter().collect::<Vocabulary>(),
            rows: rows
                .iter()
                .map(|&(user, item, rating, time)| Interaction {
                    user,
                    item,
                    rating,
                    time,
                })
                .collect(),
            has_ratings: true,
            has_times: true,
        }
    }

    #[test]
    fn the_latest_stays_at_its_own_place() {
        let rows = [
            (0, 0, 5.0, Some(9)),
            (1, 1, 3.0, Some(1)),
            (0, 0, 1.0, Some(2)),
            (1, 1, 4.0, Some(1)),
        ];
        let mut data = sample(&rows);
        assert_eq!(apply(&mut data, DuplicatePolicy::Last).unwrap(), 2);
        assert_eq!(data, sample(&[rows[0], rows[3]]));
        let mut data = sample(&rows);
        assert_eq!(apply(&mut data, DuplicatePolicy::Mean).unwrap(), 2);
        assert_eq!(data, sample(&[(0, 0, 3.0, Some(9)), (1, 1, 3.5, Some(1))]));
    }

    #[test]
    fn without_times_the_last_in_the_file_stays() {
        let rows = [(0, 0, 5.0, None), (0, 1, 3.0, None), (0, 0, 1.0, None)];
        let mut data = sample(&rows);
        apply(&mut data, DuplicatePolicy::Last).unwrap();
        assert_eq!(data, sample(&[rows[1], rows[2]]));
    }

    #[test]
    fn error_names_user_and_item_and_keep_changes_nothing() {
        let rows = [(0, 1, 5.0, None), (0, 1, 3.0, None)];
        let mut data = sample(&rows);
        let error = apply(&mut data, DuplicatePolicy::Error)
            .unwrap_err()
            .to_string();
        assert!(error.contains("`u`") && error.contains("`b`"), "{error}");
        assert_eq!(apply(&mut data, DuplicatePolicy::Keep).unwrap(), 0);
        assert_eq!(data, sample(&rows));
    }
}
