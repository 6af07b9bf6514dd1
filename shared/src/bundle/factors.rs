//! Factor models in a bundle: shards of item vectors, all of which a list
//! reads. A vector is a byte a number with a scale of its own, or half
//! precision where bytes would cost more than [`TOLERATED`].

use std::cell::OnceCell;

use half::f16;
use serde::{Deserialize, Serialize};

use super::range_table::{MAX_PER_SHARD, RangeTable, RangeTableRef};
use super::resolve::Outcome;
use super::table::TableWriter;
use super::{BundleError, MANIFEST, Sink, Store, WriteError};
use crate::factors::{Factors, FoldIn};
use crate::models::MAX_RANK;

/// Most numbers that all vectors of a model may hold: 256 MiB as floats.
const MAX_NUMBERS: u64 = 1 << 26;
/// Largest error of bytes, relative to the vectors' own size.
const TOLERATED: f64 = 0.01;
/// Aimed size of a shard: a list reads all of them side by side.
const SHARD_BYTES: usize = 128 << 10;

/// The files of a factor model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FactorsRef {
    /// Numbers in a vector; 0 where there are biases only.
    pub rank: u32,
    /// Bits of each number: 8 or 16.
    pub bits: u32,
    /// What storing so cost: √(Σ (stored − fitted)² / Σ fitted²).
    #[cfg_attr(target_arch = "wasm32", serde(default, skip_deserializing))]
    pub error: f64,
    /// Whether items have biases, as 32-bit floats.
    pub biases: bool,
    /// How a visitor's vector is worked out.
    pub fold_in: FoldIn,
    /// Vectors by item index.
    pub rows: RangeTableRef,
}

impl FactorsRef {
    fn row_bytes(&self) -> usize {
        let scale = if self.bits == 8 && self.rank > 0 {
            4
        } else {
            0
        };
        let bias = if self.biases { 4 } else { 0 };
        bias + scale + (self.rank * self.bits / 8) as usize
    }
}

/// A factor model of the bundle, read on first use.
#[derive(Debug)]
pub(super) struct OpenFactors {
    pub files: FactorsRef,
    name: String,
    n_items: u32,
    rows: RangeTable,
    loaded: OnceCell<Factors>,
}

impl OpenFactors {
    /// Checks what the manifest says.
    pub fn new(name: &str, files: &FactorsRef, n_items: u32) -> Result<Self, BundleError> {
        let numbers = u64::from(n_items) * u64::from(files.rank);
        let consistent = files.rank <= MAX_RANK
            && numbers <= MAX_NUMBERS
            && [8, 16].contains(&files.bits)
            && (files.rank > 0 || files.biases)
            && files.fold_in.is_valid();
        if !consistent {
            let why = "what it says of a factor model does not fit together";
            return Err(BundleError::damaged(MANIFEST, why));
        }
        Ok(Self {
            rows: RangeTable::new(&files.rows, n_items)?,
            files: files.clone(),
            name: name.to_owned(),
            n_items,
            loaded: OnceCell::new(),
        })
    }

    /// The whole model, with the numbers as published.
    pub async fn model<S: Store>(&self, store: &S) -> Outcome<&Factors, S> {
        if let Some(model) = self.loaded.get() {
            return Ok(model);
        }
        let (mut vectors, mut biases) = (Vec::new(), Vec::new());
        for range in self.rows.get(store, 0..self.n_items).await? {
            decode(
                &self.files,
                &range.content,
                range.len,
                &mut vectors,
                &mut biases,
            )
            .ok_or_else(|| self.rows.malformed(&range))?;
        }
        let rank = self.files.rank as usize;
        let model = Factors::new(&self.name, rank, vectors, biases, self.files.fold_in);
        Ok(self.loaded.get_or_init(|| model))
    }
}

/// Appends the `count` items of a shard; `None` when it breaks the format.
fn decode(
    files: &FactorsRef,
    shard: &[u8],
    count: u32,
    vectors: &mut Vec<f32>,
    biases: &mut Vec<f32>,
) -> Option<()> {
    let bytes = files.row_bytes();
    if shard.len() != bytes * count as usize {
        return None;
    }
    let first = vectors.len();
    for mut row in shard.chunks_exact(bytes) {
        let mut float = || {
            let (float, rest) = row.split_first_chunk()?;
            row = rest;
            Some(f32::from_le_bytes(*float)).filter(|x| x.is_finite())
        };
        if files.biases {
            biases.push(float()?);
        }
        if files.rank > 0 && files.bits == 8 {
            let scale = float()?;
            vectors.extend(row.iter().map(|&byte| f32::from(byte as i8) * scale));
        } else {
            let halves = row.as_chunks().0.iter();
            vectors.extend(halves.map(|&half| f16::from_le_bytes(half).to_f32()));
        }
    }
    vectors[first..].iter().all(|x| x.is_finite()).then_some(())
}

