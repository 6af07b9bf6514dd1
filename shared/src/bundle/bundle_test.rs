//! A small bundle in memory: what it answers, and what damage does to it.

use std::collections::BTreeMap;

use futures_util::FutureExt;
use proptest::prelude::*;

use super::*;
use crate::item_item::{ItemItem, Neighbours};
use crate::models::{ItemKnnConfig, Model, ModelConfig, Popularity, RecentPopularity};
use crate::query::{RecommendQuery, SearchQuery, SimilarQuery};
use crate::topk::{Scored, top_k};
use crate::{Event, ItemRecord, Recommender, Scores};

const N: usize = 200;

fn record(i: usize) -> ItemRecord {
    let category = ["Straps", "Bags", "Mugs"][i % 3].to_owned();
    ItemRecord {
        title: Some(format!("{category} no {i}")),
        attributes: BTreeMap::from([("category".to_owned(), vec![category])]),
        ..ItemRecord::bare(&format!("id {i} <b>é</b>"))
    }
}

/// Row i has neighbours i+1, i+2, … i+9 (mod N) with weights exact in half precision.
fn item_knn() -> Model {
    let mut triplets = sprs::TriMatI::<f32, u32>::new((N, N));
    for i in 0..N {
        for step in 1..10 {
            triplets.add_triplet(i, (i + step) % N, 1.0 / (1 << step) as f32);
        }
    }
    let neighbours: Neighbours = triplets.to_csr();
    let weighting = ItemKnnConfig {
        recency: 0.5,
        ..Default::default()
    }
    .weighting();
    Model::ItemItem(ItemItem {
        name: "item-knn".into(),
        weighting,
        neighbours,
    })
}

fn counts() -> Vec<u32> {
    (0..N as u32).map(|i| (i * 7919) % 23).collect()
}

fn published() -> (MemoryStore, Manifest) {
    let records: Vec<ItemRecord> = (0..N).map(record).collect();
    let knn = item_knn();
    let popularity = Model::Popularity(Popularity { counts: counts() });
    let recent = Model::RecentPopularity(RecentPopularity {
        n_items: N,
        top: vec![(5, 9), (3, 2)],
    });
    let config = |name| ModelConfig::named(name).unwrap();
    let configs = [
        config("item-knn"),
        config("popularity"),
        config("recent-popularity"),
    ];
    let models: Vec<PublishedModel> = [&knn, &popularity, &recent]
        .into_iter()
        .zip(&configs)
        .map(|(model, config)| PublishedModel {
            model,
            config: Some(config),
            evaluation: None,
        })
        .collect();
    let publication = Publication {
        generator: "test",
        data: DataSummary {
            fingerprint: "f".into(),
            interactions: 1,
            fitted_on: "all".into(),
        },
        records: &records,
        counts: &counts(),
        models: &models,
    };
    let mut store = MemoryStore::default();
    let manifest = write(&publication, &mut store).unwrap();
    (store, manifest)
}

fn open(store: MemoryStore) -> Result<Bundle<MemoryStore>, BundleError> {
    Bundle::open(store)
        .now_or_never()
        .unwrap()
        .map_err(bundle_error)
}

fn bundle_error(error: ReadError<std::convert::Infallible>) -> BundleError {
    match error {
        ReadError::Bundle(error) => error,
        ReadError::Store(never) => match never {},
    }
}

fn recommend(
    bundle: &Bundle<MemoryStore>,
    query: &RecommendQuery,
) -> Result<crate::query::Answer, BundleError> {
    bundle
        .recommend(query)
        .now_or_never()
        .unwrap()
        .map_err(bundle_error)
}

fn query(json: &str) -> RecommendQuery {
    serde_json::from_str(json).unwrap()
}

fn entry(id: &str) -> crate::query::HistoryEntry {
    crate::query::HistoryEntry {
        item: id.to_owned(),
        rating: None,
        time: None,
    }
}

fn ids(answer: &crate::query::Answer) -> Vec<&str> {
    answer.hits.iter().map(|hit| hit.id.as_str()).collect()
}

#[test]
fn the_same_publication_gives_the_same_bytes() {
    assert_eq!(published().0, published().0);
}

#[test]
fn no_partial_folder_is_left() {
    assert!(
        published()
            .0
            .files
            .keys()
            .all(|path| !path.contains("partial"))
    );
}

