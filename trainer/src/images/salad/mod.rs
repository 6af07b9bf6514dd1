//! SALAD's training: pre-training, then rounds in which ever more pictures are learnt as one
//! with their neighbours. What is trained is in `shared::images::salad`.

mod config;
mod known;
mod learner;
mod learning;
mod losses;
mod neighbourhoods;

use std::fmt::Debug;

use anyhow::{Context as _, Result, ensure};
use burn::module::Module as _;
use burn::tensor::{Device, Tensor, TensorData};
use doorstep_shared::images::GreyImage;
use doorstep_shared::images::salad::{
    Autoencoder, AutoencoderShape, Bank, Departures, KnownAbnormal, NormalDepartures, ScoreForm,
    score,
};
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
    /// Which are known to be abnormal. Where that counts (`contrasted`), the network learns nothing of them, nor of
    /// every fifth normal one, and scores are contrasted with their features; else their features are learnt like those of all others, but not how to
    /// make them, and they leave the bank afterwards.
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
    /// Where the decoder has learnt.
    departures: Option<NormalDepartures>,
    /// Where abnormal pictures were known, and count.
    known: Option<KnownAbnormal>,
}

/// What the decoder makes of a picture.
struct Made {
    own: Vec<f32>,
    prototype: Vec<f32>,
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
        let places = |abnormal: bool| {
            let all = 0..pictures.len();
            let found = all.filter(|&own| learnt.abnormal[own] == abnormal);
            found.collect::<Vec<usize>>()
        };
        let (normal, abnormal) = (places(false), places(true));
        let apart = config.contrasted && !abnormal.is_empty();
        let schedule = schedule(name, config, seed);
        let (trained, kept, mut rows, held) = match apart {
            true => {
                let (rows, held) = known::held_out(&normal);
                let labels = learnt.labels.map(|all| of(all, &rows));
                let normal = Pictures {
                    pictures: &of(pictures, &rows),
                    abnormal: &vec![false; rows.len()],
                    labels: labels.as_deref(),
                };
                normal.check(name)?;
                let trained = learn(config, normal, &schedule, means, progress, observer)?;
                (trained, (0..rows.len()).collect(), rows, held)
            }
            false => {
                let trained = learn(config, learnt, &schedule, means, progress, observer)?;
                (trained, normal.clone(), normal, Vec::new())
            }
        };
        let bank = numbers(trained.bank.val())?;
        let bank = Bank::new(config.features as usize, bank);
        // Wherever it was trained, it is judged and published from the processor.
        let flex = Device::flex();
        let blank = Autoencoder::blank(config.shape(size), &flex);
        let found = match config.averaging > 0.0 {
            true => &trained.averaged,
            false => &trained.autoencoder,
        };
        let autoencoder = with_parameters(blank, parameters(found), &flex)?;
        let bank = bank.context("the bank holds a number that is none")?;
        let mut salad = Self {
            config: config.clone(),
            autoencoder,
            bank: bank.keep(&kept),
            rows: Vec::new(),
            departures: None,
            known: None,
        };
        if !held.is_empty() {
            let more = salad.features(&of(pictures, &held))?.concat();
            let all = [salad.bank.rows(), &more].concat();
            let all = Bank::new(config.features as usize, all);
            salad.bank = all.context("a feature vector of a normal picture is 0")?;
            rows.extend(&held);
        }
        salad.rows = rows;
        if config.reconstruction {
            salad.departures = Some(salad.measure(pictures)?);
        }
        if apart {
            salad.known = salad.contrasted(pictures, &of(pictures, &abnormal), held.len())?;
        }
        Ok(salad)
    }

    /// How far those of `pictures` that the bank's rows are of are from what is made of them.
    fn measure(&self, pictures: &[&GreyImage]) -> Result<NormalDepartures> {
        let normal = of(pictures, &self.rows);
        let own_rows: Vec<Option<usize>> = (0..normal.len()).map(Some).collect();
        let made = self.made(&normal, &own_rows)?;
        let size = normal[0].width();
        let departures = |which: fn(&Made) -> &[f32]| {
            let pairs = normal.iter().zip(&made);
            Departures::measure(size, pairs.map(|(own, made)| (own.pixels(), which(made))))
        };
        Ok(NormalDepartures {
            own: departures(|made| &made.own),
            prototype: departures(|made| &made.prototype),
        })
    }

    /// What the decoder makes of pictures, by prototypes without a row of the bank each.
    fn made(&self, pictures: &[&GreyImage], without: &[Option<usize>]) -> Result<Vec<Made>> {
        let places: Vec<usize> = (0..pictures.len()).collect();
        let parts = places.par_chunks(TOGETHER).map(|places| {
            let part: Vec<&GreyImage> = places.iter().map(|&at| pictures[at]).collect();
            let flex = Device::flex();
            let features = self.autoencoder.encode(side_by_side(&part, &flex));
            let vectors = numbers(features.clone())?;
            let width = self.bank.features();
            let nearest = self.config.nearest as usize;
            let rows = vectors.chunks_exact(width).zip(places);
            let prototypes =
                rows.flat_map(|(own, &at)| self.bank.prototype(own, nearest, without[at]));
            let prototypes = TensorData::new(prototypes.collect::<Vec<f32>>(), [part.len(), width]);
            let prototypes = Tensor::from_data(prototypes, &flex);
            let own = numbers(self.autoencoder.decode(features))?;
            let prototype = numbers(self.autoencoder.decode(prototypes))?;
            let pixels = part[0].pixels().len();
            let pairs = own.chunks_exact(pixels).zip(prototype.chunks_exact(pixels));
            let made = pairs.map(|(own, prototype)| Made {
                own: own.to_vec(),
                prototype: prototype.to_vec(),
            });
            Ok(made.collect())
        });
        let parts: Vec<Vec<Made>> = parts.collect::<Result<_>>()?;
        Ok(parts.into_iter().flatten().collect())
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
        let scores = self.one_class(pictures, &vec![None; pictures.len()])?;
        let Some(known) = &self.known else {
            return Ok(scores);
        };
        let features = self.features(pictures)?;
        let pairs = scores.par_iter().zip(&features);
        Ok(pairs
            .map(|(&score, own)| known.score(score, own, &self.bank.near(own)))
            .collect())
    }

    /// The same as if nothing were known of abnormal pictures, without a row of the bank each.
    fn one_class(&self, pictures: &[&GreyImage], without: &[Option<usize>]) -> Result<Vec<f64>> {
        let (nearest, form) = (self.config.nearest as usize, self.config.score);
        if form == ScoreForm::Prototypes {
            return self.departed(pictures, without, |normal, picture, made| {
                normal.score(picture.pixels(), &made.own, &made.prototype)
            });
        }
        let features = self.features(pictures)?;
        let pairs = features.par_iter().zip(without);
        Ok(pairs
            .map(|(own, &row)| score(&self.near(own, row), nearest, form))
            .collect())
    }

    /// How far prepared pictures depart from those that the autoencoder makes of them.
    pub fn errors(&self, pictures: &[&GreyImage]) -> Result<Vec<f64>> {
        let without = vec![None; pictures.len()];
        self.departed(pictures, &without, |normal, picture, made| {
            normal.own.score(picture.pixels(), &made.own)
        })
    }

    fn departed(
        &self,
        pictures: &[&GreyImage],
        without: &[Option<usize>],
        score: impl Fn(&NormalDepartures, &GreyImage, &Made) -> f64 + Sync,
    ) -> Result<Vec<f64>> {
        let normal = self.departures.as_ref();
        let normal = normal.context("the decoder has learnt nothing without L_mse")?;
        let made = self.made(pictures, without)?;
        let pairs = pictures.par_iter().zip(&made);
        Ok(pairs.map(|(own, made)| score(normal, own, made)).collect())
    }

    /// How far normal pictures are from what the decoder makes; nothing where it has not learnt.
    pub fn departures(&self) -> Option<&NormalDepartures> {
        self.departures.as_ref()
    }

    /// What is known of abnormal pictures, where that counts.
    pub fn known(&self) -> Option<&KnownAbnormal> {
        self.known.as_ref()
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

/// Those of `all` at `places`.
fn of<T: Copy>(all: &[T], places: &[usize]) -> Vec<T> {
    places.iter().map(|&own| all[own]).collect()
}

/// Checks that there is a network of this shape.
pub(in crate::images) fn possible(model: &str, shape: AutoencoderShape) -> Result<()> {
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
        ema_decay: 0.0,
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
    let learning = Learning::new(config, &learnt, device.clone());
    let net = Learner::start(shape, learning.rows(), schedule.seed, &device);
    let trained = train(&learning, net, schedule, &keeper, progress, observer)?;
    Ok(trained.net.valid())
}

/// Everything that decides what an epoch does; not how many of them there are.
pub(super) fn about(config: &impl Debug, schedule: &Schedule, learnt: &Pictures) -> Vec<u8> {
    let schedule = Schedule {
        epochs: 0,
        ..schedule.clone()
    };
    let mut about = format!("{config:?} {schedule:?} {:?}", learnt.abnormal).into_bytes();
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
#[path = "golden_test.rs"]
mod golden_tests;
#[cfg(test)]
#[path = "salad_test.rs"]
mod tests;
