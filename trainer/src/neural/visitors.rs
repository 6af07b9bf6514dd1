//! What visitors get of a network of users and items: its items' vectors, its layers, and
//! what their own vectors are held to.

use anyhow::{Context as _, Result};
use burn::module::Module as _;
use burn::tensor::Device;
use doorstep_shared::factors::Visitor;
use doorstep_shared::neural::{ITEMS, Neural, Parameter, Quiet, SAMPLE, parameters};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::learner::{Learner, known, tensor};
use super::numbers;
use super::pairs::Pairs;

/// Items that a visitor is told from.
const SAMPLED: usize = 256;
/// Where the generator of the sample begins among those of the seed.
const STREAM_OF_SAMPLE: u64 = 1 << 33;
/// Items whose metadata is worked on at once.
const BLOCK: usize = 4096;

impl Pairs<'_> {
    /// What visitors use, and the users, who are for judging alone.
    pub(super) fn published(&self, net: &Learner) -> Result<(Neural, Vec<Visitor>)> {
        // Wherever it is trained, it is judged and published from the processor.
        let plain = Device::flex();
        let width = self.plan.factors as usize;
        let net = net.valid();
        let users = numbers(net.users.val())?;
        let [mean, spread] = self.spread(&users, width);
        let mut sample = vec![0.0; self.n_items];
        for item in self.sample() {
            sample[item as usize] = 1.0;
        }
        let layers = parameters(&net);
        let given = Neural::expected(self.architecture, self.n_items, &plain)?;
        let given = given.into_iter().map(|(name, shape)| {
            let values = match name.as_str() {
                ITEMS => self.vectors(&net)?,
                SAMPLE => sample.clone(),
                "mean" => mean.clone(),
                "spread" => spread.clone(),
                layer => {
                    let own = layers.iter().find(|own| own.name == layer);
                    own.context("the layers are those of the learner")?
                        .values
                        .clone()
                }
            };
            Ok(Parameter {
                name,
                shape,
                values,
            })
        });
        let given = given.collect::<Result<_>>()?;
        let neural = Neural::new(self.architecture, self.n_items, given, &plain)?;
        let visitor = |(own, items): (&[f32], &Vec<u32>)| Visitor {
            vector: match items.is_empty() {
                true => mean.clone(),
                false => own.to_vec(),
            },
            bias: 0.0,
        };
        let users = users.chunks_exact(width).zip(&self.items_of).map(visitor);
        Ok((neural, users.collect()))
    }

    /// Mean and standard deviation of the vectors of users who have something.
    fn spread(&self, users: &[f32], width: usize) -> [Vec<f32>; 2] {
        let (mut sums, mut squares, mut n) = (vec![0.0; width], vec![0.0; width], 0.0);
        let rows = users.chunks_exact(width).zip(&self.items_of);
        for (row, _) in rows.filter(|(_, items)| !items.is_empty()) {
            n += 1.0;
            for ((sum, square), &x) in sums.iter_mut().zip(&mut squares).zip(row) {
                *sum += f64::from(x);
                *square += f64::from(x) * f64::from(x);
            }
        }
        let n = f64::max(n, 1.0);
        let deviation = |(sum, square): (&f64, &f64)| {
            let mean = sum / n;
            f64::max(square / n - mean * mean, 0.0).sqrt() as f32
        };
        let deviations = sums.iter().zip(&squares).map(deviation).collect();
        [
            sums.iter().map(|sum| (sum / n) as f32).collect(),
            deviations,
        ]
    }

    /// Items that visitors are told from: all, or a part of those that somebody has.
    fn sample(&self) -> Vec<u32> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.plan.schedule.seed.into());
        rng.set_stream(STREAM_OF_SAMPLE);
        let mut items = self.trained.clone();
        items.shuffle(&mut rng);
        items.truncate(SAMPLED);
        items
    }

    /// The vectors of all items as they are published: of one that nobody has its
    /// metadata alone, and 0 where that is missing, too.
    fn vectors(&self, net: &Learner) -> Result<Vec<f32>> {
        let width = self.plan.factors as usize;
        let mut vectors = numbers(net.items.val())?;
        for (item, row) in (0..).zip(vectors.chunks_exact_mut(width)) {
            if self.trained.binary_search(&item).is_err() {
                row.fill(0.0);
            }
        }
        let Some((described, plan)) = net.described.as_ref().zip(self.plan.metadata.as_ref())
        else {
            return Ok(vectors);
        };
        let categories = numbers(described.categories.val())?;
        let plain = self.device.clone().without_autodiff();
        let all: Vec<u32> = (0..self.n_items as u32).collect();
        for (items, own) in all.chunks(BLOCK).zip(vectors.chunks_mut(BLOCK * width)) {
            let known = known(&plan.items, items, &categories, width);
            let known = tensor(known, items.len(), &plain);
            let found = numbers(described.metadata.forward(known, &mut Quiet))?;
            for ((item, own), found) in items
                .iter()
                .zip(own.chunks_exact_mut(width))
                .zip(found.chunks_exact(width))
            {
                let trained = self.trained.binary_search(item).is_ok();
                if trained || plan.items.knows(*item) {
                    own.iter_mut().zip(found).for_each(|(own, x)| *own += x);
                }
            }
        }
        Ok(vectors)
    }
}
