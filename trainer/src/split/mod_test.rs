use proptest::prelude::*;

use super::*;

fn data(rows: &[(u32, u32, f32, Option<i64>)]) -> Interactions {
    let count = |index: fn(&(u32, u32, f32, Option<i64>)) -> u32| {
        rows.iter().map(index).max().map_or(0, |most| most + 1)
    };
    Interactions {
        users: (0..count(|row| row.0)).map(|i| format!("u{i}")).collect(),
        items: (0..count(|row| row.1)).map(|i| format!("i{i}")).collect(),
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
        has_times: rows.iter().all(|row| row.3.is_some()),
    }
}

fn items(history: &[Event]) -> Vec<u32> {
    history.iter().map(|event| event.item).collect()
}

#[test]
fn the_last_two_are_held_out_and_short_histories_are_not() {
    let split = split(
        &data(&[
            (0, 0, 1.0, None),
            (1, 4, 1.0, None),
            (0, 1, 1.0, None),
            (0, 2, 1.0, None),
            (0, 3, 1.0, None),
            (1, 0, 1.0, None),
        ]),
        &SplitMethod::LeaveLastTwo,
    )
    .unwrap();
    assert_eq!(items(&split.train[0]), [0, 1]);
    assert_eq!(items(&split.train[1]), [4, 0]);
    assert_eq!(split.validation.len(), 1);
    assert_eq!(split.validation[0].relevant, [2]);
    assert_eq!(items(&split.validation[0].history), [0, 1]);
    assert_eq!(split.test[0].relevant, [3]);
    assert_eq!(items(&split.test[0].history), [0, 1, 2]);
    assert_eq!(
        split.notes,
        ["1 users with fewer than 3 interactions are training only"]
    );
}
