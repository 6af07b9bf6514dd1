//! How far a picture is from what is made of it, against how far normal pictures are.

/// Half of the square that departures are smoothed over, as a share of the picture's side.
const REACH: f64 = 1.0 / 32.0;
/// Share of the pixels that a score is the mean of: those that depart most.
const MOST: f64 = 0.03;
/// Added to each pixel's deviation, of levels from 0 to 1, so that pixels that are always alike don't outweigh all others.
const FLOOR: f32 = 0.01;

/// How far each pixel of normal pictures is from what is made of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Departures {
    size: usize,
    /// Root of the mean square, smoothed, with [`FLOOR`].
    deviations: Vec<f32>,
}

impl Departures {
    /// Of squares of `size` pixels a side, where each of `deviations`, row after row, is finite and above 0.
    pub fn new(size: usize, deviations: Vec<f32>) -> Option<Self> {
        let whole = size > 0 && size.checked_mul(size) == Some(deviations.len());
        let fine = |own: &f32| own.is_finite() && *own > 0.0;
        (whole && deviations.iter().all(fine)).then_some(Self { size, deviations })
    }

    /// Of normal pictures, `size` × `size`, and what is made of each.
    ///
    /// # Panics
    /// When there is none, or one has another size.
    pub fn measure<'a>(
        size: usize,
        normal: impl ExactSizeIterator<Item = (&'a [f32], &'a [f32])>,
    ) -> Self {
        let n = normal.len();
        assert!(n > 0, "departures are measured on pictures");
        let mut squares = vec![0.0_f64; size * size];
        for (picture, made) in normal {
            assert!(picture.len() == squares.len() && made.len() == squares.len());
            for (sum, (a, b)) in squares.iter_mut().zip(picture.iter().zip(made)) {
                *sum += f64::from(a - b) * f64::from(a - b);
            }
        }
        let means = squares.into_iter().map(|sum| (sum / n as f64) as f32);
        let smooth = smoothed(&means.collect::<Vec<f32>>(), size);
        Self {
            size,
            deviations: smooth.into_iter().map(|own| own.sqrt() + FLOOR).collect(),
        }
    }

    /// What makes it again by [`Departures::new`].
    pub fn deviations(&self) -> &[f32] {
        &self.deviations
    }

    /// Where a picture departs from what is made of it, row after row: the square of the smoothed difference in
    /// deviations; about 1 or less where it is normal.
    ///
    /// # Panics
    /// When one of them has another size.
    pub fn map(&self, picture: &[f32], made: &[f32]) -> Vec<f32> {
        let n = self.deviations.len();
        assert!(picture.len() == n && made.len() == n);
        let pairs = picture.iter().zip(made).zip(&self.deviations);
        let off: Vec<f32> = pairs
            .map(|((a, b), deviation)| (a - b) / deviation)
            .collect();
        let smooth = smoothed(&off, self.size).into_iter();
        smooth.map(|own| own * own).collect()
    }

    /// How far a picture departs: the mean of the 3 % of its [`map`](Departures::map) that depart most.
    ///
    /// # Panics
    /// When one of them has another size.
    pub fn score(&self, picture: &[f32], made: &[f32]) -> f64 {
        let mut map = self.map(picture, made);
        map.sort_unstable_by(|a, b| b.total_cmp(a));
        let most = ((MOST * map.len() as f64) as usize).max(1);
        map[..most].iter().map(|own| f64::from(*own)).sum::<f64>() / most as f64
    }
}

/// How far normal pictures are from both of what the decoder makes.
#[derive(Clone, Debug, PartialEq)]
pub struct NormalDepartures {
    /// Of their own features.
    pub own: Departures,
    /// Of their prototypes, which leave their own rows of the bank out.
    pub prototype: Departures,
}

impl NormalDepartures {
    /// How unusual a picture is by the one that the decoder makes of its own features, which misses what normal pictures
    /// don't have, and by the one of its prototype, which also misses what is unusual as a whole: the
    /// geometric mean of both scores, since they are on scales of their own.
    pub fn score(&self, picture: &[f32], own: &[f32], prototype: &[f32]) -> f64 {
        let own = self.own.score(picture, own);
        (own * self.prototype.score(picture, prototype)).sqrt()
    }

    /// One after the other, `[2, pixels]`.
    pub fn values(&self) -> Vec<f32> {
        [self.own.deviations(), self.prototype.deviations()].concat()
    }

