//! SALAD's training: pre-training, then rounds in which ever more pictures are learnt as one
//! with their neighbours. What is trained is in `shared::images::salad`.

mod config;
mod learner;
mod learning;
mod losses;
mod neighbourhoods;

use anyhow::{Context as _, Result, ensure};
use burn::module::Module as _;
use burn::tensor::Device;
use doorstep_shared::images::GreyImage;
use doorstep_shared::images::salad::{Autoencoder, AutoencoderShape, Bank};
use doorstep_shared::neural::{parameters, with_parameters};
use rayon::prelude::*;

pub use config::{Preset, SaladConfig};
pub(super) use config::{check_views, within};

use self::learner::Learner;
pub(super) use self::learner::{first_autoencoder, side_by_side};
use self::learning::Learning;
use crate::fit::Observer;
use crate::neural::{Keeper, Means, Schedule, numbers, train};
use crate::progress::Progress;

/// Pictures that are looked at together.
const TOGETHER: usize = 64;

/// What SALAD learns from.
#[derive(Clone, Copy, Debug)]
pub struct Pictures<'a> {
    /// Prepared, of one size.
    pub pictures: &'a [&'a GreyImage],
    /// Which are known to be abnormal: they are learnt like all others, and leave the bank afterwards.
    pub abnormal: &'a [bool],
    /// What each shows, where that is known: told of in progress, never learnt.
    pub labels: Option<&'a [u32]>,
}

impl Pictures<'_> {
    /// Their pixels a side; refuses what `model` can't learn from.
    pub(super) fn check(&self, model: &str) -> Result<usize> {
        let n = self.pictures.len();
        ensure!(n >= 2, "{model} learns from two pictures at least, not {n}");
        ensure!(
            n == self.abnormal.len() && self.labels.is_none_or(|labels| labels.len() == n),
            "every picture is abnormal or not, and has a label where any has"
        );
        let size = self.pictures[0].width();
        let alike = |own: &&GreyImage| own.width() == size && own.height() == size;
        ensure!(
            self.pictures.iter().all(alike),
            "pictures are squares of one size once they are prepared"
        );
        ensure!(
            self.abnormal.contains(&false),
            "{model} needs pictures that are not known to be abnormal"
        );
        Ok(size)
    }
}

/// A trained autoencoder and what it remembers of normal pictures.
#[derive(Clone, Debug)]
pub struct Salad {
    config: SaladConfig,
    autoencoder: Autoencoder,
    bank: Bank,
    /// Of the pictures that the bank's rows are of, their places among those learnt from.
    rows: Vec<usize>,
}

impl Salad {
    /// Trains one; progress and messages call it `name`. The same seed gives the same model, whatever the number of threads.
    ///
    /// # Errors
    /// A hyper-parameter out of its range, fewer than two pictures, none that is normal, pictures
    /// of several sizes, a loss that is no number, a checkpoint of something else.
    pub fn fit(
        name: &'static str,
        config: &SaladConfig,
        learnt: Pictures,
        seed: u32,
        means: Means,
        progress: &Progress,
        observer: &mut Observer,
    ) -> Result<Self> {
        let pictures = learnt.pictures;
        let size = learnt.check(name)?;
        config.check(name)?;
        possible(name, config.shape(size))?;
        let rows = (0..pictures.len()).filter(|&own| !learnt.abnormal[own]);
        let rows: Vec<usize> = rows.collect();
        let schedule = schedule(name, config, seed);
        let trained = learn(config, learnt, &schedule, means, progress, observer)?;
        let bank = numbers(trained.bank.val())?;
        let bank = Bank::new(config.features as usize, bank);
        // Wherever it was trained, it is judged and published from the processor.
        let flex = Device::flex();
        let blank = Autoencoder::blank(config.shape(size), &flex);
        let autoencoder = with_parameters(blank, parameters(&trained.autoencoder), &flex)?;
        Ok(Self {
            config: config.clone(),
            autoencoder,
            bank: bank
                .context("the bank holds a number that is none")?
                .keep(&rows),
            rows,
        })
    }

    /// Feature vectors of prepared pictures, each of length 1.
    pub fn features(&self, pictures: &[&GreyImage]) -> Result<Vec<Vec<f32>>> {
        in_parts(pictures, |part| {
            let features = self.autoencoder.encode(side_by_side(part, &Device::flex()));
            let values = numbers(features)?;
            let rows = values.chunks_exact(self.bank.features());
            Ok(rows.map(<[f32]>::to_vec).collect())
        })
    }

