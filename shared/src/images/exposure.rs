//! Makes pictures of any exposure alike: brightness is measured against the picture itself.

use serde::{Deserialize, Serialize};

use super::GreyImage;

/// Shares of the body's pixels that end up black and white by [`Exposure::Range`].
const TAILS: (f32, f32) = (0.01, 0.99);
/// Deviations from the mean that end up black and white.
const DEVIATIONS: f32 = 3.0;
/// A deviation below this is nothing but rounding: the picture counts as constant.
const LEAST_DEVIATION: f32 = 1e-4;
/// Added to a local deviation, as a share of the whole body's: flat parts stay flat
/// instead of showing their noise.
const FLOOR: f32 = 0.25;

/// What brightness is measured against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exposure {
    /// Nothing: pixels stay as they are.
    Asis,
    /// The darkest and the brightest hundredth of the body, which become 0 and 1.
    Range,
    /// Mean and standard deviation of the body: three deviations below become 0, three above 1.
    #[default]
    Spread,
    /// Mean and deviation of a square around each pixel, a quarter of the picture wide, as in
    /// local contrast normalisation (Jarrett et al. 2009, without their Gaussian).
    Local,
}

/// `image` with the exposure removed, from 0 to 1 unless by [`Exposure::Asis`]. Pixels for which `body`
/// is false are not measured and become 0. A body without contrast becomes 0.5 throughout.
pub fn normalise(image: &GreyImage, body: &[bool], exposure: Exposure) -> GreyImage {
    let measured: Vec<f32> = (image.pixels().iter().zip(body))
        .filter_map(|(pixel, inside)| inside.then_some(*pixel))
        .collect();
    let normalised = match exposure {
        Exposure::Asis => image.pixels().to_vec(),
        Exposure::Range => range(image.pixels(), measured),
        Exposure::Spread => {
            let (mean, deviation) = moments(&measured);
            let level = |pixel: &f32| level(pixel - mean, deviation);
            image.pixels().iter().map(level).collect()
        }
        Exposure::Local => local(image, body, moments(&measured).1),
    };
    let pixels = (normalised.into_iter().zip(body))
        .map(|(pixel, inside)| if *inside { pixel } else { 0.0 })
        .collect();
    GreyImage::new(image.width(), image.height(), pixels).expect("finite levels")
}

/// From 0 to 1 by deviations from the mean.
fn level(difference: f32, deviation: f32) -> f32 {
    if deviation < LEAST_DEVIATION {
        return 0.5;
    }
    (0.5 + difference / (2.0 * DEVIATIONS * deviation)).clamp(0.0, 1.0)
}

/// Mean and standard deviation; 0 of nothing.
fn moments(pixels: &[f32]) -> (f32, f32) {
    let n = pixels.len().max(1) as f64;
    let mean = pixels.iter().map(|&p| f64::from(p)).sum::<f64>() / n;
    let square = |&p: &f32| (f64::from(p) - mean) * (f64::from(p) - mean);
    let variance = pixels.iter().map(square).sum::<f64>() / n;
    (mean as f32, variance.sqrt() as f32)
}

fn range(pixels: &[f32], mut measured: Vec<f32>) -> Vec<f32> {
    measured.sort_unstable_by(f32::total_cmp);
    let last = measured.len().saturating_sub(1);
    let at = |share: f32| {
        let place = (share * last as f32).round() as usize;
        measured.get(place).copied().unwrap_or_default()
    };
    let (low, high) = (at(TAILS.0), at(TAILS.1));
    let width = high - low;
    let stretch = |&pixel: &f32| match width < LEAST_DEVIATION {
        true => 0.5,
        false => ((pixel - low) / width).clamp(0.0, 1.0),
    };
    pixels.iter().map(stretch).collect()
}

