//! Where a limb lies: the preparation of bone radiographs that the SALAD paper
//! sketches for MURA (Bozorgtabar et al. 2020, figure 3). First the carrier, the film or
//! plate that was scanned, often askew on black; then on it the body part, by hysteresis
//! thresholding (Canny 1986): pixels that are surely bright, and those fairly bright that touch them.
//! The paper gives no thresholds; these are Otsu's (1979) and one half-way from the background to it.

use super::regions::{filled, largest, reached};
use super::{Area, GreyImage};

/// A carrier is brighter than black by this share of the picture's range.
const BLACK: f32 = 0.04;
/// A carrier smaller than this share of the picture is none.
const LEAST_CARRIER: f32 = 0.1;
/// Levels of the histogram in which Otsu's threshold is sought.
const LEVELS: usize = 256;

/// The rectangle around the largest part that isn't black; the whole picture where
/// there is none of a size.
pub fn carrier(image: &GreyImage) -> Area {
    let (darkest, brightest) = range(image.pixels());
    let least = darkest + BLACK * (brightest - darkest);
    let bright: Vec<bool> = image.pixels().iter().map(|&p| p > least).collect();
    let part = filled(&largest(&bright, image.width()), image.width());
    let size = part.iter().filter(|inside| **inside).count() as f32;
    match around(&part, image.width()) {
        Some(area) if size >= LEAST_CARRIER * part.len() as f32 => area,
        _ => Area::whole(image),
    }
}

/// The body part on a carrier: for each pixel whether it belongs to it. All of a constant
/// picture does.
pub fn mask(image: &GreyImage) -> Vec<bool> {
    let Some((low, high)) = thresholds(image.pixels()) else {
        return vec![true; image.pixels().len()];
    };
    let fairly: Vec<bool> = image.pixels().iter().map(|&p| p >= low).collect();
    let surely = (0..fairly.len()).filter(|&at| image.pixels()[at] >= high);
    let connected = reached(surely, &fairly, image.width());
    filled(&largest(&connected, image.width()), image.width())
}

/// The rectangle around all true pixels.
pub fn around(inside: &[bool], width: usize) -> Option<Area> {
    let places = || (0..inside.len()).filter(|&at| inside[at]);
    let (top, bottom) = (places().next()? / width, places().next_back()? / width);
    let left = places().map(|at| at % width).min()?;
    let right = places().map(|at| at % width).max()?;
    Some(Area {
        left,
        top,
        width: right - left + 1,
        height: bottom - top + 1,
    })
}

fn range(pixels: &[f32]) -> (f32, f32) {
    let least = pixels.iter().copied().fold(f32::INFINITY, f32::min);
    let most = pixels.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    (least, most)
}

/// The lower threshold and Otsu's, which is the level that leaves the least variance
/// within the pixels on either side; nothing for a constant picture.
fn thresholds(pixels: &[f32]) -> Option<(f32, f32)> {
    let (darkest, brightest) = range(pixels);
    let step = (brightest - darkest) / LEVELS as f32;
    if step <= f32::EPSILON * brightest.abs() {
        return None;
    }
    let mut counts = [0_u64; LEVELS];
    for pixel in pixels {
        let level = ((pixel - darkest) / step) as usize;
        counts[level.min(LEVELS - 1)] += 1;
    }
    let total = pixels.len() as f64;
    let moment = |counts: &[u64]| -> f64 {
        let terms = counts.iter().enumerate();
        terms.map(|(level, &n)| level as f64 * n as f64).sum()
    };
    let all = moment(&counts);
    let (mut below, mut sum) = (0.0, 0.0);
    // Variance between the sides, the mean level below, and the levels that part them:
    // several where no pixel lies between the sides.
    let mut best = (0.0, 0.0, 0..0);
    for (level, &n) in counts.iter().enumerate().take(LEVELS - 1) {
        below += n as f64;
        sum += level as f64 * n as f64;
        let above = total - below;
        if below == 0.0 || above == 0.0 {
            continue;
        }
        let difference = sum / below - (all - sum) / above;
        let between = below * above * difference * difference;
        if between > best.0 {
            best = (between, sum / below, level + 1..level + 2);
        } else if between == best.0 {
            best.2.end = level + 2;
        }
    }
    let (_, below, between) = best;
    let high = (between.start + between.end - 1) as f64 / 2.0;
    let value = |level: f64| darkest + step * level as f32;
    Some((value((below + high) / 2.0), value(high)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A grey plate on black, a limb on it with a fainter rim, and a letter apart.
    fn radiograph() -> GreyImage {
        let pixels = (0..60 * 50).map(|at| {
            let (x, y) = (at % 60, at / 60);
            let noise = ((at * 31) % 7) as f32 * 0.004;
            match (x, y) {
                (12, 9) => 0.95,
                (26..34, 10..40) => 0.85 + noise,
                (24..36, 8..42) => 0.5 + noise,
                (10..50, 5..45) => 0.15 + noise,
                _ => 0.0,
            }
        });
        GreyImage::new(60, 50, pixels.collect()).unwrap()
    }

    #[test]
    fn the_carrier_is_found_on_black() {
        let found = carrier(&radiograph());
        let expected = Area {
            left: 10,
            top: 5,
            width: 40,
            height: 40,
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn the_limb_is_found_with_its_rim_and_without_letters() {
        let whole = radiograph();
        let found = mask(&carrier(&whole).of(&whole));
        for (at, inside) in found.iter().enumerate() {
            let limb = (14..26).contains(&(at % 40)) && (3..37).contains(&(at / 40));
            assert_eq!(*inside, limb, "{} {}", at % 40, at / 40);
        }
        let rim = Area {
            left: 14,
            top: 3,
            width: 12,
            height: 34,
        };
        assert_eq!(around(&found, 40), Some(rim));
    }

    #[test]
    fn otsu_leaves_the_least_variance_within() {
        let pixels = radiograph().pixels().to_vec();
        let (low, high) = thresholds(&pixels).unwrap();
        let within = |threshold: f32| -> f64 {
            let side = |above: bool| {
                let own = pixels.iter().filter(|p| (**p >= threshold) == above);
                let own: Vec<f64> = own.map(|&p| f64::from(p)).collect();
                let mean = own.iter().sum::<f64>() / own.len().max(1) as f64;
                own.iter().map(|p| (p - mean) * (p - mean)).sum::<f64>()
            };
            side(false) + side(true)
        };
        let least = (1..LEVELS)
            .map(|level| within(0.95 * level as f32 / LEVELS as f32))
            .fold(f64::INFINITY, f64::min);
        assert!(within(high) < least * 1.01, "{} {least}", within(high));
        assert!(low < high);
    }

    #[test]
    fn constant_pictures_are_all_body() {
        for side in [1, 8] {
            let image = GreyImage::new(side, side, vec![0.0; side * side]).unwrap();
            assert_eq!(carrier(&image), Area::whole(&image));
            assert!(mask(&image).iter().all(|inside| *inside));
        }
    }
}
