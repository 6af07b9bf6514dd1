//! Predictions for a page.

use doorstep_shared::bundle::{BundleError, LISTED, PredictQuery, ReadError};
use doorstep_shared::knn::{KnnError, Preparation};
use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::engine::{Engine, plain};
use crate::failure::thrown;

#[wasm_bindgen]
impl Engine {
    /// Predicts from `{ features, model?, neighbours? }`: `{ value, class,
    /// novelty, used, neighbours, unseen }`.
    pub async fn predict(&self, query: JsValue) -> Result<JsValue, JsValue> {
        let model = asked_model(&query);
        let knn = self.bundle.knn(model.as_deref()).await.map_err(thrown)?;
        let query = asked(&query, &knn.preparation)?;
        plain(&self.bundle.predict(&query).await.map_err(thrown)?)
    }

    /// What a model of a table takes and predicts: `{ target, range, classes, rows, features }`.
    pub async fn features(&self, model: Option<String>) -> Result<JsValue, JsValue> {
        plain(
            &self
                .bundle
                .knn_info(model.as_deref())
                .await
                .map_err(thrown)?,
        )
    }

    /// Training rows of a model of a table, by number: examples to start from,
    /// points of a scatter plot.
    pub async fn rows(&self, rows: Vec<u32>, model: Option<String>) -> Result<JsValue, JsValue> {
        plain(
            &self
                .bundle
                .knn_rows(model.as_deref(), &rows)
                .await
                .map_err(thrown)?,
        )
    }
}

/// A property; `None` where it is missing, `undefined` or `null`.
fn property(of: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(of, &name.into()).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

/// Name of the model that `{ model }` asks for.
fn asked_model(query: &JsValue) -> Option<String> {
    property(query, "model")?.as_string()
}

/// `{ features: { NAME: number or text }, model?, neighbours? }` for a model
/// with this preparation.
fn asked(query: &JsValue, preparation: &Preparation) -> Result<PredictQuery, JsValue> {
    let refused = |error: KnnError| thrown(ReadError::Bundle(error.into()));
    let shape = || {
        let why = "a prediction is asked with { features: { NAME: value, … } }";
        thrown(ReadError::Bundle(BundleError::InvalidQuery(why.into())))
    };
    let features = property(query, "features").ok_or_else(shape)?;
    let given = features.dyn_ref::<Object>().ok_or_else(shape)?;
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
        model: asked_model(query),
        list: property(query, "neighbours")
            .and_then(|n| n.as_f64())
            .map_or(LISTED, |n| n as u32),
        ..PredictQuery::default()
    };
    for feature in &preparation.numeric {
        let number = property(&features, &feature.name).map(|value| {
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
            .push(property(&features, &feature.name).and_then(text));
    }
    Ok(wanted)
}
