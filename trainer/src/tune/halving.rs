//! Successive halving (Jamieson and Talwalkar 2016, "Non-stochastic best arm
//! identification and hyperparameter optimization"): all trials are judged on a
//! little, the best of them on more, and the last of them on everything.
//!
//! What there is little of on the lower rungs, so that a trial costs less and
//! still ranks the configurations as a whole one does, as well as it can:
//! - validation cases, of every model: a seeded sample, a rung's within the next's;
//! - iterations, of models that iterate (`svd`, `als`, `als-explicit`, `hybrid`): their
//!   share of what the configuration asks for;
//! - users of the training part, of models whose closed form costs more than the
//!   ranking (`ease`, `next-linear`): a seeded sample. λ stays, as it stands for what
//!   is known beforehand, however many users say more; in proportion to them it
//!   ranked worse on Amazon Beauty.
//!
//! The other models are fitted in full, which costs less than to rank by them.

use std::borrow::Cow;

use doorstep_shared::Event;
use doorstep_shared::models::ModelConfig;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::split::{Case, Split};

/// One in so many goes on, and is judged on so many times as much.
pub const ETA: u32 = 3;
/// How many rungs there are at most: the first is then a ninth of everything.
pub const RUNGS: u32 = 3;
/// Fewer validation cases than this tell no configurations apart.
const FEWEST_CASES: usize = 200;

/// How the trials are thinned out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halving {
    /// One in so many goes on.
    pub eta: u32,
    /// How many rungs there are at most.
    pub rungs: u32,
    /// Of the samples.
    pub seed: u64,
}

/// How far a trial has come.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rung {
    /// From 1.
    pub number: u32,
    /// The last one, which judges on everything.
    pub of: u32,
    /// Of everything; 1 on the last rung.
    pub share: f64,
}

impl Halving {
    /// The rungs for so many trials and validation cases, the smallest first:
    /// as many as leave at least one trial, and cases enough, on each.
    pub fn rungs(&self, trials: usize, cases: usize) -> Vec<Rung> {
        let thinned = |n: usize, rungs: u32| n / (self.eta as usize).saturating_pow(rungs - 1);
        let enough = |&rungs: &u32| {
            rungs == 1 || (thinned(trials, rungs) >= 1 && thinned(cases, rungs) >= FEWEST_CASES)
        };
        let of = (1..=self.rungs).rev().find(enough).unwrap_or(1);
        let rung = |number| Rung {
            number,
            of,
            share: f64::from(self.eta).powi(number as i32 - of as i32),
        };
        (1..=of).map(rung).collect()
    }

    /// How many of `trials` go on to the next rung.
    pub fn survivors(&self, trials: usize) -> usize {
        trials.div_ceil(self.eta as usize)
    }
}

/// What the trials of one rung are fitted on and judged by.
pub struct Part<'a> {
    share: f64,
    /// The cases that judge.
    pub cases: Cow<'a, [Case]>,
    all: &'a [Vec<Event>],
    sample: Vec<Vec<Event>>,
}

impl<'a> Part<'a> {
    /// Everything.
    pub fn whole(split: &'a Split) -> Self {
        Self {
            share: 1.0,
            cases: Cow::Borrowed(&split.validation),
            all: &split.train,
            sample: Vec::new(),
        }
    }

    /// A share of everything, drawn by `seed`; larger shares hold the smaller.
    pub fn of(split: &'a Split, share: f64, seed: u64) -> Self {
        if share >= 1.0 {
            return Self::whole(split);
        }
        let cases = sample(split.validation.len(), share, seed);
        // Users without a training history are none to learn from.
        let users: Vec<usize> = (0..split.train.len())
            .filter(|&user| !split.train[user].is_empty())
            .collect();
        let sampled = sample(users.len(), share, seed ^ 1);
        Self {
            share,
            cases: cases.map(|at| split.validation[at].clone()).collect(),
            all: &split.train,
            sample: sampled.map(|at| split.train[users[at]].clone()).collect(),
        }
    }

