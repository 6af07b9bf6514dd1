//! What a step of such a network makes small.

use anyhow::Result;
use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::activation::softplus;
use burn::tensor::{Device, Tensor, TensorData};
use doorstep_shared::images::GreyImage;
use doorstep_shared::images::salad::Encoder;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rayon::prelude::*;

use super::config::DeepConfig;
use crate::images::augment::augment;
use crate::images::salad::side_by_side;
use crate::neural::{Dropout, Gradient, Task, numbers};

/// Keeps a square that divides from 0 (Ruff et al. 2020, appendix D).
const LEAST_SQUARE: f32 = 1e-6;

/// What a picture's vector is to be.
#[derive(Clone, Debug)]
pub(super) enum Aim {
    /// Near this centre, or far from it where the picture is known to be abnormal, which counts
    /// η: Deep SVDD (Ruff et al. 2018, equation 4) and Deep SAD (Ruff et al. 2020, equation 7).
    Centre(Vec<f32>, f32),
    /// The log odds that the picture is abnormal.
    Odds,
}

/// What is learnt from.
pub(super) struct Learning<'a> {
    pub config: &'a DeepConfig,
    pub pictures: &'a [&'a GreyImage],
    pub abnormal: &'a [bool],
    pub aim: Aim,
    pub device: Device,
}

/// Pictures of one step, each with the seed of its view.
pub(super) struct Step(Vec<(usize, u64)>);

impl Learning<'_> {
    fn loss(&self, vectors: Tensor<2>, abnormal: &[bool]) -> Tensor<1> {
        let [n, _] = vectors.dims();
        let by_kind = |normal: f32, abnormal_is: f32| {
            let values = abnormal
                .iter()
                .map(|&own| if own { abnormal_is } else { normal });
            let data = TensorData::new(values.collect::<Vec<f32>>(), [n, 1]);
            Tensor::<2>::from_data(data, &self.device)
        };
        match &self.aim {
            Aim::Centre(centre, eta) => {
                let centre = TensorData::new(centre.clone(), [1, centre.len()]);
                let off = vectors - Tensor::from_data(centre, &self.device);
                let square = (off.clone() * off).sum_dim(1);
                let far = (square.clone() + LEAST_SQUARE).recip();
                (square * by_kind(1.0, 0.0) + far * by_kind(0.0, *eta)).mean()
            }
            // −log of the chance of what is so.
            Aim::Odds => softplus(vectors * by_kind(1.0, -1.0), 1.0).mean(),
        }
    }
}

impl Task for Learning<'_> {
    type Net = Encoder;
    type Step = Step;

    const LOSS: &'static str =
        "mean of ‖φ(x) − c‖² (its inverse for known abnormal pictures), or of −log p";
    const EMPTY: &'static str = "there are no two pictures";

    fn steps(&self, rng: &mut ChaCha8Rng) -> Vec<Step> {
        let order = 0..self.pictures.len();
        let mut order: Vec<(usize, u64)> = order.map(|own| (own, rng.next_u64())).collect();
        order.shuffle(rng);
        evenly(&order, self.config.batch as usize)
            .map(Step)
            .collect()
    }

    fn gradient(&self, net: &Encoder, step: &Step, _: &mut Dropout) -> Result<Gradient<Encoder>> {
        let views = step
            .0
            .par_iter()
            .map(|(own, seed)| augment(self.pictures[*own], &augmentation, *seed));
        let views: Vec<GreyImage> = views.collect();
        let (vectors, spreads) = net.see(side_by_side(&views, &self.device));
        let abnormal: Vec<bool> = step.0.iter().map(|(own, _)| self.abnormal[*own]).collect();
        let loss = self.loss(vectors, &abnormal);
        let value = numbers(loss.clone())?[0];
        let mut gradients = GradientsParams::from_grads(loss.backward(), net);
        if let Aim::Centre(..) = self.aim {
            // What could map all pictures to the centre by itself stays as it is (Ruff et al. 2018,
            // propositions 1 and 2).
            for id in shifts_and_scales(net) {
                let _ = gradients.remove::<1>(id);
            }
        }
        Ok(Gradient {
            loss: f64::from(value) * step.0.len() as f64,
            count: step.0.len(),
            gradients,
            after: Some(Box::new(move |net: Encoder| Ok(net.remember(spreads)))),
        })
    }

    /// Nothing is watched: normal pictures alone don't say when to stop.
    fn judge(&self, _: &Encoder) -> Result<Option<f64>> {
        Ok(None)
    }
}

/// Parts of like size, of `most` at most and two at least, so that none has a single picture to
/// be normalised by; none where there is no such part.
pub(in crate::images) fn evenly<T: Clone>(all: &[T], most: usize) -> impl Iterator<Item = Vec<T>> {
    let n = all.len();
    let parts = n.div_ceil(most).min(n / 2);
    (0..parts).map(move |part| all[n * part / parts..n * (part + 1) / parts].to_vec())
}

/// The parameters that are one number a channel.
fn shifts_and_scales(net: &Encoder) -> Vec<ParamId> {
    struct Vectors(Vec<ParamId>);
    impl ModuleVisitor for Vectors {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if D == 1 {
                self.0.push(param.id);
            }
        }
    }
    let mut vectors = Vectors(Vec::new());
    net.visit(&mut vectors);
    vectors.0
}
