//! Random views of a prepared picture that show the same thing: what a network is to
//! take for one picture.

use doorstep_shared::images::GreyImage;

use crate::dice::{Dice, Purpose};

/// How much a view may differ. All 0 and no flip leaves pictures as they are.
#[derive(Clone, Debug, PartialEq)]
pub struct Augmentation {
    /// Whether half of the views are mirrored, left for right.
    pub flip: bool,
    /// Most of the width and height that is cut off, 0 to 0.5.
    pub crop: f32,
    /// Most degrees that a view is turned either way, 0 to 45.
    pub rotation: f32,
    /// Most by which contrast is raised or lowered, as a share of it, 0 to 0.9.
    pub contrast: f32,
}

/// The view of `image` with this `seed`, of the same size. What lies beyond the picture repeats its
/// edge; contrast is changed about the mean, and levels are kept within those of the picture.
pub fn augment(image: &GreyImage, augmentation: &Augmentation, seed: u64) -> GreyImage {
    let mut dice = Dice::new(seed, Purpose::View, 0);
    // All is drawn, used or not, so that a setting changes nothing but its own effect.
    let mirrored = dice.chance(0.5) && augmentation.flip;
    let mut even = |most: f32| most * (2.0 * dice.unit() - 1.0) as f32;
    let [zoom, along, down] = [even(1.0), even(1.0), even(1.0)];
    let (sine, cosine) = turn(even(augmentation.rotation));
    let gain = 1.0 + even(augmentation.contrast);

    let (width, height) = (image.width() as f32, image.height() as f32);
    let kept = 1.0 - augmentation.crop * zoom.abs();
    let (centre_x, centre_y) = (
        0.5 * width * (1.0 + along * (1.0 - kept)),
        0.5 * height * (1.0 + down * (1.0 - kept)),
    );
    let mean = image.pixels().iter().sum::<f32>() / image.pixels().len() as f32;
    let least = image.pixels().iter().copied().fold(f32::INFINITY, f32::min);
    let most = (image.pixels().iter().copied()).fold(f32::NEG_INFINITY, f32::max);
    let mut pixels = Vec::with_capacity(image.pixels().len());
    for row in 0..image.height() {
        for column in 0..image.width() {
            let column = match mirrored {
                true => image.width() - 1 - column,
                false => column,
            };
            let x = (column as f32 + 0.5 - 0.5 * width) * kept;
            let y = (row as f32 + 0.5 - 0.5 * height) * kept;
            let pixel = sample(
                image,
                centre_x + cosine * x - sine * y - 0.5,
                centre_y + sine * x + cosine * y - 0.5,
            );
            pixels.push((mean + gain * (pixel - mean)).clamp(least, most));
        }
    }
    GreyImage::new(image.width(), image.height(), pixels).expect("levels of the picture")
}

/// Sine and cosine of an angle by the tangent of its half, with nothing but arithmetic, as
/// libraries of mathematics differ in the last digit. The angle is right to a part in a thousand.
fn turn(degrees: f32) -> (f32, f32) {
    let half = degrees.to_radians() / 2.0;
    let tangent = half / (1.0 - half * half / 3.0);
    let square = tangent * tangent;
    (
        2.0 * tangent / (1.0 + square),
        (1.0 - square) / (1.0 + square),
    )
}

/// The level at a place between pixels.
fn sample(image: &GreyImage, x: f32, y: f32) -> f32 {
    let x = x.clamp(0.0, (image.width() - 1) as f32);
    let y = y.clamp(0.0, (image.height() - 1) as f32);
    let (left, top) = (x as usize, y as usize);
    let right = (left + 1).min(image.width() - 1);
    let bottom = (top + 1).min(image.height() - 1);
    let (across, down) = (x - left as f32, y - top as f32);
    let row = |y: usize| image.at(left, y) + across * (image.at(right, y) - image.at(left, y));
    row(top) + down * (row(bottom) - row(top))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Augmentation = Augmentation {
        flip: true,
        crop: 0.1,
        rotation: 5.0,
        contrast: 0.2,
    };
    const NOTHING: Augmentation = Augmentation {
        flip: false,
        crop: 0.0,
        rotation: 0.0,
        contrast: 0.0,
    };

    fn image() -> GreyImage {
        let pixels = (0..32 * 32).map(|at| ((at * 53 + 7) % 97) as f32 / 96.0);
        GreyImage::new(32, 32, pixels.collect()).unwrap()
    }

    fn difference(a: &GreyImage, b: &GreyImage) -> f32 {
        let pairs = a.pixels().iter().zip(b.pixels());
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn the_same_seed_gives_the_same_view_and_another_one_another() {
        let view = |seed| augment(&image(), &ALL, seed);
        assert_eq!(view(3), view(3));
        assert_ne!(view(3), view(4));
    }

    #[test]
    fn nothing_changes_nothing_and_a_flip_mirrors() {
        for seed in 0..8 {
            assert!(difference(&augment(&image(), &NOTHING, seed), &image()) < 1e-5);
        }
        let flip = Augmentation {
            flip: true,
            ..NOTHING
        };
        let pixels = (0..1024).map(|at| image().at(31 - at % 32, at / 32));
        let mirror = GreyImage::new(32, 32, pixels.collect()).unwrap();
        let mirrored = (0..100)
            .filter(|&seed| difference(&augment(&image(), &flip, seed), &mirror) < 1e-5)
            .count();
        assert!((35..65).contains(&mirrored), "{mirrored}");
    }

    #[test]
    fn contrast_keeps_mean_and_levels() {
        let contrast = Augmentation {
            contrast: 0.5,
            ..NOTHING
        };
        let pixels = (0..256).map(|at| 0.5 + 0.2 * ((at % 16) as f32 - 7.5) / 7.5);
        let soft = GreyImage::new(16, 16, pixels.collect()).unwrap();
        for seed in 0..10 {
            let view = augment(&soft, &contrast, seed);
            let mean = view.pixels().iter().sum::<f32>() / 256.0;
            assert!((mean - 0.5).abs() < 1e-4);
            assert!(view.pixels().iter().all(|p| (0.299..=0.701).contains(p)));
        }
    }

    #[test]
    fn a_turn_is_a_turn() {
        for degrees in [-45.0_f32, -5.0, 0.0, 1.0, 30.0] {
            let (sine, cosine) = turn(degrees);
            assert!((sine - degrees.to_radians().sin()).abs() < 1e-3);
            assert!((sine * sine + cosine * cosine - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn constant_and_tiny_pictures_stay() {
        for side in [1, 2, 16] {
            let flat = GreyImage::new(side, side, vec![0.4; side * side]).unwrap();
            assert!(difference(&augment(&flat, &ALL, 1), &flat) < 1e-6);
        }
    }
}
