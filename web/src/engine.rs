//! The class that JavaScript holds.

use doorstep_shared::bundle::Bundle;
use js_sys::{Function, JSON};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::{invalid, thrown};
use crate::fetch_store::FetchStore;
use crate::strict::Strict;

/// A loaded bundle. Queries run one at a time: await each before the next.
#[wasm_bindgen]
pub struct Engine {
    pub(crate) bundle: Bundle<FetchStore>,
}

#[wasm_bindgen]
impl Engine {
    /// Opens the bundle whose files `fetchBytes(path, maxBytes)` resolves to. Engine *gpu*
    /// asks for its device first, once in the life of its worker.
    pub async fn load(fetch_bytes: Function) -> Result<Engine, JsValue> {
        #[cfg(feature = "webgpu")]
        let device = crate::graphics::device().await?;
        let bundle = Bundle::open(FetchStore::new(fetch_bytes))
            .await
            .map_err(thrown)?;
        #[cfg(feature = "webgpu")]
        let bundle = bundle.on(device);
        Ok(Self { bundle })
    }

    /// The manifest as a plain object.
    pub fn manifest(&self) -> Result<JsValue, JsValue> {
        let json = std::str::from_utf8(self.bundle.manifest_json());
        JSON::parse(json.expect("it was parsed when the bundle was opened"))
    }

    /// A personalised list: `{ hits, unknown, model }`.
    pub async fn recommend(&self, query: JsValue) -> Result<JsValue, JsValue> {
        let query = parsed(query)?;
        plain(&self.bundle.recommend(&query).await.map_err(thrown)?)
    }

    /// Items like one item: `{ hits, unknown, model }`.
    pub async fn similar(&self, query: JsValue) -> Result<JsValue, JsValue> {
        let query = parsed(query)?;
        plain(&self.bundle.similar(&query).await.map_err(thrown)?)
    }

    /// Items by title: `{ items }`.
    pub async fn search(&self, query: JsValue) -> Result<JsValue, JsValue> {
        #[derive(Serialize)]
        struct Found<T> {
            items: T,
        }
        let query = parsed(query)?;
        let items = self.bundle.search(&query).await.map_err(thrown)?;
        plain(&Found { items })
    }

    /// The records of these ids, `null` where the catalogue lacks one.
    pub async fn items(&self, ids: Vec<String>) -> Result<JsValue, JsValue> {
        plain(&self.bundle.items(&ids).await.map_err(thrown)?)
    }
}

pub(crate) fn parsed<T: DeserializeOwned>(query: JsValue) -> Result<T, JsValue> {
    T::deserialize(Strict(query)).map_err(invalid)
}

pub(crate) fn plain(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    Ok(value.serialize(&serializer)?)
}
