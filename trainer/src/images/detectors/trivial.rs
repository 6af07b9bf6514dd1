//! Controls that know nothing of what a picture shows. Where they tell normal from
//! abnormal, a data set's pictures differ by how they were taken, and other models may see no more.

use doorstep_shared::images::GreyImage;

use super::Detector;
use super::knn::Neighbours;

/// Pixels from the edge that the border control sees.
const BORDER: usize = 3;
/// Neighbours that its score is the mean of.
const NEIGHBOURS: usize = 5;

/// The distance of a picture's mean from the median of the training pictures' means.
pub fn mean_intensity(training: &[&GreyImage]) -> impl Detector {
    let mut means: Vec<f64> = training.iter().map(|image| mean(image)).collect();
    means.sort_unstable_by(f64::total_cmp);
    MeanIntensity(means[means.len() / 2])
}

struct MeanIntensity(f64);

impl Detector for MeanIntensity {
    fn score(&self, prepared: &GreyImage) -> f64 {
        (mean(prepared) - self.0).abs()
    }
}

fn mean(image: &GreyImage) -> f64 {
    let pixels = image.pixels();
    pixels.iter().map(|&p| f64::from(p)).sum::<f64>() / pixels.len() as f64
}

/// The mean distance to the nearest training pictures by the outermost three pixels of each side alone.
pub fn border(training: &[&GreyImage]) -> impl Detector {
    let points = training.iter().map(|image| edge(image)).collect();
    Border(Neighbours::new(points, NEIGHBOURS))
}

struct Border(Neighbours);

impl Detector for Border {
    fn score(&self, prepared: &GreyImage) -> f64 {
        self.0.distance(&edge(prepared))
    }
}

fn edge(image: &GreyImage) -> Vec<f32> {
    let (width, height) = (image.width(), image.height());
    let outside = |at: usize, length: usize| at < BORDER || at + BORDER >= length;
    (0..width * height)
        .filter(|at| outside(at % width, width) || outside(at / width, height))
        .map(|at| image.pixels()[at])
        .collect()
}
