//! Item records as JSON lines: our own, or Amazon metadata of 2018 or 2023; each line says which by its id.

use anyhow::Result;
use doorstep_shared::ItemRecord;
use serde_json::{Map, Value};

use super::{ItemSink, add_values, present, price};
use crate::data::ReadReport;
use crate::data::json;
use crate::data::source::Source;

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
        let mut own: ItemRecord =
            serde_json::from_value(Value::Object(object)).map_err(|error| error.to_string())?;
        own.id = present(&own.id).ok_or("the id is empty")?;
        return Ok(own);
    }
    let id = first_text(&object, &["parent_asin", "asin"]).ok_or("no id, parent_asin or asin")?;
    let mut record = ItemRecord::bare(&id);
    record.title = first_text(&object, &["title"]);
    record.price = object
        .get("price")
        .and_then(|value| price::of_json(value, report));
    record.rating = object
        .get("average_rating")
        .and_then(Value::as_f64)
        .map(|rating| rating as f32);
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
