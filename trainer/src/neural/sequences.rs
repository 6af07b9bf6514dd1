//! Networks that encode sequences, trained to tell the next item from all others
//! (or from some) at every place of every history.

use anyhow::Result;
use burn::module::Module as _;
use burn::optim::GradientsParams;
use burn::tensor::{Device, IndexingUpdateOp, Int, Tensor, TensorData};
use doorstep_shared::Event;
use doorstep_shared::models::Model;
use doorstep_shared::neural::{Architecture, Batch, Encoder, Network, Neural, parameters};
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rayon::prelude::*;

use super::checkpoint::Keeper;
use super::cross_entropy::cross_entropy;
use super::device_cross_entropy::{DeviceLoss, device_cross_entropy};
use super::dropout::Dropout;
use super::guided::{Part, fit_by_guide, gain};
use super::numbers;
use super::start::start;
use super::training::{Gradient, Schedule, Task, Trained, train};
use crate::device::Compute;
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
        let means = training.guide.means;
        let keeper = Keeper::new(means.checkpoints, &part.name, &about);
        let (cases, n_items) = (part.cases, training.n_items);
        let sequences = Sequences::new(&plan, histories, cases, n_items, means.compute);
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
    compute: Compute,
    /// Records operations.
    device: Device,
}

impl<'a> Sequences<'a> {
    fn new(
        plan: &'a SequencePlan,
        histories: Vec<Vec<u32>>,
        cases: &'a [Case],
        n_items: usize,
        compute: Compute,
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
            compute,
            device: compute.device().autodiff(),
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
        // Wherever it was trained, it is judged and published from the processor.
        let parameters = parameters(&trained.net.valid());
        let net = Neural::new(plan.architecture, self.n_items, parameters, &Device::flex())?;
        Ok(Trained {
            net: Model::Neural(Box::new(net)).into(),
            epoch: trained.epoch,
        })
    }

    /// Cross-entropy of `rows` against the items' vectors: all, or the right ones of
    /// this step and some at random.
    fn loss(&self, rows: Tensor<2>, items: Tensor<2>, step: &Step) -> Result<DeviceLoss> {
        if step.candidates.is_empty() {
            return self.loss_among(rows, items, &step.targets);
        }
        let place = |target| {
            step.candidates
                .binary_search(target)
                .expect("it is one of them")
        };
        let targets: Vec<u32> = step.targets.iter().map(|t| place(t) as u32).collect();
        let some = step.candidates.iter().map(|&item| item as i32).collect();
        let some = TensorData::new(some, [step.candidates.len()]);
        let some = Tensor::<1, Int>::from_data(some, &items.device());
        let loss = self.loss_among(rows, items.clone().select(0, some.clone()), &targets)?;
        let to_none = items.zeros_like();
        Ok(DeviceLoss {
            vectors: to_none.select_assign(0, some, loss.vectors, IndexingUpdateOp::Add),
            ..loss
        })
    }

    /// Where memory is the processor's our own loops are quicker than Burn's operations.
    fn loss_among(
        &self,
        rows: Tensor<2>,
        vectors: Tensor<2>,
        targets: &[u32],
    ) -> Result<DeviceLoss> {
        if !self.compute.is_processor() {
            return device_cross_entropy(rows, vectors, targets);
        }
        let (device, [m, width], [n, _]) = (rows.device(), rows.dims(), vectors.dims());
        let own = cross_entropy(&numbers(rows)?, &numbers(vectors)?, width, targets);
        let tensor = |values, n| Tensor::from_data(TensorData::new(values, [n, width]), &device);
        Ok(DeviceLoss {
            sum: own.sum,
            rows: tensor(own.rows, m),
            vectors: tensor(own.vectors, n),
        })
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

    fn gradient(
        &self,
        net: &Network,
        step: &Step,
        noise: &mut Dropout,
    ) -> Result<Gradient<Network>> {
        let known = |&user: &usize| {
            let history = &self.histories[user];
            history[..history.len() - 1].to_vec()
        };
        let sequences: Vec<Vec<u32>> = step.users.iter().map(known).collect();
        let length = self.plan.length as usize;
        let batch = Batch::of(&sequences, length, &self.device).expect("no history is empty");
        let encoded = batch.all(net.encode(&batch, noise));
        let items = net.items();
        let plain = |tensor: &Tensor<2>| tensor.clone().without_autodiff();
        let loss = self.loss(plain(&encoded), plain(&items), step)?;
        // A sum whose gradient is what the loss's is, since the factors are constant. Steps hold
        // histories of like length, so a mean within a step would make places of long
        // histories count less: each place counts the same in all steps instead.
        let weight = step.targets.len() as f32 / self.places_of_a_step;
        let to_rows = loss.rows.mul_scalar(weight);
        let to_items = loss.vectors.mul_scalar(weight);
        let sum = (encoded * to_rows).sum() + (items * to_items).sum();
        Ok(Gradient {
            loss: loss.sum,
            count: step.targets.len(),
            gradients: GradientsParams::from_grads(sum.backward(), net),
            after: None,
        })
    }

    /// NDCG@10, ranking all items but those of the history, ties in the middle.
    fn judge(&self, net: &Network) -> Result<Option<f64>> {
        if self.cases.is_empty() {
            return Ok(None);
        }
        let net = net.valid();
        let device = self.device.clone().without_autodiff();
        let items = net.items();
        let own_items = numbers(items.clone())?;
        let width = own_items.len() / self.n_items;
        let own_items = MatRef::from_row_major_slice(&own_items, self.n_items, width);
        let mut sum = 0.0;
        for cases in self.cases.chunks(JUDGED) {
            let histories = cases
                .iter()
                .map(|case| case.history.iter().map(|e| e.item).collect());
            let histories: Vec<Vec<u32>> = histories.collect();
            let batch = Batch::of(&histories, net.length(), &device).expect("none is empty");
            let rows = net.encode_ends(&batch);
            let gains: Vec<f64> = if self.compute.is_processor() {
                let gain = |(case, row): (&&Case, &[f32])| {
                    let mut scores = vec![0.0; self.n_items];
                    let own = MatMut::from_row_major_slice_mut(&mut scores, self.n_items, 1);
                    let row = MatRef::from_row_major_slice(row, width, 1);
                    matmul(own, Accum::Replace, own_items, row, 1.0, Par::Seq);
                    gain(&mut scores, case)
                };
                let rows = numbers(rows)?;
                let cases = cases.par_iter().zip(rows.par_chunks_exact(width));
                cases.map(gain).collect()
            } else {
                let mut scores = numbers(rows.matmul(items.clone().transpose()))?;
                let scores = scores.par_chunks_exact_mut(self.n_items);
                let cases = cases.par_iter().zip(scores);
                cases.map(|(case, scores)| gain(scores, case)).collect()
            };
            sum += gains.iter().sum::<f64>();
        }
        Ok(Some(sum / self.cases.len() as f64))
    }
}

#[cfg(test)]
#[path = "sequences_test.rs"]
mod tests;
