//! Where on a picture the part lies that is looked at: where it is most like the mean of normal
//! pictures. Patients stand a little higher or lower, and what is compared pixel by pixel should not depend on that.

use serde::{Deserialize, Serialize};
use wide::f32x4;

use super::{Area, GreyImage};

/// Pixels of a side of the small picture that is searched.
pub const SURVEY: usize = 64;
/// What a window loses of its likeness for each square pixel that it lies away from the middle,
/// so that where nothing tells, the middle is taken.
const FAR: f64 = 3e-4;

/// The mean of normal pictures, as far as likeness to it needs: a square of bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Template {
    side: usize,
    levels: Vec<u8>,
    /// The same with mean 0 and length 1.
    unit: Vec<f32>,
}

impl Template {
    /// Of the pixels, row after row, of a square; nothing where they are none, or its side is above [`SURVEY`].
    pub fn new(pixels: &[f32]) -> Option<Self> {
        let least = pixels.iter().copied().fold(f32::INFINITY, f32::min);
        let most = pixels.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        if !(least.is_finite() && most.is_finite()) {
            return None;
        }
        let unit = 255.0 / (most - least).max(f32::MIN_POSITIVE);
        let level = |pixel: &f32| ((pixel - least) * unit).round() as u8;
        Self::from_levels(pixels.iter().map(level).collect())
    }

    fn from_levels(levels: Vec<u8>) -> Option<Self> {
        let side = levels.len().isqrt();
        if side == 0 || side * side != levels.len() || side > SURVEY {
            return None;
        }
        let values = || levels.iter().map(|&level| f64::from(level));
        let mean = values().sum::<f64>() / levels.len() as f64;
        let length = values().map(|own| (own - mean) * (own - mean)).sum::<f64>();
        let length = length.sqrt().max(1.0);
        let unit = values().map(|own| ((own - mean) / length) as f32).collect();
        Some(Self { side, levels, unit })
    }

    /// Its side in pixels of a survey.
    pub fn side(&self) -> usize {
        self.side
    }

    /// The column and row of a survey, [`SURVEY`] × [`SURVEY`], where the window begins that is most like it: by the
    /// correlation of their pixels, less what `FAR` takes.
    ///
    /// # Panics
    /// When the survey has another size.
    pub fn place(&self, survey: &GreyImage) -> (usize, usize) {
        assert_eq!((survey.width(), survey.height()), (SURVEY, SURVEY));
        let room = SURVEY - self.side;
        let middle = room / 2;
        let moments = Moments::of(survey);
        let mut best = (f64::NEG_INFINITY, middle, middle);
        for top in 0..=room {
            for left in 0..=room {
                let far = left.abs_diff(middle).pow(2) + top.abs_diff(middle).pow(2);
                let spread = moments.spread(left, top, self.side);
                // Without contrast it is like nothing.
                let likeness = match spread > 0.0 {
                    true => self.product(survey, left, top) / spread.sqrt(),
                    false => 0.0,
                };
                let likeness = likeness - FAR * far as f64;
                if likeness > best.0 {
                    best = (likeness, left, top);
                }
            }
        }
        (best.1, best.2)
    }

    /// The product with the window that begins there.
    fn product(&self, survey: &GreyImage, left: usize, top: usize) -> f64 {
        let rows = self.unit.chunks_exact(self.side).enumerate();
        let of_row = |(y, own): (usize, &[f32])| {
            let row = &survey.pixels()[(top + y) * SURVEY + left..][..self.side];
            let (own, own_rest) = own.as_chunks::<4>();
            let (row, row_rest) = row.as_chunks::<4>();
            let fours = own.iter().zip(row);
            let fours = fours.fold(f32x4::ZERO, |sum, (own, row)| {
                sum + f32x4::new(*own) * f32x4::new(*row)
            });
            let rest = own_rest.iter().zip(row_rest);
            let rest: f32 = rest.map(|(own, row)| own * row).sum();
            f64::from(fours.reduce_add() + rest)
        };
        rows.map(of_row).sum()
    }

