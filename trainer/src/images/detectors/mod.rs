//! What scores how unusual a prepared picture is, and the one door through which all of it is fitted.

mod forest;
mod knn;
mod model;
mod networks;
mod pca;
mod svm;
mod trivial;

use anyhow::{Result, ensure};
use doorstep_shared::images::GreyImage;
use rayon::prelude::*;

pub use forest::ForestConfig;
pub use knn::KnnConfig;
pub use model::{ImageModel, image_models};
pub use networks::{PUBLISHED, Trained, fit_published};
pub use pca::PcaKnnConfig;
pub use svm::SvmConfig;
pub use trivial::{border, mean_intensity};

use crate::fit::Observer;
use crate::neural::Means;
use crate::progress::Progress;

/// A fitted model of normal pictures.
pub trait Detector: Sync {
    /// How unusual a prepared picture is: finite, higher where it is more so. Scores of one detector
    /// can be compared with each other only.
    fn score(&self, prepared: &GreyImage) -> f64;

    /// The scores of many, in their order.
    fn scores(&self, prepared: &[&GreyImage]) -> Vec<f64> {
        prepared.par_iter().map(|image| self.score(image)).collect()
    }
}

/// What detectors are fitted on: prepared pictures of one size.
#[derive(Clone, Debug)]
pub struct ImageTraining<'a> {
    /// Taken for normal, in the order of the file.
    pub normal: Vec<&'a GreyImage>,
    /// Known to be abnormal; only models that learn from such pictures use them.
    pub known_abnormal: Vec<&'a GreyImage>,
    /// What each of both shows, one after the other, where that is known: told of in progress, never learnt.
    pub labels: Option<Vec<u32>>,
    /// Where everything random starts.
    pub seed: u64,
    /// What networks are trained with.
    pub means: Means<'a>,
}

/// Fits `model`; tells `observer` of each epoch where that is one of SALAD's networks.
pub fn fit(
    model: &ImageModel,
    training: &ImageTraining,
    progress: &Progress,
    observer: &mut Observer,
) -> Result<Box<dyn Detector>> {
    model.check()?;
    if model.is_neural() {
        return networks::fit(model, training, progress, observer);
    }
    let rows = rows(&training.normal)?;
    let _spinner = progress.spinner(model.name());
    Ok(match model {
        ImageModel::PixelKnn(config) => Box::new(knn::fit(config, rows)),
        ImageModel::PcaKnn(config) => Box::new(pca::fit(config, &rows)?),
        ImageModel::IsolationForest(config) => Box::new(forest::fit(config, &rows, training.seed)),
        ImageModel::OneClassSvm(config) => Box::new(svm::fit(config, rows)?),
        _ => unreachable!("{} is a network", model.name()),
    })
}

/// The pixels of pictures, which must have one size.
fn rows<'a>(images: &[&'a GreyImage]) -> Result<Vec<&'a [f32]>> {
    ensure!(images.len() >= 2, "models need two pictures to learn from");
    let size = |image: &GreyImage| (image.width(), image.height());
    ensure!(
        images.iter().all(|image| size(image) == size(images[0])),
        "pictures have different sizes; prepare them alike"
    );
    Ok(images.iter().map(|image| image.pixels()).collect())
}

#[cfg(test)]
#[path = "detectors_test.rs"]
mod tests;
