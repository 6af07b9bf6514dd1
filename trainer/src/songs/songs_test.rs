use std::collections::BTreeSet;
use std::fs;

use doorstep_shared::knn::{Cholesky, Rows};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::*;
use crate::split::SplitMethod;
use crate::table::compare::divide;
use crate::table::{TableArgs, fit, judge, predictions, table_models};

/// Changes only when the table is meant to: the demo and benchmarks stand on its bytes.
const PINNED: &str = "50e2b4bbd31eb33f95af1f832b827da0edec3764b24f5da11066275b04b0be1f";

const SMALL: SongsConfig = SongsConfig {
    songs: 500,
    seed: 7,
};

fn written(config: SongsConfig) -> (String, Summary) {
    let home = TempDir::new().unwrap();
    let songs = config.open().unwrap();
    let summary = songs.write(home.path(), &Progress::new(true)).unwrap();
    (
        fs::read_to_string(home.path().join(SONGS)).unwrap(),
        summary,
    )
}

#[test]
fn the_same_seed_gives_the_same_bytes_everywhere() {
    let digest = Sha256::digest(written(SMALL).0);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, PINNED);
    assert_ne!(
        written(SMALL).0,
        written(SongsConfig { seed: 8, ..SMALL }).0
    );
}

#[test]
fn more_songs_do_not_change_the_first_ones() {
    let few = written(SongsConfig {
        songs: 333,
        ..SMALL
    })
    .0;
    assert!(written(SMALL).0.starts_with(&few));
}

#[test]
fn every_song_has_its_own_id_and_name_and_features_in_range() {
    let (text, summary) = written(SongsConfig::default());
    assert_eq!((summary.songs, summary.bytes), (6_000, text.len() as u64));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header: Vec<String> = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    let place = |name: &str| header.iter().position(|column| column == name).unwrap();
    let within = [
        ("danceability", 0.0, 1.0),
        ("energy", 0.0, 1.0),
        ("key", 0.0, 11.0),
        ("loudness", -30.0, 0.0),
        ("mode", 0.0, 1.0),
        ("speechiness", 0.0, 1.0),
        ("acousticness", 0.0, 1.0),
        ("instrumentalness", 0.0, 1.0),
        ("liveness", 0.0, 1.0),
        ("valence", 0.0, 1.0),
        ("tempo", 58.0, 212.0),
        ("duration_ms", 60e3, 900e3),
        ("time_signature", 3.0, 4.0),
        ("chorus_hit", 0.0, 200.0),
        ("sections", 3.0, 40.0),
        ("decade", 1960.0, 2010.0),
    ];
    let (mut ids, mut names, mut artists) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for record in reader.records() {
        let record = record.unwrap();
        for (name, least, most) in within {
            let value: f64 = record[place(name)].parse().unwrap();
            assert!((least..=most).contains(&value), "{name} {value}");
        }
        let of = |name: &str| record[place(name)].to_owned();
        ids.insert(of("id"));
        names.insert((of("artist"), of("track")));
        artists.insert(of("artist"));
    }
    assert_eq!((ids.len(), names.len()), (6_000, 6_000));
    assert_eq!(artists.len() as u64, summary.artists);
}

#[test]
fn a_size_out_of_range_is_named_with_its_range() {
    let error = SongsConfig { songs: 99, seed: 7 }.open().unwrap_err();
    assert_eq!(
        error.to_string(),
        "--songs must be from 100 to 5000000; it is 99"
    );
}

/// The terms of a line in all numeric features.
fn terms(rows: &Rows, row: u32) -> Vec<f64> {
    let values = rows.values(row).iter().map(|&value| f64::from(value));
    std::iter::once(1.0).chain(values).collect()
}

/// Predictions of `test` by least squares.
fn line(train: &Rows, test: &Rows) -> Vec<f32> {
    let n = terms(train, 0).len();
    let (mut products, mut right) = (vec![0.0; n * n], vec![0.0; n]);
    for (row, &target) in (0..).zip(train.targets()) {
        let terms = terms(train, row);
        for (i, a) in terms.iter().enumerate() {
            right[i] += a * f64::from(target);
            for (j, b) in terms.iter().enumerate() {
                products[i * n + j] += a * b;
            }
        }
    }
    Cholesky::of(products, n).unwrap().solve(&mut right);
    let predicted = |row| {
        let product = terms(test, row).into_iter().zip(&right).map(|(a, b)| a * b);
        product.sum::<f64>() as f32
    };
    (0..test.len() as u32).map(predicted).collect()
}

#[test]
fn lines_among_neighbours_predict_better_than_neighbours_and_they_better_than_one_line() {
    let home = TempDir::new().unwrap();
    let quiet = Progress::new(true);
    let songs = SongsConfig {
        songs: 3_000,
        seed: 7,
    }
    .open()
    .unwrap();
    songs.write(home.path(), &quiet).unwrap();
    let words = |words: &[&str]| {
        words
            .iter()
            .map(|&word| word.to_owned())
            .collect::<Vec<_>>()
    };
    let args = TableArgs {
        table: vec![home.path().join(SONGS)],
        target: Some("energy".into()),
        exclude: words(&["genre"]),
        categorical: words(&["key", "mode", "time_signature"]),
        ..TableArgs::default()
    };
    let divided = divide(&args, &SplitMethod::Every { n: 5 }, &quiet).unwrap();
    let (train, test) = (&divided.train, &divided.test);
    let names = words(&["knn", "knn-local"]);
    let models = table_models(&names, &words(&["knn-local.steps=30"])).unwrap();
    let r2 = models.iter().map(|config| {
        let (frame, preparation) = (&divided.frame, &divided.preparation);
        let model = fit(config, frame, preparation, train.clone(), &quiet)
            .unwrap()
            .model;
        judge(&model.task, test.targets(), &predictions(&model, test)).main()
    });
    let [knn, local] = r2.collect::<Vec<_>>()[..] else {
        panic!("two models");
    };
    let line = crate::table::regression(test.targets(), &line(train, test)).main();
    assert!(
        local > knn + 0.1 && knn > line + 0.02 && line > 0.4,
        "local {local}, knn {knn}, line {line}"
    );
}
