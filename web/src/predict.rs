//! Predictions for a page.

use doorstep_shared::bundle::{BundleError, LISTED, Labels, PredictQuery, ReadError};
use doorstep_shared::knn::{KnnError, Preparation};
use js_sys::{Object, Reflect};
use serde::Deserialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::engine::{Engine, parsed, plain};
use crate::failure::thrown;

/// `{ features: { NAME: number or text }, model?, neighbours?, names? }`.
#[derive(Deserialize)]
struct Asked {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    features: JsValue,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    neighbours: Option<u32>,
    #[serde(default)]
    names: Option<bool>,
}

/// `{ model? }`.
#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    model: Option<String>,
}

/// `{ rows: [number], model?, names? }`.
#[derive(Deserialize)]
struct Numbered {
    rows: Vec<u32>,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    names: Option<bool>,
}

/// `names: false` is for answers that may not wait for the network.
fn labels(names: Option<bool>) -> Labels {
    match names {
        Some(false) => Labels::AtHand,
        _ => Labels::All,
    }
}

/// `{ text, k?, model? }`.
#[derive(Deserialize)]
struct Sought {
    text: String,
    #[serde(default = "ten")]
    k: u32,
    #[serde(default)]
    model: Option<String>,
}

fn ten() -> u32 {
    10
}

#[wasm_bindgen]
impl Engine {
    /// Predicts from `{ features, model?, neighbours?, names? }`: `{ value, class,
    /// shares, novelty, used, neighbours, unseen }`.
    pub async fn predict(&self, query: JsValue) -> Result<JsValue, JsValue> {
        let asked: Asked = parsed(query)?;
        let knn = self.bundle.knn(asked.model.as_deref()).await;
        let query = asked.query(&knn.map_err(thrown)?.preparation)?;
        plain(&self.bundle.predict(&query).await.map_err(thrown)?)
    }

    /// What `{ model? }` takes and predicts: `{ target, range, classes, rows, features }`.
    pub async fn features(&self, query: JsValue) -> Result<JsValue, JsValue> {
        let Named { model } = parsed(query)?;
        let info = self.bundle.knn_info(model.as_deref()).await;
        plain(&info.map_err(thrown)?)
    }

    /// Training rows by number, of `{ rows, model?, names? }`: examples to start
    /// from, points of a scatter plot.
    pub async fn rows(&self, query: JsValue) -> Result<JsValue, JsValue> {
        let Numbered { rows, model, names } = parsed(query)?;
        let labels = labels(names);
        let rows = self.bundle.knn_rows(model.as_deref(), &rows, labels).await;
        plain(&rows.map_err(thrown)?)
    }

    /// Training rows by the words of their names, of `{ text, k?, model? }`.
    #[wasm_bindgen(js_name = findRows)]
    pub async fn find_rows(&self, query: JsValue) -> Result<JsValue, JsValue> {
        let Sought { text, k, model } = parsed(query)?;
        let rows = self.bundle.knn_find(model.as_deref(), &text, k).await;
        plain(&rows.map_err(thrown)?)
    }
}

/// A property; `None` where it is missing, `undefined` or `null`.
fn property(of: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(of, &name.into()).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

impl Asked {
    /// What is asked of a model with this preparation.
    fn query(self, preparation: &Preparation) -> Result<PredictQuery, JsValue> {
        let refused = |error: KnnError| thrown(ReadError::Bundle(error.into()));
        let given = self.features.dyn_ref::<Object>().ok_or_else(|| {
            let why = "features must be an object, such as { tempo: 120 }";
            thrown(ReadError::Bundle(BundleError::InvalidQuery(why.into())))
        })?;
        let known = || {
            let numeric = preparation.numeric.iter().map(|f| f.name.as_str());
            numeric.chain(preparation.categorical.iter().map(|f| f.name.as_str()))
        };
        for name in Object::keys(given).iter().filter_map(|key| key.as_string()) {
            if known().all(|feature| feature != name) {
                let known: Vec<&str> = known().collect();
                let known = known.join(", ");
                return Err(refused(KnnError::Unknown { name, known }));
            }
        }
        let mut wanted = PredictQuery {
            model: self.model,
            list: self.neighbours.unwrap_or(LISTED),
            labels: labels(self.names),
            ..PredictQuery::default()
        };
        for feature in &preparation.numeric {
            let number = property(&self.features, &feature.name).map(|value| {
                let number = value.as_f64();
                number.ok_or_else(|| refused(KnnError::NotNumeric(feature.name.clone())))
            });
            wanted.numeric.push(number.transpose()?);
        }
        for feature in &preparation.categorical {
            // A number is a category by its digits.
            let text = |value: JsValue| match value.as_f64() {
                Some(number) => js_sys::Number::from(number)
                    .to_string_with_radix(10)
                    .ok()
                    .map(String::from),
                None => value.as_string(),
            };
            wanted
                .categorical
                .push(property(&self.features, &feature.name).and_then(text));
        }
        Ok(wanted)
    }
}
