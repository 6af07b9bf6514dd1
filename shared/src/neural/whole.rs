//! The product of what was encoded with items' vectors that are whole numbers, as a bundle's bytes
//! are: half the memory to go over, half the steps of one of floats, and the same sums everywhere.

use wide::{f32x4, i16x8, i32x4};

use super::catalogue::{ROWS, VECTORS};

/// Most that a number of an item's vector is, in units of its own.
const MOST: f32 = 127.0;
/// How far a float may be from a whole number of units, of itself: some roundings.
const ROUNDING: f32 = 1e-6;

/// The items' vectors, each in units of its own.
#[derive(Clone, Debug)]
pub(super) struct Whole {
    width: usize,
    /// Blocks of 16 items, two numbers at a time; what fills up the last is 0.
    blocks: Vec<i16x8>,
    /// The items' units by blocks.
    units: Vec<[f32x4; VECTORS]>,
}

impl Whole {
    /// Of vectors `[items, width]`; `None` where one of them is not of whole numbers of a 127th
    /// of its largest number.
    pub fn new(vectors: &[f32], width: usize) -> Option<Self> {
        let mut units = Vec::new();
        let mut whole = Vec::with_capacity(vectors.len());
        for row in vectors.chunks_exact(width) {
            let unit = row.iter().fold(0.0f32, |most, x| most.max(x.abs())) / MOST;
            for &number in row {
                // 0 / 0 where the whole vector is 0; NaN becomes 0.
                let own = (number / unit).round() as i16;
                if (f32::from(own) * unit - number).abs() > ROUNDING * number.abs() {
                    return None;
                }
                whole.push(own);
            }
            units.push(unit);
        }
        units.resize(units.len().next_multiple_of(ROWS), 0.0);
        let mut blocks = Vec::with_capacity(units.len() * width.div_ceil(2) / 4);
        for block in whole.chunks(ROWS * width) {
            for pair in (0..width).step_by(2) {
                let number = |item: usize, at: usize| match pair + at < width {
                    true => block.get(item * width + pair + at).copied().unwrap_or(0),
                    false => 0,
                };
                let four = |first: usize| {
                    i16x8::new(
                        [0, 1, 2, 3, 4, 5, 6, 7].map(|lane| number(first + lane / 2, lane % 2)),
                    )
                };
                blocks.extend((0..ROWS).step_by(4).map(four));
            }
        }
        let units = units.as_chunks::<4>().0.iter().copied().map(f32x4::new);
        let units: Vec<f32x4> = units.collect();
        Some(Self {
            width,
            blocks,
            units: units.as_chunks().0.to_vec(),
        })
    }

    /// The product of each item's vector with `encoded`, and of what fills up the last block.
    ///
    /// `encoded` is taken to whole numbers first, the largest to 32,767, or to as much as no sum of
    /// 32 bits overflows with: a product is off by half of that unit times the vector's numbers
    /// at most.
    pub fn products(&self, encoded: &[f32]) -> Vec<f32x4> {
        let most = (i32::MAX as f32 / MOST / self.width as f32 - 1.0).min(f32::from(i16::MAX));
        let unit = encoded.iter().fold(0.0f32, |most, x| most.max(x.abs())) / most.floor();
        let whole = |number: Option<&f32>| (number.unwrap_or(&0.0) / unit).round() as i16;
        let pairs = encoded.chunks(2).map(|pair| {
            let [first, second] = [whole(pair.first()), whole(pair.get(1))];
            i16x8::new([first, second, first, second, first, second, first, second])
        });
        let pairs: Vec<i16x8> = pairs.collect();
        let unit = f32x4::splat(unit);
        let mut products = vec![[f32x4::ZERO; VECTORS]; self.units.len()];
        let blocks = self.blocks.chunks_exact(pairs.len() * VECTORS);
        for ((products, block), units) in products.iter_mut().zip(blocks).zip(&self.units) {
            // An engine of the least size unrolls nothing by itself.
            let [mut a, mut b, mut c, mut d] = [i32x4::ZERO; VECTORS];
            for (rows, &pair) in block.as_chunks::<VECTORS>().0.iter().zip(&pairs) {
                a += rows[0].dot(pair);
                b += rows[1].dot(pair);
                c += rows[2].dot(pair);
                d += rows[3].dot(pair);
            }
            *products = [
                f32x4::from_i32x4(a) * (units[0] * unit),
                f32x4::from_i32x4(b) * (units[1] * unit),
                f32x4::from_i32x4(c) * (units[2] * unit),
                f32x4::from_i32x4(d) * (units[3] * unit),
            ];
        }
        products.into_flattened()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use wide::bytemuck::cast_slice;

    proptest! {
        #[test]
        fn products_are_those_of_the_definition_but_for_half_a_unit(
            width in 1usize..12,
            bytes in prop::collection::vec(-127i8..=127, 480),
            units in prop::collection::vec(1e-4f32..1.0, 480),
            encoded in prop::collection::vec(-4f32..4.0, 12),
        ) {
            let encoded = &encoded[..width];
            let rows = bytes.chunks_exact(width).zip(&units);
            let rows = rows.map(|(row, unit)| {
                let mut row: Vec<f32> = row.iter().map(|&byte| f32::from(byte) * unit).collect();
                // As the bytes of a bundle do, a row goes up to 127.
                row[0] = 127.0 * unit;
                row
            });
            let rows: Vec<Vec<f32>> = rows.collect();
            let found = Whole::new(&rows.concat(), width).expect("they are whole").products(encoded);
            let largest = encoded.iter().fold(0.0f32, |most, x| most.max(x.abs()));
            for (found, row) in cast_slice::<f32x4, f32>(&found).iter().zip(&rows) {
                let terms = row.iter().zip(encoded).map(|(a, b)| f64::from(*a) * f64::from(*b));
                let size: f64 = row.iter().map(|x| f64::from(x.abs())).sum();
                let error = (f64::from(*found) - terms.sum::<f64>()).abs();
                let half = 0.5 * f64::from(largest) / 32_767.0;
                prop_assert!(error <= size * (half + 1e-6 * f64::from(largest)), "{error}");
            }
        }
    }

    #[test]
    fn the_largest_sums_overflow_nothing() {
        for width in [1, 64, 515, 516, 4_001] {
            let found = Whole::new(&vec![-2.54; 17 * width], width);
            let found = found.unwrap().products(&vec![3.0; width]);
            let found: &[f32] = cast_slice(&found);
            let expected = -7.62 * width as f32;
            for found in &found[..17] {
                assert!((found / expected - 1.0).abs() < 1e-4, "{width}: {found}");
            }
            assert_eq!(found[17..], [0.0; 15]);
        }
    }

    #[test]
    fn vectors_of_other_numbers_and_of_none() {
        assert!(Whole::new(&[1.0, 0.3, -0.7], 3).is_none());
        let known = Whole::new(&[0.0, 0.0, 127.0, -3.0], 2).unwrap();
        let found = known.products(&[0.0, 0.0]);
        assert_eq!(found[0].to_array(), [0.0; 4]);
        let found = known.products(&[1.0, -1.0]);
        assert_eq!(found[0].to_array(), [0.0, 130.0, 0.0, 0.0]);
    }
}
