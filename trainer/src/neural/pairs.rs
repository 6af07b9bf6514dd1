//! Networks of a user's and an item's vector, trained to tell what users have from what
//! they have not, or to predict their ratings.
//!
//! Vectors are looked up beside Burn: a step's gradient by its rows is added up where the
//! rows lie, and the graph of operations holds the layers alone.

use anyhow::Result;
use burn::optim::GradientsParams;
use burn::tensor::Device;
use doorstep_shared::Event;
use doorstep_shared::factors::RatingScale;
use doorstep_shared::models::Model;
use doorstep_shared::neural::{Architecture, PairFoldIn, PairShape, with_parameters};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rayon::prelude::*;

use super::checkpoint::Keeper;
use super::dropout::Dropout;
use super::guided::{Part, fit_by_guide, gain};
use super::item_metadata::ItemMetadata;
use super::learner::{Learner, known, rows, sums, tensor};
use super::numbers;
use super::start::start_pairs;
use super::training::{Gradient, Schedule, Task, Trained, train};
use crate::device::Compute;
use crate::fit::{Fitted, Observer, Training};
use crate::progress::Progress;
use crate::split::Case;

/// Most validation cases that early stopping goes by, evenly spread: each takes as long
/// as all pairs of a user and an item.
const JUDGED: usize = 256;
/// Draws of a negative before a user counts as one who has nearly everything.
const DRAWS: usize = 20;

/// What to train, and how.
#[derive(Clone, Debug)]
pub struct PairPlan {
    /// Numbers in a vector.
    pub factors: u32,
    /// Numbers in the first layer.
    pub inner: u32,
    /// Numbers in the second layer; 0 where there is none.
    pub second: u32,
    /// Where items' vectors hold their metadata too.
    pub metadata: Option<MetadataPlan>,
    /// Whether ratings are learnt; otherwise who has what.
    pub ratings: bool,
    /// Random items beside each that a user has.
    pub negatives: u32,
    /// Standard deviation of the first vectors.
    pub deviation: f32,
    /// Interactions of a step.
    pub batch: u32,
    /// Steps of the optimisation of a visitor's vector.
    pub fold_in_steps: u32,
    /// How strongly it is held to the users' mean.
    pub fold_in_regularisation: f32,
    /// How to go about it.
    pub schedule: Schedule,
}

/// What metadata-MF adds.
#[derive(Clone, Debug)]
pub struct MetadataPlan {
    /// Numbers in the layer between metadata and its vector.
    pub inner: u32,
    /// Categories and prices.
    pub items: ItemMetadata,
}

/// Trains the network, as many epochs as validation cases say.
///
/// # Errors
/// Without any interaction, and where ratings are learnt and one is no number.
pub fn fit_pairs(
    plan: &PairPlan,
    training: &Training,
    progress: &Progress,
    observer: &mut Observer,
) -> Result<Fitted> {
    let run = |schedule: &Schedule, part: &Part, observer: &mut Observer| {
        let plan = PairPlan {
            schedule: schedule.clone(),
            ..plan.clone()
        };
        let means = training.guide.means;
        let keeper = Keeper::new(means.checkpoints, &part.name, &about(&plan, part));
        let pairs = Pairs::new(&plan, part, training.n_items, means.compute)?;
        pairs.train(&keeper, progress, observer)
    };
    fit_by_guide(&plan.schedule, training, progress, observer, run)
}

/// Everything that decides what an epoch does; not how many of them there are.
fn about(plan: &PairPlan, part: &Part) -> Vec<u8> {
    let mut plan = plan.clone();
    plan.schedule.epochs = 0;
    let mut about = format!("{plan:?}").into_bytes();
    let of_cases = part.cases.iter().map(|case| &case.history);
    for history in of_cases.chain(part.histories) {
        about.extend((history.len() as u32).to_le_bytes());
        for event in history {
            about.extend(event.item.to_le_bytes());
            about.extend(event.rating.to_le_bytes());
        }
    }
    let relevant = part.cases.iter().flat_map(|case| &case.relevant);
    about.extend(relevant.flat_map(|item| item.to_le_bytes()));
    about
}

impl PairPlan {
    pub(super) fn shape(&self, ratings: Option<RatingScale>) -> PairShape {
        PairShape {
            width: self.factors,
            inner: self.inner,
            second: self.second,
            ratings,
            fold_in: PairFoldIn {
                steps: self.fold_in_steps,
                regularisation: self.fold_in_regularisation,
                negatives: match self.ratings {
                    true => 0.0,
                    false => self.negatives as f32,
                },
            },
        }
    }
}

