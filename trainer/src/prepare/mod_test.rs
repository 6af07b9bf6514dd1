use super::*;

/// Rows `user item time`, as indices.
fn interactions(rows: &[(u32, u32, i64)]) -> Interactions {
    Interactions {
        users: (0..20).map(|i| format!("u{i}")).collect(),
        items: (0..20).map(|i| format!("i{i}")).collect(),
        rows: rows
            .iter()
            .map(|&(user, item, time)| Interaction {
                user,
                item,
                rating: 1.0,
                time: Some(time),
            })
            .collect(),
        has_ratings: false,
        has_times: true,
    }
}

/// Two users with two items each, then two later rows: at ten rows validation is row 8, test row 9.
fn small() -> Interactions {
    interactions(&[
        (5, 9, 100), // in neither core, yet numbers item 9 for all_data
        (1, 3, 20),
        (1, 9, 10),
        (2, 9, 10),
        (2, 3, 10),
        (1, 3, 30),
        (2, 9, 30),
        (2, 3, 31),
        (1, 9, 30),
        (7, 9, 90),
    ])
}

const CORES: Cores = Cores { train: 2, all: 3 };

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn numbers_follow_the_walk_and_lines_follow_time() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let prepared = prepare(&small(), CORES, &out, false).unwrap();
    let text = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    // Times sorted: 10 10 10 20 30 30 30 31 90 100: validation from 90, test from 100.
    assert_eq!((prepared.validation_from, prepared.test_from), (90, 100));
    // User 1 meets item 3 first (file order), though item 9 came first in time.
    assert_eq!(
        text("train_new.txt"),
        "1 2 1\n1 2 1 1\n1 2 1 1 2\n2 2 1\n2 2 1 2\n2 2 1 2 1\n"
    );
    // Item 9 is number 1 here: user 5, outside the core, met it first.
    assert_eq!(text("all_data.txt"), "1 1 2 2 1\n2 1 2 1 2\n");
    assert_eq!(text("validation_new.txt"), "");
    assert_eq!(prepared.all.left.actions, 8);
    assert_eq!(files(&out).len(), 4);
}

#[test]
fn a_folder_with_files_is_left_alone_unless_forced() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.txt"), "x").unwrap();
    let error = prepare(&small(), CORES, folder.path(), false).unwrap_err();
    assert!(error.to_string().contains("not empty"), "{error}");
    assert_eq!(files(folder.path()), ["mine.txt"]);
    prepare(&small(), CORES, folder.path(), true).unwrap();
    assert_eq!(files(folder.path()).len(), 5);
}

#[test]
fn failure_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let too_high = Cores { train: 9, all: 9 };
    let error = prepare(&small(), too_high, &out, false).unwrap_err();
    assert!(error.to_string().contains("lower --core-train"), "{error}");
    assert!(!out.exists());
    let mut untimed = small();
    untimed.rows[3].time = None;
    let error = prepare(&untimed, CORES, &out, false).unwrap_err();
    assert!(error.to_string().contains("timestamp"), "{error}");
    assert!(prepare(&small(), Cores { train: 0, all: 1 }, &out, false).is_err());
    assert!(!out.exists());
}
