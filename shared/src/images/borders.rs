//! Where the body lies: dark collimated borders and white frames are cut away.

use super::GreyImage;

/// A pixel is empty within this share of the picture's range from its darkest or
/// brightest: film that nothing attenuates, or a frame that was drawn around it.
const EMPTY: f32 = 0.04;
/// A row or column is cut where more than this share of it is empty, so that
/// letters on a border don't keep it.
const CUT: f32 = 0.8;
/// Most that is cut from one side: a share of the picture.
const MOST: f32 = 0.3;
/// Range below which a picture is taken for constant.
const LEAST_RANGE: f32 = 1e-6;

/// A rectangle of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// First column.
    pub left: usize,
    /// First row.
    pub top: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Area {
    /// The whole of `image`.
    pub fn whole(image: &GreyImage) -> Self {
        Self {
            left: 0,
            top: 0,
            width: image.width(),
            height: image.height(),
        }
    }

    /// Without `share` of its width at the left and the right, and of its height at
    /// top and bottom; at least a pixel stays.
    pub fn without(self, share: f32) -> Self {
        let cut = |length: usize| ((length as f32 * share) as usize).min((length - 1) / 2);
        let (x, y) = (cut(self.width), cut(self.height));
        Self {
            left: self.left + x,
            top: self.top + y,
            width: self.width - 2 * x,
            height: self.height - 2 * y,
        }
    }

    /// The same rectangle, which is one of `outer`, in the picture that `outer` is a part of.
    pub fn within(self, outer: Self) -> Self {
        Self {
            left: self.left + outer.left,
            top: self.top + outer.top,
            ..self
        }
    }

    /// What `image` shows there.
    ///
    /// # Panics
    /// Where the area is empty or leaves the picture.
    pub fn of(self, image: &GreyImage) -> GreyImage {
        let rows = self.top..self.top + self.height;
        let pixels = rows
            .flat_map(|y| {
                let first = y * image.width() + self.left;
                image.pixels()[first..first + self.width].iter().copied()
            })
            .collect();
        GreyImage::new(self.width, self.height, pixels).expect("an area within the picture")
    }
}

/// The area left when empty rows and columns are cut off from all four sides. A
/// constant picture is left whole.
pub fn body(image: &GreyImage) -> Area {
    let pixels = image.pixels();
    let darkest = pixels.iter().copied().fold(f32::INFINITY, f32::min);
    let brightest = pixels.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let range = brightest - darkest;
    let mut area = Area::whole(image);
    if range <= LEAST_RANGE {
        return area;
    }
    let (low, high) = (darkest + EMPTY * range, brightest - EMPTY * range);
    let is_empty = |x: usize, y: usize| {
        let pixel = image.at(x, y);
        pixel <= low || pixel >= high
    };
    let row_goes = |area: Area, y: usize| {
        let columns = area.left..area.left + area.width;
        columns.filter(|&x| is_empty(x, y)).count() as f32 > CUT * area.width as f32
    };
    let column_goes = |area: Area, x: usize| {
        let rows = area.top..area.top + area.height;
        rows.filter(|&y| is_empty(x, y)).count() as f32 > CUT * area.height as f32
    };
    let most_rows = (MOST * image.height() as f32) as usize;
    let most_columns = (MOST * image.width() as f32) as usize;
    let (mut right, mut bottom) = (0, 0);
    // What one side loses may make a line of another one empty, so until nothing changes.
    loop {
        let before = area;
        if area.top < most_rows && row_goes(area, area.top) {
            area.top += 1;
            area.height -= 1;
        }
        if bottom < most_rows && row_goes(area, area.top + area.height - 1) {
            bottom += 1;
            area.height -= 1;
        }
        if area.left < most_columns && column_goes(area, area.left) {
            area.left += 1;
            area.width -= 1;
        }
        if right < most_columns && column_goes(area, area.left + area.width - 1) {
            right += 1;
            area.width -= 1;
        }
        if area == before {
            return area;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: usize, height: usize, pixel: impl Fn(usize, usize) -> f32) -> GreyImage {
        let pixels = (0..width * height)
            .map(|at| pixel(at % width, at / width))
            .collect();
        GreyImage::new(width, height, pixels).unwrap()
    }

    #[test]
    fn borders_are_cut_and_letters_on_them_with_them() {
        let image = picture(40, 30, |x, y| match (x, y) {
            (36, 5) => 0.7,
            (5..33, 4..28) => 0.3 + 0.01 * ((x * 7 + y * 3) % 40) as f32,
            _ => 0.0,
        });
        let area = Area {
            left: 5,
            top: 4,
            width: 28,
            height: 24,
        };
        assert_eq!(body(&image), area);
        assert_eq!(area.of(&image).at(0, 0), image.at(5, 4));
    }

    #[test]
    fn a_white_frame_is_a_border_and_at_most_three_tenths_go() {
        let frame = picture(20, 20, |x, y| match x < 3 {
            true => 1.0,
            false => 0.1 + 0.1 * ((x + y) % 7) as f32,
        });
        assert_eq!(body(&frame).left, 3);
        let point = picture(20, 20, |x, y| f32::from(u8::from((x, y) == (10, 10))));
        let area = body(&point);
        assert_eq!((area.left, area.top, area.width, area.height), (6, 6, 8, 8));
    }

    #[test]
    fn constant_and_tiny_pictures_stay_whole() {
        for side in [1, 2, 9] {
            let image = picture(side, side, |_, _| 0.0);
            assert_eq!(body(&image), Area::whole(&image));
            assert!(body(&image).without(0.49).width >= 1);
        }
        let two = picture(2, 1, |x, _| x as f32);
        assert_eq!(body(&two), Area::whole(&two));
    }
}