/// Each pixel by mean and deviation of the body's pixels in the square around it.
fn local(image: &GreyImage, body: &[bool], whole: f32) -> Vec<f32> {
    let (width, height) = (image.width(), image.height());
    let reach = (width.max(height) / 8).max(1);
    // Sums over all rows above and columns to the left: of 1, the pixel, and its square.
    let mut sums = vec![[0.0_f64; 3]; (width + 1) * (height + 1)];
    for y in 0..height {
        for x in 0..width {
            let at = y * width + x;
            let pixel = f64::from(image.pixels()[at]);
            let own = f64::from(u8::from(body[at]));
            let own = [own, own * pixel, own * pixel * pixel];
            let (above, left) = (y * (width + 1) + x + 1, (y + 1) * (width + 1) + x);
            for part in 0..3 {
                sums[left + 1][part] =
                    own[part] + sums[above][part] + sums[left][part] - sums[above - 1][part];
            }
        }
    }
    let mut levels = Vec::with_capacity(width * height);
    for y in 0..height {
        for x in 0..width {
            let (left, right) = (x.saturating_sub(reach), (x + reach + 1).min(width));
            let (top, bottom) = (y.saturating_sub(reach), (y + reach + 1).min(height));
            let corner = |x: usize, y: usize| sums[y * (width + 1) + x];
            let (a, b) = (corner(left, top), corner(right, top));
            let (c, d) = (corner(left, bottom), corner(right, bottom));
            let [n, total, squares] = [0, 1, 2].map(|p| d[p] - b[p] - c[p] + a[p]);
            let mean = total / n.max(1.0);
            let variance = (squares / n.max(1.0) - mean * mean).max(0.0);
            let deviation = variance.sqrt() as f32 + FLOOR * whole;
            levels.push(level(image.at(x, y) - mean as f32, deviation));
        }
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Exposure; 3] = [Exposure::Range, Exposure::Spread, Exposure::Local];

    fn image(gain: f32, offset: f32) -> GreyImage {
        let pixels = (0..256)
            .map(|at| offset + gain * ((at * 71 + 13) % 251) as f32 / 250.0)
            .collect();
        GreyImage::new(16, 16, pixels).unwrap()
    }

    #[test]
    fn exposure_makes_no_difference() {
        let body = [true; 256];
        for exposure in ALL {
            let plain = normalise(&image(1.0, 0.0), &body, exposure);
            let faint = normalise(&image(0.3, 0.5), &body, exposure);
            for (a, b) in plain.pixels().iter().zip(faint.pixels()) {
                assert!((a - b).abs() < 1e-4, "{exposure:?}: {a} {b}");
                assert!((0.0..=1.0).contains(a));
            }
        }
        assert_eq!(
            normalise(&image(1.0, 0.0), &body, Exposure::Asis),
            image(1.0, 0.0)
        );
    }

    #[test]
    fn what_is_no_body_is_not_measured() {
        let plain = image(1.0, 0.0);
        let mut marked = plain.pixels().to_vec();
        let mut body = [true; 256];
        for at in 0..32 {
            marked[at] = 50.0;
            body[at] = false;
        }
        let marked = GreyImage::new(16, 16, marked).unwrap();
        for exposure in ALL {
            let expected = normalise(&plain, &body, exposure);
            let found = normalise(&marked, &body, exposure);
            assert_eq!(found, expected, "{exposure:?}");
            assert!(found.pixels()[..32].iter().all(|&p| p == 0.0));
        }
    }

    #[test]
    fn without_contrast_all_is_grey() {
        for exposure in ALL {
            let flat = GreyImage::new(3, 3, vec![0.7; 9]).unwrap();
            let found = normalise(&flat, &[true; 9], exposure);
            assert!(found.pixels().iter().all(|&p| p == 0.5), "{exposure:?}");
            let nothing = normalise(&flat, &[false; 9], exposure);
            assert!(nothing.pixels().iter().all(|&p| p == 0.0));
        }
    }

    #[test]
    fn squares_are_summed_as_by_hand() {
        let image = image(1.0, 0.0);
        let body = [true; 256];
        let whole = moments(image.pixels()).1;
        let levels = local(&image, &body, whole);
        for (x, y) in [(0, 0), (7, 9), (15, 3)] {
            let within: Vec<f32> = (0..256)
                .filter(|at| (at % 16_usize).abs_diff(x) <= 2 && (at / 16_usize).abs_diff(y) <= 2)
                .map(|at| image.pixels()[at])
                .collect();
            let (mean, deviation) = moments(&within);
            let expected = level(image.at(x, y) - mean, deviation + FLOOR * whole);
            assert!((levels[y * 16 + x] - expected).abs() < 1e-5);
        }
    }
}