    /// `inner`, which lies in the middle of `outer`, moved there to where the window lies that begins at this column
    /// and row of `outer`'s survey.
    pub(super) fn moved(&self, inner: Area, outer: Area, (left, top): (usize, usize)) -> Area {
        let middle = (SURVEY - self.side) / 2;
        let along = |first: usize, inner: usize, start: usize, length: usize| {
            let by = (first as f64 - middle as f64) * length as f64 / SURVEY as f64;
            let most = start + length - inner;
            let centre = start + (length - inner) / 2;
            ((centre as f64 + by).round().max(start as f64) as usize).min(most)
        };
        Area {
            left: along(left, inner.width, outer.left, outer.width),
            top: along(top, inner.height, outer.top, outer.height),
            ..inner
        }
    }
}

/// Sums of all pixels above and left of each, and of their squares.
struct Moments(Vec<[f64; 2]>);

impl Moments {
    fn of(survey: &GreyImage) -> Self {
        const WIDTH: usize = SURVEY + 1;
        let mut sums = vec![[0.0; 2]; WIDTH * WIDTH];
        for (y, row) in survey.pixels().chunks_exact(SURVEY).enumerate() {
            let mut of_row = [0.0; 2];
            for (x, pixel) in row.iter().enumerate() {
                let pixel = f64::from(*pixel);
                of_row = [of_row[0] + pixel, of_row[1] + pixel * pixel];
                let above = sums[y * WIDTH + x + 1];
                sums[(y + 1) * WIDTH + x + 1] = [above[0] + of_row[0], above[1] + of_row[1]];
            }
        }
        Self(sums)
    }

    /// The sum of squared differences from the mean in the square that begins there; 0 where its pixels are alike.
    fn spread(&self, left: usize, top: usize, side: usize) -> f64 {
        let at = |x: usize, y: usize, moment: usize| self.0[y * (SURVEY + 1) + x][moment];
        let inside = |moment| {
            let below = at(left + side, top + side, moment) - at(left, top + side, moment);
            below - (at(left + side, top, moment) - at(left, top, moment))
        };
        let (sum, squares): (f64, f64) = (inside(0), inside(1));
        let spread = squares - sum * sum / (side * side) as f64;
        // What rounding leaves of pixels that are all alike.
        if spread > 1e-9 * squares { spread } else { 0.0 }
    }
}

impl From<Template> for String {
    fn from(own: Template) -> Self {
        own.levels
            .iter()
            .map(|level| format!("{level:02x}"))
            .collect()
    }
}

impl TryFrom<String> for Template {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digit = |byte: u8| (byte as char).to_digit(16).map(|digit| digit as u8);
        let level = |pair: &[u8; 2]| Some(16 * digit(pair[0])? + digit(pair[1])?);
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let levels = pairs.iter().map(level).collect::<Option<Vec<u8>>>();
        let found = levels.filter(|_| rest.is_empty());
        found
            .and_then(Self::from_levels)
            .ok_or("a template is a square of bytes, written as hexadecimal digits")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disc on a slope.
    fn picture(x: f32, y: f32, gain: f32) -> GreyImage {
        let level = |at: usize| {
            let (column, row) = ((at % SURVEY) as f32, (at / SURVEY) as f32);
            let disc = ((column - x).powi(2) + (row - y).powi(2)) < 100.0;
            gain * (0.1 + row / 200.0 + if disc { 0.4 } else { 0.0 })
        };
        GreyImage::new(SURVEY, SURVEY, (0..SURVEY * SURVEY).map(level).collect()).unwrap()
    }

    fn template() -> Template {
        let middle = Area::whole(&picture(32.0, 32.0, 1.0)).without(0.2);
        Template::new(middle.of(&picture(32.0, 32.0, 1.0)).pixels()).unwrap()
    }

