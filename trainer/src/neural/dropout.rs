//! Dropout's masks from a generator of our own, the same on every device.

use doorstep_shared::neural::Noise;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

/// Drops each number with the same chance.
pub struct Dropout {
    /// Chances out of 65,536 that a number stays.
    stay: u32,
    rng: ChaCha8Rng,
}

impl Dropout {
    pub fn new(share: f32, rng: ChaCha8Rng) -> Self {
        let stay = ((1.0 - share) * 65_536.0).round() as u32;
        Self { stay, rng }
    }
}

impl Noise for Dropout {
    fn mask(&mut self, n: usize) -> Option<Vec<f32>> {
        if self.stay >= 65_536 {
            return None;
        }
        let mut bytes = vec![0; 2 * n];
        self.rng.fill_bytes(&mut bytes);
        let kept = 65_536.0 / self.stay as f32;
        let chances = bytes.as_chunks().0.iter();
        let of = |chance: &[u8; 2]| match u32::from(u16::from_le_bytes(*chance)) < self.stay {
            true => kept,
            false => 0.0,
        };
        Some(chances.map(of).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn as_many_are_dropped_as_asked_and_the_sum_stays() {
        let rng = || ChaCha8Rng::seed_from_u64(3);
        let mask = Dropout::new(0.3, rng()).mask(100_000).unwrap();
        let dropped = mask.iter().filter(|x| **x == 0.0).count();
        assert!((29_000..31_000).contains(&dropped), "{dropped}");
        let mean = mask.iter().sum::<f32>() / 1e5;
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
        assert_eq!(Dropout::new(0.0, rng()).mask(10), None);
    }
}
