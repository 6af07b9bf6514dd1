//! What metadata-MF makes of an item's category and price: a vector to be added to the
//! item's own. It is worked out when a model is published, so no browser runs it.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::Noise;
use super::layers::Linear;
use super::noise::drop_out;
use super::perceptron::rectified;

/// Numbers beside the category's vector: the price, and 1 where there is none.
pub const PRICE: usize = 2;

/// Two layers over the category's vector and the price.
#[derive(Module, Debug)]
pub struct Metadata {
    inner: Linear,
    out: Linear,
}

impl Metadata {
    /// All parameters 0.
    pub fn blank(width: usize, inner: usize, device: &Device) -> Self {
        Self {
            inner: Linear::blank(width + PRICE, inner, device),
            out: Linear::blank(inner, width, device),
        }
    }

    /// From categories' vectors with prices behind them, `[items, width + 2]`, to
    /// `[items, width]`.
    pub fn forward(&self, known: Tensor<2>, noise: &mut dyn Noise) -> Tensor<2> {
        let inner = rectified(self.inner.forward(known));
        self.out.forward(drop_out(inner, noise))
    }
}
