//! What is done to a picture before a model sees it, the same when it is trained and in the browser.

use serde::{Deserialize, Serialize};

use super::exposure::{Exposure, normalise};
use super::mask::{around, carrier, mask};
use super::resize::{resize, resize_part};
use super::template::{SURVEY, Template};
use super::{Area, GreyImage, body};
use crate::models::{OutOfRange, require};

/// Sizes that a picture can be prepared to, in pixels.
const SIZES: std::ops::RangeInclusive<usize> = 8..=1024;
/// Most of a side that `margin` may cut off.
const MOST_MARGIN: f32 = 0.4;

/// How a picture that is no square becomes one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// The longer side fits, and the rest is 0.
    Pad,
    /// The shorter side fits, and the middle of the longer one is shown.
    #[default]
    Cover,
    /// Both sides fit: proportions are lost.
    Stretch,
}

/// How pictures are prepared: what of them is looked at, how large, and against what
/// brightness is measured. The defaults are those of a chest: on phantoms neighbours among pixels
/// tell more with them than with bars ([`Aspect::Pad`], for bones) or the whole picture, and the
/// border alone tells nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Preparation {
    /// Width and height afterwards, 8 to 1024 pixels.
    pub size: usize,
    /// Whether dark or white borders are cut off.
    pub crop: bool,
    /// Share of the width and height that is cut off at each side after that, 0 to 0.4.
    pub margin: f32,
    /// Whether what the margin leaves is not the middle but where the picture is most like the mean
    /// of normal ones, which is learnt from these.
    pub register: bool,
    /// Whether the carrier is looked for first, and all but the body part on it becomes 0
    /// (bones; a chest fills its picture).
    pub mask: bool,
    /// How the picture becomes a square.
    pub aspect: Aspect,
    /// What brightness is measured against.
    pub exposure: Exposure,
    /// That mean, once it is known; until then the middle is looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<Template>,
}

/// Where a prepared picture lies on the one that it was made of, in pixels of that one; what was
/// filled up with 0 lies beyond its borders.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Frame {
    /// Its left side.
    pub x: f64,
    /// Its upper side.
    pub y: f64,
    /// From its left side to its right one.
    pub width: f64,
    /// From its upper side to its lower one.
    pub height: f64,
}

impl Default for Preparation {
    fn default() -> Self {
        Self {
            size: 64,
            crop: true,
            margin: 0.08,
            register: false,
            mask: false,
            aspect: Aspect::Cover,
            exposure: Exposure::Spread,
            template: None,
        }
    }
}

impl Preparation {
    /// Checks all ranges.
    ///
    /// # Errors
    /// The first field that is out of its range.
    pub fn check(&self) -> Result<(), OutOfRange> {
        require(
            SIZES.contains(&self.size),
            "preparation",
            "size",
            "a whole number from 8 to 1024",
            self.size,
        )?;
        require(
            (0.0..=MOST_MARGIN).contains(&self.margin),
            "preparation",
            "margin",
            "a number from 0 to 0.4",
            self.margin,
        )?;
        require(
            !self.register || (self.window() < SURVEY && !self.mask),
            "preparation",
            "register",
            "false without a margin of 0.02 at least, and where there is a mask",
            self.register,
        )?;
        let template = self.template.as_ref();
        require(
            template.is_none_or(|own| self.register && own.side() == self.window()),
            "preparation",
            "template",
            "as wide as the margin leaves it, and there only where pictures are registered",
            template.map_or(0, Template::side),
        )
    }

    /// Pixels of a side of what the margin leaves of a [`survey`](Self::survey): a template's.
    pub fn window(&self) -> usize {
        SURVEY - 2 * (SURVEY as f32 * self.margin) as usize
    }

    /// All of a picture that could be looked at, as [`SURVEY`] × [`SURVEY`] pixels: where a template's place is
    /// looked for.
    pub fn survey(&self, image: &GreyImage) -> GreyImage {
        surveyed(image, self.body(image))
    }

    /// The picture that a model sees, `size` × `size`. Levels are from 0 to 1 if those of `image` are.
    /// A picture without contrast becomes 0.5 throughout, or stays what it is where exposure does.
    pub fn apply(&self, image: &GreyImage) -> GreyImage {
        self.framed(image).0
    }

