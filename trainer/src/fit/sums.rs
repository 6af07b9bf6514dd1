//! Sums by index that know which of them were added to, in ascending order
//! without a sort.

/// One sum an index, zero at first. Two levels of bits mark what was added to:
/// reading all costs a step for each 4,096 indices and one for each index marked.
pub(super) struct Sums {
    values: Vec<f32>,
    /// A bit an index.
    marks: Vec<u64>,
    /// A bit a word of `marks`.
    words: Vec<u64>,
}

impl Sums {
    /// `n` zeros.
    pub fn new(n: usize) -> Self {
        let marks = n.div_ceil(64);
        Self {
            values: vec![0.0; n],
            marks: vec![0; marks],
            words: vec![0; marks.div_ceil(64)],
        }
    }

    /// Adds `amount` to the sum at `index`.
    #[inline]
    pub fn add(&mut self, index: u32, amount: f32) {
        let index = index as usize;
        self.values[index] += amount;
        self.marks[index / 64] |= 1 << (index % 64);
        self.words[index / 4096] |= 1 << (index / 64 % 64);
    }

    /// Gives every index that was added to and its sum, by ascending index, and
    /// sets all back to zero.
    #[inline]
    pub fn drain(&mut self, mut each: impl FnMut(u32, f32)) {
        for (block, word) in self.words.iter_mut().enumerate() {
            for at in bits(std::mem::take(word)) {
                let mark = block * 64 + at;
                for bit in bits(std::mem::take(&mut self.marks[mark])) {
                    let index = mark * 64 + bit;
                    each(index as u32, std::mem::take(&mut self.values[index]));
                }
            }
        }
    }
}

/// The bits that are set, lowest first.
#[inline]
fn bits(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
        word &= word - 1;
        Some(bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn equals_an_ordered_map(
            rounds in prop::collection::vec(
                prop::collection::vec((0u32..9000, -2i8..3), 0..60), 1..4),
        ) {
            let mut sums = Sums::new(9000);
            for round in rounds {
                let mut expected = BTreeMap::new();
                for (index, amount) in round {
                    sums.add(index, f32::from(amount));
                    *expected.entry(index).or_insert(0.0) += f32::from(amount);
                }
                let mut found = Vec::new();
                sums.drain(|index, sum| found.push((index, sum)));
                prop_assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
            }
        }
    }
}
