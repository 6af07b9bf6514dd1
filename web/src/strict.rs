//! Queries whose every field is known.

use js_sys::{JsString, Object};
use serde::de::{Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;
use wasm_bindgen::JsValue;

/// A JavaScript object that must not have fields which the struct lacks:
/// `serde_wasm_bindgen` looks up the fields that it wants and never sees a
/// misspelt one.
pub struct Strict(pub JsValue);

type Error = serde_wasm_bindgen::Error;

impl<'de> Deserializer<'de> for Strict {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        serde_wasm_bindgen::Deserializer::from(self.0).deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if let Some(object) = Object::try_from(&self.0) {
            for key in Object::keys(object) {
                let key = String::from(JsString::from(key));
                if !fields.contains(&key.as_str()) {
                    let known = fields.join(", ");
                    let why = format!("it has no field \"{key}\"; the fields are {known}");
                    return Err(Error::custom(why));
                }
            }
        }
        serde_wasm_bindgen::Deserializer::from(self.0).deserialize_struct(name, fields, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string
        bytes byte_buf option unit unit_struct newtype_struct seq tuple
        tuple_struct map enum identifier ignored_any
    }
}