/// An interaction.
#[derive(Clone, Copy)]
struct Pair {
    user: u32,
    item: u32,
    rating: f32,
}

/// Interactions and how they are learnt.
pub(super) struct Pairs<'a> {
    pub plan: &'a PairPlan,
    pub architecture: Architecture,
    all: Vec<Pair>,
    /// Of each user, ascending.
    pub items_of: Vec<Vec<u32>>,
    /// Items that somebody has, ascending.
    pub trained: Vec<u32>,
    /// Of validation.
    cases: Vec<&'a Case>,
    /// Of the catalogue, and those of item records beyond it.
    pub n_items: usize,
    pub device: Device,
}

impl<'a> Pairs<'a> {
    fn new(plan: &'a PairPlan, part: &Part<'a>, n_items: usize, compute: Compute) -> Result<Self> {
        let mut all = Vec::new();
        for (user, history) in (0..).zip(part.histories) {
            all.extend(history.iter().map(|event| Pair {
                user,
                item: event.item,
                rating: event.rating,
            }));
        }
        let sorted = |mut items: Vec<u32>| {
            items.sort_unstable();
            items.dedup();
            items
        };
        let items = |history: &Vec<Event>| history.iter().map(|event| event.item).collect();
        let metadata = plan.metadata.as_ref().map(|own| own.items.n_items());
        let ratings = plan.ratings.then(|| scale(&all)).transpose()?;
        let shape = plan.shape(ratings);
        let every = part.cases.len().div_ceil(JUDGED).max(1);
        Ok(Self {
            plan,
            architecture: match plan.metadata {
                Some(_) => Architecture::MetadataMf(shape),
                None => Architecture::Ncf(shape),
            },
            items_of: part.histories.iter().map(items).map(sorted).collect(),
            trained: sorted(all.iter().map(|pair| pair.item).collect()),
            all,
            cases: part.cases.iter().step_by(every).collect(),
            n_items: n_items.max(metadata.unwrap_or(0)),
            device: compute.device().autodiff(),
        })
    }

    fn train(
        &self,
        keeper: &Keeper,
        progress: &Progress,
        observer: &mut Observer,
    ) -> Result<Trained<Fitted>> {
        let schedule = &self.plan.schedule;
        let mut rng = ChaCha8Rng::seed_from_u64(schedule.seed.into());
        let blank = Learner::blank(self.plan, self.items_of.len(), self.n_items, &self.device);
        let first = start_pairs(&blank, self.plan.deviation, &mut rng);
        let net = with_parameters(blank, first, &self.device)?;
        let trained = train(self, net, schedule, keeper, progress, observer)?;
        let (neural, users) = self.published(&trained.net)?;
        Ok(Trained {
            net: Fitted {
                model: Model::Neural(Box::new(neural)),
                users,
            },
            epoch: trained.epoch,
        })
    }

    /// The pairs of a step with what is wished of them.
    fn wished(&self, step: &Step) -> (Vec<Pair>, Vec<f32>) {
        let own = step.interactions.iter().map(|&at| self.all[at as usize]);
        let mut pairs: Vec<Pair> = own.collect();
        if self.plan.ratings {
            let ratings = pairs.iter().map(|pair| pair.rating).collect();
            return (pairs, ratings);
        }
        let mut targets = vec![1.0; pairs.len()];
        let mut rng = ChaCha8Rng::seed_from_u64(step.seed);
        for at in 0..step.interactions.len() {
            let own = pairs[at];
            let has = &self.items_of[own.user as usize];
            for _ in 0..self.plan.negatives {
                let mut draws = (0..DRAWS).map(|_| {
                    let at = (u64::from(rng.next_u32()) * self.trained.len() as u64) >> 32;
                    self.trained[at as usize]
                });
                if let Some(item) = draws.find(|item| has.binary_search(item).is_err()) {
                    pairs.push(Pair { item, ..own });
                    targets.push(0.0);
                }
            }
        }
        (pairs, targets)
    }

    /// The sum of the losses, and the slope of their mean at each result.
    fn slopes(&self, found: &[f32], targets: &[f32]) -> (f64, Vec<f32>) {
        let n = found.len() as f32;
        let of = |(&found, &target): (&f32, &f32)| {
            if self.plan.ratings {
                let error = found - target;
                return (f64::from(error) * f64::from(error), 2.0 * error / n);
            }
            // −log of the chance of what is so, which is that of a result of the other sign otherwise.
            let against = if target > 0.0 { -found } else { found };
            let loss = against.max(0.0) + (-against.abs()).exp().ln_1p();
            let chance = 1.0 / (1.0 + (-found).exp());
            (f64::from(loss), (chance - target) / n)
        };
        let (losses, slopes): (Vec<f64>, Vec<f32>) = found.iter().zip(targets).map(of).unzip();
        (losses.iter().sum(), slopes)
    }
}

