//! What engines *cpu* and *gpu* are compared by.

use serde::Deserialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::{Engine, parsed};
use crate::failure::thrown;

/// `{ model, number }`.
#[derive(Deserialize)]
struct Probe {
    model: String,
    number: u32,
}

#[wasm_bindgen]
impl Engine {
    /// Each item's score by the network of `{ model, number }` for a history of popular
    /// items, longer with each number from 0: `Float32Array`, `undefined` beyond the longest.
    pub async fn probe(&self, query: JsValue) -> Result<Option<Vec<f32>>, JsValue> {
        let Probe { model, number } = parsed(query)?;
        self.bundle.probe(&model, number).await.map_err(thrown)
    }
}
