//! Pre-training and rounds (Bozorgtabar et al. 2020, section 2 and figure 2).

use std::cell::RefCell;

use anyhow::{Context as _, Result};
use burn::optim::GradientsParams;
use burn::tensor::Device;
use doorstep_shared::images::GreyImage;
use doorstep_shared::images::salad::Bank;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rayon::prelude::*;

use super::Pictures;
use super::config::SaladConfig;
use super::learner::{Learner, constant, side_by_side};
use super::losses::{membership, reconstruction, renewed};
use super::neighbourhoods::Neighbourhoods;
use crate::images::augment::augment;
use crate::images::deep::evenly;
use crate::images::disturb::disturb;
use crate::neural::{Dropout, Gradient, Task, numbers, towards};

/// What is learnt from, and how far that has come.
pub(super) struct Learning<'a> {
    pub config: &'a SaladConfig,
    /// Prepared, of one size; two at least.
    pub pictures: &'a [&'a GreyImage],
    /// Which of them are known to be abnormal: their features are learnt, and not how to make them, as that
    /// is what the score misses of abnormal pictures.
    pub abnormal: &'a [bool],
    /// What each shows, where that is known: told of, never learnt.
    pub labels: Option<&'a [u32]>,
    pub device: Device,
    /// Of a round, from 1; 0 in pre-training.
    pub round: RefCell<(u32, Neighbourhoods)>,
}

/// Rows of one step, each with the seed of its view: a picture's own, then those of disturbed pictures.
pub(super) struct Step(Vec<(usize, u64)>);

/// What is disturbed is drawn apart from how it is seen.
const DISTURBED: u64 = 1 << 63;

impl<'a> Learning<'a> {
    pub fn new(config: &'a SaladConfig, learnt: &Pictures<'a>, device: Device) -> Self {
        let mut learning = Self {
            config,
            pictures: learnt.pictures,
            abnormal: learnt.abnormal,
            labels: learnt.labels,
            device,
            round: RefCell::default(),
        };
        learning.round = RefCell::new((0, Neighbourhoods::none(learning.rows())));
        learning
    }

    /// Rows of the bank: one for each picture, and one for each disturbed one.
    pub fn rows(&self) -> usize {
        let n = self.pictures.len();
        n + self.config.disturbed_beside(n)
    }

    /// How far a step moves the averaged parameters; nothing where none are.
    fn averaged_share(&self) -> Option<f32> {
        let steps = self.rows().div_ceil(self.config.batch as usize);
        let averaging = self.config.averaging;
        (averaging > 0.0).then(|| 1.0 / (1.0 + averaging * steps as f32))
    }

    /// The rows of the bank that a picture is to be taken for.
    fn members(&self, picture: usize) -> Vec<u32> {
        let own = picture as u32;
        let round = self.round.borrow();
        match round.1.of(picture) {
            [] => vec![own],
            near => near.iter().copied().chain([own]).collect(),
        }
    }
}

/// A view of a row's picture, and the same as it is shown where that is disturbed.
fn view(
    config: &SaladConfig,
    pictures: &[&GreyImage],
    (row, seed): (usize, u64),
) -> (GreyImage, Option<GreyImage>) {
    let n = pictures.len();
    let view = augment(pictures[row % n], &config.augmentation(), seed);
    let disturbed = (row >= n).then(|| {
        let other = pictures[(seed % n as u64) as usize];
        disturb(&view, other, config.exposed, seed ^ DISTURBED)
    });
    (view, disturbed)
}

