//! Where a picture is unusual.

use serde::{Deserialize, Serialize};

/// A way to find out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Map {
    /// How far each pixel is from what the autoencoder makes of it, smoothed; 1 is what one of a hundred
    /// pixels of normal pictures exceeds.
    Reconstruction,
    /// How far the score falls without each patch; 1 is from the median of normal pictures to the threshold.
    /// Takes as long as some two hundred pictures.
    Occlusion,
}

/// Pixels on each side of one over which an error is averaged.
const REACH: usize = 2;
/// Patches on a side, were they not to overlap.
const PATCHES: usize = 8;

/// The mean of the absolute differences around each pixel of `size` × `size`.
pub fn smoothed_error(pixels: &[f32], made: &[f32], size: usize) -> Vec<f32> {
    let error: Vec<f32> = pixels
        .iter()
        .zip(made)
        .map(|(a, b)| (a - b).abs())
        .collect();
    let around = |at: usize| at.saturating_sub(REACH)..(at + REACH + 1).min(size);
    let mean = |x: usize, y: usize| {
        let rows = around(y);
        let n = rows.len() * around(x).len();
        let sum: f32 = rows.flat_map(|row| &error[row * size..][around(x)]).sum();
        sum / n as f32
    };
    (0..size * size)
        .map(|at| mean(at % size, at / size))
        .collect()
}

/// Patches that overlap by half and cover a picture of `size` × `size`, each as the places of its pixels.
pub(super) fn patches(size: usize) -> Vec<Vec<usize>> {
    let side = (size / PATCHES).max(2);
    let last = size - side;
    let steps = (0..last).step_by(side / 2);
    let firsts: Vec<usize> = steps.chain([last]).collect();
    let corners = firsts
        .iter()
        .flat_map(|&top| firsts.iter().map(move |&left| (top, left)));
    let places = |(top, left)| {
        let rows = top..top + side;
        rows.flat_map(|y| (left..left + side).map(move |x| y * size + x))
            .collect()
    };
    corners.map(places).collect()
}

/// The picture with a patch replaced by what was `made` of it.
pub(super) fn occluded(pixels: &[f32], made: &[f32], patch: &[usize]) -> Vec<f32> {
    let mut picture = pixels.to_vec();
    patch.iter().for_each(|&at| picture[at] = made[at]);
    picture
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_spread_over_its_surroundings() {
        let size = 8;
        let mut made = vec![0.5; 64];
        made[3 * size + 3] = 0.0;
        made[0] = 1.0;
        let found = smoothed_error(&[0.5; 64], &made, size);
        assert_eq!(found[3 * size + 3], 0.5 / 25.0);
        assert_eq!(found[5 * size + 5], 0.5 / 25.0);
        assert_eq!(found[6 * size + 6], 0.0);
        assert_eq!(found[0], 0.5 / 9.0);
    }

    #[test]
    fn every_pixel_is_occluded_and_others_stay() {
        for size in [8, 20, 40, 64, 136] {
            let pixels: Vec<f32> = (0..size * size).map(|at| at as f32).collect();
            let made: Vec<f32> = pixels.iter().map(|own| -own - 1.0).collect();
            let patches = patches(size);
            let mut covered = vec![false; size * size];
            for patch in &patches {
                patch.iter().for_each(|&at| covered[at] = true);
                let changed = occluded(&pixels, &made, patch);
                let changed = (0..size * size).filter(|&at| changed[at] == made[at]);
                assert_eq!(&changed.collect::<Vec<usize>>(), patch);
            }
            assert!(covered.iter().all(|own| *own), "{size}");
            assert!(patches.len() <= 400, "{size}: {}", patches.len());
        }
    }
}
