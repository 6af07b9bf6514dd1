//! What a prediction is asked with and answered by.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// Neighbours listed where a query does not say how many.
pub const LISTED: u32 = 10;

/// Whose ids and names an answer holds; those of other rows are empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Labels {
    /// Of all rows: what is missing is read.
    #[default]
    All,
    /// Of rows whose shard was read for an earlier answer: nothing is read.
    AtHand,
}

/// A feature as a page needs it to build a control.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FeatureInfo {
    /// Name.
    pub name: String,
    /// Whether a prediction may leave it out.
    pub optional: bool,
    /// Evenly spaced quantiles of the training rows, from least to largest; empty for categories.
    pub quantiles: Vec<f32>,
    /// The categories; empty for numbers.
    pub categories: Vec<String>,
}

/// What a model takes and predicts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KnnInfo {
    /// Name of the predicted column.
    pub target: String,
    /// Least and largest training target; empty for classes.
    pub range: Vec<f32>,
    /// The classes; empty for numbers.
    pub classes: Vec<String>,
    /// Number of training rows.
    pub rows: u32,
    /// Numeric features, then categorical ones.
    pub features: Vec<FeatureInfo>,
}

/// The features of one row, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    /// Numbers by name.
    pub numeric: Vec<(String, f32)>,
    /// Categories by name.
    pub categorical: Vec<(String, String)>,
}

impl Serialize for Features {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in &self.numeric {
            map.serialize_entry(name, value)?;
        }
        for (name, value) in &self.categorical {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A training row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrainingRow {
    /// Its number.
    pub row: u32,
    /// Identifier in the table; empty where [`Labels`] leaves it out.
    pub id: String,
    /// What people call it; may be empty.
    pub name: String,
    /// Its target, or the number of its class.
    pub target: f32,
    /// Its features as stored.
    pub features: Features,
    /// Distance to the point asked about; 0 where none was.
    pub distance: f32,
    /// Share in the prediction; those of all neighbours, listed or not, add up to 1.
    pub weight: f32,
    /// What the share is of: the target, moved by a local model to where the point lies.
    pub adjusted: f32,
}

/// A prediction with its reasons.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PredictAnswer {
    /// The value, or the number of the class.
    pub value: f32,
    /// The class; empty for numbers.
    pub class: String,
    /// Each class's share of the votes, in the order of [`KnnInfo::classes`]; empty for numbers.
    pub shares: Vec<f32>,
    /// Share of the training rows that are closer to their neighbours, in percent.
    pub novelty: Option<f32>,
    /// How many rows took part.
    pub used: u32,
    /// The nearest of them.
    pub neighbours: Vec<TrainingRow>,
    /// Categorical features whose value no training row has.
    pub unseen: Vec<String>,
}

/// What is asked: a value for each feature, in the order of [`KnnInfo::features`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PredictQuery {
    /// The model; the bundle's default where absent.
    pub model: Option<String>,
    /// Numeric features.
    pub numeric: Vec<Option<f64>>,
    /// Categorical features.
    pub categorical: Vec<Option<String>>,
    /// How many neighbours to list.
    pub list: u32,
    /// Which of them to name.
    pub labels: Labels,
}