proptest! {
    #[test]
    fn a_list_equals_the_model_in_memory(history in prop::collection::vec(0..N, 1..12), k in 1u32..40) {
        let bundle = open(published().0).unwrap();
        let asked = RecommendQuery {
            history: history.iter().map(|&i| entry(&record(i).id)).collect(),
            k,
            explain: true,
            ..Default::default()
        };
        let answer = recommend(&bundle, &asked).unwrap();

        let events: Vec<Event> = history.iter().map(|&i| Event::implicit(i as u32)).collect();
        let mut scores = Scores::new(N);
        item_knn().score(&events, &mut scores);
        let rank = |i: u32| (std::cmp::Reverse(counts()[i as usize]), record(i as usize).id);
        let mut by_rank: Vec<u32> = (0..N as u32).collect();
        by_rank.sort_by_key(|&i| rank(i));
        let candidates = by_rank.iter().zip(0u32..).filter(|(i, _)| !history.contains(&(**i as usize)));
        let scored = candidates.clone().map(|(&i, rank)| Scored { item: rank, score: scores.values()[i as usize] });
        let mut expected: Vec<(String, f32)> = top_k(scored.filter(|s| s.score > 0.0), k as usize)
            .iter()
            .map(|s| (record(by_rank[s.item as usize] as usize).id, s.score))
            .collect();
        let modelled = expected.len();
        for (&i, _) in candidates {
            let id = record(i as usize).id;
            if expected.len() < k as usize && !expected.iter().any(|(seen, _)| *seen == id) {
                expected.push((id, 0.0));
            }
        }
        let found: Vec<(String, f32)> = answer.hits.iter().map(|h| (h.id.clone(), h.score)).collect();
        prop_assert_eq!(found, expected);
        for (position, hit) in answer.hits.iter().enumerate() {
            prop_assert_eq!(hit.fallback, position >= modelled);
            if let Some(because) = &hit.because {
                let total: f32 = because.iter().map(|reason| reason.share).sum();
                prop_assert!(!because.is_empty() && total <= 1.0001, "{because:?}");
            }
        }
    }

    #[test]
    fn a_changed_byte_is_an_error_or_changes_nothing(file in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), bit in 0..8u8) {
        let (mut store, _) = published();
        let path = store.files.keys().nth(file.index(store.files.len())).unwrap().clone();
        let content = store.files.get_mut(&path).unwrap();
        let position = at.index(content.len());
        content[position] ^= 1 << bit;
        exercise(store, &path)?;
    }

    #[test]
    fn a_truncated_or_longer_file_is_an_error(file in any::<prop::sample::Index>(), keep in 0.0f64..1.5) {
        let (mut store, _) = published();
        let path = store.files.keys().nth(file.index(store.files.len())).unwrap().clone();
        let content = store.files.get_mut(&path).unwrap();
        let length = (content.len() as f64 * keep) as usize;
        prop_assume!(length != content.len());
        content.resize(length, b' ');
        exercise(store, &path)?;
    }
}

