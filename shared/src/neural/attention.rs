//! Attention and feed-forward layers, as SASRec and BSARec share them.

use burn::module::Module;
use burn::tensor::activation::{gelu, softmax};
use burn::tensor::{Device, Tensor, TensorData};

use super::layers::Linear;
use super::noise::drop_out;
use super::product::{product, product_transposed};
use super::{Noise, SequenceShape};

/// Stands for minus infinity where attention may not look.
const NEVER: f32 = -1e9;

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

    /// `x` is `[sequences, longest, width]`, as is what comes back.
    pub fn forward(&self, x: Tensor<3>, noise: &mut dyn Noise) -> Tensor<3> {
        let [rows, longest, width] = x.dims();
        let size = width / self.heads;
        let split = |x: Tensor<3>| x.reshape([rows, longest, self.heads, size]).swap_dims(1, 2);
        let query = split(self.query.forward(x.clone()));
        let key = split(self.key.forward(x.clone()));
        let value = split(self.value.forward(x));
        let likeness = product_transposed(query, key).mul_scalar(1.0 / (size as f32).sqrt());
        let weights = softmax(likeness + look_back(longest, &value.device()), 3);
        let seen = product(drop_out(weights, noise), value);
        let joined = seen.swap_dims(1, 2).reshape([rows, longest, width]);
        self.out.forward(joined)
    }
}

/// 0 where a place may look, and next to minus infinity where it may not: `[1, 1, n, n]`.
fn look_back(n: usize, device: &Device) -> Tensor<4> {
    let place = |row: usize, column: usize| if column > row { NEVER } else { 0.0 };
    let mask: Vec<f32> = (0..n * n).map(|at| place(at / n, at % n)).collect();
    Tensor::from_data(TensorData::new(mask, [1, 1, n, n]), device)
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