    /// What to fit for `config`: fewer iterations, where it has any.
    pub fn reduced(&self, config: &ModelConfig) -> ModelConfig {
        let fewer = |n: u32| ((f64::from(n) * self.share).ceil() as u32).max(1);
        let mut config = config.clone();
        match &mut config {
            ModelConfig::Svd(c) => c.epochs = fewer(c.epochs),
            ModelConfig::Hybrid(c) => c.svd.epochs = fewer(c.svd.epochs),
            ModelConfig::Als(c) => c.iterations = fewer(c.iterations),
            ModelConfig::AlsExplicit(c) => c.iterations = fewer(c.iterations),
            ModelConfig::SasRec(c) => c.epochs = fewer(c.epochs),
            ModelConfig::BsaRec(c) => c.epochs = fewer(c.epochs),
            ModelConfig::Ncf(c) => c.epochs = fewer(c.epochs),
            ModelConfig::MetadataMf(c) => c.epochs = fewer(c.epochs),
            ModelConfig::Ease(_)
            | ModelConfig::NextLinear(_)
            | ModelConfig::Popularity(_)
            | ModelConfig::RecentPopularity(_)
            | ModelConfig::Bias(_)
            | ModelConfig::ItemKnn(_)
            | ModelConfig::TfIdf(_)
            | ModelConfig::ItemVectors(_)
            | ModelConfig::Ensemble(_) => {}
        }
        config
    }

    /// The training histories for `config`: those of a sample of the users, or of all.
    pub fn histories(&self, config: &ModelConfig) -> &[Vec<Event>] {
        let sampled = matches!(config, ModelConfig::Ease(_) | ModelConfig::NextLinear(_));
        match sampled && self.share < 1.0 {
            true => &self.sample,
            false => self.all,
        }
    }
}

/// The places of a share of `n`, ascending: the first of a shuffle, so that a
/// larger share goes on where a smaller one ends.
fn sample(n: usize, share: f64, seed: u64) -> impl Iterator<Item = usize> {
    let mut places: Vec<usize> = (0..n).collect();
    places.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    places.truncate((n as f64 * share).ceil() as usize);
    places.sort_unstable();
    places.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALVING: Halving = Halving {
        eta: 3,
        rungs: 3,
        seed: 4,
    };

    #[test]
    fn rungs_grow_by_eta_to_everything() {
        let shares = |trials, cases| -> Vec<f64> {
            let rungs = HALVING.rungs(trials, cases);
            rungs.iter().map(|rung| rung.share).collect()
        };
        assert_eq!(shares(27, 100_000), [1.0 / 9.0, 1.0 / 3.0, 1.0]);
        assert_eq!(shares(8, 100_000), [1.0 / 3.0, 1.0]);
        assert_eq!(shares(27, 1799), [1.0 / 3.0, 1.0]);
        assert_eq!(shares(27, 100), [1.0]);
        assert_eq!(shares(1, 100_000), [1.0]);
        let left = |n| HALVING.survivors(n);
        assert_eq!([left(27), left(9), left(10), left(1)], [9, 3, 4, 1]);
    }

    #[test]
    fn samples_are_nested_and_those_of_the_seed() {
        let of = |share, seed| -> Vec<usize> { sample(1000, share, seed).collect() };
        let (small, large) = (of(1.0 / 9.0, 5), of(1.0 / 3.0, 5));
        assert_eq!((small.len(), large.len()), (112, 334));
        assert!(small.iter().all(|at| large.contains(at)) && small.is_sorted());
        assert_eq!(small, of(1.0 / 9.0, 5));
        assert_ne!(small, of(1.0 / 9.0, 6));
        assert_eq!(of(1.0, 5), (0..1000).collect::<Vec<_>>());
    }

    #[test]
    fn a_share_is_of_iterations_or_of_users() {
        let split = super::super::tests::split();
        let part = Part::of(&split, 1.0 / 3.0, 0);
        assert_eq!(part.cases.len(), 4);
        let named = |name| ModelConfig::named(name).unwrap();
        let (ease, svd, knn) = (named("ease"), named("svd"), named("item-knn"));
        assert_eq!(part.histories(&ease).len(), 4);
        assert_eq!(part.histories(&svd).len(), 12);
        assert_eq!(part.reduced(&knn), knn);
        assert_eq!(part.reduced(&ease), ease);
        let (ModelConfig::Svd(before), ModelConfig::Svd(after)) = (&svd, part.reduced(&svd)) else {
            panic!("another model");
        };
        assert_eq!(after.epochs, before.epochs.div_ceil(3));
        let whole = Part::of(&split, 1.0, 0);
        assert_eq!(whole.cases, split.validation);
        assert_eq!(whole.histories(&ease).len(), 12);
        assert_eq!(whole.reduced(&ease), ease);
    }
}
