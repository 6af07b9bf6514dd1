//! Convolutions as products of matrices: every pixel's neighbourhood is a row. Pictures are
//! `[pictures, rows, columns, channels]`, so that a row's channels lie side by side.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, s};

use crate::neural::layers::zeros;
use crate::neural::product::product;

/// Pixels of a side of a neighbourhood.
const SIDE: usize = 3;

/// A convolution of 3 × 3 pixels; beyond the border there is 0.
#[derive(Module, Debug)]
pub(super) struct Convolution {
    /// `[9 · channels, channels out]`; by neighbour, row after row, then channel.
    weight: Param<Tensor<2>>,
    /// Pixels from one neighbourhood to the next.
    stride: usize,
}

impl Convolution {
    /// All parameters 0.
    pub fn blank(channels: usize, out: usize, stride: usize, device: &Device) -> Self {
        Self {
            weight: zeros([SIDE * SIDE * channels, out], device),
            stride,
        }
    }

    /// The picture, as small as the stride makes it.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let [pictures, height, width, channels] = x.dims();
        let x = x.pad([(0, 0), (1, 1), (1, 1), (0, 0)], 0.0);
        let (rows, columns) = (height / self.stride, width / self.stride);
        let step = self.stride as isize;
        let places = (0..SIDE).flat_map(|row| (0..SIDE).map(move |column| (row, column)));
        let neighbours = places.map(|(row, column)| {
            let (below, right) = (row + height, column + width);
            x.clone()
                .slice(s![.., row..below;step, column..right;step, ..])
        });
        let near = Tensor::cat(neighbours.collect(), 3);
        let near = near.reshape([pictures * rows * columns, SIDE * SIDE * channels]);
        let weight = self.weight.val();
        let [_, out] = weight.dims();
        product(near, weight).reshape([pictures, rows, columns, out])
    }
}

/// A convolution of one pixel, of every second one where `stride` is 2.
#[derive(Module, Debug)]
pub(super) struct Projection {
    /// `[channels, channels out]`.
    weight: Param<Tensor<2>>,
    stride: usize,
}

impl Projection {
    /// All parameters 0.
    pub fn blank(channels: usize, out: usize, stride: usize, device: &Device) -> Self {
        Self {
            weight: zeros([channels, out], device),
            stride,
        }
    }

    /// The picture, as small as the stride makes it.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let step = self.stride as isize;
        let x = match step {
            1 => x,
            _ => x.slice(s![.., ..;step, ..;step, ..]),
        };
        let [pictures, height, width, channels] = x.dims();
        let weight = self.weight.val();
        let [_, out] = weight.dims();
        let rows = x.reshape([pictures * height * width, channels]);
        product(rows, weight).reshape([pictures, height, width, out])
    }
}

/// Twice as many pixels a side: four channels become the four pixels that one is split into
/// (Shi et al. 2016, "Real-Time Single Image and Video Super-Resolution Using an Efficient
/// Sub-Pixel Convolutional Neural Network", equation 4).
pub(super) fn spread(x: Tensor<4>) -> Tensor<4> {
    let [pictures, height, width, channels] = x.dims();
    let out = channels / 4;
    let parts = x.reshape([pictures, height, width, 2, 2 * out]);
    let rows = parts.swap_dims(2, 3);
    rows.reshape([pictures, 2 * height, 2 * width, out])
}
