//! Dropout, its randomness from outside.

use burn::tensor::{Tensor, TensorData};

/// Where dropout's masks come from.
pub trait Noise {
    /// What each of `n` numbers is multiplied by: 0, or 1 / (1 − p) so that the
    /// expected sum stays. `None` where nothing is dropped.
    fn mask(&mut self, n: usize) -> Option<Vec<f32>>;
}

/// Drops nothing: how a trained network is used.
#[derive(Clone, Copy, Debug)]
pub struct Quiet;

impl Noise for Quiet {
    fn mask(&mut self, _: usize) -> Option<Vec<f32>> {
        None
    }
}

/// `x` with some of its numbers dropped.
pub(super) fn drop_out<const D: usize>(x: Tensor<D>, noise: &mut dyn Noise) -> Tensor<D> {
    let shape = x.dims();
    match noise.mask(shape.iter().product()) {
        Some(mask) => {
            let mask = Tensor::from_data(TensorData::new(mask, shape), &x.device());
            x * mask
        }
        None => x,
    }
}