impl Task for Learning<'_> {
    type Net = Learner;
    type Step = Step;

    const LOSS: &'static str = "mean of ‖x − x̂‖² + λ · mean of −log p of the own rows of the bank";
    const EMPTY: &'static str = "there are no two pictures";

    /// A round begins with new anchors, or none where L_agg isn't learnt: what is weighed by λ is the same.
    fn begin(&self, mut net: Learner, epoch: u32) -> Result<Learner> {
        let config = self.config;
        let round = config.round(epoch);
        if round == 0 || !(config.instances || config.aggregation) {
            return Ok(net);
        }
        if config.round(epoch - 1) != round {
            let rows = numbers(net.bank.val())?;
            net.frozen = constant(rows, self.rows(), &self.device);
        }
        if self.round.borrow().0 != round {
            let rows = numbers(net.frozen.val())?;
            let bank = Bank::new(config.features as usize, rows);
            let bank = bank.context("the bank holds a number that is none")?;
            let (k, temperature) = (config.neighbours as usize, f64::from(config.temperature));
            let share = if config.aggregation { round } else { 0 };
            let found = Neighbourhoods::discover(&bank, temperature, k, share, config.rounds);
            *self.round.borrow_mut() = (round, found);
        }
        Ok(net)
    }

    fn steps(&self, rng: &mut ChaCha8Rng) -> Vec<Step> {
        let order = 0..self.rows();
        let mut order: Vec<(usize, u64)> = order.map(|own| (own, rng.next_u64())).collect();
        order.shuffle(rng);
        evenly(&order, self.config.batch as usize)
            .map(Step)
            .collect()
    }

    fn gradient(&self, net: &Learner, step: &Step, _: &mut Dropout) -> Result<Gradient<Learner>> {
        let config = self.config;
        let pictures = self.pictures;
        let views = step.0.par_iter().map(|&own| view(config, pictures, own));
        let views: Vec<(GreyImage, Option<GreyImage>)> = views.collect();
        let shown: Vec<&GreyImage> = (views.iter())
            .map(|(view, disturbed)| disturbed.as_ref().unwrap_or(view))
            .collect();
        let seen = net.autoencoder.see(side_by_side(&shown, &self.device));
        let lambda = match self.round.borrow().0 {
            0 => 1.0,
            _ => config.lambda,
        };
        let mut losses = Vec::new();
        if config.reconstruction {
            // A disturbed picture is to be made as it was.
            let views: Vec<&GreyImage> = views.iter().map(|(view, _)| view).collect();
            let views = side_by_side(&views, &self.device);
            let normal = |(row, _): &(usize, u64)| !self.abnormal[row % pictures.len()];
            let normal: Vec<bool> = step.0.iter().map(normal).collect();
            losses.push(reconstruction(views, seen.pictures, &normal));
        }
        if config.instances || config.aggregation {
            let members = step.0.iter().map(|(own, _)| self.members(*own));
            let found = membership(
                seen.features.clone(),
                net.bank.val(),
                &members.collect::<Vec<_>>(),
                config.temperature,
            );
            losses.push(found.mul_scalar(lambda));
        }
        let loss = losses.into_iter().reduce(|a, b| a + b);
        let loss = loss.context("some loss is learnt")?;
        let value = numbers(loss.clone())?[0];
        let features = numbers(seen.features)?;
        let own: Vec<usize> = step.0.iter().map(|(own, _)| *own).collect();
        let (share, device, spreads) = (config.bank_share, self.device.clone(), seen.spreads);
        let averaged = self.averaged_share();
        let n = self.rows();
        let after = move |mut net: Learner| {
            net.autoencoder = net.autoencoder.remember(spreads);
            if let Some(share) = averaged {
                net.averaged = towards(net.averaged, &net.autoencoder, share);
            }
            let mut bank = numbers(net.bank.val())?;
            renewed(&mut bank, &features, &own, share);
            net.bank = constant(bank, n, &device);
            Ok(net)
        };
        Ok(Gradient {
            loss: f64::from(value) * step.0.len() as f64,
            count: step.0.len(),
            gradients: GradientsParams::from_grads(loss.backward(), net),
            after: Some(Box::new(after)),
        })
    }

    /// Nothing is watched: normal pictures alone don't say when to stop.
    fn judge(&self, _: &Learner) -> Result<Option<f64>> {
        Ok(None)
    }

    fn told(&self) -> Vec<(&'static str, f64)> {
        let (round, found) = &*self.round.borrow();
        if *round == 0 {
            return Vec::new();
        }
        let mut told = vec![
            ("round", f64::from(*round)),
            ("anchors", found.anchors() as f64),
            ("entropy", found.entropy),
        ];
        let purity = self.labels.and_then(|labels| found.purity(labels));
        told.extend(purity.map(|purity| ("purity", purity)));
        told
    }
}
