//! Attention and feed-forward layers, as SASRec and BSARec share them.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::activation::{gelu, softmax};
use super::layers::Linear;
use super::noise::drop_out;
use super::product::{product, product_transposed};
use super::{Noise, SequenceShape, Sight};

/// Causal self-attention (Vaswani et al. 2017, equation 1, with heads).
#[derive(Module, Debug)]
pub(super) struct Attention {
    query: Linear,
    key: Linear,
    value: Linear,
    out: Linear,
    heads: usize,
}

impl Attention {
    pub fn blank(shape: SequenceShape, device: &Device) -> Self {
        let width = shape.width as usize;
        let square = || Linear::blank(width, width, device);
        Self {
            query: square(),
            key: square(),
            value: square(),
            out: square(),
            heads: shape.heads as usize,
        }
    }

    /// What the places of `sight` see in `x`, `[sequences, longest, width]`:
    /// `[sequences, places, width]`.
    pub fn forward(&self, x: Tensor<3>, sight: &Sight, noise: &mut dyn Noise) -> Tensor<3> {
        let [rows, _, width] = x.dims();
        let size = width / self.heads;
        let split = |x: Tensor<3>| {
            let [_, places, _] = x.dims();
            x.reshape([rows, places, self.heads, size]).swap_dims(1, 2)
        };
        let query = split(self.query.forward(sight.places(x.clone())));
        let key = split(self.key.forward(x.clone()));
        let value = split(self.value.forward(x));
        let likeness = product_transposed(query, key).mul_scalar(1.0 / (size as f32).sqrt());
        let weights = softmax(likeness + sight.mask());
        let seen = product(drop_out(weights, noise), value);
        let [_, _, places, _] = seen.dims();
        let joined = seen.swap_dims(1, 2).reshape([rows, places, width]);
        self.out.forward(joined)
    }
}

/// Two layers with GELU between them.
#[derive(Module, Debug)]
pub(super) struct FeedForward {
    inner: Linear,
    out: Linear,
}

impl FeedForward {
    pub fn blank(shape: SequenceShape, device: &Device) -> Self {
        let (width, inner) = (shape.width as usize, shape.inner as usize);
        Self {
            inner: Linear::blank(width, inner, device),
            out: Linear::blank(inner, width, device),
        }
    }

    pub fn forward(&self, x: Tensor<3>, noise: &mut dyn Noise) -> Tensor<3> {
        let inner = gelu(self.inner.forward(x));
        self.out.forward(drop_out(inner, noise))
    }
}
