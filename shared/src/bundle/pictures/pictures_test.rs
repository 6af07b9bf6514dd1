use super::*;
use crate::ItemRecord;
use crate::bundle::{
    Bundle, BundleError, DataSummary, MANIFEST, MemoryStore, Publication, PublishedModel,
    ReadError, write,
};
use crate::images::salad::{Autoencoder, BANK, Form, Inspector, Map, ScoreForm};
use crate::images::{GreyImage, Preparation};
use crate::models::{Model, Popularity};
use crate::neural::{Parameter, parameters};
use crate::query::RecommendQuery;
use burn::tensor::Device;
use futures_util::FutureExt;
use serde_json::{Value, json};

const ROWS: usize = 6;

fn shape() -> AutoencoderShape {
    AutoencoderShape {
        form: Form::Blocks,
        size: 8,
        halvings: 1,
        channels: 2,
        features: 3,
    }
}

fn preparation() -> Preparation {
    Preparation {
        size: 8,
        ..Preparation::default()
    }
}

/// Multiples of 1/64, which half precision holds exactly.
fn numbers(n: usize, step: usize) -> Vec<f32> {
    (0..n)
        .map(|at| ((at * at * step + at * 5 + 3) % 31) as f32 / 64.0 - 0.234375)
        .collect()
}

fn trained() -> Vec<Parameter> {
    let mut all = parameters(&Autoencoder::blank(shape(), &Device::flex()));
    for (at, own) in all.iter_mut().enumerate() {
        if !own.name.ends_with("variance") {
            own.values = numbers(own.values.len(), 7 + at);
        }
    }
    all.push(Parameter {
        name: BANK.to_owned(),
        shape: vec![ROWS, 3],
        values: numbers(ROWS * 3, 11),
    });
    all
}

fn scoring() -> Scoring {
    Scoring::Bank {
        nearest: 2,
        form: ScoreForm::Mean,
    }
}

fn calibration() -> Calibration {
    let scores = (0..40).map(|at| f64::from(at) / 40.0).collect();
    Calibration::new(scores, 0.1, 0.2).unwrap()
}

fn picture(n: usize) -> GreyImage {
    let pixels = (0..12 * 10).map(|at| (at * (n + 3) % 17) as f32 / 16.0);
    GreyImage::new(12, 10, pixels.collect()).unwrap()
}

fn published(n_prototypes: usize) -> MemoryStore {
    let pictures: Vec<GreyImage> = (0..n_prototypes)
        .map(|n| preparation().apply(&picture(n)))
        .collect();
    let pictures: Vec<&GreyImage> = pictures.iter().collect();
    let mut store = MemoryStore::default();
    let publication = PicturePublication {
        generator: "test",
        data: DataSummary::default(),
        models: &[PublishedPictures {
            name: "salad",
            preparation: &preparation(),
            shape: shape(),
            scoring: scoring(),
            calibration: &calibration(),
            parameters: &trained(),
            prototypes: &pictures,
            config: Default::default(),
            evaluation: None,
        }],
    };
    write_pictures(&publication, &mut store).unwrap();
    store
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("memory never waits")
}

fn query(prototypes: u32) -> InspectQuery {
    InspectQuery {
        map: Some(Map::Reconstruction),
        prototypes,
        ..InspectQuery::default()
    }
}

#[test]
fn a_published_model_finds_what_the_trained_one_does() {
    let bundle = wait(Bundle::open(published(5))).unwrap();
    let inspector = Inspector::new(
        preparation(),
        shape(),
        scoring(),
        trained(),
        &Device::flex(),
    )
    .unwrap();
    for n in 0..20 {
        let map = Some(Map::Reconstruction);
        let expected = wait(inspector.inspect(&picture(n), map, &calibration())).unwrap();
        let found = wait(bundle.inspect(&picture(n), &query(2))).unwrap();
        assert_eq!((&found.model[..], found.score), ("salad", expected.score));
        assert_eq!((found.map, found.frame), (expected.map, expected.frame));
        assert_eq!(found.prepared, expected.prepared.pixels());
        assert_eq!(found.percentile, calibration().percentile(found.score));
        assert_eq!(found.unusual, found.score > found.threshold);
        // The nearest rows of those that have pictures, which the last one hasn't.
        let shown = expected.near.iter().filter(|own| own.row < 5);
        let shown: Vec<u32> = shown.take(2).map(|own| own.row as u32).collect();
        let rows: Vec<u32> = found.prototypes.iter().map(|own| own.row).collect();
        assert_eq!(rows, shown);
        for own in &found.prototypes {
            let prepared = preparation().apply(&picture(own.row as usize));
            let bytes = prepared.pixels().iter().map(|p| (p * 255.0).round() as u8);
            assert_eq!(own.pixels, bytes.collect::<Vec<u8>>());
        }
    }
    let asked = wait(bundle.probe("salad", 0)).unwrap().unwrap();
    assert!(asked.len() == 1 && asked[0].is_finite());
    assert_eq!(wait(bundle.probe("salad", 1)).unwrap(), None);
}

