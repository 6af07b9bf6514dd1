//! Several interactions of one user with one item.

use anyhow::{Result, bail};

use super::{DuplicatePolicy, Interaction, Interactions};

/// Applies `policy` and says how many rows were merged into another.
///
/// The row that stays is the latest one, or the last in the file where times tie or are missing; it
/// stays at its own place.
pub(super) fn apply(interactions: &mut Interactions, policy: DuplicatePolicy) -> Result<usize> {
    if policy == DuplicatePolicy::Keep {
        return Ok(0);
    }
    let rows = &mut interactions.rows;
    let mut places: Vec<u32> = (0..rows.len() as u32).collect();
    places.sort_unstable_by_key(|&place| {
        let row = &rows[place as usize];
        (row.user, row.item, place)
    });
    let pair = |row: &Interaction| (row.user, row.item);
    let mut stays = vec![true; rows.len()];
    let mut merged = 0;
    let mut means = Vec::new();
    for group in places.chunk_by(|&a, &b| pair(&rows[a as usize]) == pair(&rows[b as usize])) {
        let [first, second, ..] = *group else {
            continue;
        };
        if policy == DuplicatePolicy::Error {
            let row = rows[first as usize];
            bail!(
                "user `{}` has more than one interaction with item `{}` (rows {first} and {second} of the data, \
                 from 0); choose --duplicates last, mean or keep",
                interactions.users.id(row.user),
                interactions.items.id(row.item),
            );
        }
        merged += group.len() - 1;
        let mut latest = first;
        for &place in group {
            stays[place as usize] = false;
            if rows[place as usize].time >= rows[latest as usize].time {
                latest = place;
            }
        }
        stays[latest as usize] = true;
        if policy == DuplicatePolicy::Mean {
            means.push((latest, mean_rating(rows, group)));
        }
    }
    for (place, mean) in means {
        rows[place as usize].rating = mean;
    }
    let mut stays = stays.into_iter();
    rows.retain(|_| stays.next().expect("one mark a row"));
    Ok(merged)
}

fn mean_rating(rows: &[Interaction], group: &[u32]) -> f32 {
    let ratings = group
        .iter()
        .map(|&place| f64::from(rows[place as usize].rating));
    (ratings.sum::<f64>() / group.len() as f64) as f32
}

#[cfg(test)]
mod tests {
    use doorstep_shared::Vocabulary;

    use super::*;

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
