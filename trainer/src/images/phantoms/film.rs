//! How film shows a chest: exposure, an uneven beam, noise, collimation and letters. All of it is
//! drawn alike for normal and abnormal phantoms, and the exposure is set against the picture itself,
//! as a device's automatic control does, so that brightness says nothing of what is wrong.

use doorstep_shared::images::GreyImage;

use super::render::step;
use crate::dice::Dice;

/// How a picture was taken.
#[derive(Clone, Copy, Debug)]
pub struct Film {
    /// Mean and deviation that the control brings the picture to.
    brightness: (f64, f64),
    /// How unevenly the beam falls, across and down.
    tilt: (f64, f64),
    /// Deviation of the noise.
    noise: f64,
    /// Border of each side in half widths of the picture: left, right, top, bottom.
    collimation: [f64; 4],
    /// Sine of the angle at which the borders lie.
    askew: f64,
    /// Where a letter lies, if there is one.
    letter: Option<(f64, f64)>,
}

impl Film {
    /// Some device's, on some day.
    pub fn draw(dice: &mut Dice) -> Self {
        let brightness = (0.52 + 0.06 * dice.bell(), 0.2 + 0.025 * dice.bell());
        let tilt = (0.02 * dice.bell(), 0.02 * dice.bell());
        let noise = 0.006 + 0.008 * dice.unit();
        let mut border = || match dice.chance(0.15) {
            true => 0.02 + 0.06 * dice.unit(),
            false => -1.0,
        };
        let collimation = [border(), border(), border(), border()];
        let askew = 0.015 * dice.bell();
        let letter = dice.chance(0.5).then(|| {
            let side = if dice.chance(0.5) { -1.0 } else { 1.0 };
            (side * (0.8 + 0.05 * dice.unit()), -0.8 + 0.1 * dice.unit())
        });
        Self {
            brightness,
            tilt,
            noise,
            collimation,
            askew,
            letter,
        }
    }

    /// The picture of what rays pass through, from 0 to 1.
    pub fn expose(&self, density: &GreyImage, dice: &mut Dice) -> GreyImage {
        let n = density.pixels().len() as f64;
        let mean = density.pixels().iter().map(|&p| f64::from(p)).sum::<f64>() / n;
        let square = |&p: &f32| (f64::from(p) - mean) * (f64::from(p) - mean);
        let deviation = (density.pixels().iter().map(square).sum::<f64>() / n).sqrt();
        let (level, contrast) = self.brightness;
        let (width, height) = (density.width(), density.height());
        let pixels = density.pixels().iter().enumerate().map(|(at, &pixel)| {
            let x = ((at % width) as f64 + 0.5) / width as f64 * 2.0 - 1.0;
            let y = ((at / width) as f64 + 0.5) / height as f64 * 2.0 - 1.0;
            let shown = level + contrast * (f64::from(pixel) - mean) / deviation.max(1e-6);
            let shown = shown + self.tilt.0 * x + self.tilt.1 * y + self.noise * dice.bell();
            let letter = self.letter.map_or(0.0, |(lx, ly)| {
                let away = (x - lx).abs().max((y - ly).abs());
                step(2.0 - away / 0.03)
            });
            let shown = shown.max(0.95 * letter);
            (shown * self.open(x, y)).clamp(0.0, 1.0) as f32
        });
        GreyImage::new(width, height, pixels.collect()).expect("levels from 0 to 1")
    }

    /// Whether the beam falls on a place: 1, or 0 behind the collimator.
    fn open(&self, x: f64, y: f64) -> f64 {
        let (x, y) = (x + self.askew * y, y - self.askew * x);
        let [left, right, top, bottom] = self.collimation;
        let clear = [
            x + 1.0 - left,
            1.0 - right - x,
            y + 1.0 - top,
            1.0 - bottom - y,
        ];
        clear
            .into_iter()
            .map(|distance| step(distance / 0.03 + 0.5))
            .product()
    }
}
