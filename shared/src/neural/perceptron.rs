//! The layers that a user's and an item's vector go through together: the first of both
//! vectors, side by side, then others down to one number, ReLU between them.
//!
//! What the first layer makes of two vectors side by side is the sum of what it makes of
//! each, so its weights are two matrices: a user's part is worked out once, an item's
//! is the same for everybody.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::Noise;
use super::layers::{Linear, zeros};
use super::noise::drop_out;

/// A perceptron of a user's and an item's vector.
#[derive(Module, Debug)]
pub struct Perceptron {
    /// `[width, inner]`, without a bias, which the item's part has.
    user: Param<Tensor<2>>,
    item: Linear,
    /// From the first layer on; the last gives one number.
    layers: Vec<Linear>,
}

impl Perceptron {
    /// All parameters 0. `inner` holds the sizes of the layers but the last.
    pub fn blank(width: usize, inner: &[usize], device: &Device) -> Self {
        let ends = inner.iter().skip(1).chain(&[1]);
        Self {
            user: zeros([width, inner[0]], device),
            item: Linear::blank(width, inner[0], device),
            layers: inner
                .iter()
                .zip(ends)
                .map(|(&from, &to)| Linear::blank(from, to, device))
                .collect(),
        }
    }

    /// What the first layer makes of users: from `[users, width]` to `[users, inner]`.
    pub fn of_users(&self, users: Tensor<2>) -> Tensor<2> {
        users.matmul(self.user.val())
    }

    /// What the first layer makes of items: from `[items, width]` to `[items, inner]`.
    pub fn of_items(&self, items: Tensor<2>) -> Tensor<2> {
        self.item.forward(items)
    }

    /// From the sum of both parts, `[pairs, inner]`, to `[pairs, 1]`.
    pub fn forward(&self, first: Tensor<2>, noise: &mut dyn Noise) -> Tensor<2> {
        self.layers.iter().fold(first, |x, layer| {
            layer.forward(drop_out(rectified(x), noise))
        })
    }

    /// The gradient by the one user's vector of a sum over pairs: `[1, width]`. `first` is
    /// the sum of both parts; `slope` gives the derivative by each result, `[pairs, 1]`.
    /// Without a graph of operations, which no browser's engine carries.
    pub fn gradient(&self, first: Tensor<2>, slope: impl Fn(Tensor<2>) -> Tensor<2>) -> Tensor<2> {
        let (mut x, mut passed) = (first, Vec::new());
        for layer in &self.layers {
            let active = rectified(x);
            passed.push(active.clone());
            x = layer.forward(active);
        }
        let mut back = slope(x);
        for (layer, active) in self.layers.iter().zip(passed).rev() {
            back = back.matmul(layer.weight().transpose()) * active.sign();
        }
        let [pairs, _] = back.dims();
        let all = Tensor::<2>::ones([1, pairs], &back.device());
        all.matmul(back).matmul(self.user.val().transpose())
    }
}

/// ReLU.
pub(super) fn rectified(x: Tensor<2>) -> Tensor<2> {
    x.clamp_min(0.0)
}