/// Reads everything that a bundle has after `changed` was damaged: it must
/// show, and never as a panic.
fn exercise(store: MemoryStore, changed: &str) -> Result<(), TestCaseError> {
    let outcome = open(store).and_then(|bundle| {
        let whole = |name: &str| {
            bundle
                .whole_model(name)
                .now_or_never()
                .unwrap()
                .map_err(bundle_error)
        };
        for name in ["item-knn", "popularity", "recent-popularity"] {
            whole(name)?;
        }
        bundle
            .all_ids()
            .now_or_never()
            .unwrap()
            .map_err(bundle_error)?;
        let every: Vec<String> = (0..N).map(|i| record(i).id).collect();
        bundle
            .items(&every)
            .now_or_never()
            .unwrap()
            .map_err(bundle_error)?;
        for i in 0..N {
            let search = SearchQuery {
                text: format!("straps no {i}"),
                k: 5,
                filter: Default::default(),
            };
            bundle
                .search(&search)
                .now_or_never()
                .unwrap()
                .map_err(bundle_error)?;
        }
        for category in ["Straps", "Bags", "Mugs"] {
            recommend(
                &bundle,
                &query(&format!(r#"{{"filter":{{"category":["{category}"]}}}}"#)),
            )?;
        }
        Ok(())
    });
    match outcome {
        // White space in the manifest is free, and so are its free texts.
        Ok(()) => prop_assert!(
            changed == MANIFEST || changed.contains("postings"),
            "{}",
            changed
        ),
        Err(BundleError::Damaged { .. }) => {}
        Err(error) => prop_assert!(changed == MANIFEST, "{}: {}", changed, error),
    }
    Ok(())
}

#[test]
fn damage_names_the_file() {
    let (mut store, manifest) = published();
    let rows = &manifest.models[0].content.item_item.as_ref().unwrap().rows;
    let path = format!("{}/00000.bin", rows.table.path);
    store.files.get_mut(&path).unwrap()[3] ^= 1;
    let bundle = open(store).unwrap();
    let error = bundle
        .whole_model("item-knn")
        .now_or_never()
        .unwrap()
        .map_err(bundle_error)
        .unwrap_err();
    assert_eq!(
        error,
        BundleError::damaged(path, "its content does not match its digest")
    );
}

#[test]
fn constraints_hold_for_hits_and_fallback() {
    let bundle = open(published().0).unwrap();
    let asked = r#"{"history":[{"item":"id 0 <b>é</b>"}],"k":100,"filter":{"category":["Bags","Mugs"]},"deny":["id 4 <b>é</b>"]}"#;
    let answer = recommend(&bundle, &query(asked)).unwrap();
    assert_eq!(answer.hits.len(), 100);
    assert!(
        answer
            .hits
            .iter()
            .all(|hit| hit.item.attributes["category"][0] != "Straps")
    );
    assert!(!ids(&answer).contains(&"id 4 <b>é</b>"));

    let allowed = r#"{"history":[{"item":"id 0 <b>é</b>"}],"k":9,"allow":["id 3 <b>é</b>","id 150 <b>é</b>","nobody"]}"#;
    let answer = recommend(&bundle, &query(allowed)).unwrap();
    assert_eq!(ids(&answer), ["id 3 <b>é</b>", "id 150 <b>é</b>"]);
    assert_eq!(
        (answer.hits[0].fallback, answer.hits[1].fallback),
        (false, true)
    );
    assert_eq!(answer.unknown, ["nobody"]);
}

#[test]
fn a_boost_reorders() {
    let bundle = open(published().0).unwrap();
    let plain = recommend(
        &bundle,
        &query(r#"{"history":[{"item":"id 0 <b>é</b>"}],"k":3}"#),
    )
    .unwrap();
    assert_eq!(
        ids(&plain),
        ["id 1 <b>é</b>", "id 2 <b>é</b>", "id 3 <b>é</b>"]
    );
    let boosted =
        r#"{"history":[{"item":"id 0 <b>é</b>"}],"k":3,"boost":{"category":{"Straps":16}}}"#;
    let boosted = recommend(&bundle, &query(boosted)).unwrap();
    assert_eq!(
        ids(&boosted),
        ["id 3 <b>é</b>", "id 1 <b>é</b>", "id 6 <b>é</b>"]
    );
}

#[test]
fn times_order_the_history() {
    let bundle = open(published().0).unwrap();
    let by_time = r#"{"history":[{"item":"id 9 <b>é</b>","time":2},{"item":"id 50 <b>é</b>","time":1}],"k":1}"#;
    let answer = recommend(&bundle, &query(by_time)).unwrap();
    assert_eq!(ids(&answer), ["id 10 <b>é</b>"]);
}

#[test]
fn similar_items_and_search() {
    let bundle = open(published().0).unwrap();
    let similar = |item: &str| {
        let asked = SimilarQuery {
            item: item.into(),
            k: 2,
            model: None,
            filter: Default::default(),
        };
        bundle
            .similar(&asked)
            .now_or_never()
            .unwrap()
            .map_err(bundle_error)
    };
    assert_eq!(
        ids(&similar("id 7 <b>é</b>").unwrap()),
        ["id 8 <b>é</b>", "id 9 <b>é</b>"]
    );
    assert_eq!(
        similar("nobody").unwrap_err(),
        BundleError::UnknownItem("nobody".into())
    );

    let search = |text: &str| {
        let asked = SearchQuery {
            text: text.into(),
            k: 300,
            filter: Default::default(),
        };
        let found = bundle.search(&asked).now_or_never().unwrap().unwrap();
        found
            .into_iter()
            .map(|record| record.title.unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        search("mugs 5"),
        [
            "Mugs no 59",
            "Mugs no 5",
            "Mugs no 50",
            "Mugs no 53",
            "Mugs no 56"
        ]
    );
    assert_eq!(search("BAG").len(), 67);
    assert!(search("  ").is_empty() && search("bags nothing").is_empty());
}

#[test]
fn bad_queries_say_what_is_wrong() {
    let bundle = open(published().0).unwrap();
    let why = |json: &str| recommend(&bundle, &query(json)).unwrap_err().to_string();
    assert_eq!(why(r#"{"k":0}"#), "k must be from 1 to 1000, not 0");
    assert_eq!(
        why(r#"{"model":"svd"}"#),
        "this bundle has no model \"svd\"; it has item-knn, popularity, recent-popularity"
    );
    assert_eq!(
        why(r#"{"filter":{"colour":["red"]}}"#),
        "this bundle has no attribute \"colour\"; it has category"
    );
    assert_eq!(
        why(r#"{"boost":{"category":{"Bags":-1}}}"#),
        "the boost of category \"Bags\" must be a number from 0 up"
    );
    assert!(serde_json::from_str::<RecommendQuery>(r#"{"histroy":[]}"#).is_err());
}

#[test]
fn versions_and_kinds_to_come() {
    let (store, _) = published();
    let edited = |from: &str, to: &str| {
        let mut store = store.clone();
        let text = String::from_utf8(store.files[MANIFEST].clone()).unwrap();
        assert!(text.contains(from), "{from}");
        store
            .files
            .insert(MANIFEST.into(), text.replacen(from, to, 1).into_bytes());
        open(store)
    };
    assert_eq!(
        edited("\"major\":1", "\"major\":2").unwrap_err(),
        BundleError::UnsupportedVersion {
            found: 2,
            supported: 1
        }
    );
    let newer = edited("\"ranking\":{", "\"hologram\":{").unwrap();
    assert!(recommend(&newer, &query("{}")).is_ok());
    assert_eq!(
        edited("\"items\":200", "\"items\":4000000000")
            .unwrap_err()
            .code(),
        "damaged"
    );
    assert_eq!(
        edited("\"items\":200", "\"items\":900").unwrap_err().code(),
        "damaged"
    );
    assert_eq!(
        edited("catalog/ids-", "../../ids-").unwrap_err().code(),
        "damaged"
    );
    assert_eq!(
        edited("doorstep-bundle", "zip").unwrap_err().code(),
        "damaged"
    );
}

#[test]
fn a_model_of_another_size_or_with_huge_weights_is_refused() {
    let records: Vec<ItemRecord> = (0..2).map(record).collect();
    let config = ModelConfig::named("item-knn").unwrap();
    let refuse = |model: Model| {
        let models = [PublishedModel {
            model: &model,
            config: Some(&config),
            evaluation: None,
        }];
        let data = DataSummary {
            fingerprint: String::new(),
            interactions: 0,
            fitted_on: String::new(),
        };
        let publication = Publication {
            generator: "test",
            data,
            records: &records,
            counts: &[1, 1],
            models: &models,
        };
        write(&publication, &mut MemoryStore::default())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refuse(item_knn()),
        "item-knn covers 200 items, the catalogue has 2"
    );
    let mut triplets = sprs::TriMatI::<f32, u32>::new((2, 2));
    triplets.add_triplet(1, 0, 1e9);
    let weighting = ItemKnnConfig::default().weighting();
    let model = ItemItem {
        name: "item-knn".into(),
        weighting,
        neighbours: triplets.to_csr(),
    };
    assert!(refuse(Model::ItemItem(model)).contains("not finite in half precision (row 1)"));
}

#[test]
fn a_zero_boost_and_a_negative_score_are_not_filled_back_in() {
    let bundle = open(published().0).unwrap();
    let asked =
        r#"{"history":[{"item":"id 0 <b>é</b>"}],"k":100,"boost":{"category":{"Straps":0}}}"#;
    let answer = recommend(&bundle, &query(asked)).unwrap();
    assert_eq!(answer.hits.len(), 100);
    assert!(
        answer
            .hits
            .iter()
            .all(|hit| hit.item.attributes["category"][0] != "Straps")
    );
}

#[test]
fn a_long_word_must_match_to_its_end() {
    let bundle = open(published().0).unwrap();
    let search = |text: &str| {
        let asked = SearchQuery {
            text: text.into(),
            k: 5,
            filter: Default::default(),
        };
        bundle.search(&asked).now_or_never().unwrap().unwrap().len()
    };
    assert_eq!((search("strap"), search("strapsandmore")), (5, 0));
}