#[test]
fn the_same_publication_gives_the_same_bytes_and_pictures_are_optional() {
    assert_eq!(published(5), published(5));
    let store = published(0);
    assert!(store.files.keys().all(|path| !path.contains("prototypes")));
    let bundle = wait(Bundle::open(store)).unwrap();
    let found = wait(bundle.inspect(&picture(0), &query(3))).unwrap();
    assert!(found.prototypes.is_empty());
}

fn refusal<T: std::fmt::Debug>(
    found: Result<T, ReadError<std::convert::Infallible>>,
) -> (String, String) {
    let ReadError::Bundle(error) = found.unwrap_err();
    (error.code().to_owned(), error.to_string())
}

#[test]
fn what_does_not_fit_is_refused() {
    let bundle = wait(Bundle::open(published(2))).unwrap();
    let (code, why) = refusal(wait(bundle.inspect(&picture(0), &query(65))));
    assert!(code == "invalid-query" && why.contains("0 to 64"), "{why}");
    let (code, why) = refusal(wait(bundle.recommend(&RecommendQuery::default())));
    assert!(code == "invalid-query" && why.contains("inspect"), "{why}");

    let mut store = MemoryStore::default();
    let model = Model::Popularity(Popularity { counts: vec![1] });
    let publication = Publication {
        generator: "test",
        data: DataSummary::default(),
        records: &[ItemRecord::bare("a")],
        counts: &[1],
        models: &[PublishedModel {
            model: &model,
            config: None,
            evaluation: None,
        }],
    };
    write(&publication, &mut store).unwrap();
    let shop = wait(Bundle::open(store)).unwrap();
    let (code, why) = refusal(wait(shop.inspect(&picture(0), &query(0))));
    assert!(
        code == "invalid-query" && why.contains("popularity"),
        "{why}"
    );
}

/// What is said of a manifest whose model was changed.
fn changed(change: impl Fn(&mut Value)) -> String {
    let mut store = published(4);
    let mut manifest: Value = serde_json::from_slice(&store.files[MANIFEST]).unwrap();
    change(&mut manifest["models"][0]["content"]["pictures"]);
    let bytes = serde_json::to_vec(&manifest).unwrap();
    store.files.insert(MANIFEST.to_owned(), bytes);
    let found = wait(Bundle::open(store)).map_err(|error| match error {
        ReadError::Bundle(error) => error,
    });
    let inspected = found.and_then(|bundle| {
        wait(bundle.inspect(&picture(0), &query(1))).map_err(|ReadError::Bundle(error)| error)
    });
    match inspected.unwrap_err() {
        BundleError::Damaged { file, why } => format!("{file}: {why}"),
        other => panic!("{other}"),
    }
}

#[test]
fn a_manifest_that_disagrees_with_its_files_is_damaged() {
    let said = changed(|own| own["shape"]["features"] = json!(4));
    assert!(said.contains("not feature vectors"), "{said}");
    let said = changed(|own| own["shape"]["channels"] = json!(3));
    assert!(said.contains("salad"), "{said}");
    let said = changed(|own| own["shape"]["size"] = json!(9));
    assert!(said.contains("halved"), "{said}");
    let said = changed(|own| own["preparation"]["size"] = json!(16));
    assert!(said.contains("another size"), "{said}");
    let said = changed(|own| own["calibration"]["scores"] = json!([1.0, 0.0]));
    assert!(said.contains("not in order"), "{said}");
    let said = changed(|own| own["prototypes"]["count"] = json!(9));
    assert!(said.contains("cover"), "{said}");
}

#[test]
fn damaged_files_are_found() {
    for file in ["parameters.safetensors", "prototypes"] {
        let mut store = published(4);
        for (path, bytes) in &mut store.files {
            if path.contains(file) && !path.contains("index-") {
                bytes[0] ^= 1;
            }
        }
        let bundle = wait(Bundle::open(store)).unwrap();
        let (code, _) = refusal(wait(bundle.inspect(&picture(0), &query(1))));
        assert_eq!(code, "damaged");
    }
}
