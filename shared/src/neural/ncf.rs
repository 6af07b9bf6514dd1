//! NCF (He, Liao, Zhang, Nie, Hu and Chua 2017, "Neural Collaborative Filtering", section
//! 3.3) as it is published: item vectors, layers, and what a visitor's vector is folded
//! in by. Of metadata-MF the same is left once metadata is part of the items' vectors.

use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::layers::zeros;
use super::{Perceptron, Quiet};
use crate::Event;
use crate::factors::RatingScale;

/// The parameter that says which items a visitor is told from, by items.
pub const SAMPLE: &str = "sample";

/// The shape of a network of a user's and an item's vector.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairShape {
    /// Numbers in a vector.
    pub width: u32,
    /// Numbers in the first layer.
    pub inner: u32,
    /// Numbers in the second layer; 0 where there is none.
    pub second: u32,
    /// The ratings that it predicts; none where it says how likely somebody has an item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratings: Option<RatingScale>,
    /// How a visitor's vector is worked out.
    pub fold_in: PairFoldIn,
}

/// How a visitor's vector is worked out: it minimises the training loss over the history
/// plus `regularisation` / 2 · Σ ((vector − mean) / spread)², mean and spread being those
/// of the users' vectors, everything else frozen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairFoldIn {
    /// Steps of Adam, from the mean.
    pub steps: u32,
    /// λ.
    pub regularisation: f32,
    /// What all items of the sample together count for each of the history that the
    /// visitor has; 0 where ratings are predicted.
    pub negatives: f32,
}

impl PairShape {
    /// Whether a network of this shape can be made; else why not, in words.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        let number = |x: f32| x >= 0.0 && x.is_finite();
        let fine = (1..=1024).contains(&self.width)
            && (1..=4096).contains(&self.inner)
            && self.second <= 4096
            && (1..=1000).contains(&self.fold_in.steps);
        if !fine {
            return Err("a size is 0 or too large");
        }
        let scale =
            |s: RatingScale| s.mean.is_finite() && s.least.is_finite() && s.most.is_finite();
        let fine = number(self.fold_in.regularisation)
            && number(self.fold_in.negatives)
            && self.ratings.is_none_or(scale);
        if !fine {
            return Err("what it says of ratings and visitors is no number");
        }
        Ok(())
    }

    /// Most numbers of an item that are in memory at once.
    pub(super) fn widest(&self) -> u32 {
        self.width.max(self.inner).max(self.second)
    }

    /// The sizes of the layers but the last.
    pub fn layers(&self) -> Vec<usize> {
        let layers = [self.inner, self.second].into_iter();
        layers.filter(|n| *n > 0).map(|n| n as usize).collect()
    }
}

/// The network.
#[derive(Module, Debug)]
pub(super) struct Ncf {
    items: Param<Tensor<2>>,
    /// Of the users' vectors, `[1, width]`.
    mean: Param<Tensor<2>>,
    /// Their standard deviation, `[1, width]`.
    spread: Param<Tensor<2>>,
    /// 1 for an item that a visitor is told from, `[items]`; where it predicts no ratings.
    sample: Option<Param<Tensor<1>>>,
    perceptron: Perceptron,
}

impl Ncf {
    /// All parameters 0.
    pub fn blank(shape: PairShape, n_items: usize, device: &Device) -> Self {
        let width = shape.width as usize;
        Self {
            items: zeros([n_items, width], device),
            mean: zeros([1, width], device),
            spread: zeros([1, width], device),
            sample: match shape.ratings {
                Some(_) => None,
                None => Some(zeros([n_items], device)),
            },
            perceptron: Perceptron::blank(width, &shape.layers(), device),
        }
    }
}

/// The network over a catalogue, ready for visitors.
#[derive(Clone, Debug)]
pub(super) struct Pairs {
    shape: PairShape,
    pub net: Ncf,
    /// What the first layer makes of the items, `[items, inner]`.
    first: Tensor<2>,
    /// Whether each item's vector is another than 0: others are unknown.
    known: Vec<bool>,
    /// The sample's items.
    sample: Vec<u32>,
}

/// What is asked of a visitor's vector: that some items get some results.
struct Wishes {
    /// What the first layer makes of the items, `[pairs, inner]`.
    first: Tensor<2>,
    /// `[pairs, 1]`.
    targets: Tensor<2>,
    /// `[pairs, 1]`.
    weights: Tensor<2>,
    /// λ beside them.
    regularisation: f32,
}

impl Pairs {
    /// `items` and `sample` are numbers of `net`, by items.
    pub fn new(shape: PairShape, net: Ncf, items: &[f32], sample: &[f32]) -> Self {
        let rows = items.chunks(shape.width as usize);
        Self {
            first: net.perceptron.of_items(net.items.val()),
            shape,
            net,
            known: rows.map(|row| row.iter().any(|x| *x != 0.0)).collect(),
            sample: (0..)
                .zip(sample)
                .filter(|(_, own)| **own > 0.0)
                .map(|(item, _)| item)
                .collect(),
        }
    }