    #[test]
    fn the_window_follows_the_body_whatever_the_exposure() {
        let own = template();
        assert_eq!(own.side(), 40);
        for (dx, dy) in [(0, 0), (3, -5), (-8, 2), (12, 12), (-12, -12)] {
            for gain in [0.2, 1.0, 1.8] {
                let (left, top) = own.place(&picture(32.0 + dx as f32, 32.0 + dy as f32, gain));
                // The slope stays where it is, so a row may be lost.
                assert_eq!(left as i32, 12 + dx, "{dx} {dy}");
                assert!((top as i32 - 12 - dy).abs() <= 1, "{dx} {dy}: {top}");
            }
        }
    }

    #[test]
    fn where_nothing_tells_it_is_the_middle() {
        let own = template();
        for level in [0.0, 0.37, 1.0] {
            let flat = GreyImage::new(SURVEY, SURVEY, vec![level; SURVEY * SURVEY]).unwrap();
            assert_eq!(own.place(&flat), (12, 12));
        }
        let flat = Template::new(&[0.5; 40 * 40]).unwrap();
        assert_eq!(flat.place(&picture(20.0, 20.0, 1.0)), (12, 12));
    }

    /// Every window, with means taken out first, in the order of the sum as written.
    #[test]
    fn it_is_the_best_of_all_windows() {
        let own = template();
        let noise = |at: usize| ((at * 7_919 + at * at % 101) % 997) as f32 / 996.0;
        let survey = (0..SURVEY * SURVEY).map(noise).collect();
        let survey = GreyImage::new(SURVEY, SURVEY, survey).unwrap();
        let likeness = |left: usize, top: usize| {
            let area = Area {
                left,
                top,
                width: 40,
                height: 40,
            };
            let window = area.of(&survey);
            let pixels: Vec<f64> = window.pixels().iter().map(|own| f64::from(*own)).collect();
            let levels: Vec<f64> = own.levels.iter().map(|own| f64::from(*own)).collect();
            let centred = |of: &[f64]| -> Vec<f64> {
                let mean = of.iter().sum::<f64>() / of.len() as f64;
                of.iter().map(|own| own - mean).collect()
            };
            let (a, b) = (centred(&pixels), centred(&levels));
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            let far = (left as f64 - 12.0).powi(2) + (top as f64 - 12.0).powi(2);
            dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt() - 3e-4 * far
        };
        let all = (0..25).flat_map(|top| (0..25).map(move |left| (left, top)));
        let best = all.max_by(|a, b| likeness(a.0, a.1).total_cmp(&likeness(b.0, b.1)));
        assert_eq!(Some(own.place(&survey)), best);
    }

    #[test]
    fn an_area_is_moved_as_far_as_it_goes() {
        let outer = Area {
            left: 5,
            top: 3,
            width: 640,
            height: 128,
        };
        let inner = outer.without(0.2);
        let own = template();
        assert_eq!(own.moved(inner, outer, (12, 12)), inner);
        let moved = own.moved(inner, outer, (15, 4));
        assert_eq!((moved.left, moved.top), (inner.left + 30, inner.top - 16));
        let corner = own.moved(inner, outer, (0, 24));
        assert_eq!(
            (corner.left, corner.top),
            (inner.left - 120, inner.top + 24)
        );
        for first in 0..=24 {
            let own = own.moved(inner, outer, (first, first));
            assert!(own.left >= 5 && own.left + own.width <= 645);
            assert!(own.top >= 3 && own.top + own.height <= 131);
        }
    }

    #[test]
    fn it_is_written_as_text_and_only_a_square_is_read() {
        let own = template();
        let text = serde_json::to_string(&own).unwrap();
        assert_eq!(text.len(), 2 * 40 * 40 + 2);
        assert_eq!(serde_json::from_str::<Template>(&text).unwrap(), own);
        for broken in ["", "00", "0", "0g112233", "001122", "0011223"] {
            let read = serde_json::from_str::<Template>(&format!("\"{broken}\""));
            assert_eq!(read.is_ok(), broken == "00", "{broken}");
        }
        assert!(Template::new(&[]).is_none());
        assert!(Template::new(&[f32::NAN]).is_none());
        assert!(Template::new(&[0.0; 65 * 65]).is_none());
    }
}
