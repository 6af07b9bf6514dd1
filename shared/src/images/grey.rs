//! A grey picture.

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
}
