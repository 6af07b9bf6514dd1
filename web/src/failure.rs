//! Errors as JavaScript sees them: an `Error` with `code` and, where a file is
//! to blame, `file`.

use doorstep_shared::bundle::{BundleError, ReadError};
use js_sys::{Error, Reflect};
use wasm_bindgen::JsValue;

/// An `Error` with a `code`.
pub fn coded(message: &str, code: &str) -> JsValue {
    let error: JsValue = Error::new(message).into();
    set(&error, "code", code);
    error
}

fn set(error: &JsValue, field: &str, value: &str) {
    Reflect::set(error, &field.into(), &value.into()).expect("a new Error takes properties");
}

/// What the page's own function failed with, or the bundle's error.
pub fn thrown(error: ReadError<JsValue>) -> JsValue {
    let error = match error {
        ReadError::Store(thrown) => return thrown,
        ReadError::Bundle(error) => error,
    };
    let value = coded(&error.to_string(), error.code());
    if let BundleError::Damaged { file, .. } = &error {
        set(&value, "file", file);
    }
    value
}

/// A query that has the wrong shape.
pub fn invalid(error: serde_wasm_bindgen::Error) -> JsValue {
    coded(
        &format!("the query is not understood: {error}"),
        "invalid-query",
    )
}
