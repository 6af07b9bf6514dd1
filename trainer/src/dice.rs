//! Chance that comes out the same on every machine: a ChaCha8 stream for each
//! purpose and number, and no arithmetic that differs between platforms.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a stream is for. Streams of two purposes are independent.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// The properties of an item.
    Item,
    /// The order of ids and of models' names.
    Order,
    /// What goes well with an item.
    Companion,
    /// A customer.
    Customer,
    /// An artist and the artist's songs.
    Artist,
    /// A view of a picture.
    View,
    /// What a patient of the phantoms looks like.
    Patient,
    /// How a phantom was placed and exposed.
    Exposure,
    /// A tree of a forest.
    Tree,
    /// What is wrong with a phantom.
    Anomaly,
    /// What a network learns to leave out of a picture.
    Disturbance,
}

/// One stream of chance.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream with `number` for `purpose` in the data grown from `seed`.
    pub fn new(seed: u64, purpose: Purpose, number: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8] = purpose as u8;
        let mut stream = ChaCha8Rng::from_seed(key);
        stream.set_stream(number);
        Self(stream)
    }

    /// Evenly from 0 up to, but not including, 1.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Evenly among 0 to `n` - 1; the bias for small `n` is below 2⁻³².
    ///
    /// # Panics
    /// When `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        assert!(n > 0, "there is nothing to choose from");
        let wide = u128::from(self.0.next_u64()) * u128::from(n);
        (wide >> 64) as u64
    }

    /// Bell-shaped with mean 0 and deviation 1, never beyond 6: the sum of twelve
    /// even draws, because a logarithm may differ between platforms in its last digit.
    pub fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// True in `share` of all cases.
    pub fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// One of `choices`, evenly.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len() as u64) as usize]
    }

    /// An index of `weights`, as often as its weight says; `None` when all are 0.
    pub fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> Option<usize> {
        let total: f64 = weights.clone().sum();
        let mut left = self.unit() * total;
        let mut last = None;
        for (index, weight) in weights.enumerate() {
            if weight > 0.0 {
                last = Some(index);
                if left < weight {
                    break;
                }
                left -= weight;
            }
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_pinned() {
        let mut dice = Dice::new(7, Purpose::Customer, 3);
        let drawn: Vec<u64> = (0..4).map(|_| dice.below(1000)).collect();
        assert_eq!(drawn, [619, 353, 291, 605]);
    }

    #[test]
    fn the_bell_has_its_mean_and_deviation() {
        let mut dice = Dice::new(2, Purpose::Artist, 0);
        let drawn: Vec<f64> = (0..10_000).map(|_| dice.bell()).collect();
        let mean = drawn.iter().sum::<f64>() / 1e4;
        let variance = drawn.iter().map(|x| x * x).sum::<f64>() / 1e4;
        assert!(
            mean.abs() < 0.03 && (variance - 1.0).abs() < 0.03,
            "{mean} {variance}"
        );
    }

    #[test]
    fn weights_are_kept_and_zeros_never_chosen() {
        let mut dice = Dice::new(1, Purpose::Item, 0);
        let mut counts = [0; 4];
        for _ in 0..10_000 {
            counts[dice.weighted([0.0, 3.0, 1.0, 0.0].into_iter()).unwrap()] += 1;
        }
        assert_eq!((counts[0], counts[3]), (0, 0));
        assert!((7_200..7_800).contains(&counts[1]), "{counts:?}");
        assert_eq!(dice.weighted([0.0, 0.0].into_iter()), None);
        assert_eq!(dice.weighted(std::iter::empty()), None);
    }
}
