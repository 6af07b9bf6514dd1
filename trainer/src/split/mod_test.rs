use proptest::prelude::*;

use super::*;

/// User, item, rating, time.
type Row = (u32, u32, f32, Option<i64>);

fn data(rows: &[Row]) -> Interactions {
    let count = |index: fn(&Row) -> u32| rows.iter().map(index).max().map_or(0, |most| most + 1);
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
        ["users with fewer than 3 interactions, training only: 1"]
    );
}

fn implicit(rows: &[(u32, u32, i64)]) -> Interactions {
    let rows: Vec<_> = rows.iter().map(|&(u, i, t)| (u, i, 1.0, Some(t))).collect();
    data(&rows)
}

#[test]
fn the_order_is_that_of_time_where_there_is_one() {
    let split = split(
        &implicit(&[(0, 0, 9), (0, 1, 2), (0, 2, 5), (0, 3, 9)]),
        &SplitMethod::LeaveLastTwo,
    )
    .unwrap();
    assert_eq!(items(&split.train[0]), [1, 2]);
    assert_eq!(split.validation[0].relevant, [0]);
    assert_eq!(split.test[0].relevant, [3]);
}

#[test]
fn a_repeated_item_is_no_right_answer_unless_seen_items_are_included() {
    let data = implicit(&[
        (0, 0, 1),
        (0, 1, 2),
        (0, 2, 3),
        (0, 0, 4),
        (1, 0, 1),
        (1, 1, 2),
        (1, 2, 3),
    ]);
    let excluded = split(&data, &SplitMethod::LeaveLastTwo).unwrap();
    assert_eq!(excluded.test.len(), 1);
    assert_eq!(
        excluded.notes,
        [
            "test: held-out interactions that repeat the history, no right answers: 1",
            "test: cases dropped for want of a right answer: 1"
        ]
    );
    let relevance = Relevance {
        include_seen: true,
        ..Relevance::default()
    };
    let included = split_with(&data, &SplitMethod::LeaveLastTwo, relevance).unwrap();
    assert_eq!(included.test[0].relevant, [0]);
    assert!(included.notes.is_empty());
}

#[test]
fn low_ratings_are_no_right_answers_where_a_threshold_is_set() {
    let data = data(&[
        (0, 0, 1.0, None),
        (0, 1, 4.0, None),
        (0, 2, 3.5, None),
        (1, 0, 1.0, None),
        (1, 1, 3.0, None),
        (1, 2, 4.0, None),
    ]);
    let relevance = Relevance {
        at_least: Some(4.0),
        ..Relevance::default()
    };
    let split = split_with(&data, &SplitMethod::LeaveLastTwo, relevance).unwrap();
    assert_eq!(split.validation.len(), 1);
    assert_eq!((split.test.len(), split.test[0].user), (1, 1));
}

