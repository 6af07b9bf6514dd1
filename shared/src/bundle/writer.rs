//! Writes a bundle.

use std::collections::BTreeMap;
use std::io;

use super::factors::write_factors;
use super::key_table::write_key_table;
use super::manifest::{
    Catalogue, DataSummary, ENGINE, Figures, ItemItemRef, MAX_ITEMS, MAX_MANIFEST_BYTES, Manifest,
    MemberRef, ModelContent, ModelEntry,
};
use super::order::Order;
use super::postings::write_postings;
use super::range_table::{MAX_PER_SHARD, RangeTableRef};
use super::rows::put_row;
use super::table::{FileRef, TableWriter};
use super::{Digest, MANIFEST, Sink, counts, varint};
use crate::item_item::{HistoryWeighting, ItemItem};
use crate::models::{Model, ModelConfig};
use crate::{ItemRecord, Recommender};

/// Aimed size of a shard of rows: ten of them are a query.
const ROW_SHARD_BYTES: u32 = 3 << 10;
/// Aimed size of a shard of item records; hits lie in many different ones.
const RECORD_SHARD_BYTES: u32 = 4 << 10;
/// Most records in one shard of a small catalogue.
const RECORDS_PER_SHARD: u32 = 64;
/// Aimed size of a shard of ids; each history item reads one.
const ID_SHARD_BYTES: u64 = 1 << 10;
/// A table's shards grow rather than exceed this number of files.
const MAX_FILES: u32 = 10_000;
/// The same for item records: the hits of one list lie in different shards, so
/// in a catalogue of a million these would weigh more than all the rest.
const MAX_RECORD_FILES: u32 = 25_000;

/// Name of a file of counts.
const COUNTS: &str = "counts.bin";

/// What goes into a bundle.
#[derive(Clone, Debug)]
pub struct Publication<'a> {
    /// The program that writes, with its version.
    pub generator: &'a str,
    /// What the models were fitted on.
    pub data: DataSummary,
    /// All items, by the models' item index.
    pub records: &'a [ItemRecord],
    /// Training interactions of each item.
    pub counts: &'a [u32],
    /// The models; the first is the default.
    pub models: &'a [PublishedModel<'a>],
}

/// A model with what the manifest says of it.
#[derive(Clone, Debug)]
pub struct PublishedModel<'a> {
    /// The fitted model.
    pub model: &'a Model,
    /// Its hyper-parameters; none where it was fitted elsewhere.
    pub config: Option<&'a ModelConfig>,
    /// Its figures, where it was evaluated.
    pub evaluation: Option<Figures>,
}

/// Why a bundle could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The sink refused.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A weight is not finite in half precision.
    #[error(
        "model {model} has a weight that is not finite in half precision (row {row}); fit it with more regularisation"
    )]
    Weight {
        /// The model.
        model: String,
        /// Item index of the row, in training order.
        row: usize,
    },
    /// A reader would refuse it.
    #[error("{what} is larger than {limit}, the most that a bundle may have")]
    TooLarge {
        /// What.
        what: &'static str,
        /// The limit, in words.
        limit: String,
    },
    /// Models, records and counts disagree on the number of items.
    #[error("{what} covers {found} items, the catalogue has {expected}")]
    Size {
        /// Which of them.
        what: String,
        /// Its size.
        found: usize,
        /// The number of records.
        expected: usize,
    },
}

/// Writes the bundle's files into `sink`, the manifest last, and returns it.
/// The same publication gives the same bytes.
pub fn write(publication: &Publication<'_>, sink: &mut dyn Sink) -> Result<Manifest, WriteError> {
    check_sizes(publication)?;
    let order = Order::by_popularity(publication);
    let records: Vec<ItemRecord> = order
        .old
        .iter()
        .map(|&i| publication.records[i as usize].clone())
        .collect();
    let catalogue = write_catalogue(&records, sink)?;
    let mut models = Vec::new();
    for (position, published) in publication.models.iter().enumerate() {
        let name = published.model.name();
        let (content, bytes) = write_model(publication, name, published.model, &order, sink)?;
        models.push(ModelEntry {
            name: name.to_owned(),
            engine: engine(published.model).to_owned(),
            default: position == 0,
            bytes,
            config: published.config.map_or_else(BTreeMap::new, config_fields),
            evaluation: published.evaluation.clone(),
            content,
        });
    }
    let manifest = Manifest::new(
        publication.generator,
        publication.data.clone(),
        catalogue,
        models,
    );
    put_manifest(&manifest, sink)?;
    Ok(manifest)
}

