use super::*;

fn dataset() -> Dataset {
    let row = |user, item, time| Interaction {
        user,
        item,
        rating: 2.5,
        time,
    };
    Dataset {
        interactions: Interactions {
            users: ["u", "v\n", "\"w\""].into_iter().collect(),
            items: ["a", "b"].into_iter().collect(),
            rows: vec![
                row(0, 1, None),
                row(2, 0, Some(-7)),
                row(1, 1, Some(1 << 40)),
            ],
            has_ratings: true,
            has_times: true,
        },
        catalogue: vec![ItemRecord::bare("c")],
        ..Dataset::default()
    }
}

fn state() -> State {
    let matrix = Neighbours::new((2, 2), vec![0, 1, 3], vec![1, 0, 1], vec![0.5, -1.0, 3.0]);
    State {
        read: dataset(),
        settling: DataArgs {
            duplicates: Some(DuplicatePolicy::Mean),
            core: Some(3),
            ..DataArgs::default()
        },
        configs: vec![ModelConfig::named("ease").unwrap()],
        weights: WeightsWish::Int8,
        sums: Matrices::from([("ease/gram".to_owned(), matrix)]),
    }
}

fn bundle(folder: &Path, manifest: &str) -> PathBuf {
    let bundle = folder.join("bundle");
    fs::create_dir_all(&bundle).unwrap();
    fs::write(bundle.join("manifest.json"), manifest).unwrap();
    bundle
}

#[test]
fn what_is_kept_is_read_back() {
    let home = tempfile::tempdir().unwrap();
    let bundle = bundle(home.path(), "{}");
    let folder = beside(&bundle).unwrap();
    assert_eq!(beside(&home.path().join("bundle/")).unwrap(), folder);
    for force in [false, true] {
        let staged = state().stage(&folder, &bundle, force).unwrap();
        staged.settle().unwrap();
        let found = State::load(&folder, &bundle).unwrap();
        assert_eq!(found.read.interactions, dataset().interactions);
        assert_eq!(found.read.catalogue, dataset().catalogue);
        assert_eq!((found.configs, found.sums), (state().configs, state().sums));
        assert_eq!(found.settling.duplicates, Some(DuplicatePolicy::Mean));
        assert_eq!(
            (found.settling.core, found.weights),
            (Some(3), WeightsWish::Int8)
        );
    }
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2);
}

#[test]
fn another_state_a_damaged_one_and_none_are_told_apart() {
    let home = tempfile::tempdir().unwrap();
    let old = bundle(home.path(), "{}");
    let folder = beside(&old).unwrap();
    let error = |folder: &Path| format!("{:#}", State::load(folder, &old).unwrap_err());
    assert!(error(&folder).contains("there is no state"));
    state()
        .stage(&folder, &old, false)
        .unwrap()
        .settle()
        .unwrap();
    for file in [READ, SUMS, ABOUT] {
        let bytes = fs::read(folder.join(file)).unwrap();
        for cut in [0, bytes.len() / 2, bytes.len() - 1] {
            fs::write(folder.join(file), &bytes[..cut]).unwrap();
            assert!(
                error(&folder).contains("damaged"),
                "{file}: {}",
                error(&folder)
            );
        }
        fs::write(folder.join(file), &bytes).unwrap();
    }
    let rows = read_rows(&rows(&dataset().interactions.rows).unwrap(), 3, 1);
    assert!(
        rows.unwrap_err()
            .to_string()
            .contains("unknown user or item")
    );
    bundle(home.path(), "{\"other\":1}");
    assert!(error(&folder).contains("another publication"));
}

#[test]
fn a_state_replaces_a_state_and_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let bundle = bundle(home.path(), "{}");
    let folder = home.path().join("thesis");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("thesis.txt"), "years of work").unwrap();
    for force in [false, true] {
        assert!(state().stage(&folder, &bundle, force).is_err());
    }
    assert_eq!(
        fs::read(folder.join("thesis.txt")).unwrap(),
        b"years of work"
    );
    let folder = beside(&bundle).unwrap();
    state()
        .stage(&folder, &bundle, false)
        .unwrap()
        .settle()
        .unwrap();
    let refused = state().stage(&folder, &bundle, false).err().unwrap();
    assert!(refused.to_string().contains("another --state"), "{refused}");
}

#[test]
fn a_state_that_an_interrupted_update_left_beside_its_place_is_named() {
    let home = tempfile::tempdir().unwrap();
    let old = bundle(home.path(), "{}");
    let folder = beside(&old).unwrap();
    state()
        .stage(&folder, &old, false)
        .unwrap()
        .settle()
        .unwrap();
    // Killed after the bundle took its place.
    bundle(home.path(), "{\"newer\":1}");
    let staged = state().stage(&folder, &old, true).unwrap();
    let error = State::load(&folder, &old).unwrap_err().to_string();
    let left = staged.path().display().to_string();
    assert!(error.contains(&format!("call {left} ")), "{error}");
    fs::remove_dir_all(&folder).unwrap();
    fs::rename(&left, &folder).unwrap();
    State::load(&folder, &old).unwrap();
}
