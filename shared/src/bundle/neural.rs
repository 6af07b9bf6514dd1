//! Networks in a bundle: their architecture in the manifest, and their parameters in one
//! safetensors file.

use std::cell::OnceCell;

use serde::{Deserialize, Serialize};

use super::parameters::{decode, encode};
use super::reader::Bundle;
use super::resolve::Outcome;
use super::source::Source;
use super::table::{FileRef, MAX_FILE_BYTES, read_file};
use super::writer::put_file;
use super::{BundleError, MANIFEST, Sink, Store, WriteError};
use burn::tensor::Device;

use crate::Event;
use crate::neural::{Architecture, Encoder as _, Neural, Weights, class, is_by_items};

/// The files of a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NeuralRef {
    /// What network it is.
    pub architecture: Architecture,
    /// Bits of each number: 16, or 8 where matrices are bytes with a scale for each row.
    pub bits: u32,
    /// What storing so cost: √(Σ (stored − trained)² / Σ trained²).
    #[cfg_attr(target_arch = "wasm32", serde(default, skip_deserializing))]
    pub error: f64,
    /// The relative fall in NDCG@10 that it cost on validation cases, where bytes were chosen by it.
    #[cfg_attr(target_arch = "wasm32", serde(skip_deserializing))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<f64>,
    /// All parameters by name.
    pub parameters: FileRef,
}

/// A network of the bundle, read on first use.
#[derive(Debug)]
pub(super) struct OpenNeural {
    files: NeuralRef,
    n_items: u32,
    loaded: OnceCell<Neural>,
}

impl OpenNeural {
    /// Checks what the manifest says.
    pub fn new(files: &NeuralRef, n_items: u32) -> Result<Self, BundleError> {
        let damaged = |why: String| BundleError::damaged(MANIFEST, why);
        let checked = files.architecture.check(n_items as usize);
        checked.map_err(|error| damaged(error.to_string()))?;
        if ![8, 16].contains(&files.bits) {
            return Err(damaged("a network's numbers must have 8 or 16 bits".into()));
        }
        Ok(Self {
            files: files.clone(),
            n_items,
            loaded: OnceCell::new(),
        })
    }

    /// What an entry of a history counts as where it has no rating.
    pub fn unrated(&self) -> f32 {
        let ratings = self.files.architecture.pair().and_then(|own| own.ratings);
        ratings.map_or(1.0, |scale| scale.most)
    }

    /// The network on `device`, with the numbers as published.
    pub async fn model<S: Store>(&self, store: &S, device: &Device) -> Outcome<&Neural, S> {
        if let Some(model) = self.loaded.get() {
            return Ok(model);
        }
        let file = &self.files.parameters;
        let bytes = read_file(store, file).await?;
        let damaged = |why: String| BundleError::damaged(&file.path, why);
        let parameters = decode(&bytes, self.files.bits).map_err(damaged)?;
        let n_items = self.n_items as usize;
        let model = Neural::new(self.files.architecture, n_items, parameters, device)
            .map_err(|error| damaged(error.to_string()))?;
        let weights = match self.files.bits {
            8 => Weights::Bytes {
                lost: self.files.lost,
            },
            _ => Weights::Half,
        };
        Ok(self.loaded.get_or_init(|| model.with_weights(weights)))
    }
}

impl<S: Store> Bundle<S> {
    /// What the network of a model, or the first of an ensemble's, says of the history of
    /// the most popular items, as many as the [`class`] of this number has places: each item's
    /// score; of a model of pictures, a made up one's score. `None` where there is no such class. Devices can be compared by it, and
    /// kernels are compiled before a visitor waits for them.
    pub async fn probe(&self, model: &str, number: u32) -> Outcome<Option<Vec<f32>>, S> {
        let source = &self.model(Some(model))?.source;
        #[cfg(feature = "images")]
        if let Source::Pictures(open) = source {
            return open.probe(&self.store, &self.device, number).await;
        }
        let members = match source {
            Source::Ensemble(members) => members.iter().map(|(_, source)| source).collect(),
            alone => vec![alone],
        };
        let network = members.into_iter().find_map(|source| match source {
            Source::Neural(network) => Some(network),
            _ => None,
        });
        let network = network.ok_or_else(|| {
            BundleError::InvalidQuery(["model ", model, " has no network"].concat())
        })?;
        let network = network.model(&self.store, &self.device).await?;
        let Some(sequences) = network.network() else {
            let why = ["model ", model, " reads no sequence"].concat();
            return Err(BundleError::InvalidQuery(why).into());
        };
        let Some(places) = class(number, sequences.length()) else {
            return Ok(None);
        };
        let popular = 0..self.manifest().catalogue.items.min(places as u32);
        let history: Vec<Event> = popular.rev().map(Event::implicit).collect();
        let scores = network.scores(&history).await;
        let scores = scores.map_err(BundleError::Device)?;
        Ok(Some(scores.unwrap_or_default()))
    }
}

/// What a reader of a bundle gets of `model`: its numbers as they are stored.
pub fn as_stored(model: &Neural) -> Result<Neural, WriteError> {
    let encoded = encode(&model.parameters(), model.weights());
    let encoded = encoded.map_err(|row| too_large(model.architecture().name(), row))?;
    let parameters = decode(&encoded.content, bits(model.weights()));
    let parameters = parameters.expect("it was encoded just now");
    Ok(model.with_parameters(parameters))
}

/// Writes the parameters of `model`, its items in the order `old`.
pub(super) fn write_neural(
    name: &str,
    model: &Neural,
    old: &[u32],
    sink: &mut dyn Sink,
) -> Result<NeuralRef, WriteError> {
    let mut parameters = model.parameters();
    for own in parameters.iter_mut().filter(|own| is_by_items(&own.name)) {
        let row = own.values.len() / own.shape[0];
        let rows = old.iter().map(|&item| item as usize * row);
        let rows = rows.flat_map(|at| &own.values[at..at + row]);
        own.values = rows.copied().collect();
    }
    let encoded = encode(&parameters, model.weights()).map_err(|row| too_large(name, row))?;
    if encoded.content.len() as u64 > MAX_FILE_BYTES {
        return Err(WriteError::TooLarge {
            what: "a network",
            limit: format!(
                "{} MiB in its file; give it a smaller width or keep fewer items",
                MAX_FILE_BYTES >> 20
            ),
        });
    }
    Ok(NeuralRef {
        architecture: model.architecture(),
        bits: bits(model.weights()),
        error: encoded.error,
        lost: match model.weights() {
            Weights::Bytes { lost } => lost,
            Weights::Half => None,
        },
        parameters: put_file(name, "parameters.safetensors", &encoded.content, sink)?,
    })
}

fn bits(weights: Weights) -> u32 {
    match weights {
        Weights::Half => 16,
        Weights::Bytes { .. } => 8,
    }
}

fn too_large(name: &str, row: usize) -> WriteError {
    WriteError::Weight {
        model: name.to_owned(),
        row,
    }
}

#[cfg(test)]
#[path = "neural_test.rs"]
mod tests;
