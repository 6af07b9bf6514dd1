//! Neural recommenders as Burn modules: what a network is, and how it scores
//! the catalogue for a history. Training is in the trainer; the same code
//! encodes there and in the browser, on any of Burn's devices.
//!
//! Everything random comes from outside ([`Noise`]), so that the same seed gives the
//! same bytes on every device that computes the same.

mod activation;
mod architecture;
mod attention;
mod bsarec;
mod catalogue;
mod items;
pub(crate) mod layers;
mod metadata_mf;
mod ncf;
mod noise;
mod parameters;
mod perceptron;
mod power;
pub(crate) mod product;
mod sasrec;
mod sequences;
mod sight;
mod whole;

pub use architecture::{Architecture, FilterShape, SequenceShape};
pub use bsarec::BsaRec;
pub use metadata_mf::{Metadata, PRICE};
pub use ncf::{PairFoldIn, PairShape, SAMPLE};
pub use noise::{Noise, Quiet};
pub use parameters::{Parameter, ParameterError, Weights, expected, parameters, with_parameters};
pub use perceptron::Perceptron;
pub use sasrec::SasRec;
pub use sequences::{Batch, Encoder, class};
pub use sight::Sight;

use burn::module::Module;
pub use burn::tensor::Device;
use burn::tensor::{Tensor, TensorData};
use ncf::{Ncf, Pairs};

use self::items::Items;
use self::product::WHOLE;
use crate::factors::{RatingScale, Visitor};
use crate::{Event, Recommender, Scores};

/// The parameter that holds the items' vectors, by rows.
pub const ITEMS: &str = "items";
/// Largest catalogue of a network.
pub const MAX_ITEMS: usize = 1 << 20;
/// Most numbers that a network may have: 256 MiB.
pub const MAX_NUMBERS: u64 = 1 << 26;

/// A network that encodes sequences.
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

    fn encode_places(&self, batch: &Batch, sight: &Sight, noise: &mut dyn Noise) -> Tensor<3> {
        match self {
            Self::SasRec(net) => net.encode_places(batch, sight, noise),
            Self::BsaRec(net) => net.encode_places(batch, sight, noise),
        }
    }
}

/// A network of any kind: one module, so that parameters are read and written by one
/// copy of the code.
#[derive(Module, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "it is taken apart where it is made"
)]
enum Net {
    Sequences(Network),
    Pairs(Ncf),
}

/// A network that scores the catalogue.
#[derive(Clone, Debug)]
pub struct Neural {
    architecture: Architecture,
    n_items: usize,
    form: Form,
    device: Device,
    weights: Weights,
}