    /// The vector of the visitor with this history, `[1, width]`. Nobody is told from
    /// others by an empty one: the users' mean where ratings are predicted, else `None`.
    pub fn visitor(&self, history: &[Event]) -> Option<Tensor<2>> {
        match self.wishes(history) {
            Some(wishes) => Some(self.fold_in(&wishes)),
            None => self.shape.ratings.map(|_| self.net.mean.val()),
        }
    }

    /// What the network gives for a user's vector and each item: `[items, 1]`.
    pub fn forward(&self, user: Tensor<2>) -> Tensor<2> {
        let user = self.net.perceptron.of_users(user);
        let first = self.first.clone() + user;
        self.net.perceptron.forward(first, &mut Quiet)
    }

    /// Scores of [`Self::forward`]'s numbers: predicted ratings, lifted, or chances, 0 for an
    /// item that is unknown.
    pub fn scores(&self, mut values: Vec<f32>) -> Vec<f32> {
        for (value, known) in values.iter_mut().zip(&self.known) {
            *value = match (known, self.shape.ratings) {
                (false, _) => 0.0,
                (true, Some(scale)) => *value + scale.lift(),
                (true, None) => 1.0 / (1.0 + (-*value).exp()),
            };
        }
        values
    }

    fn wishes(&self, history: &[Event]) -> Option<Wishes> {
        let known = |item: u32| self.known.get(item as usize).is_some_and(|known| *known);
        let events = history.iter().filter(|event| known(event.item));
        let (mut items, mut targets): (Vec<i32>, Vec<f32>) = events
            .map(|event| {
                let target = self.shape.ratings.map_or(1.0, |_| event.rating);
                (event.item as i32, target)
            })
            .unzip();
        let n = items.len();
        if n == 0 {
            return None;
        }
        // Means over the history: an optimiser's step does not depend on its length.
        let mut weights = vec![1.0 / n as f32; n];
        if self.shape.ratings.is_none() {
            let others = self.sample.iter().map(|item| *item as i32);
            let others: Vec<i32> = others.filter(|item| !items.contains(item)).collect();
            let weight = self.shape.fold_in.negatives / others.len().max(1) as f32;
            weights.resize(n + others.len(), weight);
            targets.resize(n + others.len(), 0.0);
            items.extend(others);
        }
        let device = self.first.device();
        let pairs = items.len();
        let items = Tensor::<1, Int>::from_data(TensorData::new(items, [pairs]), &device);
        let column =
            |values: Vec<f32>| Tensor::from_data(TensorData::new(values, [pairs, 1]), &device);
        Some(Wishes {
            first: self.first.clone().select(0, items),
            targets: column(targets),
            weights: column(weights),
            regularisation: self.shape.fold_in.regularisation / n as f32,
        })
    }

    /// The gradient at the user `mean + at · spread`, by `at`: `[1, width]`.
    fn gradient(&self, wishes: &Wishes, at: &Tensor<2>) -> Tensor<2> {
        let spread = self.net.spread.val();
        let user = self.net.mean.val() + at.clone() * spread.clone();
        let first = wishes.first.clone() + self.net.perceptron.of_users(user);
        let slope = |found: Tensor<2>| {
            let (found, scale) = match self.shape.ratings {
                // Of (found − rating)².
                Some(_) => (found, 2.0),
                // Of −log of the chance of what is so.
                None => (chance(found), 1.0),
            };
            (found - wishes.targets.clone()) * wishes.weights.clone().mul_scalar(scale)
        };
        let by_user = self.net.perceptron.gradient(first, slope);
        by_user * spread + at.clone().mul_scalar(wishes.regularisation)
    }

    /// Adam ("Adam: a method for stochastic optimization", 2015, arXiv 1412.6980, algorithm 1), its
    /// steps shorter and shorter.
    fn fold_in(&self, wishes: &Wishes) -> Tensor<2> {
        const RATE: f32 = 0.2;
        const DECAYS: [f32; 2] = [0.9, 0.99];
        const EPSILON: f32 = 1e-8;
        let steps = self.shape.fold_in.steps;
        let mut at = self.net.mean.val().zeros_like();
        let (mut first, mut second) = (at.clone(), at.clone());
        for step in 0..steps {
            let gradient = self.gradient(wishes, &at);
            let [one, two] = DECAYS;
            let square = gradient.clone() * gradient.clone();
            first = first.mul_scalar(one) + gradient.mul_scalar(1.0 - one);
            second = second.mul_scalar(two) + square.mul_scalar(1.0 - two);
            let [one, two] = DECAYS.map(|decay| 1.0 - decay.powi(step as i32 + 1));
            let rate = RATE * (1.0 - step as f32 / steps as f32) / one;
            let size = second.clone().mul_scalar(1.0 / two).sqrt();
            at = at - first.clone().mul_scalar(rate) / size.add_scalar(EPSILON);
        }
        self.net.mean.val() + at * self.net.spread.val()
    }
}

/// 1 / (1 + e^−x).
fn chance(x: Tensor<2>) -> Tensor<2> {
    burn::tensor::activation::sigmoid(x)
}

#[cfg(test)]
#[path = "ncf_test.rs"]
mod tests;