/// Writes the vectors of `model` in the order `old` of its items.
pub(super) fn write_factors(
    name: &str,
    model: &Factors,
    old: &[u32],
    sink: &mut dyn Sink,
) -> Result<FactorsRef, WriteError> {
    let refuse = |row| WriteError::Weight {
        model: name.to_owned(),
        row,
    };
    let rank = model.rank();
    if (old.len() * rank) as u64 > MAX_NUMBERS {
        return Err(WriteError::TooLarge {
            what: "a factor model",
            limit: format!("{MAX_NUMBERS} numbers; fit fewer factors or keep fewer items"),
        });
    }
    let numbers = model.vectors().iter().chain(model.biases());
    if let Some(at) = numbers.clone().position(|x| !x.is_finite()) {
        let vectors = model.vectors().len();
        return Err(refuse(if at < vectors {
            at / rank
        } else {
            at - vectors
        }));
    }
    let in_bytes = error_of_bytes(model);
    let bits = if in_bytes <= TOLERATED { 8 } else { 16 };
    let mut files = FactorsRef {
        rank: rank as u32,
        bits,
        error: in_bytes,
        biases: !model.biases().is_empty(),
        fold_in: *model.fold_in(),
        rows: RangeTableRef::default(),
    };
    if bits == 16 {
        let half = |&x: &f32| f16::from_f32(x).to_f32();
        if let Some(at) = model.vectors().iter().position(|x| !half(x).is_finite()) {
            return Err(refuse(at / rank));
        }
        files.error = relative_error(model.vectors().iter().map(|x| (*x, half(x))));
    }
    let per_shard = (SHARD_BYTES / files.row_bytes()).clamp(1, MAX_PER_SHARD as usize);
    let mut writer = TableWriter::new(sink, &format!("models/{name}"), "bin");
    for items in old.chunks(per_shard) {
        let mut shard = Vec::with_capacity(items.len() * files.row_bytes());
        for &item in items {
            if let Some(bias) = model.biases().get(item as usize) {
                shard.extend(bias.to_le_bytes());
            }
            let vector = model.vector(item);
            if bits == 16 {
                shard.extend(vector.iter().flat_map(|&x| f16::from_f32(x).to_le_bytes()));
            } else if rank > 0 {
                let scale = scale(vector);
                shard.extend(scale.to_le_bytes());
                shard.extend(vector.iter().map(|&x| byte(x, scale) as u8));
            }
        }
        writer.push(&shard)?;
    }
    files.rows = RangeTableRef {
        table: writer.finish()?,
        per_shard: per_shard as u32,
    };
    Ok(files)
}

/// What the largest number of a vector is divided by to give 127.
fn scale(vector: &[f32]) -> f32 {
    vector.iter().fold(0.0f32, |most, x| most.max(x.abs())) / 127.0
}

fn byte(x: f32, scale: f32) -> i8 {
    // 0 / 0 is NaN, which a cast makes 0.
    (x / scale).round() as i8
}

fn error_of_bytes(model: &Factors) -> f64 {
    let vectors = model.vectors().chunks_exact(model.rank().max(1));
    relative_error(vectors.flat_map(|vector| {
        let scale = scale(vector);
        vector
            .iter()
            .map(move |&x| (x, f32::from(byte(x, scale)) * scale))
    }))
}

fn relative_error(pairs: impl Iterator<Item = (f32, f32)>) -> f64 {
    let (mut error, mut size) = (0.0, 0.0);
    for (fitted, stored) in pairs {
        error += (f64::from(fitted) - f64::from(stored)).powi(2);
        size += f64::from(fitted).powi(2);
    }
    if size > 0.0 {
        (error / size).sqrt()
    } else {
        0.0
    }
}

#[cfg(test)]
#[path = "factors_test.rs"]
mod tests;
