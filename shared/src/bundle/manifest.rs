//! `manifest.json`: what the bundle holds and the digests that vouch for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::factors::FactorsRef;
#[cfg(feature = "tables")]
use super::knn::KnnRef;
#[cfg(feature = "neural")]
use super::neural::NeuralRef;
#[cfg(feature = "images")]
use super::pictures::PicturesRef;
use super::range_table::RangeTableRef;
use super::table::{FileRef, TableRef, is_plain};
use super::{BundleError, MANIFEST, Store};
use crate::item_item::HistoryWeighting;
use crate::models::{is_one, one};

/// Longest manifest that is read.
pub const MAX_MANIFEST_BYTES: u64 = 4 << 20;
/// Largest catalogue that is read.
pub const MAX_ITEMS: u32 = 20_000_000;
/// The engine that runs the models without Burn.
pub const ENGINE: &str = "core";
/// The engine that also runs the models of tables.
#[cfg(feature = "tables")]
pub const TABLES: &str = "tables";
/// The engine that also runs networks, on the processor.
#[cfg(feature = "neural")]
pub const CPU: &str = "cpu";
/// The engines whose models this build runs.
pub const ENGINES: &[&str] = &[
    ENGINE,
    #[cfg(feature = "tables")]
    TABLES,
    #[cfg(feature = "neural")]
    CPU,
];
/// What `format` says.
pub const FORMAT: &str = "doorstep-bundle";

/// Version of the format. A reader takes any minor version of its major one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Changes when old readers can't read the new format.
    pub major: u32,
    /// Changes when the format gains what old readers may ignore.
    pub minor: u32,
}

impl Version {
    /// What this code writes.
    pub const CURRENT: Self = Self { major: 2, minor: 0 };
}

/// The manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always `doorstep-bundle`.
    pub format: String,
    /// Version of the format.
    pub version: Version,
    /// The program that wrote it, with its version.
    #[cfg_attr(target_arch = "wasm32", serde(default, skip_deserializing))]
    pub generator: String,
    /// The data that the models were fitted on.
    #[cfg_attr(target_arch = "wasm32", serde(default, skip_deserializing))]
    pub data: DataSummary,
    /// Items and how to look them up.
    pub catalogue: Catalogue,
    /// The models; exactly one is the default.
    pub models: Vec<ModelEntry>,
}

/// What the models were fitted on. No user is in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DataSummary {
    /// Digest of the interactions as read, after filters.
    pub fingerprint: String,
    /// Number of interactions, or of rows of a table, read. 0 says that the order
    /// of the items is no popularity, as after an import.
    pub interactions: u64,
    /// Which of them the models were fitted on, in words.
    pub fitted_on: String,
}

/// The catalogue's tables. Item indices descend in training popularity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Catalogue {
    /// Number of items.
    pub items: u32,
    /// Whether titles can be searched.
    pub searchable: bool,
    /// Attributes that a query may filter or boost by.
    pub attributes: Vec<AttributeRef>,
    /// Id to index.
    pub ids: TableRef,
    /// Index to item record.
    pub records: RangeTableRef,
    /// Attribute values and title words to indices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postings: Option<TableRef>,
}

/// An attribute of the catalogue's items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttributeRef {
    /// Name, such as `category`.
    pub name: String,
    /// Number of distinct values.
    pub distinct: u32,
    /// The values, where there are at most a hundred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", serde(skip_deserializing))]
    pub values: Option<Vec<AttributeValue>>,
}

/// A value and the number of items that have it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttributeValue {
    /// The value.
    pub value: String,
    /// Items that have it.
    pub count: u32,
}

/// A published model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelEntry {
    /// Unique in the bundle, such as `next-linear`; letters, digits, `-`, `_` and `.`, as files are called by it.
    pub name: String,
    /// Smallest engine that runs it.
    pub engine: String,
    /// Whether a query that names no model gets this one.
    pub default: bool,
    /// Size of its files.
    pub bytes: u64,
    /// Hyper-parameters that it was fitted with, by name. A page reads them from
    /// the manifest's JSON; the browser engine leaves them alone.
    #[cfg_attr(target_arch = "wasm32", serde(default, skip_deserializing))]
    pub config: BTreeMap<String, serde_json::Value>,
    /// How well it did on test cases, where it was evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", serde(skip_deserializing))]
    pub evaluation: Option<Figures>,
    /// What kind it is, and its files.
    #[serde(deserialize_with = "content")]
    pub content: ModelContent,
}

