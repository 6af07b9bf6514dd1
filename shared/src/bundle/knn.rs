//! Nearest-neighbour models in a bundle: a definition and rows, read whole, and
//! ids and names of the rows in shards, read as answers need them.

use std::cell::OnceCell;
use std::io;

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use super::manifest::{Catalogue, DataSummary, Figures, Manifest, ModelContent, ModelEntry};
use super::range_table::{RangeTable, RangeTableRef};
use super::reader::{Bundle, Source};
use super::resolve::Outcome;
use super::table::{FileRef, TableWriter, read_file};
use super::varint::{self, Cursor};
use super::{BundleError, Digest, MANIFEST, Sink, Store, WriteError, writer};
use crate::knn::{KnnError, KnnModel, Numeric, StoredModel, Task, UNSEEN, decode};

/// Rows whose ids and names share a shard.
const LABELS_PER_SHARD: u32 = 1024;
/// Neighbours listed where a query does not say how many.
pub const LISTED: u32 = 10;

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

/// A nearest-neighbour model of the bundle, read on first use.
#[derive(Debug)]
pub(super) struct OpenKnn {
    files: KnnRef,
    labels: RangeTable,
    loaded: OnceCell<KnnModel>,
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
    /// Identifier in the table.
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
}

impl From<KnnError> for BundleError {
    fn from(error: KnnError) -> Self {
        Self::InvalidQuery(error.to_string())
    }
}

impl OpenKnn {
    /// Checks what the manifest says.
    pub fn new(files: &KnnRef) -> Result<Self, BundleError> {
        Ok(Self {
            labels: RangeTable::new(&files.labels, files.count)?,
            files: files.clone(),
            loaded: OnceCell::new(),
        })
    }

    async fn model<S: Store>(&self, store: &S) -> Outcome<&KnnModel, S> {
        if let Some(model) = self.loaded.get() {
            return Ok(model);
        }
        let definition = read_file(store, &self.files.definition).await?;
        let rows = read_file(store, &self.files.rows).await?;
        let model = decode(&definition, &rows)
            .filter(|model| model.rows().len() == self.files.count as usize);
        let malformed =
            || BundleError::damaged(&self.files.definition.path, "its content breaks the format");
        let model = model.ok_or_else(malformed)?;
        Ok(self.loaded.get_or_init(|| model))
    }

    /// Ids and names of `rows`, in that order.
    async fn labels<S: Store>(&self, store: &S, rows: &[u32]) -> Outcome<Vec<(String, String)>, S> {
        let mut labels = vec![(String::new(), String::new()); rows.len()];
        for range in self.labels.get(store, rows.iter().copied()).await? {
            let here: Vec<usize> = (0..rows.len())
                .filter(|&at| (range.first..range.first + range.len).contains(&rows[at]))
                .collect();
            let wanted: Vec<usize> = here
                .iter()
                .map(|&at| (rows[at] - range.first) as usize)
                .collect();
            let found = decode_labels(&range.content, range.len as usize, &wanted)
                .ok_or_else(|| self.labels.malformed(&range))?;
            for (at, label) in here.into_iter().zip(found) {
                labels[at] = label;
            }
        }
        Ok(labels)
    }
}

impl<S: Store> Bundle<S> {
    fn open_knn(&self, name: Option<&str>) -> Result<&OpenKnn, BundleError> {
        let model = self.model(name)?;
        match &model.source {
            Source::Knn(open) => Ok(open),
            _ => Err(BundleError::InvalidQuery(
                [
                    "model ",
                    &model.name,
                    " recommends items; only a model of a table predicts",
                ]
                .concat(),
            )),
        }
    }

    /// The nearest-neighbour model called `name`, or the default one.
    pub async fn knn(&self, name: Option<&str>) -> Outcome<&KnnModel, S> {
        self.open_knn(name)?.model(&self.store).await
    }

    /// What the model takes and predicts.
    pub async fn knn_info(&self, name: Option<&str>) -> Outcome<KnnInfo, S> {
        let model = self.knn(name).await?;
        let numeric = model.preparation.numeric.iter().map(numeric_info);
        let categorical = model.preparation.categorical.iter().map(|f| FeatureInfo {
            name: f.name.clone(),
            optional: f.fill.is_some(),
            quantiles: Vec::new(),
            categories: f.values.clone(),
        });
        let (range, classes) = match &model.task {
            Task::Regression { least, most } => (vec![*least, *most], Vec::new()),
            Task::Classification(classes) => (Vec::new(), classes.clone()),
        };
        Ok(KnnInfo {
            target: model.target.clone(),
            range,
            classes,
            rows: model.rows().len() as u32,
            features: numeric.chain(categorical).collect(),
        })
    }

