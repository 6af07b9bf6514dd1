//! The shapes of networks, as a bundle's manifest describes them.

use serde::{Deserialize, Serialize};

use super::ncf::Ncf;
use super::product::WHOLE;
use super::{
    BsaRec, Device, MAX_ITEMS, MAX_NUMBERS, Net, Network, PairShape, ParameterError, SasRec,
};
use crate::models::{BsaRecConfig, MetadataMfConfig, NcfConfig, SasRecConfig};

/// The shape of a network: what its parameters don't say by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// SASRec.
    SasRec(SequenceShape),
    /// BSARec.
    BsaRec(SequenceShape, FilterShape),
    /// NCF.
    Ncf(PairShape),
    /// Metadata-MF, its metadata in the items' vectors.
    MetadataMf(PairShape),
}

/// The shape of a network that encodes a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SequenceShape {
    /// Numbers in a vector.
    pub width: u32,
    /// Blocks, one upon another.
    pub blocks: u32,
    /// Attention heads of a block; they divide the width.
    pub heads: u32,
    /// Numbers in a feed-forward layer.
    pub inner: u32,
    /// Most recent items of a history that are read.
    pub length: u32,
}

/// What BSARec adds to attention.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FilterShape {
    /// Frequencies are low below `cutoff / 2 + 1` periods per length.
    pub cutoff: u32,
    /// Share of the filter beside attention.
    pub alpha: f32,
}

impl SequenceShape {
    /// Whether a network of this shape can be made; else why not, in words.
    fn check(&self) -> Result<(), &'static str> {
        let fine = (1..=1024).contains(&self.width)
            && (1..=16).contains(&self.blocks)
            && (1..=4096).contains(&self.inner)
            && (1..=1024).contains(&self.length);
        if !fine {
            return Err("a size is 0 or too large");
        }
        if self.heads == 0 || !self.width.is_multiple_of(self.heads) {
            return Err("the heads do not divide the width");
        }
        Ok(())
    }
}

impl Architecture {
    /// The name of the model.
    pub fn name(&self) -> &'static str {
        match self {
            Self::SasRec(_) => SasRecConfig::NAME,
            Self::BsaRec(..) => BsaRecConfig::NAME,
            Self::Ncf(_) => NcfConfig::NAME,
            Self::MetadataMf(_) => MetadataMfConfig::NAME,
        }
    }

    /// The shape, where the network reads a user's and an item's vector.
    pub fn pair(&self) -> Option<PairShape> {
        match self {
            Self::Ncf(shape) | Self::MetadataMf(shape) => Some(*shape),
            Self::SasRec(_) | Self::BsaRec(..) => None,
        }
    }

    /// Refuses, before anything is allocated, what no network can be.
    pub fn check(&self, n_items: usize) -> Result<(), ParameterError> {
        let (shape, widest) = match self {
            Self::SasRec(shape) | Self::BsaRec(shape, _) => (shape.check(), shape.width),
            Self::Ncf(shape) | Self::MetadataMf(shape) => (shape.check(), shape.widest()),
        };
        let why = match shape {
            Err(why) => why,
            Ok(()) if n_items == 0 || n_items > MAX_ITEMS => "it has no or too many items",
            Ok(()) if n_items as u64 * u64::from(widest) > MAX_NUMBERS => {
                "its items have too many numbers"
            }
            Ok(()) => match self {
                // A visitor's vector takes more small steps than a card is good for.
                Self::Ncf(_) | Self::MetadataMf(_) if !WHOLE => "it runs on the processor only",
                Self::BsaRec(_, filter) if !(0.0..=1.0).contains(&filter.alpha) => {
                    "the filter's share is not from 0 to 1"
                }
                _ => return Ok(()),
            },
        };
        Err(ParameterError::Architecture(why))
    }

    /// Whether this engine runs it: engine gpu has networks of sequences only.
    pub fn runs_here(&self) -> bool {
        WHOLE || self.pair().is_none()
    }

    /// A network whose parameters are all 0.
    pub(super) fn blank(&self, n_items: usize, device: &Device) -> Net {
        match self {
            Self::SasRec(shape) => {
                Net::Sequences(Network::SasRec(SasRec::blank(*shape, n_items, device)))
            }
            Self::BsaRec(shape, filter) => {
                let net = BsaRec::blank(*shape, *filter, n_items, device);
                Net::Sequences(Network::BsaRec(net))
            }
            Self::Ncf(shape) | Self::MetadataMf(shape) => {
                Net::Pairs(Ncf::blank(*shape, n_items, device))
            }
        }
    }
}
