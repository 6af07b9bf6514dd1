//! Models of pictures in a bundle: what the manifest says of one, its parameters and bank in one
//! safetensors file, and pictures of some of the bank's rows in shards.

mod query;
mod read;
mod write;

use serde::{Deserialize, Serialize};

use super::range_table::RangeTableRef;
use super::table::FileRef;
use crate::images::Preparation;
use crate::images::salad::{AutoencoderShape, Calibration, Scoring};

pub use query::{InspectAnswer, InspectQuery, MOST_PROTOTYPES, Prototype};
pub(super) use read::OpenPictures;
pub use write::{PicturePublication, PublishedPictures, picture_model_as_stored, write_pictures};

/// The files of a model of pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PicturesRef {
    /// How pictures are prepared.
    pub preparation: Preparation,
    /// The autoencoder's shape.
    pub shape: AutoencoderShape,
    /// What scores are made of.
    pub scoring: Scoring,
    /// What normal pictures score.
    pub calibration: Calibration,
    /// What storing numbers in half precision cost: √(Σ (stored − trained)² / Σ trained²).
    #[cfg_attr(target_arch = "wasm32", serde(default, skip_deserializing))]
    pub error: f64,
    /// All parameters by name, and the rows of the bank.
    pub parameters: FileRef,
    /// Pictures of the bank's first rows, prepared, a byte a pixel; not all bundles have any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prototypes: Option<PrototypesRef>,
}

/// Pictures of the bank's first rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrototypesRef {
    /// How many.
    pub count: u32,
    /// By row.
    pub table: RangeTableRef,
}

#[cfg(test)]
#[path = "pictures_test.rs"]
mod tests;
