use super::*;
use crate::bundle::{Bundle, DataSummary, MemoryStore, Publication, PublishedModel, write};
use crate::models::Model;
use crate::neural::{Parameter, SequenceShape};
use crate::query::{HistoryEntry, RecommendQuery};
use crate::{Event, ItemRecord, Recommender, Scores};
use futures_util::FutureExt;

const N: usize = 7;

fn network(width: u32) -> Neural {
    let architecture = Architecture::SasRec(SequenceShape {
        width,
        blocks: 1,
        heads: 1,
        inner: 4,
        length: 5,
    });
    let device = Device::flex();
    let expected = Neural::expected(architecture, N, &device).unwrap();
    // Multiples of 1/16, which half precision holds exactly.
    let parameters = expected.into_iter().enumerate().map(|(k, (name, shape))| {
        let n: usize = shape.iter().product();
        let value = |at: usize| ((at * at * 7 + at * 5 + k * 3) % 31) as f32 / 16.0 - 0.9375;
        Parameter {
            name,
            shape,
            values: (0..n).map(value).collect(),
        }
    });
    Neural::new(architecture, N, parameters.collect(), &device).unwrap()
}

fn published(model: &Model) -> MemoryStore {
    let records: Vec<ItemRecord> = (0..N).map(|i| ItemRecord::bare(&format!("i{i}"))).collect();
    // The bundle's order is the reverse of the network's.
    let counts: Vec<u32> = (1..=N as u32).collect();
    let mut store = MemoryStore::default();
    let publication = Publication {
        generator: "test",
        data: DataSummary::default(),
        records: &records,
        counts: &counts,
        models: &[PublishedModel {
            model,
            config: None,
            evaluation: None,
        }],
    };
    write(&publication, &mut store).unwrap();
    store
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("memory never waits")
}

#[test]
fn a_published_network_answers_as_the_trained_one() {
    let network = network(4);
    let model = Model::Neural(Box::new(network.clone()));
    let bundle = wait(Bundle::open(published(&model))).unwrap();
    let entry = &bundle.manifest().models[0];
    assert_eq!(
        (entry.name.as_str(), entry.engine.as_str()),
        ("sasrec", "cpu")
    );
    assert_eq!(entry.content.neural.as_ref().unwrap().error, 0.0);
    let query = RecommendQuery {
        history: ["i2", "i5"]
            .map(|item| HistoryEntry {
                item: item.to_owned(),
                rating: None,
                time: None,
            })
            .into(),
        k: 5,
        ..Default::default()
    };
    let answer = wait(bundle.recommend(&query)).unwrap();
    let mut scores = Scores::new(N);
    network.score(&[2, 5].map(Event::implicit), &mut scores);
    let mut expected: Vec<(String, f32)> = (0..N)
        .filter(|item| ![2, 5].contains(item))
        .map(|item| (format!("i{item}"), scores.values()[item]))
        .collect();
    expected.sort_by(|a, b| b.1.total_cmp(&a.1));
    for (hit, (id, score)) in answer.hits.iter().zip(&expected) {
        assert_eq!(&hit.id, id);
        assert!((hit.score - score).abs() < 1e-6);
    }
    assert_eq!(answer.hits.len(), 5);

    let nobody = wait(bundle.recommend(&RecommendQuery {
        history: Vec::new(),
        ..query
    }));
    assert!(nobody.unwrap().hits.iter().all(|hit| hit.fallback));
}

#[test]
fn a_network_of_bytes_is_read_as_it_was_stored() {
    let network = network(8).with_weights(Weights::Bytes { lost: Some(0.001) });
    let stored = as_stored(&network).unwrap();
    let bundle = wait(Bundle::open(published(&Model::Neural(Box::new(network))))).unwrap();
    let files = bundle.manifest().models[0].content.neural.clone().unwrap();
    assert_eq!((files.bits, files.lost), (8, Some(0.001)));
    assert!((1e-4..1e-2).contains(&files.error), "{}", files.error);
    let Model::Neural(read) = wait(bundle.whole_model("sasrec")).unwrap() else {
        panic!("it is a network");
    };
    assert_eq!(read.weights(), Weights::Bytes { lost: Some(0.001) });
    let scores = |model: &Neural, items: [u32; 2]| {
        let mut scores = Scores::new(N);
        model.score(&items.map(Event::implicit), &mut scores);
        scores.values().to_vec()
    };
    // The bundle's order is the reverse of the network's: numbers are the same, and chances but for
    // the order in which they add up.
    for (found, mut expected) in read.parameters().into_iter().zip(stored.parameters()) {
        if is_by_items(&expected.name) {
            let rows = expected.values.chunks_exact(expected.shape[1]).rev();
            expected.values = rows.flatten().copied().collect();
        }
        assert_eq!(found, expected);
    }
    let expected = scores(&stored, [2, 5]);
    let found = scores(&read, [4, 1]);
    for (found, expected) in found.iter().zip(expected.iter().rev()) {
        assert!((found / expected - 1.0).abs() < 1e-6, "{found} {expected}");
    }
}

#[test]
fn config_and_tensors_that_disagree_are_damage() {
    let store = published(&Model::Neural(Box::new(network(4))));
    let changed = |from: &str, to: &str| {
        let mut store = store.clone();
        let manifest = String::from_utf8(store.files["manifest.json"].clone()).unwrap();
        assert!(manifest.contains(from), "{manifest}");
        let manifest = manifest.replace(from, to);
        store.files.insert("manifest.json".into(), manifest.into());
        let bundle = match wait(Bundle::open(store)) {
            Ok(bundle) => bundle,
            Err(error) => return error.to_string(),
        };
        let query = RecommendQuery {
            history: vec![HistoryEntry {
                item: "i1".into(),
                rating: None,
                time: None,
            }],
            ..Default::default()
        };
        wait(bundle.recommend(&query)).unwrap_err().to_string()
    };
    let message = changed("\"width\":4", "\"width\":8");
    assert!(message.contains("items is [7, 4], not [7, 8]"), "{message}");
    let message = changed("\"blocks\":1", "\"blocks\":2");
    assert!(message.contains("is missing"), "{message}");
    let message = changed("\"heads\":1", "\"heads\":3");
    assert!(
        message.contains("manifest.json") && message.contains("heads"),
        "{message}"
    );
    let message = changed("\"length\":5", "\"length\":4000000000");
    assert!(message.contains("too large"), "{message}");
    let message = changed("\"bits\":16", "\"bits\":4");
    assert!(message.contains("8 or 16 bits"), "{message}");
}

#[test]
fn arbitrary_bytes_are_no_parameters() {
    for bytes in [
        &b""[..],
        b"{}",
        &[255; 64],
        &[8, 0, 0, 0, 0, 0, 0, 0, b'{', b'}'],
    ] {
        let _ = decode(bytes, 16);
    }
    assert!(decode(&[255; 64], 16).is_err());
}
