//! What a page asks, and what it gets back. Field names are JavaScript's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ItemRecord;

/// Most hits that one query may ask for.
pub const MAX_K: u32 = 1000;

/// Most ids that one query may hold in its history, allow or deny list.
pub const MAX_IDS: usize = 10_000;
/// Words of a search beyond these are ignored.
pub const MAX_WORDS: usize = 16;

/// Asks for a personalised list.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct RecommendQuery {
    /// What the visitor did, oldest first; ordered by time where every entry has one.
    pub history: Vec<HistoryEntry>,
    /// How many hits, at most [`MAX_K`].
    pub k: u32,
    /// The model; the bundle's default where absent.
    pub model: Option<String>,
    /// Whether items of the history are left out.
    pub exclude_seen: bool,
    /// Only these ids.
    pub allow: Option<Vec<String>>,
    /// None of these ids.
    pub deny: Vec<String>,
    /// Only items with one of the values of each attribute.
    pub filter: Filter,
    /// Multiplies the score of items: attribute → value → factor.
    pub boost: BTreeMap<String, BTreeMap<String, f32>>,
    /// Whether each hit says which history items it comes from.
    pub explain: bool,
}

impl Default for RecommendQuery {
    fn default() -> Self {
        Self {
            history: Vec::new(),
            k: 10,
            model: None,
            exclude_seen: true,
            allow: None,
            deny: Vec::new(),
            filter: Filter::new(),
            boost: BTreeMap::new(),
            explain: false,
        }
    }
}

/// One entry of a history.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryEntry {
    /// The item's id.
    pub item: String,
    /// On the data's own scale. Where absent 1, or to a model of ratings the
    /// highest: who looks at something doesn't say that it is bad.
    #[serde(default)]
    pub rating: Option<f32>,
    /// Any clock, as long as it is the same for all entries.
    #[serde(default)]
    pub time: Option<f64>,
}

/// Attribute and values, any of which will do.
pub type Filter = BTreeMap<String, Vec<String>>;

/// Asks for items like one item.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SimilarQuery {
    /// The id.
    pub item: String,
    /// How many hits, at most [`MAX_K`].
    #[serde(default = "eight")]
    pub k: u32,
    /// The item-item or factor model; `item-knn` where the bundle has it, else
    /// its first item-item model, else its first of vectors.
    #[serde(default)]
    pub model: Option<String>,
    /// Only items with one of the values of each attribute.
    #[serde(default)]
    pub filter: Filter,
}

fn eight() -> u32 {
    8
}

/// Asks for items whose titles hold the given words, the last maybe unfinished.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SearchQuery {
    /// What was typed; its first [`MAX_WORDS`] words count.
    pub text: String,
    /// How many items, at most [`MAX_K`].
    #[serde(default = "twenty_four")]
    pub k: u32,
    /// Only items with one of the values of each attribute.
    #[serde(default)]
    pub filter: Filter,
}

fn twenty_four() -> u32 {
    24
}

/// A ranked list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// Best first.
    pub hits: Vec<Hit>,
    /// Ids of the query that the catalogue does not have; they were ignored.
    pub unknown: Vec<String>,
    /// The model that answered.
    pub model: String,
}

/// One item of a ranked list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hit {
    /// The item's id.
    pub id: String,
    /// The model's score, 0 for a fallback.
    pub score: f32,
    /// What is known of the item.
    pub item: ItemRecord,
    /// The history items that the score comes from, largest share first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<Vec<Reason>>,
    /// True where the model had nothing more to say and a popular item fills the list.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fallback: bool,
}

/// Part of an explanation.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// The history item's id.
    pub id: String,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its part of the positive contributions, 0 to 1.
    pub share: f32,
}
