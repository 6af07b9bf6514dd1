//! A bundle's files through a function of the page.

use doorstep_shared::bundle::Store;
use js_sys::{Function, JSON, Promise, Uint8Array};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Calls `(path: string, maxBytes: number) => Promise<Uint8Array>`.
pub struct FetchStore {
    fetch_bytes: Function,
}

impl FetchStore {
    /// Over the given function.
    pub fn new(fetch_bytes: Function) -> Self {
        Self { fetch_bytes }
    }
}

impl Store for FetchStore {
    /// What the function threw or rejected with, untouched.
    type Error = JsValue;

    async fn get(&self, path: &str, max_bytes: u64) -> Result<Vec<u8>, JsValue> {
        let promise: Promise = self
            .fetch_bytes
            .call2(&JsValue::NULL, &path.into(), &(max_bytes as f64).into())?
            .dyn_into()
            .map_err(|_| js_sys::TypeError::new("fetchBytes must return a promise"))?;
        let bytes: Uint8Array = JsFuture::from(promise)
            .await?
            .dyn_into()
            .map_err(|_| js_sys::TypeError::new("fetchBytes must resolve to a Uint8Array"))?;
        Ok(bytes.to_vec())
    }

    /// With the browser's parser.
    fn parse_json<T: DeserializeOwned>(&self, bytes: &[u8]) -> Result<T, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
        let value = JSON::parse(text).map_err(|_| "it is not JSON".to_owned())?;
        serde_wasm_bindgen::from_value(value).map_err(|error| error.to_string())
    }
}