/// Figures of an evaluation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// The protocol, such as `leave-last-two`.
    pub split: String,
    /// Number of test cases.
    pub cases: u64,
    /// Whether the model was fitted again on more data after it was judged.
    #[serde(default)]
    pub refitted: bool,
    /// The least rating of a right answer, where ratings decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relevant_at: Option<f32>,
    /// By name, such as `recall@10`.
    pub metrics: BTreeMap<String, f64>,
}

/// A model's files: exactly one field is there. A kind that a newer minor
/// version brings reads as none of them, and its model is left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ModelContent {
    /// Run-length coded counts of all items, by index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<FileRef>,
    /// Pairs of index and count of some items, best first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ranking: Option<FileRef>,
    /// A sparse item-item matrix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_item: Option<ItemItemRef>,
    /// Models whose scores are summed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ensemble: Option<Vec<MemberRef>>,
    /// Vectors of all items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factors: Option<FactorsRef>,
    /// A network.
    #[cfg(feature = "neural")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub neural: Option<NeuralRef>,
    /// A nearest-neighbour model of a table.
    #[cfg(feature = "tables")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub knn: Option<KnnRef>,
    /// A model of pictures.
    #[cfg(feature = "images")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pictures: Option<PicturesRef>,
}

/// A member of an ensemble. Where the bundle also has the model by itself, the
/// files are the same ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberRef {
    /// What its scores, once scaled, are multiplied by.
    pub weight: f32,
    /// Its scaled scores are taken to the power of 1 / this.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub temperature: u32,
    /// Whether predicted ratings become 0 to 1 by their scale, and other scores
    /// stay as they are; elsewhere each history's largest score becomes ±1.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub absolute: bool,
    /// Its files; no ensemble again.
    #[serde(deserialize_with = "content")]
    pub content: ModelContent,
}

/// One copy of this code for models and members alike.
#[inline(never)]
fn content<'de, D: Deserializer<'de>>(source: D) -> Result<ModelContent, D::Error> {
    ModelContent::deserialize(source)
}

/// The files of an item-item model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemItemRef {
    /// How a history is weighted.
    pub weighting: HistoryWeighting,
    /// Rows by item index.
    pub rows: RangeTableRef,
}

impl Manifest {
    /// Reads and checks a manifest with the store's JSON parser. Tables are
    /// checked where they are opened.
    pub fn parse(bytes: &[u8], store: &impl Store) -> Result<Self, BundleError> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: Version,
        }
        let damaged = |why: String| BundleError::damaged(MANIFEST, why);
        if bytes.len() as u64 > MAX_MANIFEST_BYTES {
            return Err(damaged("it is longer than 4 MiB".into()));
        }
        let not_ours = |why| damaged(format!("it is not a bundle's manifest ({why})"));
        let head: Head = store.parse_json(bytes).map_err(not_ours)?;
        if head.format != FORMAT {
            let why = format!("its format is \"{}\", not \"{FORMAT}\"", head.format);
            return Err(damaged(why));
        }
        if head.version.major != Version::CURRENT.major {
            return Err(BundleError::UnsupportedVersion {
                found: head.version.major,
                supported: Version::CURRENT.major,
            });
        }
        let manifest: Self = store.parse_json(bytes).map_err(not_ours)?;
        if manifest.catalogue.items > MAX_ITEMS {
            return Err(damaged(format!("it has more than {MAX_ITEMS} items")));
        }
        let is_named = |model: &ModelEntry| is_plain(&model.name);
        if !manifest.models.iter().all(is_named) {
            return Err(damaged("a model has a name that no file can have".into()));
        }
        let repeated = |(i, model): (usize, &ModelEntry)| {
            manifest.models[..i]
                .iter()
                .any(|before| before.name == model.name)
        };
        if manifest.models.iter().enumerate().any(repeated) {
            return Err(damaged("two models have the same name".into()));
        }
        if manifest.models.iter().filter(|model| model.default).count() != 1 {
            return Err(damaged("not exactly one model is the default".into()));
        }
        Ok(manifest)
    }

    /// A manifest of the current version.
    pub fn new(
        generator: &str,
        data: DataSummary,
        catalogue: Catalogue,
        models: Vec<ModelEntry>,
    ) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: Version::CURRENT,
            generator: generator.to_owned(),
            data,
            catalogue,
            models,
        }
    }
}
