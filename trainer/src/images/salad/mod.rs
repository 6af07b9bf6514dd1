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
use doorstep_shared::images::salad::{Autoencoder, Bank};
use doorstep_shared::neural::{parameters, with_parameters};
use rayon::prelude::*;

pub use config::SaladConfig;

use self::learner::{Learner, side_by_side};
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
    /// Trains one. The same seed gives the same model, whatever the number of threads.
    ///
    /// # Errors
    /// A hyper-parameter out of its range, fewer than two pictures, none that is normal, pictures
    /// of several sizes, a loss that is no number, a checkpoint of something else.
    pub fn fit(
        config: &SaladConfig,
        learnt: Pictures,
        seed: u32,
        means: Means,
        progress: &Progress,
        observer: &mut Observer,
    ) -> Result<Self> {
        let pictures = learnt.pictures;
        ensure!(
            pictures.len() >= 2,
            "salad learns from two pictures at least"
        );
        ensure!(
            pictures.len() == learnt.abnormal.len(),
            "every picture is normal or not"
        );
        let size = pictures[0].width();
        let alike = |picture: &&GreyImage| picture.width() == size && picture.height() == size;
        ensure!(
            pictures.iter().all(alike),
            "pictures are squares of one size once they are prepared"
        );
        config.check(size)?;
        let rows = (0..pictures.len()).filter(|&own| !learnt.abnormal[own]);
        let rows: Vec<usize> = rows.collect();
        ensure!(
            !rows.is_empty(),
            "salad needs pictures that are not known to be abnormal"
        );

        let shape = config.shape(size);
        let device = means.compute.device().autodiff();
        let schedule = Schedule {
            model: "salad",
            epochs: config.epochs(),
            patience: 0,
            learning_rate: config.learning_rate,
            first_moment: 0.5,
            second_moment: 0.999,
            weight_decay: 0.0,
            decoupled: false,
            dropout: 0.0,
            seed,
        };
        let about = about(config, &schedule, &learnt);
        let keeper = Keeper::new(means.checkpoints, "salad", &about);
        let learning = Learning::new(config, pictures, learnt.labels, device.clone());
        let net = Learner::start(shape, pictures.len(), seed, &device);
        let trained = train(&learning, net, &schedule, &keeper, progress, observer)?
            .net
            .valid();
        let bank = numbers(trained.bank.val())?;
        let bank = Bank::new(config.features as usize, bank);
        // Wherever it was trained, it is judged and published from the processor.
        let flex = Device::flex();
        let blank = Autoencoder::blank(shape, &flex);
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
        let parts: Vec<Result<Vec<Vec<f32>>>> = pictures
            .par_chunks(TOGETHER)
            .map(|part| {
                let part: Vec<GreyImage> = part.iter().map(|own| (*own).clone()).collect();
                let features = self
                    .autoencoder
                    .encode(side_by_side(&part, &Device::flex()));
                let width = self.bank.features();
                Ok(numbers(features)?
                    .chunks_exact(width)
                    .map(<[f32]>::to_vec)
                    .collect())
            })
            .collect();
        let mut all = Vec::with_capacity(pictures.len());
        for part in parts {
            all.extend(part?);
        }
        Ok(all)
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

    /// What is left of each pixel when the autoencoder has made the pictures anew: the mean square.
    pub fn errors(&self, pictures: &[&GreyImage]) -> Result<Vec<f64>> {
        let part = |part: &[&GreyImage]| {
            let part: Vec<GreyImage> = part.iter().map(|own| (*own).clone()).collect();
            let pixels = part[0].pixels().len();
            let read = side_by_side(&part, &Device::flex());
            let made = self
                .autoencoder
                .decode(self.autoencoder.encode(read.clone()));
            let off = numbers((read.clone() - made).square())?;
            let of = |own: &[f32]| own.iter().map(|x| f64::from(*x)).sum::<f64>() / pixels as f64;
            Ok(off.chunks_exact(pixels).map(of).collect::<Vec<f64>>())
        };
        let parts: Vec<Result<Vec<f64>>> = pictures.par_chunks(TOGETHER).map(part).collect();
        let mut all = Vec::with_capacity(pictures.len());
        for part in parts {
            all.extend(part?);
        }
        Ok(all)
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
