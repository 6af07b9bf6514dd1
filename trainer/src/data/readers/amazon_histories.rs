//! Amazon 2023 user histories: a line a user and category, reviews within, products with title and
//! price within those. Lines of one user are one history.

use anyhow::Result;
use doorstep_shared::ItemRecord;
use serde::Deserialize;
use serde_json::Value;

use super::amazon_reviews::row;
use super::{FileLayout, Sink};
use crate::data::items::price;
use crate::data::json::{self, Number};
use crate::data::source::Source;
use crate::data::values::TimeUnit;

#[derive(Deserialize)]
struct History {
    #[serde(deserialize_with = "json::owned_id")]
    user_id: String,
    #[serde(default)]
    category: Option<String>,
    /// Parsed one by one, so that a bad review costs no more than itself.
    history: Vec<Value>,
}

#[derive(Deserialize)]
struct Review {
    #[serde(deserialize_with = "json::owned_id")]
    parent_asin: String,
    rating: Number,
    timestamp_ms: Number,
    #[serde(default)]
    product: Option<Product>,
}

#[derive(Deserialize)]
struct Product {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    brand: Option<String>,
    #[serde(default)]
    price: Value,
    #[serde(default)]
    main_category: Option<String>,
}

/// Reads histories; the products met go to the catalogue.
pub(super) fn read(source: Source, sink: &mut Sink<'_>) -> Result<FileLayout> {
    let mut lines = source.into_lines();
    while let Some((number, line)) = lines.next()? {
        let history: History = match serde_json::from_slice(line) {
            Ok(history) => history,
            Err(error) => {
                sink.take(number, Err(json::problem(&error)))?;
                continue;
            }
        };
        if history.history.is_empty() {
            sink.take(number, Err("a user without history".into()))?;
        }
        for (place, review) in history.history.into_iter().enumerate() {
            let review: Review = match serde_json::from_value(review) {
                Ok(review) => review,
                Err(error) => {
                    sink.take(number, Err(format!("history[{place}]: {error}")))?;
                    continue;
                }
            };
            let row = row(
                &history.user_id,
                &review.parent_asin,
                review.rating,
                review.timestamp_ms,
                TimeUnit::Milliseconds,
            );
            let is_usable = row.is_ok();
            sink.take(number, row)?;
            if let Some(product) = review.product.filter(|_| is_usable) {
                let record = product.record(&review.parent_asin, history.category.as_deref(), sink);
                sink.products.push(record);
            }
        }
    }
    Ok(FileLayout {
        words: "user=user_id, item=parent_asin, rating=rating, time=timestamp_ms".into(),
        has_ratings: true,
        time: Some("timestamp_ms".to_owned()),
    })
}

impl Product {
    fn record(self, id: &str, category: Option<&str>, sink: &mut Sink<'_>) -> ItemRecord {
        let mut record = ItemRecord::bare(id.trim());
        record.title = self.title.filter(|title| !title.trim().is_empty());
        record.price = price::of_json(&self.price, sink.report);
        let category = self.main_category.or(category.map(|c| c.replace('_', " ")));
        for (attribute, value) in [("category", category), ("brand", self.brand)] {
            if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
                record
                    .attributes
                    .insert(attribute.into(), vec![value.trim().to_owned()]);
            }
        }
        record
    }
}