    /// The same, and where it lies on `image`.
    pub fn framed(&self, image: &GreyImage) -> (GreyImage, Frame) {
        let (area, image, body) = self.looked_at(image);
        let (width, height) = (image.width(), image.height());
        let longer = width.max(height) as f64;
        let shorter = width.min(height) as f64;
        let scale = match self.aspect {
            Aspect::Pad | Aspect::Stretch => self.size as f64 / longer,
            Aspect::Cover => self.size as f64 / shorter,
        };
        let scaled = |length: usize| match self.aspect {
            Aspect::Stretch => self.size,
            Aspect::Pad => ((length as f64 * scale).round() as usize).clamp(1, self.size),
            Aspect::Cover => ((length as f64 * scale).round() as usize).max(self.size),
        };
        let (columns, rows) = (scaled(width), scaled(height));
        let frame = self.frame(area, columns, rows);
        let image = self.square(&image, columns, rows);
        let body = self.square(&body, columns, rows);
        let body: Vec<bool> = body.pixels().iter().map(|&share| share >= 0.5).collect();
        (normalise(&image, &body, self.exposure), frame)
    }

    /// Where a picture shows anything.
    fn body(&self, image: &GreyImage) -> Area {
        let area = match self.mask {
            true => carrier(image),
            false => Area::whole(image),
        };
        match self.crop {
            true => body(&area.of(image)).within(area),
            false => area,
        }
    }

    /// The part of a picture that is looked at: where it lies, what it shows, and which of its pixels
    /// are body (1 or 0).
    fn looked_at(&self, image: &GreyImage) -> (Area, GreyImage, GreyImage) {
        let whole = self.body(image);
        let mut area = whole.without(self.margin);
        if let Some(template) = &self.template {
            area = template.moved(area, whole, template.place(&surveyed(image, whole)));
        }
        let image = area.of(image);
        let inside = match self.mask {
            true => mask(&image),
            false => vec![true; image.pixels().len()],
        };
        let shares = inside.iter().map(|&own| f32::from(u8::from(own))).collect();
        let part = GreyImage::new(image.width(), image.height(), shares).expect("a value a pixel");
        match around(&inside, image.width()) {
            Some(body) => (body.within(area), body.of(&image), body.of(&part)),
            None => (area, image, part),
        }
    }

    /// Where the square lies of which `area` fills so many columns and rows.
    fn frame(&self, area: Area, columns: usize, rows: usize) -> Frame {
        let side = |first: usize, length: usize, scaled: usize| {
            let pixel = length as f64 / scaled as f64;
            let (before, after) = self.offsets(scaled);
            (
                first as f64 + (before as f64 - after as f64) * pixel,
                self.size as f64 * pixel,
            )
        };
        let (x, width) = side(area.left, area.width, columns);
        let (y, height) = side(area.top, area.height, rows);
        Frame {
            x,
            y,
            width,
            height,
        }
    }

    /// Pixels that are left out before the square, and those that are 0 before a picture.
    fn offsets(&self, length: usize) -> (usize, usize) {
        let before = length.saturating_sub(self.size) / 2;
        let after = self.size.saturating_sub(length) / 2;
        (before, after)
    }

    /// The middle of `image` at so many columns and rows, with 0 where it is smaller than the square.
    fn square(&self, image: &GreyImage, columns: usize, rows: usize) -> GreyImage {
        let (left, right) = self.offsets(columns);
        let (top, down) = self.offsets(rows);
        let (width, height) = (columns.min(self.size), rows.min(self.size));
        let part = resize_part(
            image,
            (columns, left..left + width),
            (rows, top..top + height),
        );
        let mut pixels = vec![0.0; self.size * self.size];
        for (row, own) in part.pixels().chunks(width).enumerate() {
            let place = (row + down) * self.size + right;
            pixels[place..place + width].copy_from_slice(own);
        }
        GreyImage::new(self.size, self.size, pixels).expect("a square of finite pixels")
    }
}

/// What lies in `area`, as small as a template is looked for in.
fn surveyed(image: &GreyImage, area: Area) -> GreyImage {
    resize(&area.of(image), SURVEY, SURVEY)
}

#[cfg(test)]
#[path = "preparation_test.rs"]
mod tests;
