//! TF-IDF over the text of item records, with cosine neighbours.
//!
//! A word t of an item weighs tf · (ln((1 + N) / (1 + df)) + 1), tf its count
//! in the item's text, df the number of the N items whose text has it; each
//! item's vector has length 1 (Salton and Buckley 1988, with the smoothing that
//! is usual today). A visitor's score of an item is the mean of its cosines to
//! the items of the history, of which each row of neighbours holds the largest.

use serde::{Deserialize, Serialize};

use super::{OutOfRange, require};
use crate::item_item::HistoryWeighting;

/// Hyper-parameters of TF-IDF.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TfIdfConfig {
    /// What is read of a record: `title`, `description` or names of attributes.
    pub fields: Vec<String>,
    /// Only so many of the words that occur most often count.
    pub max_features: u32,
    /// Whether frequent English words such as "the" are left out.
    pub stop_words: bool,
    /// Whether English words count by their stem, "kettles" as "kettle" (Porter's second algorithm).
    pub stem: bool,
    /// How many neighbours each item keeps.
    pub neighbours: u32,
    /// The event of age a counts `recency`ᵃ (1 is the plain mean).
    pub recency: f32,
}

impl Default for TfIdfConfig {
    fn default() -> Self {
        Self {
            fields: vec!["title".to_owned()],
            max_features: 1000,
            stop_words: false,
            stem: false,
            neighbours: 100,
            recency: 1.0,
        }
    }
}

impl TfIdfConfig {
    /// The model's name.
    pub const NAME: &'static str = "tf-idf";

    /// Checks every range.
    pub fn validate(&self) -> Result<(), OutOfRange> {
        let check = |holds, field, range, value: &dyn ToString| {
            require(holds, Self::NAME, field, range, value.to_string())
        };
        check(
            !self.fields.is_empty() && self.fields.iter().all(|field| !field.is_empty()),
            "fields",
            "one name of a text field or more",
            &format!("{:?}", self.fields),
        )?;
        check(
            self.max_features > 0,
            "max_features",
            "at least 1",
            &self.max_features,
        )?;
        check(
            self.neighbours > 0,
            "neighbours",
            "at least 1",
            &self.neighbours,
        )?;
        check(
            self.recency > 0.0 && self.recency <= 1.0,
            "recency",
            "above 0 and at most 1",
            &self.recency,
        )
    }

    /// How a history is weighted.
    pub fn weighting(&self) -> HistoryWeighting {
        HistoryWeighting {
            decay: self.recency,
            window: None,
            by_rating: false,
            mean: true,
        }
    }
}
