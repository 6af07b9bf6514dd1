//! The autoencoder and its bank as they learn.

use std::borrow::Borrow;

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use doorstep_shared::images::GreyImage;
use doorstep_shared::images::salad::{Autoencoder, AutoencoderShape};
use doorstep_shared::neural::{Parameter, expected, with_parameters};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::neural::normal;

/// Where the bank's generator begins; the autoencoder's begins at 0.
const STREAM_OF_BANK: u64 = 1;

/// An autoencoder, and a row of the bank for each picture that it learns from.
#[derive(Module, Debug)]
pub(super) struct Learner {
    pub autoencoder: Autoencoder,
    /// The mean over past steps, the later the more; nothing is learnt of it.
    pub averaged: Autoencoder,
    /// `[pictures, features]`; nothing is learnt of it.
    pub bank: Param<Tensor<2>>,
    /// The bank as it was when the round began, by which anchors are chosen.
    pub frozen: Param<Tensor<2>>,
}

impl Learner {
    /// The bank's rows point anywhere.
    pub fn start(shape: AutoencoderShape, pictures: usize, seed: u32, device: &Device) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed.into());
        rng.set_stream(STREAM_OF_BANK);
        let width = shape.features as usize;
        let mut rows = normal(&mut rng, 1.0, pictures * width);
        for row in rows.chunks_exact_mut(width) {
            let length = row.iter().map(|x| x * x).sum::<f32>().sqrt();
            row.iter_mut().for_each(|x| *x /= length);
        }
        let rows = constant(rows, pictures, device);
        Self {
            autoencoder: first_autoencoder(shape, seed, device),
            // Not a clone, which would be one parameter with the other to an optimiser.
            averaged: first_autoencoder(shape, seed, device).no_grad(),
            bank: rows.clone(),
            frozen: rows,
        }
    }
}

/// An autoencoder that has learnt nothing: weights are normally distributed around 0, so that
/// numbers stay as large from layer to layer (He et al. 2015, equation 15).
pub(in crate::images) fn first_autoencoder(
    shape: AutoencoderShape,
    seed: u32,
    device: &Device,
) -> Autoencoder {
    let mut rng = ChaCha8Rng::seed_from_u64(seed.into());
    let blank = Autoencoder::blank(shape, device);
    let parameters = expected(&blank).into_iter().map(|(name, shape)| {
        let n = shape.iter().product();
        let values = match name.rsplit('.').next() {
            Some("gamma" | "variance") => vec![1.0; n],
            Some("beta" | "bias" | "mean") => vec![0.0; n],
            _ => normal(&mut rng, (2.0 / shape[0] as f32).sqrt(), n),
        };
        Parameter {
            name,
            shape,
            values,
        }
    });
    let autoencoder = with_parameters(blank, parameters.collect(), device);
    autoencoder.expect("the names and shapes are the module's own")
}

/// Rows of which nothing is learnt.
pub(super) fn constant(rows: Vec<f32>, n: usize, device: &Device) -> Param<Tensor<2>> {
    let width = rows.len() / n;
    let rows = Tensor::from_data(TensorData::new(rows, [n, width]), device);
    Param::from_tensor(rows).set_require_grad(false)
}

/// Pictures of one size side by side, `[pictures, rows, columns, 1]`.
pub(in crate::images) fn side_by_side<P: Borrow<GreyImage>>(
    pictures: &[P],
    device: &Device,
) -> Tensor<4> {
    let size = pictures[0].borrow().width();
    let pixels = pictures
        .iter()
        .flat_map(|own| own.borrow().pixels())
        .copied();
    let data = TensorData::new(
        pixels.collect::<Vec<f32>>(),
        [pictures.len(), size, size, 1],
    );
    Tensor::from_data(data, device)
}
