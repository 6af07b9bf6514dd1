//! Pictures, inspected for a page.

use doorstep_shared::bundle::{BundleError, InspectQuery, ReadError};
use doorstep_shared::images::GreyImage;
use doorstep_shared::images::salad::Map;
use js_sys::{Array, Float32Array, Reflect, Uint8Array};
use serde::Deserialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::{Engine, parsed, plain};
use crate::failure::thrown;

/// `{ width, height, pixels: bytes of red, green, blue and alpha, map?, prototypes?, model? }`.
#[derive(Deserialize)]
struct Asked {
    width: u32,
    height: u32,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pixels: JsValue,
    #[serde(default)]
    map: Option<Map>,
    #[serde(default)]
    prototypes: u32,
    #[serde(default)]
    model: Option<String>,
}

#[wasm_bindgen]
impl Engine {
    /// How unusual the picture of `{ width, height, pixels, map?, prototypes?, model? }` is:
    /// `{ score, percentile, threshold, unusual, size, frame, prepared, map, prototypes, … }`.
    pub async fn inspect(&self, query: JsValue) -> Result<JsValue, JsValue> {
        let asked: Asked = parsed(query)?;
        let (width, height) = (asked.width as usize, asked.height as usize);
        let bytes = Uint8Array::new(&asked.pixels);
        let picture = (bytes.length() as usize == width.saturating_mul(height).saturating_mul(4))
            .then(|| GreyImage::from_rgba(width, height, &bytes.to_vec()))
            .flatten();
        let picture = picture.ok_or_else(|| {
            let why = "pixels must be four bytes for each of width × height pixels, one at least";
            thrown(ReadError::Bundle(BundleError::InvalidQuery(why.into())))
        })?;
        let query = InspectQuery {
            model: asked.model,
            map: asked.map,
            prototypes: asked.prototypes,
        };
        let found = self
            .bundle
            .inspect(&picture, &query)
            .await
            .map_err(thrown)?;
        let answer = plain(&found)?;
        let set = |of: &JsValue, name: &str, value: JsValue| {
            Reflect::set(of, &name.into(), &value).expect("a new object takes properties");
        };
        set(&answer, "prepared", floats(&found.prepared));
        set(
            &answer,
            "map",
            found.map.as_deref().map_or(JsValue::NULL, floats),
        );
        let prototypes: Array = Reflect::get(&answer, &"prototypes".into())?.into();
        for (own, prototype) in prototypes.iter().zip(&found.prototypes) {
            set(
                &own,
                "pixels",
                Uint8Array::from(&prototype.pixels[..]).into(),
            );
        }
        Ok(answer)
    }
}

fn floats(values: &[f32]) -> JsValue {
    Float32Array::from(values).into()
}
