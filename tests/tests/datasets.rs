//! Reads every data set of `$DOORSTEP_DATA` and checks the counts that its README states.

use std::path::{Path, PathBuf};

use anyhow::Result;
use doorstep_trainer::data::{self, DataArgs, Dataset, DuplicatePolicy, Format};
use doorstep_trainer::progress::Progress;

/// The folder of data sets, unless the variable is unset: then says so.
fn data_folder() -> Option<PathBuf> {
    let folder = std::env::var_os("DOORSTEP_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: DOORSTEP_DATA is not set");
    }
    folder
}

fn load(folder: &Path, files: &[&str], change: impl FnOnce(&mut DataArgs)) -> Result<Dataset> {
    let mut args = DataArgs {
        interactions: files.iter().map(|file| folder.join(file)).collect(),
        ..DataArgs::default()
    };
    change(&mut args);
    let data = data::load(&args, &Progress::new(true))?;
    assert_eq!(data.report.malformed, 0, "{:?}", data.report.examples);
    Ok(data)
}

fn counts(data: &Dataset) -> (usize, usize, usize) {
    let i = &data.interactions;
    (i.users.len(), i.items.len(), i.rows.len())
}

#[test]
fn beauty_sequences() -> Result<()> {
    let Some(folder) = data_folder() else {
        return Ok(());
    };
    let read = |policy| {
        load(&folder, &["beauty/Beauty.txt"], |args| {
            args.duplicates = policy
        })
    };
    let data = read(None)?;
    assert_eq!(data.report.files[0].format, Format::Sequence);
    assert_eq!(counts(&data), (22_363, 12_101, 198_502));
    // Nobody reviewed an item twice, so the policy makes no difference.
    let last = read(Some(DuplicatePolicy::Last))?;
    assert_eq!(last.interactions, data.interactions);
    let core = load(&folder, &["beauty/Beauty.txt"], |args| args.core = Some(5))?;
    assert_eq!(core.report.core_rounds, [(22_363, 12_101); 2]);
    Ok(())
}

#[test]
fn beauty_with_times_keeps_the_order_of_the_sequences() -> Result<()> {
    let Some(folder) = data_folder() else {
        return Ok(());
    };
    let joined = load(&folder, &["beauty/beauty_5core_joined.csv.gz"], |_| {})?;
    assert_eq!(counts(&joined), (22_287, 12_084, 197_730));
    assert!(joined.interactions.has_times && !joined.interactions.has_ratings);
    let sequences = load(&folder, &["beauty/Beauty.txt"], |_| {})?.interactions;
    let original = sequences.histories();
    let joined = joined.interactions;
    for (user, history) in joined.histories().iter().enumerate() {
        let ids = history.iter().map(|event| joined.items.id(event.item));
        let user = sequences.users.get(joined.users.id(user as u32));
        let mut all = original[user.expect("a known user") as usize]
            .iter()
            .map(|event| sequences.items.id(event.item));
        // Some rows are missing from the joined file; those left stand in the same order.
        for id in ids {
            assert!(
                all.any(|other| other == id),
                "{user:?}: {id} is out of order"
            );
        }
    }
    let shuffled = load(&folder, &["beauty/beauty_5core_joined.csv.gz"], |args| {
        args.shuffle_ties = Some(1);
    })?;
    assert_ne!(shuffled.interactions, joined);
    assert_eq!(shuffled.interactions.rows.len(), joined.rows.len());
    Ok(())
}

#[test]
fn movielens_from_its_folder() -> Result<()> {
    let Some(folder) = data_folder() else {
        return Ok(());
    };
    let data = load(&folder, &["ml-latest-small"], |_| {})?;
    assert_eq!(counts(&data), (610, 9_724, 100_836));
    assert_eq!(data.report.duplicates_merged, 0);
    let toy_story = &data.catalogue[0];
    assert_eq!(toy_story.title.as_deref(), Some("Toy Story (1995)"));
    assert_eq!(toy_story.attributes["genre"].len(), 5);
    assert_eq!(data.catalogue.len(), 9_742);
    Ok(())
}

#[test]
fn amazon_fashion_reviews_and_items() -> Result<()> {
    let Some(folder) = data_folder() else {
        return Ok(());
    };
    let reviews = ["amazon-fashion-2018/AMAZON_FASHION_5.jsonl"];
    let data = load(&folder, &reviews, |args| {
        args.duplicates = Some(DuplicatePolicy::Keep);
        let items = "amazon-fashion-2023/amazon_fashion_sample_enriched.csv";
        args.items = vec![folder.join(items)];
    })?;
    assert_eq!(data.report.files[0].format, Format::Amazon2018);
    assert_eq!(counts(&data), (406, 31, 3_176));
    assert_eq!(data.catalogue.len() + data.report.items_merged, 5_000);
    assert!(data.catalogue.iter().all(|item| item.title.is_some()));
    let merged = load(&folder, &reviews, |_| {})?;
    assert_eq!(
        merged.interactions.rows.len() + merged.report.duplicates_merged,
        3_176
    );
    Ok(())
}

#[test]
fn amazon_histories_with_their_products() -> Result<()> {
    let Some(folder) = data_folder() else {
        return Ok(());
    };
    let files = ["training", "validation", "test"]
        .map(|part| format!("amazon-histories-2023/{part}.jsonl"));
    let data = load(&folder, &files.each_ref().map(String::as_str), |args| {
        args.duplicates = Some(DuplicatePolicy::Keep);
    })?;
    assert_eq!(data.report.files[0].format, Format::AmazonHistories);
    let (users, items, rows) = counts(&data);
    // The 691 lines are histories of 354 people, one line for each category a person reviewed in.
    assert_eq!((users, rows), (354, 2_764));
    assert_eq!(data.catalogue.len(), items);
    assert!(data.catalogue.iter().any(|item| item.price.is_some()));
    assert!(
        data.interactions
            .rows
            .iter()
            .all(|row| row.time < Some(2_000_000_000))
    );
    Ok(())
}