    /// Predicts.
    pub async fn predict(&self, query: &PredictQuery) -> Outcome<PredictAnswer, S> {
        let open = self.open_knn(query.model.as_deref())?;
        let model = open.model(&self.store).await?;
        let preparation = &model.preparation;
        let categorical: Vec<Option<&str>> =
            query.categorical.iter().map(Option::as_deref).collect();
        if query.numeric.len() != preparation.numeric.len()
            || categorical.len() != preparation.categorical.len()
        {
            return Err(
                BundleError::InvalidQuery("a prediction needs one value a feature".into()).into(),
            );
        }
        let point = preparation
            .point(&query.numeric, &categorical)
            .map_err(BundleError::from)?;
        let prediction = model.predict(&point, None);
        let unseen = preparation.categorical.iter().zip(&point.categories);
        let unseen = unseen.filter(|(_, code)| **code == UNSEEN);
        let listed: Vec<u32> = prediction
            .neighbours
            .iter()
            .take(query.list as usize)
            .map(|n| n.row)
            .collect();
        let mut neighbours = self.training_rows(open, model, &listed).await?;
        for (row, n) in neighbours.iter_mut().zip(&prediction.neighbours) {
            row.distance = n.distance;
            row.weight = n.weight;
            row.adjusted = n.adjusted;
        }
        Ok(PredictAnswer {
            value: prediction.value,
            class: match &model.task {
                Task::Regression { .. } => String::new(),
                Task::Classification(classes) => classes[prediction.value as usize].clone(),
            },
            novelty: prediction.novelty,
            used: prediction.neighbours.len() as u32,
            neighbours,
            unseen: unseen.map(|(f, _)| f.name.clone()).collect(),
        })
    }

    /// Training rows by number, such as songs to start from.
    pub async fn knn_rows(&self, name: Option<&str>, rows: &[u32]) -> Outcome<Vec<TrainingRow>, S> {
        let open = self.open_knn(name)?;
        let model = open.model(&self.store).await?;
        if rows.iter().any(|&row| row >= open.files.count) {
            return Err(BundleError::InvalidQuery(
                "a row number is beyond the training rows".into(),
            )
            .into());
        }
        self.training_rows(open, model, rows).await
    }

    async fn training_rows(
        &self,
        open: &OpenKnn,
        model: &KnnModel,
        rows: &[u32],
    ) -> Outcome<Vec<TrainingRow>, S> {
        let labels = open.labels(&self.store, rows).await?;
        let row = |(&row, (id, name)): (&u32, (String, String))| TrainingRow {
            row,
            id,
            name,
            target: model.rows().target(row),
            features: features(model, row),
            distance: 0.0,
            weight: 0.0,
            adjusted: model.rows().target(row),
        };
        Ok(rows.iter().zip(labels).map(row).collect())
    }
}

fn numeric_info(feature: &Numeric) -> FeatureInfo {
    FeatureInfo {
        name: feature.name.clone(),
        optional: feature.fill.is_some(),
        quantiles: feature.quantiles.clone(),
        categories: Vec::new(),
    }
}

fn features(model: &KnnModel, row: u32) -> Features {
    let numeric = model
        .preparation
        .numeric
        .iter()
        .zip(model.rows().values(row));
    let categorical = model
        .preparation
        .categorical
        .iter()
        .zip(model.rows().categories(row));
    let value =
        |values: &[String], code: u16| values.get(usize::from(code)).cloned().unwrap_or_default();
    Features {
        numeric: numeric.map(|(f, &v)| (f.name.clone(), v)).collect(),
        categorical: categorical
            .map(|(f, &code)| (f.name.clone(), value(&f.values, code)))
            .collect(),
    }
}

/// A shard of labels, ids before names: each as the number of bytes that it
/// shares with the one before it, and the rest.
fn encode_labels(ids: &[String], names: &[String]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for texts in [ids, names] {
        let mut before = "";
        for at in 0..ids.len() {
            let text = texts.get(at).map_or("", String::as_str);
            let same = before.bytes().zip(text.bytes()).take_while(|(a, b)| a == b);
            let mut shared = same.count();
            while !text.is_char_boundary(shared) {
                shared -= 1;
            }
            varint::put(&mut bytes, shared as u32);
            varint::put(&mut bytes, (text.len() - shared) as u32);
            bytes.extend(&text.as_bytes()[shared..]);
            before = text;
        }
    }
    bytes
}

