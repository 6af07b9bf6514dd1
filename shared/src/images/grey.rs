//! A grey picture.

/// What red, green and blue count for brightness: ITU-R BT.709, without undoing the gamma.
const WEIGHTS: [f32; 3] = [0.2126, 0.7152, 0.0722];

/// The brightness of a colour. Grey stays what it is, to the last bit.
pub fn luminance(colour: [f32; 3]) -> f32 {
    let [red, green, blue] = colour;
    match red == green && green == blue {
        true => red,
        false => colour.iter().zip(WEIGHTS).map(|(c, w)| c * w).sum(),
    }
}

/// Brightness by pixel, row after row from the top left: 0 black to 1 white
/// as it is read, any finite number once it is prepared.
#[derive(Clone, Debug, PartialEq)]
pub struct GreyImage {
    width: usize,
    height: usize,
    pixels: Vec<f32>,
}

impl GreyImage {
    /// A picture of `pixels`, or nothing where they are not `width` times
    /// `height`, at least one, and finite.
    pub fn new(width: usize, height: usize, pixels: Vec<f32>) -> Option<Self> {
        let whole = width.checked_mul(height) == Some(pixels.len()) && !pixels.is_empty();
        (whole && pixels.iter().all(|pixel| pixel.is_finite())).then_some(Self {
            width,
            height,
            pixels,
        })
    }

    /// The grey picture of one in bytes of red, green, blue and alpha, as a canvas has them; transparent
    /// pixels lie on black. Nothing where there are not four bytes a pixel, or none.
    pub fn from_rgba(width: usize, height: usize, bytes: &[u8]) -> Option<Self> {
        let (pixels, rest) = bytes.as_chunks::<4>();
        if !rest.is_empty() {
            return None;
        }
        let level = |byte: u8| f32::from(byte) / 255.0;
        let grey = |&[red, green, blue, alpha]: &[u8; 4]| {
            level(alpha) * luminance([red, green, blue].map(level))
        };
        Self::new(width, height, pixels.iter().map(grey).collect())
    }

    /// Pixels in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// All rows, one after the other.
    pub fn pixels(&self) -> &[f32] {
        &self.pixels
    }

    /// The pixel in column `x` of row `y`.
    ///
    /// # Panics
    /// Outside the picture.
    pub fn at(&self, x: usize, y: usize) -> f32 {
        assert!(x < self.width, "column {x} of {}", self.width);
        self.pixels[y * self.width + x]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_whole_finite_pictures_only() {
        assert!(GreyImage::new(2, 1, vec![0.0, 1.0]).is_some_and(|image| image.at(1, 0) == 1.0));
        assert!(GreyImage::new(2, 2, vec![0.0; 3]).is_none());
        assert!(GreyImage::new(0, 0, Vec::new()).is_none());
        assert!(GreyImage::new(usize::MAX, 2, vec![0.0; 2]).is_none());
        assert!(GreyImage::new(1, 1, vec![f32::NAN]).is_none());
    }

    #[test]
    fn colours_become_grey_on_black() {
        let bytes = [
            [255, 0, 0, 255],
            [0, 255, 0, 255],
            [51, 51, 51, 255],
            [255, 255, 255, 0],
        ];
        let found = GreyImage::from_rgba(2, 2, bytes.as_flattened()).unwrap();
        assert_eq!(found.pixels(), [0.2126, 0.7152, 0.2, 0.0]);
        assert!(GreyImage::from_rgba(1, 1, &[0; 3]).is_none());
        assert!(GreyImage::from_rgba(2, 1, &[0; 4]).is_none());
    }
}
