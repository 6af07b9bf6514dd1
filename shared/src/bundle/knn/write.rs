//! Writes the bundle of a table.

use std::collections::BTreeMap;
use std::io;

use super::KnnRef;
use super::labels::write_labels;
use crate::bundle::manifest::{
    Catalogue, DataSummary, Figures, Manifest, ModelContent, ModelEntry, TABLES,
};
use crate::bundle::table::{FileRef, MAX_FILE_BYTES};
use crate::bundle::{Digest, Sink, WriteError, writer};
use crate::knn::StoredModel;

/// A model of a table with what the manifest says of it.
#[derive(Clone, Debug)]
pub struct PublishedKnn<'a> {
    /// Unique in the bundle.
    pub name: &'a str,
    /// The fitted model as [`crate::knn::encode`] stores it.
    pub model: &'a StoredModel,
    /// Its hyper-parameters.
    pub config: BTreeMap<String, serde_json::Value>,
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
    let labels = write_labels(publication.ids, publication.names, sink)?;
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
        if published.model.rows.len() as u64 > MAX_FILE_BYTES {
            return Err(WriteError::TooLarge {
                what: "the file of a table's rows",
                limit: format!("{MAX_FILE_BYTES} bytes; train on fewer rows or columns"),
            });
        }
        // Models of the same rows have one file of them.
        let rows = put(&published.model.rows, "rows")?;
        models.push(ModelEntry {
            name: published.name.to_owned(),
            engine: TABLES.to_owned(),
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
    writer::put_manifest(&manifest, sink)?;
    Ok(manifest)
}