    /// How unusual prepared pictures are: the higher, the more.
    pub fn scores(&self, pictures: &[&GreyImage]) -> Result<Vec<f64>> {
        let (nearest, form) = (self.config.nearest as usize, self.config.score);
        let features = self.features(pictures)?;
        Ok(features
            .par_iter()
            .map(|own| self.bank.score(own, nearest, form))
            .collect())
    }

    /// How far the pictures that the autoencoder makes are from the prepared ones: the mean square.
    pub fn errors(&self, pictures: &[&GreyImage]) -> Result<Vec<f64>> {
        in_parts(pictures, |part| {
            let read = side_by_side(part, &Device::flex());
            let made = self
                .autoencoder
                .decode(self.autoencoder.encode(read.clone()));
            let off = numbers(read - made)?;
            let pixels = off.len() / part.len();
            let of = |own: &[f32]| own.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
            let errors = off.chunks_exact(pixels).map(of);
            Ok(errors.map(|sum| sum / pixels as f64).collect())
        })
    }

    /// The autoencoder alone.
    pub fn into_autoencoder(self) -> Autoencoder {
        self.autoencoder
    }

    /// The autoencoder.
    pub fn autoencoder(&self) -> &Autoencoder {
        &self.autoencoder
    }

    /// The bank.
    pub fn bank(&self) -> &Bank {
        &self.bank
    }

    /// Which picture each row of the bank is of, by its place among those learnt from.
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }
}

/// Whether there is a network of this shape.
pub(super) fn possible(model: &str, shape: AutoencoderShape) -> Result<()> {
    let Err(why) = shape.check() else {
        return Ok(());
    };
    let AutoencoderShape {
        size,
        halvings,
        channels,
        features,
        ..
    } = shape;
    anyhow::bail!(
        "no network of {model} has {halvings} halvings, {channels} channels and {features} features \
         for pictures of {size} pixels a side: {why}; change these by --set, or the size by --prepare"
    )
}

/// What `find` gives for each picture, of many of them at once.
pub(super) fn in_parts<T: Send>(
    pictures: &[&GreyImage],
    find: impl Fn(&[&GreyImage]) -> Result<Vec<T>> + Send + Sync,
) -> Result<Vec<T>> {
    let parts = pictures.par_chunks(TOGETHER).map(find);
    let parts: Vec<Vec<T>> = parts.collect::<Result<_>>()?;
    Ok(parts.into_iter().flatten().collect())
}

/// How training goes about it (section 3).
fn schedule(name: &'static str, config: &SaladConfig, seed: u32) -> Schedule {
    Schedule {
        model: name,
        epochs: config.epochs(),
        patience: 0,
        learning_rate: config.learning_rate,
        first_moment: 0.5,
        second_moment: 0.999,
        weight_decay: 0.0,
        decoupled: false,
        dropout: 0.0,
        seed,
    }
}

/// All epochs of the schedule, or what is left of them.
fn learn(
    config: &SaladConfig,
    learnt: Pictures,
    schedule: &Schedule,
    means: Means,
    progress: &Progress,
    observer: &mut Observer,
) -> Result<Learner> {
    let pictures = learnt.pictures;
    let device = means.compute.device().autodiff();
    let about = about(config, schedule, &learnt);
    let keeper = Keeper::new(means.checkpoints, schedule.model, &about);
    let shape = config.shape(pictures[0].width());
    let net = Learner::start(shape, pictures.len(), schedule.seed, &device);
    let learning = Learning::new(config, pictures, learnt.labels, device);
    let trained = train(&learning, net, schedule, &keeper, progress, observer)?;
    Ok(trained.net.valid())
}

/// Everything that decides what an epoch does; not how many of them there are.
fn about(config: &SaladConfig, schedule: &Schedule, learnt: &Pictures) -> Vec<u8> {
    let schedule = Schedule {
        epochs: 0,
        ..schedule.clone()
    };
    let mut about = format!("{config:?} {schedule:?}").into_bytes();
    for picture in learnt.pictures {
        about.extend(
            picture
                .pixels()
                .iter()
                .flat_map(|pixel| pixel.to_le_bytes()),
        );
    }
    about
}

#[cfg(test)]
#[path = "salad_test.rs"]
mod tests;
