//! The bundle: a folder of static files that carries models and catalogue.
//!
//! Reading is generic over a [`Store`], so the trainer and the browser run the
//! same code. Every file is checked against a SHA-256 digest before it is
//! decoded: `manifest.json` holds the digests of the index pages, an index page
//! those of its shards. Every length and index is checked before it is used; a
//! damaged or hostile file is an error, never a panic.

mod answer;
#[cfg(test)]
mod answer_test;
#[cfg(test)]
mod bundle_test;
mod constraints;
mod counts;
mod digest;
mod entry_table;
mod error;
mod evidence;
mod factors;
mod json_array;
mod key_table;
#[cfg(feature = "tables")]
mod knn;
mod manifest;
#[cfg(feature = "neural")]
mod neural;
mod order;
#[cfg(feature = "neural")]
mod parameters;
#[cfg(feature = "images")]
mod pictures;
mod postings;
mod range_table;
mod reader;
mod resolve;
mod rows;
#[cfg(test)]
mod sample;
mod source;
mod store;
mod table;
mod text;
mod varint;
mod whole;
mod writer;

pub use digest::Digest;
pub use error::{BundleError, ReadError};
pub use factors::FactorsRef;
#[cfg(feature = "tables")]
pub use knn::{
    FeatureInfo, Features, KnnInfo, KnnRef, LISTED, Labels, PredictAnswer, PredictQuery,
    PublishedKnn, TablePublication, TrainingRow, write_table,
};
pub use manifest::{
    AttributeRef, AttributeValue, Catalogue, DataSummary, FORMAT, Figures, ItemItemRef, Manifest,
    MemberRef, ModelContent, ModelEntry, Version,
};
#[cfg(feature = "neural")]
pub use neural::{NeuralRef, as_stored};
#[cfg(feature = "images")]
pub use pictures::{
    InspectAnswer, InspectQuery, MOST_PROTOTYPES, PicturePublication, PicturesRef, Prototype,
    PrototypesRef, PublishedPictures, picture_model_as_stored, write_pictures,
};
pub use range_table::RangeTableRef;
pub use reader::Bundle;
pub use store::{MemoryStore, Sink, Store};
pub use table::{FileRef, MAX_FILE_BYTES, TableRef};
#[cfg(feature = "tables")]
pub(crate) use varint::{Cursor, put as put_varint};
pub use writer::{Publication, PublishedModel, WriteError, write};

/// Name of the one file whose address never changes.
pub const MANIFEST: &str = "manifest.json";
