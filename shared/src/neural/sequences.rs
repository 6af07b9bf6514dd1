//! Sequences side by side, as networks read them.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::{Noise, Quiet, Sight};

/// The least number of places of [`Batch::of_class`].
const LEAST: usize = 8;

/// How many places [`Batch::of_class`] gives a sequence of `n` items to a network that
/// reads `length`: a power of two from 8, or all.
fn places(n: usize, length: usize) -> usize {
    n.next_power_of_two().max(LEAST).min(length)
}

/// The places of the class of this number, from 0; `None` beyond the last.
pub fn class(number: u32, length: usize) -> Option<usize> {
    // Lengths are below 2²⁰ by far.
    let most = LEAST << number.min(20);
    (number == 0 || most / 2 < length).then(|| places(most, length))
}

/// Sequences of item indices, each from the left, filled up with item 0 to the
/// longest: a network looks back only, so what fills up is never seen.
#[derive(Clone, Debug)]
pub struct Batch {
    /// `[sequences, longest]`.
    pub items: Tensor<2, Int>,
    /// How long each sequence is, at least 1.
    pub lengths: Vec<usize>,
}

impl Batch {
    /// The last `length` items of each sequence. `None` where one is empty.
    pub fn of(sequences: &[Vec<u32>], length: usize, device: &Device) -> Option<Self> {
        Self::of_least(sequences, length, 0, device)
    }

    /// The same, filled up to a [`class`] of lengths: a graphics card compiles its kernels for the
    /// shapes that they meet, so few shapes are worth some arithmetic.
    pub fn of_class(sequences: &[Vec<u32>], length: usize, device: &Device) -> Option<Self> {
        let longest = sequences.iter().map(Vec::len).max()?;
        Self::of_least(sequences, length, places(longest, length), device)
    }

    /// The same, each of `least` places or more.
    fn of_least(
        sequences: &[Vec<u32>],
        length: usize,
        least: usize,
        device: &Device,
    ) -> Option<Self> {
        let ends: Vec<&[u32]> = sequences
            .iter()
            .map(|items| &items[items.len().saturating_sub(length)..])
            .collect();
        let lengths: Vec<usize> = ends.iter().map(|items| items.len()).collect();
        let longest = lengths.iter().copied().max()?.max(least);
        if lengths.contains(&0) {
            return None;
        }
        let mut padded = vec![0i32; ends.len() * longest];
        for (row, items) in padded.chunks_exact_mut(longest).zip(&ends) {
            for (place, &item) in row.iter_mut().zip(*items) {
                *place = item as i32;
            }
        }
        let data = TensorData::new(padded, [ends.len(), longest]);
        Some(Self {
            items: Tensor::from_data(data, device),
            lengths,
        })
    }

    /// Of what was encoded at each place, `[sequences, longest, width]`, the rows of every
    /// item of every sequence, without what filled up: `[items, width]`.
    pub fn all(&self, encoded: Tensor<3>) -> Tensor<2> {
        let [rows, longest, width] = encoded.dims();
        let lengths = self.lengths.iter().enumerate();
        let places = lengths.flat_map(|(row, &length)| {
            (0..length).map(move |place| (row * longest + place) as i32)
        });
        let places: Vec<i32> = places.collect();
        let n = places.len();
        let places = Tensor::<1, Int>::from_data(TensorData::new(places, [n]), &encoded.device());
        encoded.reshape([rows * longest, width]).select(0, places)
    }
}

/// A network that turns sequences into vectors, to be multiplied by those of the items.
pub trait Encoder {
    /// Most items of a sequence that it reads.
    fn length(&self) -> usize;

    /// The items' vectors, `[items, width]`.
    fn items(&self) -> Tensor<2>;

    /// What the items up to each place of `sight` make of the next: `[sequences, places, width]`.
    fn encode_places(&self, batch: &Batch, sight: &Sight, noise: &mut dyn Noise) -> Tensor<3>;

    /// The same of every place, as training needs it: `[sequences, longest, width]`.
    fn encode(&self, batch: &Batch, noise: &mut dyn Noise) -> Tensor<3> {
        self.encode_places(batch, &Sight::every(batch), noise)
    }

    /// The same of the last item of each sequence, as scoring needs it: `[sequences, width]`.
    fn encode_ends(&self, batch: &Batch) -> Tensor<2> {
        let encoded = self.encode_places(batch, &Sight::ends(batch), &mut Quiet);
        encoded.squeeze_dim(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_has_a_class() {
        for length in [1, 5, 8, 9, 50, 64] {
            let classes: Vec<usize> = (0..).map_while(|n| class(n, length)).collect();
            assert_eq!(classes.last(), Some(&length));
            assert!(classes.is_sorted_by(|a, b| a < b), "{classes:?}");
            for n in 1..=2 * length {
                assert!(classes.contains(&places(n, length)), "{n} of {length}");
                assert!(places(n, length) >= n.min(length));
            }
        }
        assert_eq!(class(u32::MAX, 50), None);
    }
}
