//! The loop that trains any network: epochs of steps, progress, early stopping,
//! checkpoints, and an end on request.

use std::time::Instant;

use anyhow::{Result, ensure};
use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::adam::{Adam, Rule};
use super::average::{share, towards};
use super::checkpoint::{Checkpoint, Figures, Keeper};
use super::dropout::Dropout;
use super::epoch_report::Report;
use super::interrupt;
use super::numbers;
use crate::evaluate::Metrics;
use crate::fit::{Course, Observer};
use crate::progress::Progress;

/// What early stopping watches.
pub const WATCHED: &str = "ndcg@10";
/// Where the generators of dropout begin among an epoch's; those of the order begin at 0.
const STREAM_OF_DROPOUT: u64 = 1 << 32;

/// How to go about it.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// The model's name.
    pub model: &'static str,
    /// Most epochs.
    pub epochs: u32,
    /// Epochs without a better figure after which training ends; 0 for none.
    pub patience: u32,
    /// Size of a step.
    pub learning_rate: f32,
    /// Decay of Adam's first moment.
    pub first_moment: f32,
    /// Decay of Adam's second moment.
    pub second_moment: f32,
    /// Decay of all parameters; 0 for none.
    pub weight_decay: f32,
    /// Whether they decay by themselves (AdamW), or by L2 in the gradient (Adam).
    pub decoupled: bool,
    /// Share of the numbers that are dropped.
    pub dropout: f32,
    /// What the moving average of the parameters keeps of itself with each step at most; it is
    /// judged and kept in their place. 0 for none.
    pub ema_decay: f32,
    /// Of the order and of what is dropped.
    pub seed: u32,
}

impl Schedule {
    fn rule(&self) -> Rule {
        Rule {
            learning_rate: self.learning_rate,
            first_moment: self.first_moment,
            second_moment: self.second_moment,
            weight_decay: self.weight_decay,
            decoupled: self.decoupled,
        }
    }

    /// The generator of one epoch: an epoch that is trained again is the same.
    fn rng(&self, epoch: u32, stream: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed.into());
        rng.set_stream(stream + u64::from(epoch));
        rng
    }
}

/// What is to be learnt.
pub trait Task {
    /// The network.
    type Net: Module;
    /// What one step is made of.
    type Step;

    /// What the loss is, in words or as a formula.
    const LOSS: &'static str;
    /// What is so where an epoch has no steps, in words.
    const EMPTY: &'static str;

    /// What an epoch, from 1, begins with: the network as the one before it left it, and what
    /// it holds that is renewed between epochs.
    fn begin(&self, net: Self::Net, _epoch: u32) -> Result<Self::Net> {
        Ok(net)
    }

    /// The steps of an epoch.
    fn steps(&self, rng: &mut ChaCha8Rng) -> Vec<Self::Step>;

    /// The gradient of a step's mean loss.
    fn gradient(
        &self,
        net: &Self::Net,
        step: &Self::Step,
        noise: &mut Dropout,
    ) -> Result<Gradient<Self::Net>>;

    /// What is watched, the more the better: [`WATCHED`] on validation cases. `None` without any.
    fn judge(&self, net: &Self::Net) -> Result<Option<f64>>;

    /// What else is told of an epoch, by name.
    fn told(&self) -> Vec<(&'static str, f64)> {
        Vec::new()
    }
}

/// What a step found.
pub struct Gradient<N> {
    /// Sum of the losses.
    pub loss: f64,
    /// How many they are.
    pub count: usize,
    /// By parameter.
    pub gradients: GradientsParams,
    /// What the step changes beside what is learnt, such as what the network remembers of it.
    pub after: Option<Change<N>>,
}

/// Changes a network.
pub type Change<N> = Box<dyn FnOnce(N) -> Result<N>>;

/// A network after training.
pub struct Trained<N> {
    /// The best epoch's, or the last one's where nothing was watched.
    pub net: N,
    /// That epoch, from 1.
    pub epoch: u32,
}

