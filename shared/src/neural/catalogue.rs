//! The product of what was encoded with the vectors of all items, and its softmax: half of what a
//! query costs on the processor. Burn's product is made for larger matrices, and its softmax
//! takes powers one by one.

use wide::bytemuck::{cast_slice, cast_slice_mut};
use wide::f32x4;

use super::power::power;
use super::whole::Whole;

/// Items in a block.
pub(super) const ROWS: usize = 16;
/// Vectors that hold one number of each item of a block.
pub(super) const VECTORS: usize = ROWS / 4;

/// The items' vectors, as scoring on the processor reads them.
#[derive(Clone, Debug)]
pub(super) struct Catalogue {
    n_items: usize,
    vectors: Vectors,
    /// Items whose vector is 0, ascending.
    unknown: Vec<usize>,
}

#[derive(Clone, Debug)]
enum Vectors {
    /// As they are stored in bytes.
    Whole(Whole),
    /// Any.
    Floats(Floats),
}

/// The items' vectors as floats.
#[derive(Clone, Debug)]
struct Floats {
    width: usize,
    /// Blocks of 16 items, number by number; what fills up the last is 0.
    blocks: Vec<f32x4>,
}

impl Catalogue {
    /// Of vectors `[items, width]`, of which those that are 0 are of unknown items.
    pub fn new(vectors: &[f32], width: usize) -> Self {
        let n_items = vectors.len() / width;
        let rows = vectors.chunks_exact(width).enumerate();
        let unknown = rows.filter(|(_, row)| row.iter().all(|x| *x == 0.0));
        let unknown = unknown.map(|(item, _)| item).collect();
        let vectors = match Whole::new(vectors, width) {
            Some(whole) => Vectors::Whole(whole),
            None => Vectors::Floats(Floats::new(vectors, width)),
        };
        Self {
            n_items,
            vectors,
            unknown,
        }
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.n_items
    }

    /// Items whose vector is 0, ascending.
    pub fn unknown(&self) -> &[usize] {
        &self.unknown
    }

    /// How likely each item is to come next, where `encoded` is what a network made of one
    /// history: 0 for an unknown item.
    pub fn chances(&self, encoded: &[f32]) -> Vec<f32> {
        let mut scores = match &self.vectors {
            Vectors::Whole(vectors) => vectors.products(encoded),
            Vectors::Floats(vectors) => vectors.products(encoded),
        };
        self.fill_unknown(&mut scores, f32::NEG_INFINITY);
        softmax(&mut scores);
        self.fill_unknown(&mut scores, 0.0);
        cast_slice(&scores)[..self.n_items].to_vec()
    }

    /// Gives `score` to unknown items and to what fills up the last block.
    fn fill_unknown(&self, scores: &mut [f32x4], score: f32) {
        let scores: &mut [f32] = cast_slice_mut(scores);
        scores[self.n_items..].fill(score);
        self.unknown.iter().for_each(|&item| scores[item] = score);
    }
}

impl Floats {
    /// Of vectors `[items, width]`.
    fn new(vectors: &[f32], width: usize) -> Self {
        let n_blocks = vectors.len().div_ceil(ROWS * width);
        let mut blocks = Vec::with_capacity(n_blocks * width * VECTORS);
        for block in vectors.chunks(ROWS * width) {
            for at in 0..width {
                let number = |item: usize| block.get(item * width + at).copied().unwrap_or(0.0);
                let four = |first: usize| f32x4::new([0, 1, 2, 3].map(|lane| number(first + lane)));
                blocks.extend((0..ROWS).step_by(4).map(four));
            }
        }
        Self { width, blocks }
    }

    /// The product of each item's vector with `encoded`, and of what fills up the last block.
    fn products(&self, encoded: &[f32]) -> Vec<f32x4> {
        let encoded: Vec<f32x4> = encoded.iter().copied().map(f32x4::splat).collect();
        let block = self.width * VECTORS;
        let mut products = vec![[f32x4::ZERO; VECTORS]; self.blocks.len() / block];
        for (products, block) in products.iter_mut().zip(self.blocks.chunks_exact(block)) {
            // An engine of the least size unrolls nothing by itself.
            let [mut a, mut b, mut c, mut d] = [f32x4::ZERO; VECTORS];
            for (rows, &factor) in block.as_chunks::<VECTORS>().0.iter().zip(&encoded) {
                a += rows[0] * factor;
                b += rows[1] * factor;
                c += rows[2] * factor;
                d += rows[3] * factor;
            }
            *products = [a, b, c, d];
        }
        products.into_flattened()
    }
}

/// Turns logits into chances; where none is finite, all come out alike.
fn softmax(logits: &mut [f32x4]) {
    let mut largest = f32x4::splat(f32::MIN);
    logits
        .iter()
        .for_each(|four| largest = largest.fast_max(*four));
    let largest = largest.to_array().into_iter().fold(f32::MIN, f32::max);
    let (largest, mut sums) = (f32x4::splat(largest), f32x4::ZERO);
    for four in logits.iter_mut() {
        *four = power(*four - largest);
        sums += *four;
    }
    let factor = f32x4::splat(sums.reduce_add().recip());
    logits.iter_mut().for_each(|four| *four *= factor);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition in 64-bit floats.
    fn twin(vectors: &[f32], encoded: &[f32]) -> Vec<f64> {
        let rows = vectors.chunks_exact(encoded.len());
        let power = |row: &[f32]| match row.iter().all(|x| *x == 0.0) {
            true => 0.0,
            false => {
                let products = row.iter().zip(encoded);
                let sum: f64 = products.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
                sum.exp()
            }
        };
        let powers: Vec<f64> = rows.map(power).collect();
        let sum: f64 = powers.iter().sum();
        powers.iter().map(|power| power / sum).collect()
    }

    proptest! {
        #[test]
        fn chances_are_those_of_the_definition(
            width in 1usize..12,
            numbers in prop::collection::vec(-2f32..2.0, 480),
            unknown in 0usize..60,
        ) {
            let (encoded, vectors) = numbers.split_at(width);
            let n = vectors.len() / width;
            let mut vectors = vectors[..n * width].to_vec();
            vectors[unknown % n * width..][..width].fill(0.0);
            let chances = Catalogue::new(&vectors, width).chances(encoded);
            prop_assert_eq!(chances.len(), n);
            for (chance, expected) in chances.iter().zip(twin(&vectors, encoded)) {
                prop_assert!((f64::from(*chance) - expected).abs() < 1e-6 * (1.0 + expected));
            }
        }
    }

    #[test]
    fn large_logits_and_unknown_items_are_no_trouble() {
        let least = f32::NEG_INFINITY;
        let logits = [[300.0, least, 299.0, -300.0], [300.0, least, least, least]];
        let logits: &mut [f32x4; 2] = &mut logits.map(f32x4::new);
        softmax(logits);
        let sum = 2.0 + f32::exp(-1.0);
        let expected = [
            1.0 / sum,
            0.0,
            f32::exp(-1.0) / sum,
            0.0,
            1.0 / sum,
            0.0,
            0.0,
            0.0,
        ];
        for (found, expected) in cast_slice::<f32x4, f32>(logits).iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{logits:?}");
        }
        assert_eq!(Catalogue::new(&[0.0; 6], 2).chances(&[1.0, 2.0]), [0.0; 3]);
        let other = Catalogue::new(&[0.5, 1.0, 0.0, 0.0, 1.0, 0.5], 2);
        let chances = other.chances(&[1.0, 1.0]);
        assert_eq!(chances, [0.5, 0.0, 0.5]);
    }
}
