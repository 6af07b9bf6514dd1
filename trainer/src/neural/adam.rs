//! Adam (Kingma and Ba 2015, "Adam: A Method for Stochastic Optimization", algorithm 1), with L2
//! regularisation in the gradient, or with decay by itself (Loshchilov and Hutter 2019, "Decoupled
//! Weight Decay Regularization", algorithm 2).
//!
//! Burn's own goes over all numbers once an operation, and networks of pairs are large tables. Where
//! numbers lie in this program's memory each is read and written once a step; elsewhere Burn's
//! operations do the same.

use anyhow::{Context, Result, ensure};
use burn::module::{Module, ModuleMapper, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView, serialize};

use super::numbers;

const EPSILON: f32 = 1e-8;
/// Numbers that one thread takes at a time.
const PIECE: usize = 1 << 14;

/// What decides how far a step goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    /// Size of a step.
    pub learning_rate: f32,
    /// Decay of the first moment (the paper's β₁).
    pub first_moment: f32,
    /// Decay of the second moment (β₂).
    pub second_moment: f32,
    /// Decay of all parameters; 0 for none.
    pub weight_decay: f32,
    /// Whether they decay by themselves (AdamW), or by L2 in the gradient (Adam).
    pub decoupled: bool,
}

/// The optimizer of one network.
pub(super) struct Adam {
    rule: Rule,
    /// Of each parameter, in the network's order; `None` until it has a gradient.
    states: Vec<Option<State>>,
}

/// What is remembered of a parameter's gradients.
struct State {
    steps: u32,
    first: Tensor<1>,
    second: Tensor<1>,
}

/// A [`Rule`] in the step of this number of a parameter.
#[derive(Clone, Copy)]
struct Pace {
    rule: Rule,
    /// What the parameter keeps of itself.
    kept: f32,
    /// What L2 adds of it to the gradient.
    penalty: f32,
    /// Learning rate over 1 − β₁ᵗ.
    rate: f32,
    /// One over √(1 − β₂ᵗ).
    scale: f32,
}

impl Rule {
    fn at(self, steps: u32) -> Pace {
        let decay = |by: bool| if by { self.weight_decay } else { 0.0 };
        let steps = steps as f32;
        Pace {
            rule: self,
            kept: 1.0 - self.learning_rate * decay(self.decoupled),
            penalty: decay(!self.decoupled),
            rate: self.learning_rate / (1.0 - self.first_moment.powf(steps)),
            scale: (1.0 - self.second_moment.powf(steps)).sqrt().recip(),
        }
    }
}

impl Adam {
    pub fn new(rule: Rule) -> Self {
        Self {
            rule,
            states: Vec::new(),
        }
    }

    /// A step of the parameters that have a gradient.
    pub fn step<M: Module>(&mut self, net: M, gradients: GradientsParams) -> M {
        net.map(&mut Stepper {
            adam: self,
            gradients,
            at: 0,
        })
    }

    /// What it remembers.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut parts = Vec::new();
        for (at, state) in self.states.iter().enumerate() {
            let Some(state) = state else { continue };
            let floats = |of: &Tensor<1>| anyhow::Ok(bytes(&numbers(of.clone())?));
            parts.push((format!("{at}.first"), Dtype::F32, floats(&state.first)?));
            parts.push((format!("{at}.second"), Dtype::F32, floats(&state.second)?));
            let steps = state.steps.to_le_bytes().to_vec();
            parts.push((format!("{at}.steps"), Dtype::U32, steps));
        }
        let mut views = Vec::new();
        for (name, dtype, bytes) in &parts {
            let view = TensorView::new(*dtype, vec![bytes.len() / 4], bytes)?;
            views.push((name, view));
        }
        Ok(serialize(views, None)?)
    }

    /// With what [`Adam::to_bytes`] gave of the optimizer of such a network.
    pub fn from_bytes<M: Module>(rule: Rule, bytes: &[u8], net: &M) -> Result<Self> {
        let parts = SafeTensors::deserialize(bytes)?;
        let device = net.devices().first().cloned().unwrap_or_default();
        let device = device.without_autodiff();
        let lengths = lengths(net);
        let mut states = Vec::new();
        for (at, length) in lengths.into_iter().enumerate() {
            let Ok(steps) = parts.tensor(&format!("{at}.steps")) else {
                states.push(None);
                continue;
            };
            let moment = |name| {
                let own = parts.tensor(&format!("{at}.{name}"))?;
                ensure!(
                    own.dtype() == Dtype::F32 && own.data().len() == 4 * length,
                    "the {name} moment of parameter {at} has another form than the parameter"
                );
                let (numbers, _) = own.data().as_chunks::<4>();
                let numbers: Vec<f32> = numbers.iter().map(|x| f32::from_le_bytes(*x)).collect();
                Ok(flat(numbers, &device))
            };
            let number = steps.data().try_into().context("steps are one number")?;
            states.push(Some(State {
                steps: u32::from_le_bytes(number),
                first: moment("first")?,
                second: moment("second")?,
            }));
        }
        Ok(Self { rule, states })
    }
}

