//! Networks that encode sequences, trained to tell the next item from all others
//! (or from some) at every place of every history.

use anyhow::Result;
use burn::module::Module as _;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use doorstep_shared::models::Model;
use doorstep_shared::neural::{Architecture, Batch, Encoder, Network, Neural, Quiet};
use doorstep_shared::{Event, Recommender as _};
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rayon::prelude::*;

use super::checkpoint::Keeper;
use super::cross_entropy::cross_entropy;
use super::dropout::Dropout;
use super::guided::{Part, fit_by_guide, gain};
use super::numbers;
use super::start::start;
use super::training::{Gradient, Schedule, Task, Trained, train};
use crate::fit::{Fitted, Observer, Training};
use crate::progress::Progress;
use crate::split::Case;

/// Steps whose histories are sorted by length together, so that little is filled up.
const SORTED: usize = 16;
/// Cases that are judged at once.
const JUDGED: usize = 256;

/// What to train, and how.
#[derive(Clone, Debug)]
pub struct SequencePlan {
    /// The network.
    pub architecture: Architecture,
    /// Most recent items of a history that it reads.
    pub length: u32,
    /// Histories of a step.
    pub batch: u32,
    /// Random items beside the right ones of a step; 0 takes all items.
    pub negatives: u32,
    /// How to go about it.
    pub schedule: Schedule,
}

/// Trains the network on the histories, as many epochs as validation cases say: those of the
/// training, or else each user's last item, after which the whole histories are learnt for as many.
pub fn fit_sequences(
    plan: &SequencePlan,
    training: &Training,
    progress: &Progress,
    observer: &mut Observer,
) -> Result<Fitted> {
    let run = |schedule: &Schedule, part: &Part, observer: &mut Observer| {
        let plan = SequencePlan {
            schedule: schedule.clone(),
            ..plan.clone()
        };
        let histories = items_of(part.histories);
        let about = about(&plan, &histories, part.cases);
        let keeper = Keeper::new(training.guide.checkpoints, &part.name, &about);
        let sequences = Sequences::new(&plan, histories, part.cases, training.n_items);
        sequences.train(&plan, &keeper, progress, observer)
    };
    fit_by_guide(&plan.schedule, training, progress, observer, run)
}

/// Everything that decides what an epoch does; not how many of them there are.
fn about(plan: &SequencePlan, histories: &[Vec<u32>], cases: &[Case]) -> Vec<u8> {
    let mut plan = plan.clone();
    plan.schedule.epochs = 0;
    let mut about = format!("{plan:?}").into_bytes();
    let cases = cases.iter().map(|case| (&case.history, &case.relevant));
    for (history, relevant) in cases {
        about.extend(history.iter().flat_map(|event| event.item.to_le_bytes()));
        about.extend(relevant.iter().flat_map(|item| item.to_le_bytes()));
    }
    for history in histories {
        about.extend((history.len() as u32).to_le_bytes());
        about.extend(history.iter().flat_map(|item| item.to_le_bytes()));
    }
    about
}

fn items_of(histories: &[Vec<Event>]) -> Vec<Vec<u32>> {
    let items = |history: &Vec<Event>| history.iter().map(|event| event.item).collect();
    histories.iter().map(items).collect()
}

/// Histories and how they are learnt.
struct Sequences<'a> {
    plan: &'a SequencePlan,
    /// Their last items, one more than the network reads.
    histories: Vec<Vec<u32>>,
    /// Of validation, shortest history first.
    cases: Vec<&'a Case>,
    n_items: usize,
    /// Places with a next item in a step, on average.
    places_of_a_step: f32,
    device: Device,
}

impl<'a> Sequences<'a> {
    fn new(
        plan: &'a SequencePlan,
        histories: Vec<Vec<u32>>,
        cases: &'a [Case],
        n_items: usize,
    ) -> Self {
        let most = plan.length as usize + 1;
        let recent = |mut history: Vec<u32>| history.split_off(history.len().saturating_sub(most));
        let mut cases: Vec<&Case> = cases
            .iter()
            .filter(|case| !case.history.is_empty())
            .collect();
        cases.sort_by_key(|case| case.history.len());
        let histories: Vec<Vec<u32>> = histories.into_iter().map(recent).collect();
        let places: usize = histories.iter().map(|h| h.len().saturating_sub(1)).sum();
        let learnt = histories.iter().filter(|history| history.len() > 1).count();
        let steps = learnt.div_ceil(plan.batch as usize).max(1);
        Self {
            plan,
            histories,
            cases,
            n_items,
            places_of_a_step: places as f32 / steps as f32,
            device: Device::flex().autodiff(),
        }
    }

    fn train(
        &self,
        plan: &SequencePlan,
        keeper: &Keeper,
        progress: &Progress,
        observer: &mut Observer,
    ) -> Result<Trained<Fitted>> {
        let mut rng = ChaCha8Rng::seed_from_u64(plan.schedule.seed.into());
        let first = start(plan.architecture, self.n_items, &mut rng, &self.device)?;
        let net = first.network().expect("it reads sequences").clone();
        let trained = train(self, net, &plan.schedule, keeper, progress, observer)?;
        let plain = self.device.clone().without_autodiff();
        let net = Neural::from_network(plan.architecture, trained.net.valid(), &plain);
        debug_assert_eq!(net.n_items(), self.n_items);
        Ok(Trained {
            net: Model::Neural(Box::new(net)).into(),
            epoch: trained.epoch,
        })
    }

