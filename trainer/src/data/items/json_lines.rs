//! Item records as JSON lines: our own, or Amazon metadata of 2018 or 2023; each line says which by its id.

use anyhow::Result;
use doorstep_shared::ItemRecord;
use serde_json::{Map, Value};

use super::{ItemSink, add_values, present, price};
use crate::data::ReadReport;
use crate::data::json;
use crate::data::source::Source;

/// The fields of our own records beside the price.
const FIELDS: [&str; 6] = ["id", "title", "rating", "image", "url", "description"];

/// Reads a file of records.
pub(super) fn read(source: Source, sink: &mut ItemSink<'_>) -> Result<()> {
    let mut lines = source.into_lines();
    while let Some((number, line)) = lines.next()? {
        let record = match serde_json::from_slice(line) {
            Ok(Value::Object(object)) => record(object, sink.report),
            Ok(_) => Err("not a JSON object".to_owned()),
            Err(error) => Err(json::problem(&error)),
        };
        sink.take(number, record)?;
    }
    Ok(())
}

fn record(object: Map<String, Value>, report: &mut ReadReport) -> Result<ItemRecord, String> {
    if object.contains_key("id") {
        return own(object, report);
    }
    let id = ["parent_asin", "asin"]
        .iter()
        .find_map(|field| id(object.get(*field)?))
        .ok_or("no id, parent_asin or asin")?;
    let mut record = ItemRecord::bare(&id);
    record.title = first_text(&object, &["title"]);
    record.price = object
        .get("price")
        .and_then(|value| price::of_json(value, report));
    record.rating = object.get("average_rating").and_then(Value::as_f64);
    record.image = image(&object);
    record.description = object
        .get("description")
        .map(texts)
        .and_then(|paragraphs| present(&paragraphs.join("\n")));
    for (attribute, fields) in [
        (
            "category",
            &["main_category", "main_cat", "categories", "category"][..],
        ),
        ("brand", &["brand", "store"]),
    ] {
        for field in fields.iter().filter_map(|field| object.get(*field)) {
            add_values(&mut record, attribute, texts(field));
        }
    }
    Ok(record)
}

/// A record of ours. What stands under a name that isn't ours is an attribute, as if it stood in `attributes`.
fn own(mut object: Map<String, Value>, report: &mut ReadReport) -> Result<ItemRecord, String> {
    let id = id(&object["id"]).ok_or("the id is empty, or neither text nor a number")?;
    object.insert("id".to_owned(), Value::String(id));
    // Shops write it as text now and then.
    let price = object.remove("price");
    let price = price.and_then(|price| price::of_json(&price, report));
    let attributes = match object.remove("attributes") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(attributes)) => attributes,
        Some(_) => return Err("`attributes` is not an object of names and values".to_owned()),
    };
    let (fields, others): (Map<_, _>, Map<_, _>) = object
        .into_iter()
        .partition(|(name, _)| FIELDS.contains(&name.as_str()));
    let mut own: ItemRecord =
        serde_json::from_value(Value::Object(fields)).map_err(|error| error.to_string())?;
    own.price = price;
    for (attribute, value) in attributes.iter().chain(&others) {
        let values = values(value).ok_or_else(|| {
            format!("`{attribute}` is neither text, a number, true or false, nor a list of these; leave it out, or spread it over names of their own")
        })?;
        add_values(&mut own, attribute, values);
    }
    Ok(own)
}

/// An attribute's values as text; none where there is an object among them.
fn values(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Null => Some(vec![]),
        Value::String(text) => Some(vec![text.clone()]),
        Value::Bool(_) | Value::Number(_) => Some(vec![value.to_string()]),
        Value::Array(list) => Some(
            list.iter()
                .map(values)
                .collect::<Option<Vec<_>>>()?
                .concat(),
        ),
        Value::Object(_) => None,
    }
}

/// An id that is text or a number.
fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => present(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn first_text(object: &Map<String, Value>, fields: &[&str]) -> Option<String> {
    fields
        .iter()
        .find_map(|field| present(object.get(*field)?.as_str()?))
}

/// All text in a value, lists in lists included (2018 nests categories now and then).
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        _ => vec![],
    }
}

/// 2023: a list of pictures in several sizes; 2018: lists of addresses; before: one address.
fn image(object: &Map<String, Value>) -> Option<String> {
    let sizes = ["large", "hi_res", "thumb"];
    let pictured = object.get("images").and_then(|images| match images {
        Value::Array(pictures) => sizes.iter().find_map(|size| {
            let address = |picture: &Value| present(picture.get(*size)?.as_str()?);
            pictures.iter().find_map(address)
        }),
        by_size => sizes.iter().find_map(|size| {
            let addresses = texts(by_size.get(*size)?);
            addresses.iter().find_map(|address| present(address))
        }),
    });
    pictured.or_else(|| {
        ["imageURLHighRes", "imageURL", "imUrl"]
            .iter()
            .filter_map(|field| object.get(*field))
            .find_map(|addresses| texts(addresses).iter().find_map(|a| present(a)))
    })
}
