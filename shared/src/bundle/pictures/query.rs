//! What is asked of a model of pictures, and what it answers.

use serde::{Deserialize, Serialize};

use crate::images::Frame;
use crate::images::salad::Map;

/// Most prototypes of an answer.
pub const MOST_PROTOTYPES: u32 = 64;

/// What is asked about a picture.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InspectQuery {
    /// The model; the bundle's default where none is named.
    pub model: Option<String>,
    /// How to find where it is unusual.
    pub map: Option<Map>,
    /// How many of the normal pictures that it is nearest to are shown, up to [`MOST_PROTOTYPES`].
    pub prototypes: u32,
}

/// What is found of a picture.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InspectAnswer {
    /// The model that answered.
    pub model: String,
    /// How unusual the picture is: the higher, the more. Scores of one model can be compared.
    pub score: f64,
    /// Share of normal pictures, in hundredths, that score lower.
    pub percentile: f64,
    /// A picture that scores higher is called unusual.
    pub threshold: f64,
    /// The share of normal pictures of which that is said by mistake.
    pub false_positive_rate: f64,
    /// Whether the score is above the threshold.
    pub unusual: bool,
    /// Pixels of a side of the prepared picture, of the map and of prototypes.
    pub size: u32,
    /// Where the prepared picture lies on the one that was given.
    pub frame: Frame,
    /// The picture as the model sees it, black 0 to white 1, row after row.
    #[serde(skip)]
    pub prepared: Vec<f32>,
    /// How much of what is unusual lies at each pixel, if that was asked for: 0 nothing, 1 and more much.
    #[serde(skip)]
    pub map: Option<Vec<f32>>,
    /// The normal pictures that it is nearest to, nearest first.
    pub prototypes: Vec<Prototype>,
}

/// A normal picture that the model has learnt from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Prototype {
    /// Its row in the bank.
    pub row: u32,
    /// Radians between its feature vector and the picture's.
    pub angle: f64,
    /// As the model sees it, a byte a pixel, row after row.
    #[serde(skip)]
    pub pixels: Vec<u8>,
}
