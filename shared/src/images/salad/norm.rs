//! Batch normalisation.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use crate::neural::layers::zeros;

/// Added to a variance before the root is taken.
const EPSILON: f32 = 1e-5;
/// How far a step moves what is remembered of past steps.
const MOMENTUM: f32 = 0.1;

/// Normalises each channel: by the pictures of a step while it learns, by what it remembers of
/// all steps afterwards ("Batch Normalization", 2015, arXiv 1502.03167, algorithms 1 and 2).
#[derive(Module, Debug)]
pub(super) struct BatchNorm {
    /// What numbers are multiplied by then.
    gamma: Param<Tensor<1>>,
    /// What is added then.
    beta: Param<Tensor<1>>,
    /// Remembered; nothing is learnt of it.
    mean: Param<Tensor<1>>,
    /// Remembered; nothing is learnt of it.
    variance: Param<Tensor<1>>,
}

/// How a channel's numbers lie within a step.
#[derive(Clone, Debug)]
pub struct Spread {
    mean: Tensor<1>,
    variance: Tensor<1>,
}

/// Whose mean and variance normalise.
pub(super) enum Norms<'a> {
    /// Those that are remembered.
    Remembered,
    /// Those of the pictures at hand, which are listed layer after layer.
    Own(&'a mut Vec<Spread>),
}

impl BatchNorm {
    /// Changes nothing.
    pub fn blank(channels: usize, device: &Device) -> Self {
        let ones = || Param::from_tensor(Tensor::ones([channels], device));
        Self {
            gamma: ones(),
            beta: zeros([channels], device),
            mean: zeros([channels], device).set_require_grad(false),
            variance: ones().set_require_grad(false),
        }
    }

    /// `[pictures, rows, columns, channels]`, as is what comes back.
    pub fn forward(&self, x: Tensor<4>, norms: &mut Norms) -> Tensor<4> {
        let (gamma, beta) = (self.gamma.val(), self.beta.val());
        let Norms::Own(spreads) = norms else {
            let scale = gamma / (self.variance.val() + EPSILON).sqrt();
            let shift = beta - self.mean.val() * scale.clone();
            return x * scale.unsqueeze() + shift.unsqueeze();
        };
        let [pictures, height, width, channels] = x.dims();
        let n = pictures * height * width;
        let rows = x.reshape([n, channels]);
        let mean = rows.clone().mean_dim(0);
        let centred = rows - mean.clone();
        let variance = (centred.clone() * centred.clone()).mean_dim(0);
        let scale = gamma.unsqueeze() / (variance.clone() + EPSILON).sqrt();
        // A sample's variance, which n - 1 divides, is what is remembered.
        let unbiased = n as f32 / (n.max(2) - 1) as f32;
        spreads.push(Spread {
            mean: mean.reshape([channels]).without_autodiff(),
            variance: variance.reshape([channels]).without_autodiff() * unbiased,
        });
        let normed = centred * scale + beta.unsqueeze();
        normed.reshape([pictures, height, width, channels])
    }

    /// Moves what is remembered towards a step's.
    pub fn remember(self, step: &Spread) -> Self {
        let towards = |own: Param<Tensor<1>>, new: &Tensor<1>| {
            own.map(|own| {
                let own = own.without_autodiff();
                let moved = own.clone() + (new.clone() - own) * MOMENTUM;
                moved.autodiff().set_require_grad(false)
            })
        };
        Self {
            mean: towards(self.mean, &step.mean),
            variance: towards(self.variance, &step.variance),
            ..self
        }
    }
}
