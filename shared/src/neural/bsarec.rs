//! BSARec (Shin, Choi, Wi and Park 2024, "An Attentive Inductive Bias for Sequential
//! Recommendation beyond the Self-Attention", equations 9 to 13): beside
//! attention, each block keeps the low frequencies of a sequence and weighs the
//! high ones anew.
//!
//! The paper filters a whole sequence at once, its later items too, and trains on
//! the last place of every prefix. Here a place sees what came before it and no
//! more, by the same kernel, so that every place of a sequence can be trained at once.

use std::f64::consts::TAU;

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::attention::{Attention, FeedForward};
use super::layers::{LayerNorm, zeros};
use super::noise::drop_out;
use super::product::product;
use super::sasrec::embed;
use super::{Batch, Encoder, FilterShape, Noise, SequenceShape, Sight};

/// The network: item and position vectors and blocks.
#[derive(Module, Debug)]
pub struct BsaRec {
    items: Param<Tensor<2>>,
    positions: Param<Tensor<2>>,
    norm: LayerNorm,
    blocks: Vec<Block>,
    cutoff: usize,
}

#[derive(Module, Debug)]
struct Block {
    attention: Attention,
    after_attention: LayerNorm,
    /// The square root of what high frequencies are multiplied by.
    high: Param<Tensor<1>>,
    after_filter: LayerNorm,
    feed_forward: FeedForward,
    after_feed_forward: LayerNorm,
    alpha: f32,
}

impl Block {
    /// What it makes of the places of `sight`, where `low` passes low frequencies.
    fn forward(
        &self,
        x: Tensor<3>,
        sight: &Sight,
        low: Tensor<3>,
        noise: &mut dyn Noise,
    ) -> Tensor<3> {
        let [_, _, width] = x.dims();
        let seen = drop_out(self.attention.forward(x.clone(), sight, noise), noise);
        let slow = product(low, x.clone());
        let x = sight.places(x);
        let seen = self.after_attention.forward(seen + x.clone());
        let root = self.high.val().reshape([1, 1, width]);
        let high = root.clone() * root;
        let filtered = slow.clone() + (x.clone() - slow) * high;
        let filtered = drop_out(filtered, noise);
        let filtered = self.after_filter.forward(filtered + x);
        let both = filtered.mul_scalar(self.alpha) + seen.mul_scalar(1.0 - self.alpha);
        let more = self.feed_forward.forward(both.clone(), noise);
        self.after_feed_forward
            .forward(drop_out(more, noise) + both)
    }
}

impl BsaRec {
    /// All parameters 0 (and what normalisation multiplies by 1).
    pub(super) fn blank(
        shape: SequenceShape,
        filter: FilterShape,
        n_items: usize,
        device: &Device,
    ) -> Self {
        let width = shape.width as usize;
        let block = || Block {
            attention: Attention::blank(shape, device),
            after_attention: LayerNorm::blank(shape.width, device),
            high: zeros([width], device),
            after_filter: LayerNorm::blank(shape.width, device),
            feed_forward: FeedForward::blank(shape, device),
            after_feed_forward: LayerNorm::blank(shape.width, device),
            alpha: filter.alpha,
        };
        Self {
            items: zeros([n_items, width], device),
            positions: zeros([shape.length as usize, width], device),
            norm: LayerNorm::blank(shape.width, device),
            blocks: (0..shape.blocks).map(|_| block()).collect(),
            cutoff: filter.cutoff as usize,
        }
    }
}

/// What the places of `sight` take of those up to them where the frequencies up to
/// `cutoff / 2` periods in `length` places are kept: `[sequences or 1, places, longest]`.
fn low_pass(sight: &Sight, length: usize, cutoff: usize) -> Tensor<3> {
    let kernel = |apart: usize| {
        let wave = |f: usize| 2.0 * (TAU * (f * apart) as f64 / length as f64).cos();
        (1.0 + (1..=cutoff / 2).map(wave).sum::<f64>()) / length as f64
    };
    let kernel: Vec<f32> = (0..length).map(|apart| kernel(apart) as f32).collect();
    sight.weights(|place, other| place.checked_sub(other).map_or(0.0, |apart| kernel[apart]))
}

impl Encoder for BsaRec {
    fn length(&self) -> usize {
        self.positions.shape()[0]
    }

    fn items(&self) -> Tensor<2> {
        self.items.val()
    }

    fn encode_places(&self, batch: &Batch, sight: &Sight, noise: &mut dyn Noise) -> Tensor<3> {
        let x = embed(&self.items, &self.positions, batch);
        let mut x = drop_out(self.norm.forward(x), noise);
        let (last, rest) = self.blocks.split_last().expect("a network has a block");
        let low = |sight: &Sight| low_pass(sight, self.length(), self.cutoff);
        let every = Sight::every(batch);
        for block in rest {
            x = block.forward(x, &every, low(&every), noise);
        }
        last.forward(x, sight, low(sight), noise)
    }
}