/// Writes the manifest, which completes a bundle.
pub(super) fn put_manifest(manifest: &Manifest, sink: &mut dyn Sink) -> Result<(), WriteError> {
    let json = serde_json::to_vec(manifest).expect("a manifest is plain data");
    if json.len() as u64 > MAX_MANIFEST_BYTES {
        return Err(WriteError::TooLarge {
            what: "the manifest, with the names and values of all attributes,",
            limit: format!("{MAX_MANIFEST_BYTES} bytes"),
        });
    }
    Ok(sink.put(MANIFEST, &json)?)
}

/// The smallest engine that runs a model.
fn engine(model: &Model) -> &'static str {
    match model {
        #[cfg(feature = "neural")]
        Model::Neural(_) => super::manifest::CPU,
        Model::Ensemble(ensemble) => {
            let mut engines = ensemble.members.iter().map(|(_, member)| engine(member));
            engines.find(|engine| *engine != ENGINE).unwrap_or(ENGINE)
        }
        _ => ENGINE,
    }
}

fn config_fields(config: &ModelConfig) -> BTreeMap<String, serde_json::Value> {
    let json = serde_json::to_string(config).expect("a config is plain data");
    let mut fields: BTreeMap<_, _> = serde_json::from_str(&json).expect("a config is an object");
    fields.remove("model");
    fields
}

fn check_sizes(publication: &Publication<'_>) -> Result<(), WriteError> {
    let expected = publication.records.len();
    if expected > MAX_ITEMS as usize {
        return Err(WriteError::TooLarge {
            what: "the catalogue",
            limit: format!("{MAX_ITEMS} items"),
        });
    }
    let models = publication
        .models
        .iter()
        .map(|m| (m.model.name().to_owned(), m.model.n_items()));
    let sizes = models.chain([("the list of counts".to_owned(), publication.counts.len())]);
    for (what, found) in sizes {
        if found != expected {
            return Err(WriteError::Size {
                what,
                found,
                expected,
            });
        }
    }
    Ok(())
}

pub(super) fn write_catalogue(
    records: &[ItemRecord],
    sink: &mut dyn Sink,
) -> io::Result<Catalogue> {
    let pairs = (0..).zip(records).map(|(index, record)| {
        let mut value = Vec::new();
        varint::put(&mut value, index);
        (record.id.clone(), value)
    });
    let ids = write_key_table(
        sink,
        "catalog/ids",
        pairs.collect(),
        ID_SHARD_BYTES,
        MAX_FILES,
    )?;
    let (postings, attributes) = write_postings(sink, records, MAX_FILES)?;
    Ok(Catalogue {
        items: records.len() as u32,
        searchable: records.iter().any(|record| record.title.is_some()),
        attributes,
        ids,
        records: write_records(records, sink)?,
        postings,
    })
}

fn write_records(records: &[ItemRecord], sink: &mut dyn Sink) -> io::Result<RangeTableRef> {
    let json =
        |records: &[ItemRecord]| serde_json::to_vec(records).expect("a record is plain data");
    let step = (records.len() / 1000).max(1);
    let sample: Vec<ItemRecord> = records.iter().step_by(step).cloned().collect();
    let mean = (json(&sample).len() / sample.len().max(1)).max(1) as u32;
    let aimed = (RECORD_SHARD_BYTES / mean).clamp(1, RECORDS_PER_SHARD);
    let per_shard = aimed.max((records.len() as u32).div_ceil(MAX_RECORD_FILES));
    let mut writer = TableWriter::new(sink, "catalog/items", "json");
    for shard in records.chunks(per_shard as usize) {
        writer.push(&json(shard))?;
    }
    Ok(RangeTableRef {
        table: writer.finish()?,
        per_shard,
    })
}