/// Trains `net`, which lies on a device that records operations.
pub fn train<T: Task>(
    task: &T,
    net: T::Net,
    schedule: &Schedule,
    keeper: &Keeper,
    progress: &Progress,
    observer: &mut Observer,
) -> Result<Trained<T::Net>> {
    let model = schedule.model;
    interrupt::watch();
    let course = Course {
        unit: "epoch",
        loss: T::LOSS,
    };
    let mut run = Run {
        best: net.clone(),
        average: None,
        net,
        optimizer: Adam::new(schedule.rule()),
        epoch: 0,
        best_epoch: 0,
        best_figure: None,
        curve: Vec::new(),
    };
    if let Some(kept) = keeper.load()? {
        run = run.resumed(kept, schedule)?;
        ensure!(
            run.epoch <= schedule.epochs,
            "the checkpoint of {model} has {} epochs, more than the {} asked for; raise \
             {model}.epochs, or leave --resume out to begin anew",
            run.epoch,
            schedule.epochs
        );
        progress.say(format!("{model}: going on after epoch {}", run.epoch));
        for (epoch, found) in (1..).zip(&run.curve) {
            observer.record(course, epoch, found.loss, Metrics(found.told.clone()));
        }
    }
    let begun = Instant::now();
    let first = run.epoch;
    while run.epoch < schedule.epochs && !run.is_over(schedule) {
        let epoch = run.epoch + 1;
        let clock = Instant::now();
        run.net = task.begin(run.net, epoch)?;
        let steps = task.steps(&mut schedule.rng(epoch, 0));
        ensure!(
            !steps.is_empty(),
            "{model} finds nothing to learn from: {}",
            T::EMPTY
        );
        let mut noise = Dropout::new(schedule.dropout, schedule.rng(epoch, STREAM_OF_DROPOUT));
        let (mut loss, mut count) = (0.0, 0);
        let averaged = schedule.ema_decay > 0.0;
        let mut average = averaged.then(|| run.average.as_ref().unwrap_or(&run.net).clone());
        let before = u64::from(run.epoch) * steps.len() as u64;
        let bar = progress.bar(format!("{model}: epoch {epoch}"), steps.len() as u64);
        for (number, step) in (before + 1..).zip(&steps) {
            let found = task.gradient(&run.net, step, &mut noise)?;
            ensure!(
                found.loss.is_finite(),
                diverged(schedule, epoch, "its loss is", keeper)
            );
            (loss, count) = (loss + found.loss, count + found.count);
            run.net = run.optimizer.step(run.net, found.gradients);
            if let Some(after) = found.after {
                run.net = after(run.net)?;
            }
            average = average.map(|own| towards(own, &run.net, share(schedule.ema_decay, number)));
            bar.inc(1);
            if interrupt::is_stopped() {
                break;
            }
        }
        bar.finish_and_clear();
        if interrupt::is_stopped() {
            // A part of an epoch is no epoch: what was before it is kept.
            return run.interrupted(model);
        }
        // The last step's loss is of the parameters before it.
        let parameter = "a parameter is";
        ensure!(
            is_finite(&run.net)?,
            diverged(schedule, epoch, parameter, keeper)
        );
        let loss = loss / count as f64;
        run.average = average;
        let judged = run.average.as_ref().unwrap_or(&run.net).clone();
        let figure = task.judge(&judged)?;
        run.epoch = epoch;
        if figure.is_none() || run.best_figure.is_none_or(|best| figure > Some(best)) {
            run.best = judged;
            (run.best_epoch, run.best_figure) = (epoch, figure);
        }
        let told = task.told();
        let watched = figure.map(|figure| (WATCHED, figure));
        let found = told.iter().copied().chain(watched);
        let found: Vec<(String, f64)> = found.map(|(name, own)| (name.to_owned(), own)).collect();
        observer.record(course, epoch, loss, Metrics(found.clone()));
        run.curve.push(Figures { loss, told: found });
        keeper.save(|| run.checkpoint())?;
        let each = begun.elapsed().as_secs_f64() / f64::from(epoch - first);
        let report = Report {
            model,
            epoch,
            epochs: schedule.epochs,
            loss,
            figure,
            best: (run.best_epoch, run.best_figure),
            told,
            seconds: clock.elapsed().as_secs_f64(),
            left: each * f64::from(schedule.epochs - epoch),
        };
        progress.report(|| report.line(), || report.json());
    }
    Ok(Trained {
        net: run.best,
        epoch: run.best_epoch,
    })
}

