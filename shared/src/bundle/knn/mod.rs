//! Nearest-neighbour models in a bundle: a definition and rows, read whole, and
//! ids and names of the rows in shards, read as answers need them.

mod labels;
mod query;
mod read;
mod write;

use serde::{Deserialize, Serialize};

use super::range_table::RangeTableRef;
use super::table::FileRef;

pub use query::{
    FeatureInfo, Features, KnnInfo, LISTED, Labels, PredictAnswer, PredictQuery, TrainingRow,
};
pub(super) use read::OpenKnn;
pub use write::{PublishedKnn, TablePublication, write_table};

/// The files of a nearest-neighbour model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KnnRef {
    /// Preparation, space, rule and code books.
    pub definition: FileRef,
    /// Features and targets of the training rows.
    pub rows: FileRef,
    /// Number of rows.
    pub count: u32,
    /// Ids and names by row.
    pub labels: RangeTableRef,
}