fn write_model(
    publication: &Publication<'_>,
    name: &str,
    model: &Model,
    order: &Order,
    sink: &mut dyn Sink,
) -> Result<(ModelContent, u64), WriteError> {
    match model {
        Model::Popularity(_) => {
            let counts: Vec<u32> = order
                .old
                .iter()
                .map(|&i| publication.counts[i as usize])
                .collect();
            let file = put_file(name, COUNTS, &counts::encode_descending(&counts), sink)?;
            let bytes = file.bytes;
            Ok((
                ModelContent {
                    counts: Some(file),
                    ..Default::default()
                },
                bytes,
            ))
        }
        Model::RecentPopularity(model) => {
            let mut top: Vec<(u32, u32)> = model
                .top
                .iter()
                .map(|&(item, n)| (order.new[item as usize], n))
                .collect();
            top.sort_unstable_by_key(|&(item, n)| (std::cmp::Reverse(n), item));
            let file = put_file(name, COUNTS, &counts::encode_ranking(&top), sink)?;
            let bytes = file.bytes;
            Ok((
                ModelContent {
                    ranking: Some(file),
                    ..Default::default()
                },
                bytes,
            ))
        }
        Model::ItemItem(model) => {
            let rows = write_rows(name, model, order, sink)?;
            let bytes = rows.table.bytes;
            let weighting: HistoryWeighting = model.weighting;
            Ok((
                ModelContent {
                    item_item: Some(ItemItemRef { weighting, rows }),
                    ..Default::default()
                },
                bytes,
            ))
        }
        Model::Ensemble(model) => {
            let (mut members, mut total) = (Vec::new(), 0);
            for (share, member) in &model.members {
                let name = member.name();
                let (content, bytes) = write_model(publication, name, member, order, sink)?;
                total += bytes;
                members.push(MemberRef {
                    weight: share.weight,
                    temperature: share.temperature,
                    absolute: share.range.is_some(),
                    content,
                });
            }
            Ok((
                ModelContent {
                    ensemble: Some(members),
                    ..Default::default()
                },
                total,
            ))
        }
        #[cfg(feature = "neural")]
        Model::Neural(model) => {
            let files = super::neural::write_neural(name, model, &order.old, sink)?;
            let bytes = files.parameters.bytes;
            Ok((
                ModelContent {
                    neural: Some(files),
                    ..Default::default()
                },
                bytes,
            ))
        }
        Model::Factors(model) => {
            let files = write_factors(name, model, &order.old, sink)?;
            let bytes = files.rows.table.bytes;
            Ok((
                ModelContent {
                    factors: Some(files),
                    ..Default::default()
                },
                bytes,
            ))
        }
    }
}

/// Writes a model's one file.
pub(super) fn put_file(
    model: &str,
    file: &str,
    content: &[u8],
    sink: &mut dyn Sink,
) -> io::Result<FileRef> {
    let sha256 = Digest::of(content);
    let path = format!("models/{model}-{}/{file}", sha256.hex(12));
    sink.put(&path, content)?;
    Ok(FileRef {
        path,
        bytes: content.len() as u64,
        sha256,
    })
}

fn write_rows(
    name: &str,
    model: &ItemItem,
    order: &Order,
    sink: &mut dyn Sink,
) -> Result<RangeTableRef, WriteError> {
    let n_items = order.old.len();
    let encode = |index: usize, bytes: &mut Vec<u8>| {
        let before = order.old[index] as usize;
        let row = model
            .neighbours
            .outer_view(before)
            .expect("the matrix covers the catalogue");
        let mut entries: Vec<(u32, f32)> = row
            .iter()
            .map(|(item, &weight)| (order.new[item], weight))
            .collect();
        entries.sort_unstable_by_key(|&(item, _)| item);
        let (items, weights): (Vec<u32>, Vec<f32>) = entries.into_iter().unzip();
        let fits = put_row(bytes, &items, &weights);
        fits.then_some(()).ok_or_else(|| WriteError::Weight {
            model: name.to_owned(),
            row: before,
        })
    };
    let mut sample = Vec::new();
    let step = (n_items / 1000).max(1);
    for index in (0..n_items).step_by(step) {
        encode(index, &mut sample)?;
    }
    let mean = (sample.len() / n_items.div_ceil(step).max(1)).max(1) as u32;
    let aimed = (ROW_SHARD_BYTES / mean).clamp(1, MAX_PER_SHARD);
    let per_shard = aimed.max((n_items as u32).div_ceil(MAX_FILES));
    let mut writer = TableWriter::new(sink, &format!("models/{name}"), "bin");
    let mut shard = Vec::new();
    for start in (0..n_items).step_by(per_shard as usize) {
        shard.clear();
        for index in start..(start + per_shard as usize).min(n_items) {
            encode(index, &mut shard)?;
        }
        writer.push(&shard)?;
    }
    Ok(RangeTableRef {
        table: writer.finish()?,
        per_shard,
    })
}
