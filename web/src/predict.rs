//! A page's features as a query.

use doorstep_shared::bundle::{BundleError, LISTED, PredictQuery, ReadError};
use doorstep_shared::knn::{KnnError, Preparation};
use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::failure::thrown;

/// A property; `None` where it is missing, `undefined` or `null`.
fn property(of: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(of, &name.into()).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

/// Name of the model that `{ model }` asks for.
pub fn model(query: &JsValue) -> Option<String> {
    property(query, "model")?.as_string()
}

/// `{ features: { NAME: number or text }, model?, neighbours? }` for a model
/// with this preparation.
pub fn query(query: &JsValue, preparation: &Preparation) -> Result<PredictQuery, JsValue> {
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
    let mut asked = PredictQuery {
        model: model(query),
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
        asked.numeric.push(number.transpose()?);
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
        asked
            .categorical
            .push(property(&features, &feature.name).and_then(text));
    }
    Ok(asked)
}
