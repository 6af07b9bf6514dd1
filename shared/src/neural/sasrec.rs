//! SASRec (Kang and McAuley 2018, "Self-Attentive Sequential Recommendation"):
//! a causal transformer over the items of a history. Layers are normalised before
//! attention and before the feed-forward layers, whose activation is GELU.

use burn::module::{Module, Param};
use burn::tensor::module::embedding;
use burn::tensor::{Device, Tensor};

use super::attention::{Attention, FeedForward};
use super::layers::{LayerNorm, zeros};
use super::noise::drop_out;
use super::{Batch, Encoder, Noise, SequenceShape, Sight};

/// The network: item and position vectors, blocks, a last normalisation.
#[derive(Module, Debug)]
pub struct SasRec {
    items: Param<Tensor<2>>,
    positions: Param<Tensor<2>>,
    blocks: Vec<Block>,
    norm: LayerNorm,
}

#[derive(Module, Debug)]
struct Block {
    before_attention: LayerNorm,
    attention: Attention,
    before_feed_forward: LayerNorm,
    feed_forward: FeedForward,
}

impl Block {
    /// What it makes of the places of `sight`: `[sequences, places, width]`.
    fn forward(&self, x: Tensor<3>, sight: &Sight, noise: &mut dyn Noise) -> Tensor<3> {
        let normed = self.before_attention.forward(x.clone());
        let seen = self.attention.forward(normed, sight, noise);
        let x = sight.places(x) + drop_out(seen, noise);
        let normed = self.before_feed_forward.forward(x.clone());
        let more = self.feed_forward.forward(normed, noise);
        x + drop_out(more, noise)
    }
}

impl SasRec {
    /// All parameters 0 (and what normalisation multiplies by 1).
    pub(super) fn blank(shape: SequenceShape, n_items: usize, device: &Device) -> Self {
        let width = shape.width as usize;
        let block = || Block {
            before_attention: LayerNorm::blank(shape.width, device),
            attention: Attention::blank(shape, device),
            before_feed_forward: LayerNorm::blank(shape.width, device),
            feed_forward: FeedForward::blank(shape, device),
        };
        Self {
            items: zeros([n_items, width], device),
            positions: zeros([shape.length as usize, width], device),
            blocks: (0..shape.blocks).map(|_| block()).collect(),
            norm: LayerNorm::blank(shape.width, device),
        }
    }
}

/// Vectors of the items of a batch plus those of their places, counted from the first.
pub(super) fn embed(
    items: &Param<Tensor<2>>,
    positions: &Param<Tensor<2>>,
    batch: &Batch,
) -> Tensor<3> {
    let items = embedding(items.val(), batch.items.clone());
    let [_, longest, width] = items.dims();
    let positions = positions.val().narrow(0, 0, longest);
    items + positions.reshape([1, longest, width])
}

impl Encoder for SasRec {
    fn length(&self) -> usize {
        self.positions.shape()[0]
    }

    fn items(&self) -> Tensor<2> {
        self.items.val()
    }

    fn encode_places(&self, batch: &Batch, sight: &Sight, noise: &mut dyn Noise) -> Tensor<3> {
        let mut x = drop_out(embed(&self.items, &self.positions, batch), noise);
        let (last, rest) = self.blocks.split_last().expect("a network has a block");
        let every = Sight::every(batch);
        for block in rest {
            x = block.forward(x, &every, noise);
        }
        self.norm.forward(last.forward(x, sight, noise))
    }
}