#[test]
fn thresholds_that_leave_no_right_answer_are_named() {
    let data = implicit(&[(0, 0, 1), (0, 1, 2), (0, 2, 3)]);
    for (at_least, expected) in [
        (2.0, "lower --relevant-at"),
        (f32::INFINITY, "lower --relevant-at"),
    ] {
        let relevance = Relevance {
            at_least: Some(at_least),
            ..Relevance::default()
        };
        let error = split_with(&data, &SplitMethod::LeaveLastTwo, relevance).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn global_thresholds_cut_every_history_at_the_same_time() {
    // Ten rows: validation starts at the ninth time (8), test at the tenth (9).
    let split = split(
        &implicit(&[
            (0, 0, 0),
            (0, 1, 1),
            (1, 1, 2),
            (1, 0, 3),
            (0, 2, 4),
            (0, 0, 5),
            (0, 1, 6),
            (1, 3, 7),
            (1, 2, 8),
            (0, 3, 9),
        ]),
        &SplitMethod::GlobalTemporal,
    )
    .unwrap();
    assert_eq!(items(&split.train[0]), [0, 1, 2, 0, 1]);
    assert_eq!(split.validation.len(), 1);
    assert_eq!(
        (split.validation[0].user, &split.validation[0].relevant[..]),
        (1, &[2][..])
    );
    assert_eq!(
        (split.test[0].user, &split.test[0].relevant[..]),
        (0, &[3][..])
    );
}

#[test]
fn later_users_and_items_unknown_to_training_are_left_out() {
    let split = split(
        &implicit(&[
            (0, 0, 0),
            (1, 1, 0),
            (0, 1, 0),
            (1, 0, 0),
            (0, 2, 0),
            (1, 2, 0),
            (0, 3, 0),
            (2, 3, 0),
            (3, 3, 8), // an unknown user
            (1, 3, 9),
            (1, 9, 9), // an unknown item
        ]),
        &SplitMethod::GlobalTemporal,
    )
    .unwrap();
    assert_eq!(split.test.len() + split.validation.len(), 1);
    assert!(
        split
            .notes
            .iter()
            .any(|note| note.starts_with("later interactions") && note.ends_with(": 2")),
        "{:?}",
        split.notes
    );
}

#[test]
fn boundaries_are_those_of_python() {
    // From Python: [(int(n * (1.0 - 0.2)), int(n * (1.0 - 0.1))) for n in …]
    for (n, expected) in [
        (1, (0, 0)),
        (5, (4, 4)),
        (10, (8, 9)),
        (15, (12, 13)),
        (2_023_070, (1_618_456, 1_820_763)),
        (198_502, (158_801, 178_651)),
    ] {
        assert_eq!(global_temporal::boundaries(n), expected, "{n}");
    }
}

#[test]
fn a_split_by_time_needs_times() {
    let error = split(&data(&[(0, 0, 1.0, None)]), &SplitMethod::GlobalTemporal).unwrap_err();
    assert!(error.to_string().contains("leave-last-two"), "{error}");
}

#[test]
fn every_takes_the_last_of_each_n_and_again_of_the_rest() {
    // Rows 0..8, n = 3: test 2, 5, 8; of 0 1 3 4 6 7 the third and the sixth, 3 and 7, are validation.
    let rows: Vec<_> = (0..9).map(|i| (0, i, 1.0, None)).collect();
    let split = split(&data(&rows), &SplitMethod::Every { n: 3 }).unwrap();
    assert_eq!(items(&split.train[0]), [0, 1, 4, 6]);
    assert_eq!(split.validation[0].relevant, [3, 7]);
    assert_eq!(split.test[0].relevant, [2, 5, 8]);
    assert_eq!(items(&split.test[0].history), [0, 1, 3, 4, 6, 7]);
}

#[test]
fn too_little_data_for_a_test_case_is_an_error() {
    let error = split(&data(&[(0, 0, 1.0, None)]), &SplitMethod::LeaveLastTwo).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("no test case") && text.contains("fewer than 3"),
        "{text}"
    );
}

#[test]
fn methods_print_as_they_are_typed() {
    for text in ["leave-last-two", "global-temporal", "random:42", "every:5"] {
        assert_eq!(text.parse::<SplitMethod>().unwrap().to_string(), text);
    }
    assert_eq!(
        "random".parse::<SplitMethod>().unwrap(),
        SplitMethod::Random { seed: 0 }
    );
    for bad in [
        "every",
        "every:1",
        "every:x",
        "random:-1",
        "leave-last-two:3",
        "",
    ] {
        assert!(bad.parse::<SplitMethod>().is_err(), "{bad}");
    }
}

/// Up to 80 distinct interactions with times that often tie.
fn any_data() -> impl Strategy<Value = Interactions> {
    prop::collection::btree_map((0u32..8, 0u32..30), 0i64..20, 30..80).prop_map(|map| {
        implicit(
            &map.into_iter()
                .map(|((u, i), t)| (u, i, t))
                .collect::<Vec<_>>(),
        )
    })
}

proptest! {
    /// Training, validation and test together are the data; a history never holds what it is asked for;
    /// no history reaches beyond the parts it may know.
    #[test]
    fn nothing_is_lost_or_leaked(
        data in any_data(),
        method in prop::sample::select(vec![
            SplitMethod::LeaveLastTwo,
            SplitMethod::Random { seed: 3 },
            SplitMethod::Every { n: 5 },
            SplitMethod::GlobalTemporal,
        ]),
    ) {
        let Ok(split) = split(&data, &method) else { return Ok(()) };
        let mut count: usize = split.train.iter().map(Vec::len).sum();
        for case in split.validation.iter().chain(&split.test) {
            count += case.relevant.len();
            prop_assert!(case.relevant.iter().all(|item| !items(&case.history).contains(item)));
            prop_assert!(case.history.is_sorted_by_key(|event| event.time));
        }
        if method == SplitMethod::GlobalTemporal {
            prop_assert!(count <= data.rows.len());
            let first_test = split.test.iter().flat_map(|case| &case.history);
            let (_, test_from) = global_temporal::thresholds(&data.rows).unwrap();
            prop_assert!(first_test.clone().all(|event| event.time < Some(test_from)));
        } else {
            prop_assert_eq!(count, data.rows.len());
        }
        for case in &split.validation {
            prop_assert_eq!(&case.history, &split.train[case.user as usize]);
        }
        for case in &split.test {
            let validation = split.validation.iter().find(|v| v.user == case.user);
            let held = validation.map_or(0, |v| v.relevant.len());
            prop_assert_eq!(case.history.len(), split.train[case.user as usize].len() + held);
        }
    }
}

#[test]
fn random_takes_its_shares_and_follows_its_seed() {
    let rows: Vec<_> = (0..100).map(|i| (i % 10, i, 1.0, None)).collect();
    let data = data(&rows);
    let of = |seed| split(&data, &SplitMethod::Random { seed }).unwrap();
    let count = |cases: &[Case]| cases.iter().map(|case| case.relevant.len()).sum::<usize>();
    let first = of(1);
    assert_eq!((count(&first.validation), count(&first.test)), (10, 10));
    assert_eq!(first.test, of(1).test);
    assert_ne!(first.test, of(2).test);
}
