//! Another size, or a part of what a picture would be at it: the mean over the area that a pixel covers where a side becomes
//! shorter, between the two nearest pixels where it becomes longer.

use std::ops::Range;

use super::GreyImage;

/// For each new place, the first old one and the weights of those from there on.
type Weights = Vec<(usize, Vec<f32>)>;

/// `image` as `width` times `height` pixels. A constant picture stays what it is.
///
/// # Panics
/// When `width` or `height` is 0.
pub fn resize(image: &GreyImage, width: usize, height: usize) -> GreyImage {
    resize_part(image, (width, 0..width), (height, 0..height))
}

/// Some columns and rows of `image` as so many pixels wide and high, each given as that number and which of
/// them: the same as to cut them out of the whole, whose size costs nothing.
///
/// # Panics
/// When a range is empty or leads beyond its number.
pub(super) fn resize_part(
    image: &GreyImage,
    (width, columns): (usize, Range<usize>),
    (height, rows): (usize, Range<usize>),
) -> GreyImage {
    let fits = |range: &Range<usize>, length| !range.is_empty() && range.end <= length;
    assert!(
        fits(&columns, width) && fits(&rows, height),
        "a picture has pixels"
    );
    let columns = weights(image.width(), width, columns);
    let rows = weights(image.height(), height, rows);
    let (width, height) = (columns.len(), rows.len());
    let first_row = rows[0].0;
    let last_row = rows
        .last()
        .map_or(0, |(first, weights)| first + weights.len());
    let narrow: Vec<f32> = image.pixels()[first_row * image.width()..last_row * image.width()]
        .chunks(image.width())
        .flat_map(|row| {
            columns
                .iter()
                .map(|(first, weights)| sum(&row[*first..], weights))
        })
        .collect();
    let mut pixels = vec![0.0_f32; width * height];
    for ((first, weights), out) in rows.iter().zip(pixels.chunks_mut(width)) {
        for (offset, weight) in weights.iter().enumerate() {
            let row = &narrow[(first - first_row + offset) * width..][..width];
            for (out, pixel) in out.iter_mut().zip(row) {
                *out += weight * pixel;
            }
        }
    }
    GreyImage::new(width, height, pixels).expect("weighted means of finite pixels")
}

fn sum(pixels: &[f32], weights: &[f32]) -> f32 {
    pixels.iter().zip(weights).map(|(p, w)| p * w).sum()
}

/// How `old` pixels become these of `new` ones; the weights of each add up to 1.
fn weights(old: usize, new: usize, places: Range<usize>) -> Weights {
    let scale = old as f64 / new as f64;
    places
        .map(|place| match new < old {
            true => covered(place as f64 * scale, (place + 1) as f64 * scale, old),
            false => between((place as f64 + 0.5) * scale - 0.5, old),
        })
        .collect()
}

/// The share of each pixel in the stretch from `from` to `to`.
fn covered(from: f64, to: f64, old: usize) -> (usize, Vec<f32>) {
    let first = (from as usize).min(old - 1);
    let last = (to.ceil() as usize).clamp(first + 1, old);
    let shares: Vec<f64> = (first..last)
        .map(|pixel| (to.min((pixel + 1) as f64) - from.max(pixel as f64)).max(0.0))
        .collect();
    let total: f64 = shares.iter().sum();
    (
        first,
        shares.iter().map(|share| (share / total) as f32).collect(),
    )
}

/// The two pixels around `centre`; at the edge the last one alone.
fn between(centre: f64, old: usize) -> (usize, Vec<f32>) {
    let centre = centre.clamp(0.0, (old - 1) as f64);
    let first = centre as usize;
    let share = (centre - first as f64) as f32;
    match share > 0.0 {
        true => (first, vec![1.0 - share, share]),
        false => (first, vec![1.0]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(width: usize, height: usize) -> GreyImage {
        let pixels = (0..width * height)
            .map(|at| ((at * 37 + 11) % 101) as f32 / 100.0)
            .collect();
        GreyImage::new(width, height, pixels).unwrap()
    }

    /// The mean over a pixel's area, by counting parts of pixels.
    fn counted(image: &GreyImage, width: usize, height: usize, x: usize, y: usize) -> f32 {
        let mut total = 0.0;
        // Every old pixel in `width` × `height` parts: whole numbers of them fall on each new one.
        for part_y in y * image.height()..(y + 1) * image.height() {
            for part_x in x * image.width()..(x + 1) * image.width() {
                total += f64::from(image.at(part_x / width, part_y / height));
            }
        }
        (total / (image.width() * image.height()) as f64) as f32
    }

    #[test]
    fn a_part_is_cut_out_of_the_whole() {
        let old = image(13, 9);
        for (width, height) in [(5, 4), (40, 30), (5, 30)] {
            let whole = resize(&old, width, height);
            let part = resize_part(&old, (width, 1..4), (height, 2..4));
            for (x, y) in [(0, 0), (2, 0), (0, 1), (2, 1)] {
                assert_eq!(part.at(x, y), whole.at(x + 1, y + 2), "{width} {height}");
            }
        }
        // What is cut out is all that is made: the whole would have 30 million times 1,000 pixels.
        let strip = GreyImage::new(30_000, 1, vec![0.5; 30_000]).unwrap();
        let part = resize_part(&strip, (30_000_000, 7..9), (1_000, 0..3));
        assert_eq!(part.pixels(), [0.5; 6]);
    }

    #[test]
    fn smaller_is_the_mean_of_the_area() {
        let old = image(13, 9);
        let new = resize(&old, 5, 4);
        for y in 0..4 {
            for x in 0..5 {
                let expected = counted(&old, 5, 4, x, y);
                assert!((new.at(x, y) - expected).abs() < 1e-6, "{x} {y}");
            }
        }
    }

    #[test]
    fn larger_lies_between_neighbours() {
        let old = GreyImage::new(2, 1, vec![0.0, 1.0]).unwrap();
        assert_eq!(resize(&old, 4, 1).pixels(), [0.0, 0.25, 0.75, 1.0]);
        assert_eq!(resize(&old, 2, 3).pixels(), [0.0, 1.0, 0.0, 1.0, 0.0, 1.0]);
        let same = image(7, 5);
        assert_eq!(resize(&same, 7, 5), same);
    }

    #[test]
    fn one_pixel_becomes_any_size_and_any_picture_one_pixel() {
        let point = GreyImage::new(1, 1, vec![0.3]).unwrap();
        assert!(resize(&point, 5, 3).pixels().iter().all(|&p| p == 0.3));
        let old = image(6, 6);
        let mean = old.pixels().iter().sum::<f32>() / 36.0;
        assert!((resize(&old, 1, 1).at(0, 0) - mean).abs() < 1e-6);
    }
}
