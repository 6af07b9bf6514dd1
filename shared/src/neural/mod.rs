//! Neural recommenders as Burn modules: what a network is, and how it scores
//! the catalogue for a history. Training is in the trainer; the same code
//! encodes there and in the browser, on any of Burn's devices.
//!
//! Everything random comes from outside ([`Noise`]), so that the same seed gives the
//! same bytes on every device that computes the same.

mod attention;
mod bsarec;
mod layers;
mod noise;
mod parameters;
mod product;
mod sasrec;
mod sequences;

pub use bsarec::BsaRec;
pub use noise::{Noise, Quiet};
pub use parameters::{Parameter, ParameterError, expected, parameters, with_parameters};
pub use sasrec::SasRec;
pub use sequences::{Batch, Encoder, class};

use burn::module::Module;
pub use burn::tensor::Device;
use burn::tensor::activation::softmax;
use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

use self::product::product_transposed;
use crate::models::{BsaRecConfig, SasRecConfig};
use crate::{Event, Recommender, Scores};

/// The parameter that holds the items' vectors, by rows.
pub const ITEMS: &str = "items";
/// Largest catalogue of a network.
pub const MAX_ITEMS: usize = 1 << 20;
/// Most numbers that a network may have: 256 MiB.
pub const MAX_NUMBERS: u64 = 1 << 26;

/// The shape of a network: what its parameters don't say by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// SASRec.
    SasRec(SequenceShape),
    /// BSARec.
    BsaRec(SequenceShape, FilterShape),
}

/// The shape of a network that encodes a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SequenceShape {
    /// Numbers in a vector.
    pub width: u32,
    /// Blocks, one upon another.
    pub blocks: u32,
    /// Attention heads of a block; they divide the width.
    pub heads: u32,
    /// Numbers in a feed-forward layer.
    pub inner: u32,
    /// Most recent items of a history that are read.
    pub length: u32,
}

/// What BSARec adds to attention.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FilterShape {
    /// Frequencies are low below `cutoff / 2 + 1` periods per length.
    pub cutoff: u32,
    /// Share of the filter beside attention.
    pub alpha: f32,
}

impl SequenceShape {
    /// Whether a network of this shape can be made; else why not, in words.
    fn check(&self) -> Result<(), &'static str> {
        let fine = (1..=1024).contains(&self.width)
            && (1..=16).contains(&self.blocks)
            && (1..=4096).contains(&self.inner)
            && (1..=1024).contains(&self.length);
        if !fine {
            return Err("a size is 0 or too large");
        }
        if self.heads == 0 || !self.width.is_multiple_of(self.heads) {
            return Err("the heads do not divide the width");
        }
        Ok(())
    }
}

impl Architecture {
    /// The name of the model.
    pub fn name(&self) -> &'static str {
        match self {
            Self::SasRec(_) => SasRecConfig::NAME,
            Self::BsaRec(..) => BsaRecConfig::NAME,
        }
    }

    /// Refuses, before anything is allocated, what no network can be.
    pub fn check(&self, n_items: usize) -> Result<(), ParameterError> {
        let (Self::SasRec(shape) | Self::BsaRec(shape, _)) = self;
        let why = match shape.check() {
            Err(why) => why,
            Ok(()) if n_items == 0 || n_items > MAX_ITEMS => "it has no or too many items",
            Ok(()) if n_items as u64 * u64::from(shape.width) > MAX_NUMBERS => {
                "its items have too many numbers"
            }
            Ok(()) => match self {
                Self::BsaRec(_, filter) if !(0.0..=1.0).contains(&filter.alpha) => {
                    "the filter's share is not from 0 to 1"
                }
                _ => return Ok(()),
            },
        };
        Err(ParameterError::Architecture(why))
    }

    /// A network whose parameters are all 0.
    fn blank(&self, n_items: usize, device: &Device) -> Network {
        match self {
            Self::SasRec(shape) => Network::SasRec(SasRec::blank(*shape, n_items, device)),
            Self::BsaRec(shape, filter) => {
                Network::BsaRec(BsaRec::blank(*shape, *filter, n_items, device))
            }
        }
    }
}

/// A network of any kind.
#[derive(Module, Debug)]
pub enum Network {
    /// SASRec.
    SasRec(SasRec),
    /// BSARec.
    BsaRec(BsaRec),
}

impl Encoder for Network {
    fn length(&self) -> usize {
        match self {
            Self::SasRec(net) => net.length(),
            Self::BsaRec(net) => net.length(),
        }
    }

    fn items(&self) -> Tensor<2> {
        match self {
            Self::SasRec(net) => net.items(),
            Self::BsaRec(net) => net.items(),
        }
    }

    fn encode(&self, batch: &Batch, noise: &mut dyn Noise) -> Tensor<3> {
        match self {
            Self::SasRec(net) => net.encode(batch, noise),
            Self::BsaRec(net) => net.encode(batch, noise),
        }
    }
}

/// A network that scores the catalogue.
#[derive(Clone, Debug)]
pub struct Neural {
    architecture: Architecture,
    n_items: usize,
    network: Network,
    device: Device,
    /// Next to minus infinity for each item whose vector is 0, which is unknown; `[1, items]`.
    unknown: Option<Tensor<2>>,
}

