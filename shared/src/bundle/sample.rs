//! A small bundle in memory, for tests.

use std::collections::BTreeMap;

use futures_util::FutureExt;

use super::*;
use crate::ItemRecord;
use crate::item_item::{ItemItem, Neighbours};
use crate::models::{ItemKnnConfig, Model, ModelConfig, Popularity, RecentPopularity};
use crate::query::RecommendQuery;

pub const N: usize = 200;

pub fn record(i: usize) -> ItemRecord {
    let category = ["Straps", "Bags", "Mugs"][i % 3].to_owned();
    ItemRecord {
        title: Some(format!("{category} no {i}")),
        attributes: BTreeMap::from([("category".to_owned(), vec![category])]),
        ..ItemRecord::bare(&format!("id {i} <b>é</b>"))
    }
}

/// Row i has neighbours i+1, i+2, … i+9 (mod N) with weights exact in half precision.
pub fn item_knn() -> Model {
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

pub fn counts() -> Vec<u32> {
    (0..N as u32).map(|i| (i * 7919) % 23).collect()
}

pub fn published() -> (MemoryStore, Manifest) {
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

pub fn open(store: MemoryStore) -> Result<Bundle<MemoryStore>, BundleError> {
    Bundle::open(store)
        .now_or_never()
        .unwrap()
        .map_err(bundle_error)
}

pub fn bundle_error(error: ReadError<std::convert::Infallible>) -> BundleError {
    match error {
        ReadError::Bundle(error) => error,
        ReadError::Store(never) => match never {},
    }
}

pub fn recommend(
    bundle: &Bundle<MemoryStore>,
    query: &RecommendQuery,
) -> Result<crate::query::Answer, BundleError> {
    bundle
        .recommend(query)
        .now_or_never()
        .unwrap()
        .map_err(bundle_error)
}

pub fn query(json: &str) -> RecommendQuery {
    serde_json::from_str(json).unwrap()
}

pub fn entry(id: &str) -> crate::query::HistoryEntry {
    crate::query::HistoryEntry {
        item: id.to_owned(),
        rating: None,
        time: None,
    }
}

pub fn ids(answer: &crate::query::Answer) -> Vec<&str> {
    answer.hits.iter().map(|hit| hit.id.as_str()).collect()
}
