//! A tiny bundle of which one file is whatever an attacker wants it to be.
//!
//! An input is a byte that chooses the file, then the file's new content. The
//! digests on the way from the manifest to that file are made right again, as
//! an attacker would, so that the input reaches the decoders behind them;
//! inputs whose first byte is above 127 keep the old digests.

use std::collections::BTreeMap;

use doorstep_shared::bundle::{
    Bundle, DataSummary, Digest, MANIFEST, MemoryStore, Publication, PublishedModel, write,
};
use doorstep_shared::factors::{Factors, RatingScale};
use doorstep_shared::item_item::{ItemItem, Neighbours};
use doorstep_shared::models::{
    AlsConfig, ItemKnnConfig, Model, ModelConfig, Popularity, RecentPopularity, SvdConfig,
};
use doorstep_shared::query::{RecommendQuery, SearchQuery, SimilarQuery};
use doorstep_shared::{ItemRecord, Recommender};
use futures_util::FutureExt;
use serde_json::{Value, json};

const ITEMS: usize = 40;
const KEEP_DIGESTS: u8 = 0x80;

/// Opens the bundle that `input` describes and asks it everything. Errors are
/// what is expected; panics, hangs and lists that break their promises are not.
/// Says whether the bundle could be opened and gave a list.
pub fn read(input: &[u8]) -> bool {
    let Some((&choice, content)) = input.split_first() else {
        return false;
    };
    let mut store = bundle();
    let file = usize::from(choice & !KEEP_DIGESTS) % store.files.len();
    let path = store.files.keys().nth(file).expect("in range").clone();
    store.files.insert(path, content.to_vec());
    if choice & KEEP_DIGESTS == 0 {
        seal(&mut store);
    }
    ask(store)
}

/// The inputs that leave the bundle as it was published, by file name.
pub fn seeds() -> BTreeMap<String, Vec<u8>> {
    let files = bundle().files;
    let seed = |(choice, (path, content)): (u8, (String, Vec<u8>))| {
        let name = path.replace('/', "-");
        (name, [&[choice], content.as_slice()].concat())
    };
    (0..).zip(files).map(seed).collect()
}

fn ask(store: MemoryStore) -> bool {
    let Some(Ok(bundle)) = Bundle::open(store).now_or_never() else {
        return false;
    };
    let mut answered = false;
    let known = || (0..ITEMS).step_by(7).map(|i| json!({ "item": id(i) }));
    let models = bundle.manifest().models.iter().map(|model| &model.name);
    for model in models.clone().map(|name| json!(name)).chain([Value::Null]) {
        let history: Vec<Value> = known().chain([json!({ "item": "x", "time": 1 })]).collect();
        for query in [
            json!({ "history": history, "model": model, "k": 9, "explain": true }),
            json!({ "history": history, "model": model, "k": 9, "excludeSeen": false,
                "filter": { "category": ["Mugs"] }, "boost": { "category": { "Mugs": 2.0 } } }),
            json!({ "model": model, "k": 1000, "deny": [id(0)] }),
            json!({ "history": history, "allow": [id(1), id(2)], "model": model }),
        ] {
            let query: RecommendQuery = serde_json::from_value(query).expect("a valid query");
            if let Some(Ok(answer)) = bundle.recommend(&query).now_or_never() {
                answered |= !answer.hits.is_empty();
                assert!(answer.hits.len() <= query.k as usize);
                assert!(answer.hits.iter().all(|hit| hit.score.is_finite()));
            }
        }
        for item in [id(3), "x".into()] {
            let query = json!({ "item": item, "model": model, "k": 5 });
            let query: SimilarQuery = serde_json::from_value(query).expect("a valid query");
            if let Some(Ok(answer)) = bundle.similar(&query).now_or_never() {
                assert!(answer.hits.len() <= 5);
            }
        }
    }
    for text in ["m", "mug 1", ""] {
        let query: SearchQuery =
            serde_json::from_value(json!({ "text": text })).expect("a valid query");
        let _ = bundle.search(&query).now_or_never();
    }
    let _ = bundle.items(&[id(0), "x".into()]).now_or_never();
    // Whole tables only of a catalogue as small as ours: a claim of millions is legal and slow.
    if bundle.manifest().catalogue.items as usize > 10 * ITEMS {
        return answered;
    }
    let _ = bundle.all_ids().now_or_never();
    for name in models {
        if let Some(Ok(model)) = bundle.whole_model(name).now_or_never() {
            assert_eq!(model.n_items(), bundle.manifest().catalogue.items as usize);
        }
    }
    answered
}

fn bundle() -> MemoryStore {
    thread_local! {
        static BUNDLE: MemoryStore = publish();
    }
    BUNDLE.with(Clone::clone)
}

fn id(item: usize) -> String {
    format!("id {item}")
}

