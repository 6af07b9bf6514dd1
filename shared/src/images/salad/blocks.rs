//! What encoders and decoders are made of.

use burn::module::Module;
use burn::tensor::activation::leaky_relu;
use burn::tensor::{Device, Tensor};

use super::convolution::{Convolution, Projection, spread};
use super::norm::{BatchNorm, Norms, Spread};

/// Slope of leaky ReLU below 0.
const SLOPE: f64 = 0.2;

/// From pictures to pictures.
pub(super) trait Layer: Sized {
    /// `[pictures, rows, columns, channels]`.
    fn forward(&self, x: Tensor<4>, norms: &mut Norms) -> Tensor<4>;

    /// Moves what is remembered towards a step's, of which the layer's own come next.
    fn remember(self, step: &mut dyn Iterator<Item = Spread>) -> Self;
}

/// Whether a picture becomes smaller, larger or neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Halve,
    Keep,
    Double,
}

impl Change {
    /// Pixels from one neighbourhood to the next.
    fn stride(self) -> usize {
        match self {
            Self::Halve => 2,
            Self::Keep | Self::Double => 1,
        }
    }

    /// Channels that a convolution makes, for `out` of them to be left.
    fn made(self, out: usize) -> usize {
        match self {
            Self::Halve | Self::Keep => out,
            Self::Double => 4 * out,
        }
    }
}

/// Convolution and normalisation.
#[derive(Module, Debug)]
pub(super) struct Normed {
    convolution: Convolution,
    norm: BatchNorm,
    double: bool,
}

impl Normed {
    pub fn blank(channels: usize, out: usize, change: Change, device: &Device) -> Self {
        Self {
            convolution: Convolution::blank(channels, change.made(out), change.stride(), device),
            norm: BatchNorm::blank(out, device),
            double: change == Change::Double,
        }
    }
}

impl Layer for Normed {
    fn forward(&self, x: Tensor<4>, norms: &mut Norms) -> Tensor<4> {
        let made = self.convolution.forward(x);
        let made = if self.double { spread(made) } else { made };
        self.norm.forward(made, norms)
    }

    fn remember(self, step: &mut dyn Iterator<Item = Spread>) -> Self {
        Self {
            norm: remember(self.norm, step),
            ..self
        }
    }
}

/// Convolution, normalisation, leaky ReLU (Bozorgtabar et al. 2020, section 3).
#[derive(Module, Debug)]
pub(super) struct Block {
    normed: Normed,
}

impl Block {
    pub fn blank(channels: usize, out: usize, change: Change, device: &Device) -> Self {
        Self {
            normed: Normed::blank(channels, out, change, device),
        }
    }
}

impl Layer for Block {
    fn forward(&self, x: Tensor<4>, norms: &mut Norms) -> Tensor<4> {
        leaky_relu(self.normed.forward(x, norms), SLOPE)
    }

    fn remember(self, step: &mut dyn Iterator<Item = Spread>) -> Self {
        Self {
            normed: self.normed.remember(step),
        }
    }
}

/// Two convolutions around which their input is led past (He et al. 2016, equations 1 and 2);
/// a decoder's doubles in the first.
#[derive(Module, Debug)]
pub(super) struct Residual {
    first: Block,
    second: Normed,
    past: Option<Past>,
}

/// What the input becomes on the way past.
#[derive(Module, Debug)]
struct Past {
    projection: Projection,
    norm: BatchNorm,
    double: bool,
}

impl Residual {
    pub fn blank(channels: usize, out: usize, change: Change, device: &Device) -> Self {
        let past = || Past {
            projection: Projection::blank(channels, change.made(out), change.stride(), device),
            norm: BatchNorm::blank(out, device),
            double: change == Change::Double,
        };
        Self {
            first: Block::blank(channels, out, change, device),
            second: Normed::blank(out, out, Change::Keep, device),
            past: (channels != out || change != Change::Keep).then(past),
        }
    }
}

impl Layer for Residual {
    fn forward(&self, x: Tensor<4>, norms: &mut Norms) -> Tensor<4> {
        let first = self.first.forward(x.clone(), norms);
        let second = self.second.forward(first, norms);
        let past = match &self.past {
            Some(past) => past.forward(x, norms),
            None => x,
        };
        leaky_relu(second + past, SLOPE)
    }

    fn remember(self, step: &mut dyn Iterator<Item = Spread>) -> Self {
        Self {
            first: self.first.remember(step),
            second: self.second.remember(step),
            past: self.past.map(|past| past.remember(step)),
        }
    }
}

impl Layer for Past {
    fn forward(&self, x: Tensor<4>, norms: &mut Norms) -> Tensor<4> {
        let made = self.projection.forward(x);
        let made = if self.double { spread(made) } else { made };
        self.norm.forward(made, norms)
    }

    fn remember(self, step: &mut dyn Iterator<Item = Spread>) -> Self {
        Self {
            norm: remember(self.norm, step),
            ..self
        }
    }
}

/// A normalisation that has seen the next of a step's layers.
fn remember(norm: BatchNorm, step: &mut dyn Iterator<Item = Spread>) -> BatchNorm {
    let own = step.next().expect("every layer told how its numbers lie");
    norm.remember(&own)
}

/// A layer of either form.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant, reason = "networks have a dozen of them")]
pub(super) enum Stage {
    Block(Block),
    Residual(Residual),
}

impl Layer for Stage {
    fn forward(&self, x: Tensor<4>, norms: &mut Norms) -> Tensor<4> {
        match self {
            Self::Block(block) => block.forward(x, norms),
            Self::Residual(block) => block.forward(x, norms),
        }
    }

    fn remember(self, step: &mut dyn Iterator<Item = Spread>) -> Self {
        match self {
            Self::Block(block) => Self::Block(block.remember(step)),
            Self::Residual(block) => Self::Residual(block.remember(step)),
        }
    }
}