/// The ratings' scale.
fn scale(all: &[Pair]) -> Result<RatingScale> {
    let ratings = || all.iter().map(|pair| pair.rating);
    anyhow::ensure!(
        ratings().all(f32::is_finite),
        "a rating is not a finite number"
    );
    let sum: f64 = ratings().map(f64::from).sum();
    Ok(RatingScale {
        mean: (sum / all.len().max(1) as f64) as f32,
        least: ratings().reduce(f32::min).unwrap_or(0.0),
        most: ratings().reduce(f32::max).unwrap_or(0.0),
    })
}

/// Interactions of one step.
pub(super) struct Step {
    interactions: Vec<u32>,
    /// Of its negatives.
    seed: u64,
}

impl Task for Pairs<'_> {
    type Net = Learner;
    type Step = Step;

    const LOSS: &'static str =
        "mean over pairs of −log σ(±f(user, item)), or of (f(user, item) − rating)²";
    const EMPTY: &'static str = "there is no interaction";

    fn steps(&self, rng: &mut ChaCha8Rng) -> Vec<Step> {
        let mut order: Vec<u32> = (0..self.all.len() as u32).collect();
        order.shuffle(rng);
        let step = |interactions: &[u32]| Step {
            interactions: interactions.to_vec(),
            seed: rng.next_u64(),
        };
        order.chunks(self.plan.batch as usize).map(step).collect()
    }

    fn gradient(
        &self,
        net: &Learner,
        step: &Step,
        noise: &mut Dropout,
    ) -> Result<Gradient<Learner>> {
        let (pairs, targets) = self.wished(step);
        let width = self.plan.factors as usize;
        let users = rows(&net.users, pairs.iter().map(|pair| pair.user));
        let items = rows(&net.items, pairs.iter().map(|pair| pair.item));
        let metadata = net.described.as_ref().zip(self.plan.metadata.as_ref());
        let described = match metadata {
            Some((described, plan)) => {
                let categories = numbers(described.categories.val())?;
                let of: Vec<u32> = pairs.iter().map(|pair| pair.item).collect();
                let known = known(&plan.items, &of, &categories, width);
                let known = tensor(known, pairs.len(), &self.device).require_grad();
                Some((known.clone(), described.metadata.forward(known, noise)))
            }
            None => None,
        };
        let vectors = match &described {
            Some((_, made)) => items.clone() + made.clone(),
            None => items.clone(),
        };
        let perceptron = &net.perceptron;
        let first = perceptron.of_users(users.clone()) + perceptron.of_items(vectors);
        let found = perceptron.forward(first, noise);
        let (loss, slopes) = self.slopes(&numbers(found.clone())?, &targets);
        let slopes = tensor(slopes, pairs.len(), &self.device);
        let grads = (found * slopes).sum().backward();
        let mut tables = vec![
            (
                &net.users,
                sums(&net.users, &users, &grads, |at| [(pairs[at].user, 1.0)])?,
            ),
            (
                &net.items,
                sums(&net.items, &items, &grads, |at| [(pairs[at].item, 1.0)])?,
            ),
        ];
        if let Some(((described, plan), (known, _))) = metadata.zip(described.as_ref()) {
            let of = |at: usize| {
                let own = plan.items.categories(pairs[at].item);
                own.iter()
                    .map(|&category| (category, 1.0 / own.len() as f32))
            };
            let found = sums(&described.categories, known, &grads, of)?;
            tables.push((&described.categories, found));
        }
        let mut gradients = GradientsParams::from_grads(grads, net);
        for (table, found) in tables {
            gradients.register(table.id, found);
        }
        Ok(Gradient {
            loss,
            count: pairs.len(),
            gradients,
            after: None,
        })
    }

    /// NDCG@10, ranking all items but those of the history, ties in the middle.
    fn judge(&self, net: &Learner) -> Result<Option<f64>> {
        if self.cases.is_empty() {
            return Ok(None);
        }
        let (neural, _) = self.published(net)?;
        let gain = |case: &&Case| {
            let visitor = neural.visitor(&case.history);
            let mut scores = match visitor {
                Some(visitor) => neural.scores_of(&visitor),
                None => vec![0.0; self.n_items],
            };
            gain(&mut scores, case)
        };
        let gains: Vec<f64> = self.cases.par_iter().map(gain).collect();
        Ok(Some(gains.iter().sum::<f64>() / self.cases.len() as f64))
    }
}

#[cfg(test)]
#[path = "pairs_test.rs"]
mod tests;