fn publish() -> MemoryStore {
    let records: Vec<ItemRecord> = (0..ITEMS)
        .map(|i| {
            let category = ["Mugs", "Bags"][i % 2].to_owned();
            ItemRecord {
                title: Some(format!("{category} no {i}")),
                attributes: BTreeMap::from([("category".to_owned(), vec![category])]),
                ..ItemRecord::bare(&id(i))
            }
        })
        .collect();
    let mut rows = sprs::TriMatI::<f32, u32>::new((ITEMS, ITEMS));
    for i in 0..ITEMS {
        for step in 1..5 {
            rows.add_triplet(i, (i + step * step) % ITEMS, 1.0 / step as f32);
        }
    }
    let neighbours: Neighbours = rows.to_csr();
    let counts: Vec<u32> = (0..ITEMS as u32).map(|i| 40 - i).collect();
    let knn = Model::ItemItem(ItemItem {
        name: "item-knn".into(),
        weighting: ItemKnnConfig::default().weighting(),
        neighbours,
    });
    let popularity = Model::Popularity(Popularity {
        counts: counts.clone(),
    });
    let recent = Model::RecentPopularity(RecentPopularity {
        n_items: ITEMS,
        top: vec![(5, 9), (3, 2)],
    });
    // One of either precision: a byte can't tell the small numbers of `uneven` from 0.
    let wave = |i: usize| (i as f32).sin();
    let even = (0..ITEMS * 3).map(wave).collect();
    let sign = |i: usize| wave(i).signum();
    let uneven = (0..ITEMS * 8).map(|i| sign(i) * if i % 8 == 0 { 1.0 } else { 0.0039 });
    let als = Factors::new("als", 3, even, Vec::new(), AlsConfig::default().fold_in());
    let scale = RatingScale {
        mean: 3.0,
        least: 1.0,
        most: 5.0,
    };
    let biases = (0..ITEMS).map(|i| wave(i + 9)).collect();
    let svd = SvdConfig::default().fold_in(scale);
    let svd = Factors::new("svd", 8, uneven.collect(), biases, svd);
    let (als, svd) = (Model::Factors(als), Model::Factors(svd));
    let models = [
        ("item-knn", &knn),
        ("als", &als),
        ("svd", &svd),
        ("popularity", &popularity),
        ("recent-popularity", &recent),
    ];
    let configs = models.map(|(name, _)| ModelConfig::named(name).expect("a known model"));
    let models: Vec<PublishedModel> = models
        .iter()
        .zip(&configs)
        .map(|((_, model), config)| PublishedModel {
            model,
            config: Some(config),
            evaluation: None,
        })
        .collect();
    let mut store = MemoryStore::default();
    let publication = Publication {
        generator: "fuzz",
        data: DataSummary {
            fingerprint: "none".into(),
            interactions: 1,
            fitted_on: "all".into(),
        },
        records: &records,
        counts: &counts,
        models: &models,
    };
    write(&publication, &mut store).expect("a tiny bundle can be written");
    store
}

/// Makes all digests and lengths match the files, from the shards up.
fn seal(store: &mut MemoryStore) {
    let Ok(mut manifest) = serde_json::from_slice(&store.files[MANIFEST]) else {
        return;
    };
    seal_below(&mut manifest, store);
    let manifest = serde_json::to_vec(&manifest).expect("JSON that was read can be written");
    store.files.insert(MANIFEST.to_owned(), manifest);
}

fn seal_below(value: &mut Value, store: &mut MemoryStore) {
    if let Some(path) = value["path"].as_str().map(str::to_owned) {
        if let Some(content) = store.files.get(&path) {
            value["bytes"] = json!(content.len());
            value["sha256"] = json!(Digest::of(content));
        } else if let Some(per_page) = value["shards_per_page"]
            .as_u64()
            .filter(|n| (1..=4096).contains(n))
        {
            let extension = value["extension"].as_str().unwrap_or_default().to_owned();
            value["pages"] = seal_table(&path, &extension, per_page as usize, store);
        }
        return;
    }
    match value {
        Value::Array(all) => all.iter_mut().for_each(|below| seal_below(below, store)),
        Value::Object(all) => all.values_mut().for_each(|below| seal_below(below, store)),
        _ => {}
    }
}

/// How much of a shard's digest an index page holds.
const ENTRY_BYTES: usize = 16;

/// Rewrites the index pages of a table, unless the input is such a page itself.
fn seal_table(path: &str, extension: &str, per_page: usize, store: &mut MemoryStore) -> Value {
    let name = |n: usize| format!("{path}/{n:05}.{extension}");
    let shards = (0..).map_while(|n| store.files.get(&name(n)));
    let entries: Vec<u8> = shards
        .flat_map(|shard| Digest::of(shard).0.into_iter().take(ENTRY_BYTES))
        .collect();
    let originals = bundle().files;
    let digests = entries
        .chunks(per_page * ENTRY_BYTES)
        .enumerate()
        .map(|(n, page)| {
            let name = format!("{path}/index-{n:04}.bin");
            let untouched = store.files.get(&name) == originals.get(&name);
            if untouched {
                store.files.insert(name.clone(), page.to_vec());
            }
            json!(store.files.get(&name).map(|page| Digest::of(page)))
        });
    digests.collect::<Vec<_>>().into()
}
