//! Networks in a bundle: their architecture in the manifest, and their parameters in one
//! safetensors file, in half precision.

use std::cell::OnceCell;

use half::f16;
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};
use serde::{Deserialize, Serialize};

use super::reader::Bundle;
use super::resolve::Outcome;
use super::source::Source;
use super::table::{FileRef, MAX_FILE_BYTES, read_file};
use super::writer::put_file;
use super::{BundleError, MANIFEST, Sink, Store, WriteError};
use burn::tensor::Device;

use crate::Event;
use crate::neural::{Architecture, Encoder as _, Neural, Parameter, class, is_by_items};

/// The files of a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NeuralRef {
    /// What network it is.
    pub architecture: Architecture,
    /// Bits of each number.
    pub bits: u32,
    /// What storing so cost: √(Σ (stored − trained)² / Σ trained²).
    #[cfg_attr(target_arch = "wasm32", serde(default, skip_deserializing))]
    pub error: f64,
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
        if files.bits != 16 {
            return Err(damaged("a network's numbers must have 16 bits".into()));
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
        let parameters = decode(&bytes).map_err(damaged)?;
        let n_items = self.n_items as usize;
        let model = Neural::new(self.files.architecture, n_items, parameters, device)
            .map_err(|error| damaged(error.to_string()))?;
        Ok(self.loaded.get_or_init(|| model))
    }
}

impl<S: Store> Bundle<S> {
    /// What the network of a model, or the first of an ensemble's, says of the history of
    /// the most popular items, as many as the [`class`] of this number has places: each item's
    /// score; `None` where there is no such class. Devices can be compared by it, and
    /// kernels are compiled before a visitor waits for them.
    pub async fn probe(&self, model: &str, number: u32) -> Outcome<Option<Vec<f32>>, S> {
        let source = &self.model(Some(model))?.source;
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

/// The parameters of a safetensors file in half precision; else why not.
fn decode(bytes: &[u8]) -> Result<Vec<Parameter>, String> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let mut parameters = Vec::new();
    for (name, view) in file.iter() {
        if view.dtype() != Dtype::F16 {
            return Err(["its tensor ", name, " is not in half precision"].concat());
        }
        let halves = view.data().as_chunks().0.iter();
        parameters.push(Parameter {
            name: name.to_owned(),
            shape: view.shape().to_vec(),
            values: halves
                .map(|&half| f16::from_le_bytes(half).to_f32())
                .collect(),
        });
    }
    Ok(parameters)
}

/// Writes the parameters of `model`, its items in the order `old`.
pub(super) fn write_neural(
    name: &str,
    model: &Neural,
    old: &[u32],
    sink: &mut dyn Sink,
) -> Result<NeuralRef, WriteError> {
    let (mut tensors, mut error, mut size) = (Vec::new(), 0.0, 0.0);
    for parameter in model.parameters() {
        let row = parameter.values.len() / parameter.shape[0];
        let values: Vec<f32> = match is_by_items(&parameter.name) {
            true => {
                let rows = old.iter().map(|&item| item as usize * row);
                rows.flat_map(|at| &parameter.values[at..at + row])
                    .copied()
                    .collect()
            }
            false => parameter.values,
        };
        let mut bytes = Vec::with_capacity(2 * values.len());
        for (at, &value) in values.iter().enumerate() {
            let half = f16::from_f32(value);
            if !half.is_finite() {
                return Err(WriteError::Weight {
                    model: name.to_owned(),
                    row: at / row,
                });
            }
            error += (f64::from(value) - f64::from(half.to_f32())).powi(2);
            size += f64::from(value).powi(2);
            bytes.extend(half.to_le_bytes());
        }
        tensors.push((parameter.name, parameter.shape, bytes));
    }
    let views = tensors.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(Dtype::F16, shape.clone(), bytes);
        (name, view.expect("the bytes are those of the shape"))
    });
    let content = serialize(views, None).expect("names and sizes are plain");
    if content.len() as u64 > MAX_FILE_BYTES {
        return Err(WriteError::TooLarge {
            what: "a network",
            limit: format!(
                "{} MiB in half precision; give it a smaller width or keep fewer items",
                MAX_FILE_BYTES >> 20
            ),
        });
    }
    Ok(NeuralRef {
        architecture: model.architecture(),
        bits: 16,
        error: f64::sqrt(error / f64::max(size, f64::MIN_POSITIVE)),
        parameters: put_file(name, "parameters.safetensors", &content, sink)?,
    })
}

#[cfg(test)]
#[path = "neural_test.rs"]
mod tests;