    /// Cross-entropy of `rows` against the items' vectors: all, or the right ones of
    /// this step and some at random.
    fn loss(
        &self,
        rows: &[f32],
        items: &[f32],
        width: usize,
        step: &Step,
    ) -> (f64, Vec<f32>, Vec<f32>) {
        if step.candidates.is_empty() {
            let loss = cross_entropy(rows, items, width, &step.targets);
            return (loss.sum, loss.rows, loss.vectors);
        }
        let vector = |&item: &u32| &items[item as usize * width..][..width];
        let some: Vec<f32> = step.candidates.iter().flat_map(vector).copied().collect();
        let place = |target| {
            step.candidates
                .binary_search(target)
                .expect("it is one of them")
        };
        let targets: Vec<u32> = step.targets.iter().map(|t| place(t) as u32).collect();
        let loss = cross_entropy(rows, &some, width, &targets);
        let mut to_items = vec![0.0; items.len()];
        for (&item, own) in step.candidates.iter().zip(loss.vectors.chunks_exact(width)) {
            to_items[item as usize * width..][..width].copy_from_slice(own);
        }
        (loss.sum, loss.rows, to_items)
    }
}

/// Histories of one step.
struct Step {
    users: Vec<usize>,
    /// The item after each place, history after history.
    targets: Vec<u32>,
    /// Ascending; empty for all.
    candidates: Vec<u32>,
}

impl Task for Sequences<'_> {
    type Net = Network;
    type Step = Step;

    const LOSS: &'static str = "mean of −log softmax(h · vᵀ)[next item] over all places";
    const EMPTY: &'static str = "no history has two items";

    fn steps(&self, rng: &mut ChaCha8Rng) -> Vec<Step> {
        let batch = self.plan.batch as usize;
        let users = 0..self.histories.len();
        let mut users: Vec<usize> = users.filter(|&u| self.histories[u].len() > 1).collect();
        users.shuffle(rng);
        let mut steps = Vec::new();
        for some in users.chunks_mut(batch * SORTED) {
            some.sort_by_key(|&user| self.histories[user].len());
            steps.extend(some.chunks(batch).map(<[usize]>::to_vec));
        }
        steps.shuffle(rng);
        let step = |users: Vec<usize>| {
            let targets = users.iter().flat_map(|&user| &self.histories[user][1..]);
            let targets: Vec<u32> = targets.copied().collect();
            let mut candidates = Vec::new();
            if self.plan.negatives > 0 {
                let random = |_| rng.next_u32() % self.n_items as u32;
                candidates = (0..self.plan.negatives).map(random).collect();
                candidates.extend(&targets);
                candidates.sort_unstable();
                candidates.dedup();
            }
            Step {
                users,
                targets,
                candidates,
            }
        };
        steps.into_iter().map(step).collect()
    }

    fn gradient(&self, net: &Network, step: &Step, noise: &mut Dropout) -> Result<Gradient> {
        let known = |&user: &usize| {
            let history = &self.histories[user];
            history[..history.len() - 1].to_vec()
        };
        let sequences: Vec<Vec<u32>> = step.users.iter().map(known).collect();
        let length = self.plan.length as usize;
        let batch = Batch::of(&sequences, length, &self.device).expect("no history is empty");
        let encoded = batch.all(net.encode(&batch, noise));
        let items = net.items();
        let [_, width] = items.dims();
        let rows = numbers(encoded.clone())?;
        let (loss, to_rows, to_items) = self.loss(&rows, &numbers(items.clone())?, width, step);
        // A sum whose gradient is what the loss's is, since the factors are constant. Steps hold
        // histories of like length, so a mean within a step would make places of long
        // histories count less: each place counts the same in all steps instead.
        let weight = step.targets.len() as f32 / self.places_of_a_step;
        let constant = |values: Vec<f32>, like: &Tensor<2>| {
            let data = TensorData::new(values, like.dims());
            Tensor::<2>::from_data(data, &self.device).mul_scalar(weight)
        };
        let (to_rows, to_items) = (constant(to_rows, &encoded), constant(to_items, &items));
        let sum = (encoded * to_rows).sum() + (items * to_items).sum();
        Ok(Gradient {
            loss,
            count: step.targets.len(),
            gradients: GradientsParams::from_grads(sum.backward(), net),
        })
    }

    /// NDCG@10, ranking all items but those of the history, ties in the middle.
    fn judge(&self, net: &Network) -> Result<Option<f64>> {
        if self.cases.is_empty() {
            return Ok(None);
        }
        let net = net.valid();
        let device = self.device.clone().without_autodiff();
        let items = numbers(net.items())?;
        let width = items.len() / self.n_items;
        let items = MatRef::from_row_major_slice(&items, self.n_items, width);
        let mut sum = 0.0;
        for cases in self.cases.chunks(JUDGED) {
            let histories = cases
                .iter()
                .map(|case| case.history.iter().map(|e| e.item).collect());
            let histories: Vec<Vec<u32>> = histories.collect();
            let batch = Batch::of(&histories, net.length(), &device).expect("none is empty");
            let rows = numbers(batch.ends(net.encode(&batch, &mut Quiet)))?;
            let gains = cases
                .par_iter()
                .zip(rows.par_chunks_exact(width))
                .map(|(case, row)| {
                    let mut scores = vec![0.0; self.n_items];
                    let own = MatMut::from_row_major_slice_mut(&mut scores, self.n_items, 1);
                    let row = MatRef::from_row_major_slice(row, width, 1);
                    matmul(own, Accum::Replace, items, row, 1.0, Par::Seq);
                    gain(&mut scores, case)
                });
            sum += gains.collect::<Vec<f64>>().iter().sum::<f64>();
        }
        Ok(Some(sum / self.cases.len() as f64))
    }
}

#[cfg(test)]
#[path = "sequences_test.rs"]
mod tests;