/// How it scores.
#[derive(Clone, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "there is one a model, which is boxed itself"
)]
enum Form {
    Sequences { network: Network, items: Items },
    Pairs(Box<Pairs>),
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
        let of_items = |name: &str| {
            let found = given.iter().find(|parameter| parameter.name == name);
            found.cloned()
        };
        let (items, sample) = (of_items(ITEMS), of_items(SAMPLE));
        let net = with_parameters(architecture.blank(n_items, device), given, device)?;
        let form = match (net, architecture.pair()) {
            (Net::Pairs(net), Some(shape)) if WHOLE => {
                let values = |own: Option<Parameter>| own.map_or(Vec::new(), |own| own.values);
                Form::Pairs(Box::new(Pairs::new(
                    shape,
                    net,
                    &values(items),
                    &values(sample),
                )))
            }
            (Net::Sequences(network), _) => Form::Sequences {
                network,
                items: Items::new(items.expect("every network has it"), device),
            },
            (Net::Pairs(_), _) => unreachable!("the architecture made it"),
        };
        Ok(Self {
            architecture,
            n_items,
            form,
            device: device.clone(),
            weights: Weights::default(),
        })
    }

    /// To be stored in this way. Scores stay those of the numbers that it has.
    pub fn with_weights(self, weights: Weights) -> Self {
        Self { weights, ..self }
    }

    /// How it is stored.
    pub fn weights(&self) -> Weights {
        self.weights
    }

    /// The same network with other numbers.
    ///
    /// # Panics
    /// When they are not of all parameters, by name and shape, or not finite.
    pub fn with_parameters(&self, parameters: Vec<Parameter>) -> Self {
        let new = Self::new(self.architecture, self.n_items, parameters, &self.device);
        let new = new.expect("names and shapes are the same");
        new.with_weights(self.weights)
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

    /// The same over a catalogue of `n_items`; those that are new to it are unknown.
    /// Waits for the device: not in a browser.
    ///
    /// # Panics
    /// When it already covers more items, or so many are no catalogue.
    pub fn widen(&self, n_items: usize) -> Self {
        let mut parameters = self.parameters();
        let of_items = parameters.iter_mut();
        for own in of_items.filter(|own| is_by_items(&own.name)) {
            assert!(own.shape[0] <= n_items);
            let row: usize = own.shape[1..].iter().product();
            own.values.resize(n_items * row, 0.0);
            own.shape[0] = n_items;
        }
        let widened = Self::new(self.architecture, n_items, parameters, &self.device);
        let widened = widened.expect("only items were added");
        widened.with_weights(self.weights)
    }

    /// Its shape.
    pub fn architecture(&self) -> Architecture {
        self.architecture
    }

    /// The module, where it encodes sequences.
    pub fn network(&self) -> Option<&Network> {
        match &self.form {
            Form::Sequences { network, .. } => Some(network),
            Form::Pairs(_) => None,
        }
    }

    /// Its parameters by name. Waits for the device: not in a browser.
    pub fn parameters(&self) -> Vec<Parameter> {
        match &self.form {
            Form::Sequences { network, .. } => parameters(network),
            Form::Pairs(pairs) => parameters(&pairs.net),
        }
    }

    /// The ratings that it predicts, if it does.
    pub fn ratings(&self) -> Option<RatingScale> {
        self.architecture.pair().and_then(|shape| shape.ratings)
    }

    /// The visitor with this history, where the network reads a user's vector, and knows
    /// an item of the history or predicts ratings. Waits for the device: not in a browser.
    pub fn visitor(&self, history: &[Event]) -> Option<Visitor> {
        let Form::Pairs(pairs) = &self.form else {
            return None;
        };
        let vector = pairs.visitor(history)?.into_data().try_to_vec();
        Some(Visitor {
            vector: vector.expect("vectors are 32-bit floats"),
            bias: 0.0,
        })
    }

    /// Scores of all items for somebody whose vector is known, such as a user of the
    /// training: 0 for items that are unknown. Waits for the device: not in a browser.
    ///
    /// # Panics
    /// When the network reads no user's vector, or one of another length.
    pub fn scores_of(&self, visitor: &Visitor) -> Vec<f32> {
        let Form::Pairs(pairs) = &self.form else {
            panic!("{} reads no user's vector", self.architecture.name());
        };
        let data = TensorData::new(visitor.vector.clone(), [1, visitor.vector.len()]);
        let found = pairs.forward(Tensor::from_data(data, &self.device));
        let values = found.into_data().try_to_vec();
        pairs.scores(values.expect("scores are 32-bit floats"))
    }

    /// What the network gives for a history, of which [`Self::finish`] makes scores; `None` where
    /// it has nothing to say.
    fn forward(&self, history: &[Event]) -> Option<Tensor<2>> {
        match &self.form {
            Form::Sequences { network, items } => {
                Some(items.forward(self.encode(network, &[history])?, network))
            }
            Form::Pairs(pairs) if WHOLE => Some(pairs.forward(pairs.visitor(history)?)),
            Form::Pairs(_) => None,
        }
    }

    /// What the network makes of each history, `[histories, width]`; `None` where no item of
    /// one is known.
    fn encode(&self, network: &Network, histories: &[&[Event]]) -> Option<Tensor<2>> {
        let known = |history: &&[Event]| -> Vec<u32> {
            let items = history.iter().map(|event| event.item);
            items
                .filter(|&item| (item as usize) < self.n_items)
                .collect()
        };
        let sequences: Vec<Vec<u32>> = histories.iter().map(known).collect();
        // Engine gpu has no other device than a graphics card.
        let batch = match WHOLE {
            true => Batch::of,
            false => Batch::of_class,
        };
        let batch = batch(&sequences, network.length(), &self.device)?;
        Some(network.encode_ends(&batch))
    }

    /// Scores of what [`Self::forward`] gave for one history.
    fn finish(&self, values: Vec<f32>) -> Vec<f32> {
        match &self.form {
            Form::Sequences { items, .. } => items.finish(values),
            Form::Pairs(pairs) => pairs.scores(values),
        }
    }

    /// Each item's score after one history, without blocking: how likely it is, or its
    /// predicted rating, 0 for an item that is unknown. `None` where no item of the history
    /// is known, and the network says nothing of a newcomer.
    pub async fn scores(&self, history: &[Event]) -> Result<Option<Vec<f32>>, String> {
        let Some(scores) = self.forward(history) else {
            return Ok(None);
        };
        let data = scores.into_data_async().await;
        let data = data.map_err(|error| format!("{error:?}"))?;
        let values = data.try_to_vec().map_err(|error| format!("{error:?}"))?;
        Ok(Some(self.finish(values)))
    }
}

/// Whether a parameter's rows are those of the items.
pub fn is_by_items(parameter: &str) -> bool {
    parameter == ITEMS || parameter == SAMPLE
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
        let Some(values) = self.forward(history) else {
            return;
        };
        let values = values.into_data().try_to_vec::<f32>();
        let values = values.expect("scores are 32-bit floats");
        scores.add_all(&self.finish(values));
    }
}

#[cfg(test)]
#[path = "neural_test.rs"]
mod tests;
