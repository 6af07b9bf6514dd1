//! Dense work of a fit that a graphics card does sooner: which, and how matrices get there
//! and back. By blocks, so that what the card holds at once is bounded; the code is Burn's
//! operations, which run on any device.

use anyhow::{Context as _, Result};
use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

use super::Training;
use crate::device::Compute;
use crate::progress::Progress;

/// Multiplications that are worth the card's while: about a second of two cores, and what a card
/// needs to compile its kernels before it begins.
const LEAST: f64 = 4e10;
/// How many multiplications of dense matrices cost a card what one of sparse matrices costs the
/// processor, which reads its numbers from all over memory. On the careful side: 50 and more.
const GAIN: f64 = 20.0;
/// Multiplications that a number must be good for on its way to the card or back: in the time that it
/// takes two cores do about as many.
const PER_NUMBER: f64 = 128.0;
/// Numbers of a matrix that move at once: 64 MiB, half of what every adapter of WebGPU binds.
pub(super) const BLOCK: usize = 1 << 24;
/// 2¹³ + 1: parts 24 bits of precision into the upper 11 and the rest (Veltkamp).
const PART: f32 = 8193.0;

/// Work that a card might take over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job {
    /// Multiplications of dense matrices.
    pub dense: f64,
    /// What the processor multiplies instead.
    pub own: f64,
    /// Numbers that go to the card or come back.
    pub moved: f64,
}

/// A graphics card that takes work over.
#[derive(Debug)]
pub(super) struct Card {
    device: Device,
    name: &'static str,
    /// Whether it multiplies single precision by the upper 11 bits of each factor.
    rounds: bool,
}

impl Card {
    /// The card of a training for the `job`, if there is one and it is done sooner there. Says
    /// where `what` is done.
    pub fn for_job(job: Job, what: &str, training: &Training, progress: &Progress) -> Option<Self> {
        let compute = training.guide.means.compute;
        if compute.is_processor() {
            return None;
        }
        let why = match () {
            () if job.own < LEAST => "it is done before a graphics card has begun",
            () if job.dense > GAIN * job.own => {
                "a graphics card would multiply zeros for the most part"
            }
            () if job.own < PER_NUMBER * job.moved => {
                "a graphics card would get its numbers no sooner"
            }
            () => {
                progress.say(format!("{what}: on {}", compute.name()));
                return Some(Self::new(compute));
            }
        };
        progress.say(format!("{what}: on the processor, as {why}"));
        None
    }

    /// Of any device.
    pub fn new(compute: Compute) -> Self {
        Self {
            device: compute.device(),
            name: compute.name(),
            rounds: compute.rounds_factors(),
        }
    }

    /// What `--device` calls it.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// A matrix by rows.
    pub fn upload(&self, numbers: Vec<f32>, columns: usize) -> Tensor<2> {
        let rows = numbers.len() / columns;
        Tensor::from_data(TensorData::new(numbers, [rows, columns]), &self.device)
    }

    /// Rows of `columns` numbers, each written by `fill` into zeros.
    pub fn rows(
        &self,
        rows: std::ops::Range<usize>,
        columns: usize,
        fill: impl Fn(usize, &mut [f32]) + Sync,
    ) -> Tensor<2> {
        let mut numbers = vec![0.0; rows.len() * columns];
        let own = numbers.par_chunks_exact_mut(columns);
        own.zip(rows).for_each(|(own, row)| fill(row, own));
        self.upload(numbers, columns)
    }

    /// A matrix's numbers by rows, once the card has them.
    pub fn fetch(&self, matrix: Tensor<2>) -> Result<Vec<f32>> {
        let failed = || {
            format!(
                "--device {}: the graphics card gave up, maybe for want of memory; take --device cpu",
                self.name
            )
        };
        let data = matrix.try_into_data().with_context(failed)?;
        Ok(data.try_to_vec()?)
    }

    /// `left` · `right` in single precision, whatever the card multiplies in.
    pub fn product(&self, left: Tensor<2>, right: Tensor<2>) -> Tensor<2> {
        if !self.rounds {
            return left.matmul(right);
        }
        // What is left out, the product of both rests, is below the last bit.
        let (left, left_rest) = parts(left);
        let (right, right_rest) = parts(right);
        let small = left.clone().matmul(right_rest) + left_rest.matmul(right.clone());
        left.matmul(right) + small
    }
}

/// Numbers of 11 bits, and what they lack.
fn parts(numbers: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let far = numbers.clone().mul_scalar(PART);
    let upper = far.clone() - (far - numbers.clone());
    let rest = numbers - upper.clone();
    (upper, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::cards;
    use crate::neural::{Guide, Means};

    fn distance(a: &[f32], b: &[f32]) -> f32 {
        a.iter()
            .zip(b)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max)
    }

    #[test]
    fn a_product_of_parts_is_the_product() {
        let numbers = |n: usize| (0..n).map(|i| ((i * i) as f32).sin()).collect::<Vec<f32>>();
        let whole = Card::new(Compute::Cpu);
        let parted = Card {
            rounds: true,
            ..Card::new(Compute::Cpu)
        };
        let of = |card: &Card| {
            let (left, right) = (card.upload(numbers(600), 30), card.upload(numbers(900), 30));
            card.fetch(card.product(left, right.transpose())).unwrap()
        };
        for compute in cards() {
            let far = distance(&of(&whole), &of(&Card::new(compute)));
            assert!(far < 1e-5, "{compute:?}: {far}");
        }
        let far = distance(&of(&whole), &of(&parted));
        assert!(far < 1e-5, "{far}");
        let (upper, rest) = parts(whole.upload(numbers(100), 10));
        let (upper, rest) = (whole.fetch(upper).unwrap(), whole.fetch(rest).unwrap());
        for ((upper, rest), number) in upper.iter().zip(rest).zip(numbers(100)) {
            assert_eq!(upper.to_bits() & 0x1fff, 0, "{upper} has more than 11 bits");
            assert_eq!(upper + rest, number);
        }
    }

    #[test]
    fn the_processor_gives_nothing_away() {
        let training = Training {
            n_items: 1,
            histories: &[],
            content: Default::default(),
            guide: Guide {
                means: Means::on(Compute::Ndarray),
                ..Guide::default()
            },
        };
        let job = Job {
            dense: 1e15,
            own: 1e15,
            moved: 1e9,
        };
        let card = Card::for_job(job, "ease: inverse", &training, &Progress::new(true));
        assert!(card.is_none());
    }
}
