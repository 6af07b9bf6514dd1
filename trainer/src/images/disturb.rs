//! Made-up anomalies: what is added to a picture that normal ones don't have, so that a network
//! learns to leave it out.

use doorstep_shared::images::GreyImage;

use crate::dice::{Dice, Purpose};

/// Share of the pictures into which a part of another one is pasted, as by Li et al. 2021
/// ("CutPaste"), with soft edges; the others get blotches.
const PASTED: f64 = 0.4;
/// Most blotches of a picture.
const BLOTCHES: u64 = 4;
/// Share of the pictures whose blotches are brighter than what they cover.
const BRIGHTER: f64 = 0.7;
/// By how much, least and most, of the range from black to white.
const STRENGTH: (f64, f64) = (0.08, 0.4);
/// Radius of a blotch in widths of the picture.
const RADIUS: (f64, f64) = (0.05, 0.3);
/// Radius of what is pasted.
const PASTED_RADIUS: (f64, f64) = (0.1, 0.3);
/// How far what is pasted lay away, in widths of the picture.
const AWAY: f64 = 0.5;
/// Most by which a picture as a whole becomes brighter or darker.
const SHIFT: f64 = 0.25;
/// Most that its contrast is multiplied or divided by.
const CONTRAST: f64 = 2.0;