/// Ids and names of the places `wanted` of a shard of `count` rows, in that order.
fn decode_labels(shard: &[u8], count: usize, wanted: &[usize]) -> Option<Vec<(String, String)>> {
    let mut cursor = Cursor::new(shard);
    let mut labels = vec![(String::new(), String::new()); wanted.len()];
    for names in [false, true] {
        let mut text: Vec<u8> = Vec::new();
        for place in 0..count {
            let (shared, length) = (cursor.varint()? as usize, cursor.varint()? as usize);
            if shared > text.len() {
                return None;
            }
            text.truncate(shared);
            text.extend(cursor.take(length)?);
            for (label, _) in labels
                .iter_mut()
                .zip(wanted)
                .filter(|(_, at)| **at == place)
            {
                let own = if names { &mut label.1 } else { &mut label.0 };
                *own = std::str::from_utf8(&text).ok()?.to_owned();
            }
        }
    }
    Some(labels)
}

/// A model of a table with what the manifest says of it.
#[derive(Clone, Debug)]
pub struct PublishedKnn<'a> {
    /// Unique in the bundle.
    pub name: &'a str,
    /// The fitted model as [`crate::knn::encode`] stores it.
    pub model: &'a StoredModel,
    /// Its hyper-parameters.
    pub config: std::collections::BTreeMap<String, serde_json::Value>,
    /// Its figures, where it was evaluated.
    pub evaluation: Option<Figures>,
}

/// What goes into the bundle of a table.
#[derive(Clone, Debug)]
pub struct TablePublication<'a> {
    /// The program that writes, with its version.
    pub generator: &'a str,
    /// What the models were fitted on.
    pub data: DataSummary,
    /// Identifier of each training row.
    pub ids: &'a [String],
    /// Name of each training row; may be empty.
    pub names: &'a [String],
    /// The models; the first is the default.
    pub models: &'a [PublishedKnn<'a>],
}

/// Writes a table's bundle into `sink`, the manifest last, and returns it. The
/// same publication gives the same bytes.
pub fn write_table(
    publication: &TablePublication<'_>,
    sink: &mut dyn Sink,
) -> Result<Manifest, WriteError> {
    let catalogue: Catalogue = writer::write_catalogue(&[], sink)?;
    let labels = write_labels(publication, sink)?;
    let mut models = Vec::new();
    for (position, published) in publication.models.iter().enumerate() {
        let mut put = |content: &[u8], what: &str| -> io::Result<FileRef> {
            let sha256 = Digest::of(content);
            let path = format!("models/{what}-{}.bin", sha256.hex(12));
            sink.put(&path, content)?;
            Ok(FileRef {
                path,
                bytes: content.len() as u64,
                sha256,
            })
        };
        let definition = put(&published.model.definition, published.name)?;
        // Models of the same rows have one file of them.
        let rows = put(&published.model.rows, "rows")?;
        models.push(ModelEntry {
            name: published.name.to_owned(),
            engine: "core".to_owned(),
            default: position == 0,
            bytes: definition.bytes + rows.bytes + labels.table.bytes,
            config: published.config.clone(),
            evaluation: published.evaluation.clone(),
            content: ModelContent {
                knn: Some(KnnRef {
                    definition,
                    rows,
                    count: publication.ids.len() as u32,
                    labels: labels.clone(),
                }),
                ..Default::default()
            },
        });
    }
    let manifest = Manifest::new(
        publication.generator,
        publication.data.clone(),
        catalogue,
        models,
    );
    let mut json = serde_json::to_vec_pretty(&manifest).expect("a manifest is plain data");
    json.push(b'\n');
    sink.put(MANIFEST, &json)?;
    Ok(manifest)
}

fn write_labels(
    publication: &TablePublication<'_>,
    sink: &mut dyn Sink,
) -> io::Result<RangeTableRef> {
    let mut table = TableWriter::new(sink, "models/labels", "bin");
    for (shard, ids) in publication
        .ids
        .chunks(LABELS_PER_SHARD as usize)
        .enumerate()
    {
        let first = shard * LABELS_PER_SHARD as usize;
        let names = publication
            .names
            .get(first..first + ids.len())
            .unwrap_or_default();
        table.push(&encode_labels(ids, names))?;
    }
    Ok(RangeTableRef {
        table: table.finish()?,
        per_shard: LABELS_PER_SHARD,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_survive_and_truncations_do_not() {
        let ids: Vec<String> = ["song:é1", "song:è2", "song:3"].map(String::from).to_vec();
        let names = vec!["One".to_owned(), String::new(), "三".to_owned()];
        let bytes = encode_labels(&ids, &names);
        let expected: Vec<_> = ids.iter().cloned().zip(names).collect();
        assert_eq!(decode_labels(&bytes, 3, &[0, 1, 2]), Some(expected));
        for length in 0..bytes.len() {
            assert_eq!(decode_labels(&bytes[..length], 3, &[1]), None, "{length}");
        }
        let nameless = decode_labels(&encode_labels(&ids, &[]), 3, &[2, 0]).unwrap();
        assert!(nameless.iter().all(|(_, name)| name.is_empty()));
    }
}
