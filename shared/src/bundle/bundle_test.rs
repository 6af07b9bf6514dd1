//! What is written of a small bundle, and what damage does to it.

use futures_util::FutureExt;
use proptest::prelude::*;

use super::sample::*;
use super::*;
use crate::item_item::ItemItem;
use crate::models::{ItemKnnConfig, Model, ModelConfig};
use crate::query::{RecommendQuery, SearchQuery};
use crate::topk::{Scored, top_k};
use crate::{Event, ItemRecord, Recommender, Scores};

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
        edited("\"major\":2", "\"major\":3").unwrap_err(),
        BundleError::UnsupportedVersion {
            found: 3,
            supported: 2
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
fn a_model_is_called_as_a_file_can_be() {
    let (store, _) = published();
    let text = String::from_utf8(store.files[MANIFEST].clone()).unwrap();
    let called = |name: &str| {
        let name = serde_json::to_string(name).unwrap();
        let mut store = store.clone();
        let text = text.replacen("\"name\":\"popularity\"", &format!("\"name\":{name}"), 1);
        assert!(text.contains(&name), "{name}");
        store.files.insert(MANIFEST.into(), text.into_bytes());
        open(store)
    };
    called("Best_of.2").unwrap();
    for name in [
        "",
        ".hidden",
        "..",
        "a/b",
        "x/../../../escaped",
        "a\\b",
        "a b",
        "a%2fb",
        "a?b",
        "é",
        "a\0",
    ] {
        let error = called(name).unwrap_err();
        assert_eq!(error.code(), "damaged", "{name:?}: {error}");
        assert!(
            error.to_string().contains("a name that no file can have"),
            "{error}"
        );
    }
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