struct Stepper<'a> {
    adam: &'a mut Adam,
    gradients: GradientsParams,
    /// How many parameters came before.
    at: usize,
}

impl ModuleMapper for Stepper<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let at = self.at;
        self.at += 1;
        let states = &mut self.adam.states;
        states.resize_with(states.len().max(self.at), || None);
        let Some(gradient) = self.gradients.remove::<D>(param.id) else {
            return param;
        };
        let gradient = gradient.without_autodiff().reshape([-1]);
        let state = states[at].take().unwrap_or_else(|| State {
            steps: 0,
            first: gradient.zeros_like(),
            second: gradient.zeros_like(),
        });
        let steps = state.steps + 1;
        let pace = self.adam.rule.at(steps);
        param.map(|own| {
            let (shape, learns) = (own.shape(), own.is_require_grad());
            let own = own.without_autodiff().reshape([-1]);
            let in_memory = own.device() == Device::flex();
            let all = [own, state.first, state.second];
            let [own, first, second] = match in_memory {
                true => pace.in_place(all, &gradient.into_data()),
                false => pace.by_operations(all, gradient),
            };
            states[at] = Some(State {
                steps,
                first,
                second,
            });
            own.reshape(shape).autodiff().set_require_grad(learns)
        })
    }
}

impl Pace {
    /// Parameter and moments, each number once, where it lies; of a copy where another tensor has it too.
    fn in_place(self, all: [Tensor<1>; 3], gradient: &TensorData) -> [Tensor<1>; 3] {
        let device = all[0].device();
        let mut all = all.map(Tensor::into_data);
        let floats = "networks are of 32-bit floats";
        let gradient: &[f32] = gradient.as_slice().expect(floats);
        let pieces = all.each_mut().map(|own| {
            let numbers: &mut [f32] = own.as_mut_slice().expect(floats);
            numbers.par_chunks_mut(PIECE)
        });
        let [own, first, second] = pieces;
        let moments = first.zip(second);
        let pieces = own.zip(gradient.par_chunks(PIECE)).zip(moments);
        pieces.for_each(|((own, gradient), (first, second))| {
            self.of_piece(own, gradient, first, second);
        });
        all.map(|data| Tensor::from_data(data, &device))
    }

    fn of_piece(self, own: &mut [f32], gradient: &[f32], first: &mut [f32], second: &mut [f32]) {
        let Rule {
            first_moment,
            second_moment,
            ..
        } = self.rule;
        let moments = first.iter_mut().zip(second);
        for ((own, gradient), (first, second)) in own.iter_mut().zip(gradient).zip(moments) {
            let gradient = gradient + self.penalty * *own;
            *first = first_moment * *first + (1.0 - first_moment) * gradient;
            *second = second_moment * *second + (1.0 - second_moment) * (gradient * gradient);
            let by = self.rate * *first / (self.scale * second.sqrt() + EPSILON);
            *own = self.kept * *own - by;
        }
    }

    /// The same by Burn.
    fn by_operations(self, all: [Tensor<1>; 3], gradient: Tensor<1>) -> [Tensor<1>; 3] {
        let [own, first, second] = all;
        let rule = self.rule;
        let gradient = match self.penalty > 0.0 {
            true => own.clone() * self.penalty + gradient,
            false => gradient,
        };
        let first = first * rule.first_moment + gradient.clone() * (1.0 - rule.first_moment);
        let second = second * rule.second_moment + gradient.square() * (1.0 - rule.second_moment);
        let by = first.clone() * self.rate / (second.clone().sqrt() * self.scale + EPSILON);
        [own * self.kept - by, first, second]
    }
}

/// How many numbers each parameter has, in the network's order.
fn lengths<M: Module>(net: &M) -> Vec<usize> {
    let shapes = doorstep_shared::neural::expected(net);
    shapes
        .into_iter()
        .map(|(_, shape)| shape.iter().product())
        .collect()
}

fn flat(values: Vec<f32>, device: &Device) -> Tensor<1> {
    let n = values.len();
    Tensor::from_data(TensorData::new(values, [n]), device)
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|x| x.to_le_bytes()).collect()
}

#[cfg(test)]
#[path = "adam_test.rs"]
mod tests;
