//! Networks as detectors.

use anyhow::{Result, bail};
use doorstep_shared::images::GreyImage;
use doorstep_shared::images::salad::{
    ABNORMAL, AutoencoderShape, BANK, Bank, CONTRAST, DEPARTURES, Scoring,
};
use doorstep_shared::neural::{Parameter, parameters};

use super::{Detector, ImageModel, ImageTraining};
use crate::fit::Observer;
use crate::images::deep::{Deep, DeepConfig, DeepModel};
use crate::images::salad::{Pictures, Salad, SaladConfig};
use crate::progress::Progress;

/// Why scores can't be missing.
const AT_HAND: &str = "the processor's memory can be read";

/// Pictures, of which the last so many are known to be abnormal.
struct Learnt<'a> {
    pictures: Vec<&'a GreyImage>,
    abnormal: Vec<bool>,
    labels: Option<&'a [u32]>,
}

impl<'a> Learnt<'a> {
    fn new(training: &'a ImageTraining<'a>, with_abnormal: bool) -> Self {
        let mut pictures = training.normal.clone();
        let mut abnormal = vec![false; pictures.len()];
        if with_abnormal {
            pictures.extend(&training.known_abnormal);
            abnormal.resize(pictures.len(), true);
        }
        let labels = training.labels.as_ref();
        Self {
            labels: labels.map(|labels| &labels[..pictures.len()]),
            pictures,
            abnormal,
        }
    }

    fn pictures(&self) -> Pictures<'_> {
        Pictures {
            pictures: &self.pictures,
            abnormal: &self.abnormal,
            labels: self.labels,
        }
    }
}

/// Names of the models that a browser can run: those that learn to make pictures.
pub const PUBLISHED: [&str; 4] = [
    "salad",
    "salad-without-aggregation",
    "memdae",
    "autoencoder",
];

/// A trained network that can be published.
pub struct Trained {
    /// Its shape.
    pub shape: AutoencoderShape,
    /// What its scores are made of.
    pub scoring: Scoring,
    /// What it remembers.
    pub bank: Bank,
    /// Which normal picture each row of the bank is of, by its place.
    pub rows: Vec<usize>,
    /// Of the autoencoder, how far normal pictures depart where it makes any, and what is known of abnormal ones.
    network: Vec<Parameter>,
}

impl Trained {
    /// All of its parameters, with these rows of its bank.
    pub fn parameters(&self, rows: &[usize]) -> Vec<Parameter> {
        let mut all = self.network.clone();
        all.push(Parameter {
            name: BANK.to_owned(),
            shape: vec![rows.len(), self.bank.features()],
            values: self.bank.keep(rows).rows().to_vec(),
        });
        all
    }
}

/// Trains one of [`PUBLISHED`].
pub fn fit_published(
    model: &ImageModel,
    training: &ImageTraining,
    progress: &Progress,
) -> Result<Trained> {
    model.check()?;
    let (config, with_abnormal, by_error) = match model {
        ImageModel::Salad(config) | ImageModel::SaladWithoutAggregation(config) => {
            (config, true, false)
        }
        ImageModel::Memdae(config) => (config, false, false),
        ImageModel::Autoencoder(config) => (config, false, true),
        _ => bail!("only {} can be published", PUBLISHED.join(", ")),
    };
    let found = fit_salad(
        model.name(),
        config,
        training,
        with_abnormal,
        progress,
        &mut Observer::none(),
    )?;
    let size = training.normal[0].width();
    let mut network = parameters(found.autoencoder());
    if let Some(normal) = found.departures() {
        network.push(Parameter {
            name: DEPARTURES.to_owned(),
            shape: vec![2, size * size],
            values: normal.values(),
        });
    }
    if let Some(known) = found.known() {
        let bank = known.bank();
        network.push(Parameter {
            name: ABNORMAL.to_owned(),
            shape: vec![bank.n_rows(), bank.features()],
            values: bank.rows().to_vec(),
        });
        network.push(Parameter {
            name: CONTRAST.to_owned(),
            shape: vec![2],
            values: known.terms().map(|own| own as f32).to_vec(),
        });
    }
    Ok(Trained {
        shape: config.shape(size),
        scoring: match by_error {
            true => Scoring::Reconstruction,
            false => Scoring::Bank {
                nearest: config.nearest,
                form: config.score,
            },
        },
        bank: found.bank().clone(),
        rows: found.rows().to_vec(),
        network,
    })
}

fn fit_salad(
    name: &'static str,
    config: &SaladConfig,
    training: &ImageTraining,
    with_abnormal: bool,
    progress: &Progress,
    observer: &mut Observer,
) -> Result<Salad> {
    let learnt = Learnt::new(training, with_abnormal);
    Salad::fit(
        name,
        config,
        learnt.pictures(),
        u32::try_from(training.seed).unwrap_or(u32::MAX),
        training.means,
        progress,
        observer,
    )
}

/// Trains a network.
///
/// # Panics
/// When the model is none.
pub(super) fn fit(
    model: &ImageModel,
    training: &ImageTraining,
    progress: &Progress,
    observer: &mut Observer,
) -> Result<Box<dyn Detector>> {
    let seed = u32::try_from(training.seed).unwrap_or(u32::MAX);
    // SALAD learns features of known abnormal pictures as of all others (Bozorgtabar et al. 2020, section 3), and not
    // how to make them; where `contrasted` says so they count in the score; a plain autoencoder has nothing else to learn.
    let mut salad = |config: &SaladConfig, with_abnormal: bool| {
        let name = model.name();
        fit_salad(name, config, training, with_abnormal, progress, observer)
    };
    let deep = |which: DeepModel, config: &DeepConfig, with_abnormal: bool| {
        let learnt = Learnt::new(training, with_abnormal);
        Deep::fit(
            which,
            config,
            learnt.pictures(),
            seed,
            training.means,
            progress,
        )
    };
    Ok(match model {
        ImageModel::Salad(config)
        | ImageModel::SaladWithoutAggregation(config)
        | ImageModel::SaladWithoutReconstruction(config) => Box::new(salad(config, true)?),
        ImageModel::Memdae(config) => Box::new(salad(config, false)?),
        ImageModel::Autoencoder(config) => Box::new(ByError(salad(config, false)?)),
        ImageModel::DeepSvdd(config) => Box::new(deep(DeepModel::DeepSvdd, config, false)?),
        ImageModel::DeepSad(config) => Box::new(deep(DeepModel::DeepSad, config, true)?),
        ImageModel::SupervisedResnet18(config) => {
            Box::new(deep(DeepModel::SupervisedResnet18, config, true)?)
        }
        _ => panic!("{} is no network", model.name()),
    })
}

impl Detector for Salad {
    fn score(&self, prepared: &GreyImage) -> f64 {
        Detector::scores(self, &[prepared])[0]
    }

    fn scores(&self, prepared: &[&GreyImage]) -> Vec<f64> {
        self.scores(prepared).expect(AT_HAND)
    }
}

/// An autoencoder whose score is what it can't make.
struct ByError(Salad);

impl Detector for ByError {
    fn score(&self, prepared: &GreyImage) -> f64 {
        self.scores(&[prepared])[0]
    }

    fn scores(&self, prepared: &[&GreyImage]) -> Vec<f64> {
        self.0.errors(prepared).expect(AT_HAND)
    }
}

impl Detector for Deep {
    fn score(&self, prepared: &GreyImage) -> f64 {
        Detector::scores(self, &[prepared])[0]
    }

    fn scores(&self, prepared: &[&GreyImage]) -> Vec<f64> {
        self.scores(prepared).expect(AT_HAND)
    }
}
