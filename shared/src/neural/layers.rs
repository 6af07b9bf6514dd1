//! The layers that networks are made of. Burn's own carry every way to draw first
//! parameters; ours begin with 0, and keep that out of the browser's engine.

use burn::module::{Module, Param};
use burn::tensor::module::{layer_norm, linear};
use burn::tensor::{Device, Tensor};

use super::product::{WHOLE, product};

/// Added to a variance before the root is taken.
const EPSILON: f64 = 1e-5;

/// Parameters that are 0.
pub(crate) fn zeros<const D: usize>(shape: [usize; D], device: &Device) -> Param<Tensor<D>> {
    Param::from_tensor(Tensor::zeros(shape, device))
}

/// x ↦ xW + b.
#[derive(Module, Debug)]
pub(crate) struct Linear {
    /// `[input, output]`.
    weight: Param<Tensor<2>>,
    /// `[output]`.
    bias: Param<Tensor<1>>,
}

impl Linear {
    /// All parameters 0.
    pub fn blank(input: usize, output: usize, device: &Device) -> Self {
        Self {
            weight: zeros([input, output], device),
            bias: zeros([output], device),
        }
    }

    /// From `[…, input]` to `[…, output]`.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let (weight, bias) = (self.weight.val(), self.bias.val());
        if WHOLE {
            linear(x, weight, Some(bias))
        } else {
            product(x, weight.unsqueeze()) + bias.unsqueeze()
        }
    }

    /// `[input, output]`.
    pub fn weight(&self) -> Tensor<2> {
        self.weight.val()
    }
}

/// Normalises each vector ("Layer Normalization", 2016, arXiv 1607.06450, equation 3).
#[derive(Module, Debug)]
pub(crate) struct LayerNorm {
    /// What numbers are multiplied by then.
    gamma: Param<Tensor<1>>,
    /// What is added then.
    beta: Param<Tensor<1>>,
}

impl LayerNorm {
    /// Multiplies by 1 and adds 0.
    pub fn blank(width: u32, device: &Device) -> Self {
        let width = width as usize;
        Self {
            gamma: Param::from_tensor(Tensor::ones([width], device)),
            beta: zeros([width], device),
        }
    }

    /// `[…, width]`, as is what comes back.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        layer_norm(x, self.gamma.val(), Some(self.beta.val()), EPSILON)
    }
}
