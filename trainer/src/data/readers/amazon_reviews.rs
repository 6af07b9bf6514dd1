//! Amazon reviews as JSON lines, with the field names of 2018 or of 2023.

use anyhow::Result;
use serde::Deserialize;

use super::{FileLayout, Row, Sink};
use crate::data::json::{self, Id, Number};
use crate::data::source::Source;
use crate::data::values::{self, TimeUnit};

#[derive(Deserialize)]
struct Review2018<'a> {
    #[serde(borrow, rename = "reviewerID")]
    user: Id<'a>,
    #[serde(borrow, rename = "asin")]
    item: Id<'a>,
    #[serde(rename = "overall")]
    rating: Number,
    #[serde(rename = "unixReviewTime")]
    time: Number,
}

#[derive(Deserialize)]
struct Review2023<'a> {
    #[serde(borrow, rename = "user_id")]
    user: Id<'a>,
    /// Variants of a product share their parent; data without parents has plain items only.
    #[serde(borrow, default, rename = "parent_asin")]
    parent: Id<'a>,
    #[serde(borrow, default, rename = "asin")]
    variant: Id<'a>,
    rating: Number,
    #[serde(rename = "timestamp")]
    time: Number,
}

/// Reads reviews of 2018; times in seconds.
pub(super) fn read_2018(source: Source, sink: &mut Sink<'_>) -> Result<FileLayout> {
    let mut lines = source.into_lines();
    while let Some((number, line)) = lines.next()? {
        match serde_json::from_slice::<Review2018>(line) {
            Ok(r) => {
                let unit = TimeUnit::SecondsOrMilliseconds;
                sink.take(number, row(&r.user.0, &r.item.0, r.rating, r.time, unit))?;
            }
            Err(error) => sink.take(number, Err(json::problem(&error)))?,
        }
    }
    Ok(layout(
        "user=reviewerID, item=asin, rating=overall, time=unixReviewTime",
    ))
}

/// Reads reviews of 2023; times in milliseconds.
pub(super) fn read_2023(source: Source, sink: &mut Sink<'_>) -> Result<FileLayout> {
    let mut lines = source.into_lines();
    while let Some((number, line)) = lines.next()? {
        match serde_json::from_slice::<Review2023>(line) {
            Ok(r) => {
                let item = if r.parent.0.is_empty() {
                    &r.variant.0
                } else {
                    &r.parent.0
                };
                sink.take(
                    number,
                    row(&r.user.0, item, r.rating, r.time, TimeUnit::Milliseconds),
                )?;
            }
            Err(error) => sink.take(number, Err(json::problem(&error)))?,
        }
    }
    Ok(layout(
        "user=user_id, item=parent_asin, rating=rating, time=timestamp",
    ))
}

/// A row from a review's fields; also for the reviews within a history.
pub(super) fn row<'a>(
    user: &'a str,
    item: &'a str,
    rating: Number,
    time: Number,
    unit: TimeUnit,
) -> Result<Row<'a>, String> {
    Ok(Row {
        user: values::id(user.as_bytes(), "user")?,
        item: values::id(item.as_bytes(), "item")?,
        rating: Some(values::finite_rating(rating.0 as f32)?),
        time: Some(
            values::seconds(time.0.floor() as i64, unit)
                .ok_or_else(|| format!("time {} is out of range", time.0))?,
        ),
    })
}

fn layout(words: &str) -> FileLayout {
    let time = words.rsplit_once('=').map(|(_, name)| name.to_owned());
    FileLayout {
        words: words.into(),
        has_ratings: true,
        time,
    }
}
