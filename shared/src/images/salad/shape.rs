//! The shape of an autoencoder, as a bundle's manifest describes it.

use serde::{Deserialize, Serialize};

/// What an autoencoder's parameters don't say by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AutoencoderShape {
    /// What it is made of.
    pub form: Form,
    /// Pixels of a side of the square pictures that it reads.
    pub size: u32,
    /// Times that a side is halved before the projection.
    pub halvings: u32,
    /// Channels after the first halving; each further one doubles them, up to eight times as many.
    pub channels: u32,
    /// Numbers in a picture's feature vector.
    pub features: u32,
}

/// What an autoencoder is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A convolution a halving, without connections past it (Bozorgtabar et al. 2020, section 3).
    Blocks,
    /// Pairs of residual blocks (He et al. 2016, table 1, 18 layers), and their mirror image.
    Resnet18,
}

/// Most pixels of a side.
const MAX_SIZE: u32 = 1024;

impl AutoencoderShape {
    /// Whether such an autoencoder can be made; else why not, in words.
    pub fn check(&self) -> Result<(), &'static str> {
        let fine = (8..=MAX_SIZE).contains(&self.size)
            && (1..=8).contains(&self.halvings)
            && (1..=128).contains(&self.channels)
            && (1..=2048).contains(&self.features);
        if !fine {
            return Err("a size is 0 or too large");
        }
        if !self.size.is_multiple_of(1 << self.halvings) {
            return Err("its pictures can't be halved so often");
        }
        if self.form == Form::Resnet18 && self.halvings < 4 {
            return Err("its residual blocks halve a picture four times");
        }
        Ok(())
    }

    /// Channels after each halving.
    pub fn channels(&self) -> Vec<usize> {
        let after = |halving: u32| (self.channels << halving.min(3)) as usize;
        (0..self.halvings).map(after).collect()
    }

    /// Pixels of a side before the projection.
    pub fn smallest(&self) -> usize {
        (self.size >> self.halvings) as usize
    }

    /// Pixels of a picture.
    pub fn pixels(&self) -> usize {
        (self.size * self.size) as usize
    }
}