    /// From [`values`](Self::values) of pictures of `size` pixels a side; nothing where they are none.
    pub fn from_values(size: usize, values: &[f32]) -> Option<Self> {
        let (own, prototype) = values.split_at_checked(values.len() / 2)?;
        Some(Self {
            own: Departures::new(size, own.to_vec())?,
            prototype: Departures::new(size, prototype.to_vec())?,
        })
    }
}

/// The mean over the square around each pixel, as much of it as lies in the picture.
fn smoothed(values: &[f32], size: usize) -> Vec<f32> {
    let reach = (REACH * size as f64) as usize;
    let mut rows = vec![0.0; values.len()];
    for (row, out) in values.chunks(size).zip(rows.chunks_mut(size)) {
        for (x, out) in out.iter_mut().enumerate() {
            let near = &row[x.saturating_sub(reach)..(x + reach + 1).min(size)];
            *out = near.iter().sum::<f32>() / near.len() as f32;
        }
    }
    let mut both = vec![0.0; values.len()];
    for (y, out) in both.chunks_mut(size).enumerate() {
        let (top, bottom) = (y.saturating_sub(reach), (y + reach + 1).min(size));
        for row in rows[top * size..bottom * size].chunks(size) {
            out.iter_mut().zip(row).for_each(|(out, own)| *out += own);
        }
        let n = (bottom - top) as f32;
        out.iter_mut().for_each(|out| *out /= n);
    }
    both
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: usize = 64;

    fn picture(step: usize) -> Vec<f32> {
        let level = |at: usize| ((at * step) % 101) as f32 / 100.0;
        (0..SIZE * SIZE).map(level).collect()
    }

    #[test]
    fn smoothing_is_the_mean_of_a_square() {
        let values = picture(37);
        let found = smoothed(&values, SIZE);
        for at in 0..SIZE * SIZE {
            let (x, y) = (at % SIZE, at / SIZE);
            let near = |a: usize, b: usize| a.abs_diff(b) <= 2;
            let square = (0..SIZE * SIZE).filter(|p| near(p % SIZE, x) && near(p / SIZE, y));
            let square: Vec<f64> = square.map(|p| f64::from(values[p])).collect();
            let mean = square.iter().sum::<f64>() / square.len() as f64;
            assert!((f64::from(found[at]) - mean).abs() < 1e-5);
        }
    }

    #[test]
    fn what_departs_as_normal_pictures_do_scores_less_than_a_spot() {
        let (a, b, made) = (picture(37), picture(53), picture(11));
        let normal = [(&a[..], &made[..]), (&b[..], &made[..])];
        let own = Departures::measure(SIZE, normal.into_iter());
        let mut spotted = a.clone();
        for y in 20..30 {
            spotted[y * SIZE + 40..y * SIZE + 50].fill(3.0);
        }
        let (plain, spot) = (own.score(&a, &made), own.score(&spotted, &made));
        assert!(plain < 1.0 && spot > 10.0 * plain, "{plain} {spot}");
        let map = own.map(&spotted, &made);
        let most = (0..map.len()).max_by(|&a, &b| map[a].total_cmp(&map[b]));
        let most = most.unwrap();
        assert!((20..30).contains(&(most / SIZE)) && (40..50).contains(&(most % SIZE)));
        assert_eq!(own.score(&made, &made), 0.0);
    }

    #[test]
    fn they_are_made_again_of_what_they_tell() {
        let (a, made) = (picture(37), picture(11));
        let own = Departures::measure(SIZE, [(&a[..], &made[..])].into_iter());
        let again = Departures::new(SIZE, own.deviations().to_vec());
        assert_eq!(again.as_ref(), Some(&own));
        let both = NormalDepartures {
            own: own.clone(),
            prototype: Departures::new(SIZE, vec![0.5; SIZE * SIZE]).unwrap(),
        };
        let again = NormalDepartures::from_values(SIZE, &both.values());
        assert_eq!(again.as_ref(), Some(&both));
        let product = own.score(&a, &made) * both.prototype.score(&a, &made);
        assert_eq!(both.score(&a, &made, &made), product.sqrt());
        assert_eq!(NormalDepartures::from_values(SIZE, &[1.0; 3]), None);
        assert_eq!(Departures::new(0, Vec::new()), None);
        assert_eq!(Departures::new(2, vec![1.0; 3]), None);
        assert_eq!(Departures::new(1, vec![0.0]), None);
        assert_eq!(Departures::new(1, vec![f32::NAN]), None);
    }

    #[test]
    fn the_smallest_picture_has_a_score() {
        let own = Departures::new(1, vec![0.5]).unwrap();
        assert_eq!(own.score(&[1.0], &[0.0]), 4.0);
    }
}
