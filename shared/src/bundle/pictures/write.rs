//! Writes the bundle of models of pictures.

use std::collections::BTreeMap;

use super::{PicturesRef, PrototypesRef};
use crate::bundle::manifest::{CPU, DataSummary, Figures, Manifest, ModelContent, ModelEntry};
use crate::bundle::parameters::{Encoded, decode, encode};
use crate::bundle::range_table::RangeTableRef;
use crate::bundle::table::{MAX_FILE_BYTES, TableWriter};
use crate::bundle::{Sink, WriteError, writer};
use crate::images::salad::{AutoencoderShape, Calibration, Scoring};
use crate::images::{GreyImage, Preparation};
use crate::neural::{Parameter, Weights};

/// Pictures that share a shard.
const PER_SHARD: u32 = 4;

/// A model of pictures with what the manifest says of it.
#[derive(Clone, Debug)]
pub struct PublishedPictures<'a> {
    /// Unique in the bundle.
    pub name: &'a str,
    /// How pictures are prepared.
    pub preparation: &'a Preparation,
    /// The autoencoder's shape.
    pub shape: AutoencoderShape,
    /// What scores are made of.
    pub scoring: Scoring,
    /// What normal pictures score by the model as it is stored.
    pub calibration: &'a Calibration,
    /// Of the autoencoder, and the bank.
    pub parameters: &'a [Parameter],
    /// Prepared pictures of the bank's first rows.
    pub prototypes: &'a [&'a GreyImage],
    /// Its hyper-parameters.
    pub config: BTreeMap<String, serde_json::Value>,
    /// Its figures, where it was judged.
    pub evaluation: Option<Figures>,
}

/// What goes into the bundle of models of pictures.
#[derive(Clone, Debug)]
pub struct PicturePublication<'a> {
    /// The program that writes, with its version.
    pub generator: &'a str,
    /// What the models were fitted on.
    pub data: DataSummary,
    /// The models; the first is the default.
    pub models: &'a [PublishedPictures<'a>],
}

/// What a reader of a bundle gets of these parameters.
pub fn picture_model_as_stored(
    name: &str,
    parameters: &[Parameter],
) -> Result<Vec<Parameter>, WriteError> {
    let encoded = halves(name, parameters)?;
    Ok(decode(&encoded.content, 16).expect("it was encoded just now"))
}

/// Writes a bundle into `sink`, the manifest last, and returns it. The same publication gives
/// the same bytes.
pub fn write_pictures(
    publication: &PicturePublication<'_>,
    sink: &mut dyn Sink,
) -> Result<Manifest, WriteError> {
    let catalogue = writer::write_catalogue(&[], sink)?;
    let mut models = Vec::new();
    for (position, published) in publication.models.iter().enumerate() {
        let content = write_model(published, sink)?;
        let prototypes = content.prototypes.as_ref();
        models.push(ModelEntry {
            name: published.name.to_owned(),
            engine: CPU.to_owned(),
            default: position == 0,
            bytes: content.parameters.bytes + prototypes.map_or(0, |own| own.table.table.bytes),
            config: published.config.clone(),
            evaluation: published.evaluation.clone(),
            content: ModelContent {
                pictures: Some(content),
                ..ModelContent::default()
            },
        });
    }
    let data = publication.data.clone();
    let manifest = Manifest::new(publication.generator, data, catalogue, models);
    writer::put_manifest(&manifest, sink)?;
    Ok(manifest)
}

fn write_model(
    published: &PublishedPictures<'_>,
    sink: &mut dyn Sink,
) -> Result<PicturesRef, WriteError> {
    let encoded = halves(published.name, published.parameters)?;
    if encoded.content.len() as u64 > MAX_FILE_BYTES {
        return Err(WriteError::TooLarge {
            what: "a network of pictures",
            limit: format!(
                "{} MiB in its file; give it fewer channels or features",
                MAX_FILE_BYTES >> 20
            ),
        });
    }
    let name = published.name;
    Ok(PicturesRef {
        preparation: published.preparation.clone(),
        shape: published.shape,
        scoring: published.scoring,
        calibration: published.calibration.clone(),
        error: encoded.error,
        parameters: writer::put_file(name, "parameters.safetensors", &encoded.content, sink)?,
        prototypes: match published.prototypes {
            [] => None,
            pictures => Some(write_prototypes(name, pictures, sink)?),
        },
    })
}

fn write_prototypes(
    name: &str,
    pictures: &[&GreyImage],
    sink: &mut dyn Sink,
) -> Result<PrototypesRef, WriteError> {
    let mut writer = TableWriter::new(sink, &format!("models/{name}-prototypes"), "bin");
    for part in pictures.chunks(PER_SHARD as usize) {
        let pixels = part.iter().flat_map(|own| own.pixels());
        let bytes = pixels.map(|pixel| (pixel.clamp(0.0, 1.0) * 255.0).round() as u8);
        writer.push(&bytes.collect::<Vec<u8>>())?;
    }
    Ok(PrototypesRef {
        count: pictures.len() as u32,
        table: RangeTableRef {
            table: writer.finish()?,
            per_shard: PER_SHARD,
        },
    })
}

fn halves(name: &str, parameters: &[Parameter]) -> Result<Encoded, WriteError> {
    encode(parameters, Weights::Half).map_err(|row| WriteError::Weight {
        model: name.to_owned(),
        row,
    })
}