/// `image` with another exposure in the share `exposed` of all cases; else with blotches, or with a part of `other`,
/// which has the same size, in another place. The same `seed` does the same.
pub fn disturb(image: &GreyImage, other: &GreyImage, exposed: f32, seed: u64) -> GreyImage {
    let mut dice = Dice::new(seed, Purpose::Disturbance, 0);
    if exposed > 0.0 && dice.chance(exposed.into()) {
        return expose(image, &mut dice);
    }
    let (width, height) = (image.width(), image.height());
    let places = || (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let pixels: Vec<f32> = if dice.chance(PASTED) {
        let shape = Ellipse::draw(PASTED_RADIUS, width, height, &mut dice);
        let mut away = |side: usize| {
            let share = AWAY * (2.0 * dice.unit() - 1.0);
            ((1.0 + share) * side as f64) as usize
        };
        let (across, down) = (away(width), away(height));
        let pasted = |(x, y): (usize, usize)| {
            // What leaves the picture on one side comes in at the other.
            let new = other.at((x + across) % width, (y + down) % height);
            let own = image.at(x, y);
            own + shape.at(x, y) * (new - own)
        };
        places().map(pasted).collect()
    } else {
        let strength = between(STRENGTH, &mut dice);
        let sign = if dice.chance(BRIGHTER) { 1.0 } else { -1.0 };
        let added = (sign * strength) as f32;
        let shapes: Vec<Ellipse> = (0..1 + dice.below(BLOTCHES))
            .map(|_| Ellipse::draw(RADIUS, width, height, &mut dice))
            .collect();
        let blotched = |(x, y): (usize, usize)| {
            let covered = shapes.iter().map(|shape| shape.at(x, y));
            image.at(x, y) + added * covered.fold(0.0, f32::max)
        };
        places().map(blotched).collect()
    };
    let pixels = pixels.into_iter().map(|pixel| pixel.clamp(0.0, 1.0));
    GreyImage::new(width, height, pixels.collect()).expect("as many finite levels as before")
}

/// `image` brighter or darker, and with more or less contrast about its mean.
fn expose(image: &GreyImage, dice: &mut Dice) -> GreyImage {
    let shift = (SHIFT * (2.0 * dice.unit() - 1.0)) as f32;
    let times = 1.0 + (CONTRAST - 1.0) * dice.unit();
    let contrast = if dice.chance(0.5) { times } else { 1.0 / times } as f32;
    let mean = image.pixels().iter().sum::<f32>() / image.pixels().len() as f32;
    let level = |pixel: &f32| (mean + shift + contrast * (pixel - mean)).clamp(0.0, 1.0);
    let pixels = image.pixels().iter().map(level).collect();
    GreyImage::new(image.width(), image.height(), pixels).expect("as many finite levels as before")
}

/// A number between two, the smaller the likelier.
fn between((least, most): (f64, f64), dice: &mut Dice) -> f64 {
    let share = dice.unit();
    least + (most - least) * share * share
}

/// An ellipse with soft edges, in pixels.
struct Ellipse {
    centre: (f64, f64),
    radii: (f64, f64),
    /// The direction of the first radius, of length 1.
    along: (f64, f64),
    /// Share of the radii over which it fades.
    soft: f64,
}

impl Ellipse {
    fn draw(radius: (f64, f64), width: usize, height: usize, dice: &mut Dice) -> Self {
        let (wide, high) = (width as f64, height as f64);
        let centre = (
            wide * (0.1 + 0.8 * dice.unit()),
            high * (0.1 + 0.8 * dice.unit()),
        );
        let radius = between(radius, dice) * wide.min(high);
        let stretch = 1.0 + 0.6 * dice.unit();
        // Roots and quotients are the same on every machine, sines are not.
        let (x, y) = (dice.unit() - 0.5, dice.unit() - 0.5);
        let length = (x * x + y * y).sqrt();
        Self {
            centre,
            radii: (radius * stretch, radius / stretch),
            along: match length > 0.0 {
                true => (x / length, y / length),
                false => (1.0, 0.0),
            },
            soft: 0.15 + 0.85 * dice.unit(),
        }
    }

    /// How much of a pixel it covers: 1 in its middle, 0 outside.
    fn at(&self, x: usize, y: usize) -> f32 {
        let (x, y) = (
            x as f64 + 0.5 - self.centre.0,
            y as f64 + 0.5 - self.centre.1,
        );
        let along = (self.along.0 * x + self.along.1 * y) / self.radii.0;
        let across = (self.along.0 * y - self.along.1 * x) / self.radii.1;
        let inside = 1.0 - (along * along + across * across).sqrt();
        let share = (inside / self.soft).clamp(0.0, 1.0);
        (share * share * (3.0 - 2.0 * share)) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(step: usize) -> GreyImage {
        let pixels = (0..32 * 32).map(|at| 0.3 + ((at * step) % 41) as f32 / 100.0);
        GreyImage::new(32, 32, pixels.collect()).unwrap()
    }

    #[test]
    fn the_same_seed_makes_up_the_same_and_another_one_something_else() {
        let of = |seed| disturb(&image(7), &image(11), 0.0, seed);
        assert_eq!(of(3), of(3));
        assert_ne!(of(3), of(4));
    }

    #[test]
    fn a_part_changes_and_levels_stay_within_their_range() {
        let (own, mut parts) = (image(7), Vec::new());
        for seed in 0..60 {
            let found = disturb(&own, &image(11), 0.0, seed);
            let changed = (own.pixels().iter().zip(found.pixels())).filter(|(a, b)| a != b);
            parts.push(changed.count());
            assert!(found.pixels().iter().all(|p| (0.0..=1.0).contains(p)));
        }
        assert!(parts.iter().all(|&n| n > 0 && n < 32 * 32), "{parts:?}");
    }

    #[test]
    fn what_is_pasted_are_levels_of_the_other_picture() {
        let flat = |level: f32| GreyImage::new(16, 16, vec![level; 256]).unwrap();
        // Into black, from white: what is pasted is bright, blotches at most half so.
        let seeds = 0..200;
        let most = |seed| {
            let found = disturb(&flat(0.0), &flat(1.0), 0.0, seed);
            found.pixels().iter().copied().fold(0.0, f32::max)
        };
        let pasted = seeds.filter(|&seed| most(seed) > 0.45).count();
        assert!((50..110).contains(&pasted), "{pasted}");
    }

    #[test]
    fn another_exposure_keeps_the_order_of_pixels() {
        let own = image(7);
        let mut means = Vec::new();
        for seed in 0..40 {
            let found = disturb(&own, &image(11), 1.0, seed);
            let (a, b) = (own.pixels(), found.pixels());
            let kept = |at: usize| (a[at] - a[0]) * (b[at] - b[0]) >= 0.0;
            assert!((0..a.len()).all(kept));
            means.push(b.iter().sum::<f32>() / b.len() as f32);
        }
        let mean = own.pixels().iter().sum::<f32>() / own.pixels().len() as f32;
        assert!(means.iter().any(|m| *m > mean + 0.1) && means.iter().any(|m| *m < mean - 0.1));
    }

    #[test]
    fn the_smallest_pictures_stay_pictures() {
        let dot = GreyImage::new(1, 1, vec![0.5]).unwrap();
        for seed in 0..20 {
            assert_eq!(disturb(&dot, &dot, 0.5, seed).pixels().len(), 1);
        }
    }
}
