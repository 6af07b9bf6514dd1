//! Which places of sequences a block works out, and what each of them may look at.

use burn::tensor::{Int, Tensor, TensorData};

use super::Batch;

/// Stands for minus infinity where a place may not look.
const NEVER: f32 = -1e9;

/// The places that a block works out. What comes before the last block is needed at every
/// place; of the last block's, scoring needs the end of each sequence and no more.
#[derive(Clone, Debug)]
pub struct Sight {
    /// `sequence × longest + place` of each end; `None` where every place is worked out.
    ends: Option<Tensor<1, Int>>,
    reach: Reach,
    mask: Tensor<4>,
}

/// Places and how many there are to look at.
#[derive(Clone, Debug)]
struct Reach {
    /// By sequences, or of all sequences alike.
    places: Vec<Vec<usize>>,
    longest: usize,
}

impl Sight {
    /// Every place.
    pub(super) fn every(batch: &Batch) -> Self {
        let [_, longest] = batch.items.dims();
        Self::new(batch, vec![(0..longest).collect()], None)
    }

    /// The last place of each sequence.
    pub(super) fn ends(batch: &Batch) -> Self {
        let [n, longest] = batch.items.dims();
        let places: Vec<Vec<usize>> = batch.lengths.iter().map(|n| vec![n - 1]).collect();
        let rows = places.iter().flatten().enumerate();
        let rows = rows.map(|(sequence, place)| (sequence * longest + place) as i32);
        let rows = TensorData::new(rows.collect(), [n]);
        let rows = Tensor::from_data(rows, &batch.items.device());
        Self::new(batch, places, Some(rows))
    }

    fn new(batch: &Batch, places: Vec<Vec<usize>>, ends: Option<Tensor<1, Int>>) -> Self {
        let [_, longest] = batch.items.dims();
        let reach = Reach { places, longest };
        let back = |place, other| if other > place { NEVER } else { 0.0 };
        let mask = Tensor::<3>::from_data(reach.data(back), &batch.items.device());
        Self {
            ends,
            mask: mask.unsqueeze_dim(1),
            reach,
        }
    }

    /// Of `x`, `[sequences, longest, width]`, the places that are worked out:
    /// `[sequences, places, width]`.
    pub(super) fn places(&self, x: Tensor<3>) -> Tensor<3> {
        let Some(ends) = &self.ends else {
            return x;
        };
        let [n, longest, width] = x.dims();
        let rows = x.reshape([n * longest, width]).select(0, ends.clone());
        rows.reshape([n, 1, width])
    }

    /// 0 where a place may look, and next to minus infinity where it may not:
    /// `[sequences or 1, 1, places, longest]`.
    pub(super) fn mask(&self) -> Tensor<4> {
        self.mask.clone()
    }

    /// What `of` gives for each place and each place that it could look at:
    /// `[sequences or 1, places, longest]`.
    pub(super) fn weights(&self, of: impl Fn(usize, usize) -> f32) -> Tensor<3> {
        Tensor::from_data(self.reach.data(of), &self.mask.device())
    }
}

impl Reach {
    fn data(&self, of: impl Fn(usize, usize) -> f32) -> TensorData {
        let shape = [self.places.len(), self.places[0].len(), self.longest];
        let mut values = vec![0.0; shape.iter().product()];
        let rows = values.chunks_exact_mut(self.longest);
        for (row, &place) in rows.zip(self.places.iter().flatten()) {
            for (other, value) in row.iter_mut().enumerate() {
                *value = of(place, other);
            }
        }
        TensorData::new(values, shape)
    }
}
