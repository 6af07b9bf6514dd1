//! The autoencoder: a picture's features, and the picture that they make
//! (Bozorgtabar et al. 2020, sections 2 and 3).

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::blocks::{Block, Change, Layer, Residual, Stage};
use super::convolution::{Convolution, spread};
use super::norm::{Norms, Spread};
use super::shape::{AutoencoderShape, Form};
use crate::neural::layers::Linear;

/// Keeps a vector's length from 0.
const LEAST_SQUARE: f32 = 1e-12;

/// Encoder and decoder.
#[derive(Module, Debug)]
pub struct Autoencoder {
    encoder: Encoder,
    decoder: Decoder,
}

/// From pictures to feature vectors of length 1.
#[derive(Module, Debug)]
pub struct Encoder {
    stages: Vec<Stage>,
    projection: Linear,
}

/// From feature vectors to pictures.
#[derive(Module, Debug)]
pub struct Decoder {
    projection: Linear,
    stages: Vec<Stage>,
    last: Convolution,
    smallest: usize,
}

/// What one step of training sees.
pub struct Seen {
    /// Feature vectors, `[pictures, features]`.
    pub features: Tensor<2>,
    /// The pictures that they make, `[pictures, rows, columns, 1]`.
    pub pictures: Tensor<4>,
    /// How numbers lie, for [`Autoencoder::remember`].
    pub spreads: Vec<Spread>,
}

impl Autoencoder {
    /// All parameters 0, and what normalisation multiplies by 1.
    ///
    /// # Panics
    /// When the shape is none ([`AutoencoderShape::check`]).
    pub fn blank(shape: AutoencoderShape, device: &Device) -> Self {
        shape.check().expect("a shape that can be made");
        let channels = shape.channels();
        let ends =
            (0..channels.len()).map(|at| (at.checked_sub(1).map(|at| channels[at]), channels[at]));
        let ends: Vec<(Option<usize>, usize)> = ends.collect();
        let stage = |from: usize, to: usize, change| match shape.form {
            Form::Blocks => vec![Stage::Block(Block::blank(from, to, change, device))],
            Form::Resnet18 => vec![
                Stage::Residual(Residual::blank(from, to, change, device)),
                Stage::Residual(Residual::blank(to, to, Change::Keep, device)),
            ],
        };
        let (least, most) = (
            shape.smallest(),
            *channels.last().expect("it is halved once at least"),
        );
        let flat = least * least * most;
        let features = shape.features as usize;
        let encode = ends.iter().flat_map(|&(from, to)| match from {
            Some(from) => stage(from, to, Change::Halve),
            // A picture itself is no place for residues.
            None => vec![Stage::Block(Block::blank(1, to, Change::Halve, device))],
        });
        // The last doubling is the last convolution's.
        let decode = ends.iter().rev().flat_map(|&(to, from)| match to {
            Some(to) => stage(from, to, Change::Double),
            None => Vec::new(),
        });
        Self {
            encoder: Encoder {
                stages: encode.collect(),
                projection: Linear::blank(flat, features, device),
            },
            decoder: Decoder {
                projection: Linear::blank(features, flat, device),
                stages: decode.collect(),
                last: Convolution::blank(channels[0], 4, 1, device),
                smallest: least,
            },
        }
    }

    /// The encoder alone.
    pub fn into_encoder(self) -> Encoder {
        self.encoder
    }

    /// Feature vectors of `[pictures, rows, columns, 1]`: `[pictures, features]`, of length 1.
    pub fn encode(&self, pictures: Tensor<4>) -> Tensor<2> {
        unit(self.encoder.forward(pictures, &mut Norms::Remembered))
    }

    /// The pictures that feature vectors make.
    pub fn decode(&self, features: Tensor<2>) -> Tensor<4> {
        self.decoder.forward(features, &mut Norms::Remembered)
    }

    /// Both, normalised by these pictures themselves.
    pub fn see(&self, pictures: Tensor<4>) -> Seen {
        let mut spreads = Vec::new();
        let mut norms = Norms::Own(&mut spreads);
        let features = unit(self.encoder.forward(pictures, &mut norms));
        let pictures = self.decoder.forward(features.clone(), &mut norms);
        Seen {
            features,
            pictures,
            spreads,
        }
    }

    /// After a step that saw how its numbers lie.
    pub fn remember(self, step: Vec<Spread>) -> Self {
        let mut step = step.into_iter();
        Self {
            encoder: self.encoder.remember_next(&mut step),
            decoder: self.decoder.remember(&mut step),
        }
    }
}

impl Encoder {
    /// Vectors of pictures, `[pictures, features]`, of any length.
    pub fn project(&self, pictures: Tensor<4>) -> Tensor<2> {
        self.forward(pictures, &mut Norms::Remembered)
    }

    /// The same, normalised by these pictures themselves, and how their numbers lie.
    pub fn see(&self, pictures: Tensor<4>) -> (Tensor<2>, Vec<Spread>) {
        let mut spreads = Vec::new();
        let vectors = self.forward(pictures, &mut Norms::Own(&mut spreads));
        (vectors, spreads)
    }

    /// After a step that saw how its numbers lie.
    pub fn remember(self, step: Vec<Spread>) -> Self {
        self.remember_next(&mut step.into_iter())
    }

    fn forward(&self, pictures: Tensor<4>, norms: &mut Norms) -> Tensor<2> {
        let mut x = pictures;
        for stage in &self.stages {
            x = stage.forward(x, norms);
        }
        let [n, ..] = x.dims();
        self.projection.forward(x.reshape([n as i32, -1]))
    }

    fn remember_next(self, step: &mut dyn Iterator<Item = Spread>) -> Self {
        let stages = self.stages.into_iter().map(|stage| stage.remember(step));
        Self {
            stages: stages.collect(),
            ..self
        }
    }
}

impl Decoder {
    fn forward(&self, features: Tensor<2>, norms: &mut Norms) -> Tensor<4> {
        let [n, _] = features.dims();
        let flat = self.projection.forward(features);
        let least = self.smallest as i32;
        let mut x = flat.reshape([n as i32, least, least, -1]);
        for stage in &self.stages {
            x = stage.forward(x, norms);
        }
        spread(self.last.forward(x))
    }

    fn remember(self, step: &mut dyn Iterator<Item = Spread>) -> Self {
        let stages = self.stages.into_iter().map(|stage| stage.remember(step));
        Self {
            stages: stages.collect(),
            ..self
        }
    }
}

/// Rows of length 1.
fn unit(rows: Tensor<2>) -> Tensor<2> {
    let square = (rows.clone() * rows.clone()).sum_dim(1);
    rows / (square + LEAST_SQUARE).sqrt()
}