/// Whether every parameter is a number.
fn is_finite<M: Module>(net: &M) -> Result<bool> {
    struct Reader(Result<bool>);
    impl ModuleVisitor for Reader {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if let Ok(true) = self.0 {
                let values = numbers(param.val());
                self.0 = values.map(|values| values.iter().all(|x| x.is_finite()));
            }
        }
    }
    let mut reader = Reader(Ok(true));
    net.visit(&mut reader);
    reader.0
}

fn diverged(schedule: &Schedule, epoch: u32, what: &str, keeper: &Keeper) -> String {
    let (model, rate, hint) = (schedule.model, schedule.learning_rate, keeper.hint());
    format!(
        "{model} diverged in epoch {epoch}: {what} no number any more; lower \
         {model}.learning_rate (it is {rate}){hint}"
    )
}

/// Training as it stands.
struct Run<N> {
    net: N,
    /// The moving average, where one is kept and an epoch is over.
    average: Option<N>,
    best: N,
    optimizer: Adam,
    epoch: u32,
    best_epoch: u32,
    best_figure: Option<f64>,
    curve: Vec<Figures>,
}

impl<N: Module> Run<N> {
    fn is_over(&self, schedule: &Schedule) -> bool {
        let waited = self.epoch - self.best_epoch;
        schedule.patience > 0 && self.best_figure.is_some() && waited >= schedule.patience
    }

    fn interrupted(self, model: &str) -> Result<Trained<N>> {
        ensure!(
            self.epoch > 0,
            "{model} was stopped before its first epoch ended"
        );
        Ok(Trained {
            net: self.best,
            epoch: self.best_epoch,
        })
    }

    fn checkpoint(&self) -> Result<Checkpoint> {
        let bytes = |net: &N| anyhow::Ok(net.clone().into_record().into_bytes()?.to_vec());
        Ok(Checkpoint {
            epoch: self.epoch,
            best_epoch: self.best_epoch,
            best_figure: self.best_figure,
            curve: self.curve.clone(),
            net: bytes(&self.net)?,
            average: self.average.as_ref().map(bytes).transpose()?,
            best: bytes(&self.best)?,
            optimizer: self.optimizer.to_bytes()?,
        })
    }

    fn resumed(self, kept: Checkpoint, schedule: &Schedule) -> Result<Self> {
        use burn::store::ModuleRecord;
        use burn::tensor::Bytes;
        let load = |net: N, bytes: Vec<u8>| {
            let record = ModuleRecord::from_bytes(Bytes::from_bytes_vec(bytes))?;
            anyhow::Ok(net.try_load_record(record)?)
        };
        let optimizer = Adam::from_bytes(schedule.rule(), &kept.optimizer, &self.net)?;
        let average = kept.average.map(|bytes| load(self.net.clone(), bytes));
        Ok(Self {
            average: average.transpose()?,
            net: load(self.net, kept.net)?,
            best: load(self.best, kept.best)?,
            optimizer,
            epoch: kept.epoch,
            best_epoch: kept.best_epoch,
            best_figure: kept.best_figure,
            curve: kept.curve,
        })
    }
}

#[cfg(test)]
#[path = "training_test.rs"]
mod tests;