impl Neural {
    /// The network with these parameters, all of them and no others.
    pub fn new(
        architecture: Architecture,
        n_items: usize,
        given: Vec<Parameter>,
        device: &Device,
    ) -> Result<Self, ParameterError> {
        architecture.check(n_items)?;
        let items = given.iter().find(|parameter| parameter.name == ITEMS);
        let unknown = items.and_then(|items| unknown(items, device));
        let network = with_parameters(architecture.blank(n_items, device), given, device)?;
        Ok(Self {
            architecture,
            n_items,
            network,
            device: device.clone(),
            unknown,
        })
    }

    /// Name and shape of every parameter of such a network.
    pub fn expected(
        architecture: Architecture,
        n_items: usize,
        device: &Device,
    ) -> Result<Vec<(String, Vec<usize>)>, ParameterError> {
        architecture.check(n_items)?;
        Ok(expected(&architecture.blank(n_items, device)))
    }

    /// A network that was trained.
    pub fn from_network(architecture: Architecture, network: Network, device: &Device) -> Self {
        Self {
            architecture,
            n_items: network.items().dims()[0],
            network,
            device: device.clone(),
            unknown: None,
        }
    }

    /// The same over a catalogue of `n_items`; those that are new to it are unknown.
    /// Waits for the device: not in a browser.
    ///
    /// # Panics
    /// When it already covers more items, or so many are no catalogue.
    pub fn widen(&self, n_items: usize) -> Self {
        let mut parameters = self.parameters();
        let items = parameters.iter_mut().find(|own| own.name == ITEMS);
        let items = items.expect("every network has vectors of items");
        assert!(items.shape[0] <= n_items);
        items.values.resize(n_items * items.shape[1], 0.0);
        items.shape[0] = n_items;
        let widened = Self::new(self.architecture, n_items, parameters, &self.device);
        widened.expect("only items were added")
    }

    /// Its shape.
    pub fn architecture(&self) -> Architecture {
        self.architecture
    }

    /// The module.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Most items of a history that it reads.
    pub fn length(&self) -> usize {
        self.network.length()
    }

    /// Its parameters by name. Waits for the device: not in a browser.
    pub fn parameters(&self) -> Vec<Parameter> {
        parameters(&self.network)
    }

    /// How likely each item is to come next, for each history, by rows; `None` where
    /// no item of it is known.
    fn forward(&self, histories: &[&[Event]]) -> Option<Tensor<2>> {
        let known = |history: &&[Event]| -> Vec<u32> {
            let items = history.iter().map(|event| event.item);
            items
                .filter(|&item| (item as usize) < self.n_items)
                .collect()
        };
        let sequences: Vec<Vec<u32>> = histories.iter().map(known).collect();
        // Engine gpu has no other device than a graphics card.
        let batch = match cfg!(feature = "flex") {
            true => Batch::of,
            false => Batch::of_class,
        };
        let last = batch(&sequences, self.network.length(), &self.device)?;
        let encoded = last.ends(self.network.encode(&last, &mut Quiet));
        let logits = product_transposed(encoded, self.network.items());
        let logits = match &self.unknown {
            Some(unknown) => logits + unknown.clone(),
            None => logits,
        };
        Some(softmax(logits, 1))
    }

    /// How likely each item is to come next after one history, without blocking; `None`
    /// where no item of it is known.
    pub async fn scores(&self, history: &[Event]) -> Result<Option<Vec<f32>>, String> {
        let Some(scores) = self.forward(&[history]) else {
            return Ok(None);
        };
        let data = scores.into_data_async().await;
        let data = data.map_err(|error| format!("{error:?}"))?;
        let values = data.try_to_vec().map_err(|error| format!("{error:?}"))?;
        Ok(Some(values))
    }
}

/// What an unknown item's logit is lowered by.
const NEVER: f32 = -1e9;

/// [`Neural::unknown`] of the items' vectors, where any is 0.
fn unknown(items: &Parameter, device: &Device) -> Option<Tensor<2>> {
    let width = *items.shape.get(1).filter(|width| **width > 0)?;
    let lowered = |row: &[f32]| match row.iter().all(|x| *x == 0.0) {
        true => NEVER,
        false => 0.0,
    };
    let lowered: Vec<f32> = items.values.chunks(width).map(lowered).collect();
    let (some, n) = (lowered.contains(&NEVER), lowered.len());
    some.then(|| Tensor::from_data(TensorData::new(lowered, [1, n]), device))
}

impl Recommender for Neural {
    fn name(&self) -> &str {
        self.architecture.name()
    }

    fn n_items(&self) -> usize {
        self.n_items
    }

    /// Waits for the device: not in a browser.
    fn score(&self, history: &[Event], scores: &mut Scores) {
        let Some(values) = self.forward(&[history]) else {
            return;
        };
        let values = values.into_data().try_to_vec::<f32>();
        let values = values.expect("scores are 32-bit floats");
        for (item, value) in (0..).zip(values) {
            scores.add(item, value);
        }
    }
}

#[cfg(test)]
#[path = "neural_test.rs"]
mod tests;
