//! What pictures that are known to be abnormal tell of others: a bank of their own, and how much more a picture is
//! like them than like normal ones.

use super::{Bank, Near};

/// How sharply likeness prefers near rows: τ of equation 1 (Bozorgtabar et al. 2020).
const TEMPERATURE: f64 = 0.1;
/// Most that the logarithm of a score changes by.
const MOST: f64 = 20.0;

/// The rows of abnormal pictures, which leave the bank of normal ones, and what being like them counts.
///
/// A feature vector z has the contrast c(z) = ln mean_a exp(z·a / τ) − ln mean_n exp(z·n / τ) over rows a of
/// abnormal and n of normal pictures: by the chances of equation 1, how much likelier it is taken for one of those than for
/// one of these, whatever their numbers. A score s becomes s · exp(slope · (c(z) − centre)).
#[derive(Clone, Debug, PartialEq)]
pub struct KnownAbnormal {
    bank: Bank,
    centre: f64,
    slope: f64,
}

impl KnownAbnormal {
    /// From the rows of abnormal pictures, the contrast at which a score stays what it is, and what a contrast above
    /// it counts. Nothing where these are no numbers, or the latter is below 0.
    pub fn new(bank: Bank, centre: f64, slope: f64) -> Option<Self> {
        let fine = centre.is_finite() && slope.is_finite() && slope >= 0.0;
        fine.then_some(Self {
            bank,
            centre,
            slope,
        })
    }

    /// The rows of abnormal pictures.
    pub fn bank(&self) -> &Bank {
        &self.bank
    }

    /// What makes it again by [`KnownAbnormal::new`], beside the rows.
    pub fn terms(&self) -> [f64; 2] {
        [self.centre, self.slope]
    }

    /// The score of a picture whose `vector` has these `near` rows of the bank of normal pictures, from what it is where
    /// nothing is known.
    pub fn score(&self, score: f64, vector: &[f32], near: &[Near]) -> f64 {
        let off = contrast(&self.bank.near(vector), near) - self.centre;
        score * (self.slope * off).clamp(-MOST, MOST).exp()
    }
}

/// How much more a vector is like the rows of abnormal pictures than like those of normal ones, from what
/// [`Bank::near`] finds of each.
pub fn contrast(abnormal: &[Near], normal: &[Near]) -> f64 {
    likeness(abnormal) - likeness(normal)
}

/// ln of the mean of exp(cosine / τ).
fn likeness(near: &[Near]) -> f64 {
    let cosines = near.iter().map(|own| own.angle.cos());
    let sum: f64 = cosines.map(|cosine| (cosine / TEMPERATURE).exp()).sum();
    (sum / near.len() as f64).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bank(rows: &[f32]) -> Bank {
        Bank::new(2, rows.to_vec()).unwrap()
    }

    #[test]
    fn a_score_rises_towards_what_is_known_and_falls_away_from_it() {
        let normal = bank(&[1.0, 0.0, 0.8, 0.6]);
        let known = KnownAbnormal::new(bank(&[0.0, 1.0]), 0.0, 0.5).unwrap();
        let of = |vector: [f32; 2]| known.score(3.0, &vector, &normal.near(&vector));
        // By hand: cosines 1 to the abnormal row, 0 and 0.6 to the normal ones.
        let like = (10.0_f64.exp() / ((0.0_f64.exp() + 6.0_f64.exp()) / 2.0)).powf(0.5);
        assert!((of([0.0, 1.0]) / (3.0 * like) - 1.0).abs() < 1e-6);
        assert!(of([1.0, 0.0]) < 3.0);
        let nothing = KnownAbnormal::new(bank(&[0.0, 1.0]), 0.0, 0.0).unwrap();
        assert_eq!(
            nothing.score(3.0, &[1.0, 0.0], &normal.near(&[1.0, 0.0])),
            3.0
        );
    }

    #[test]
    fn how_many_rows_there_are_makes_no_difference() {
        let (one, three) = (bank(&[0.6, 0.8]), bank(&[0.6, 0.8].repeat(3)));
        let normal = bank(&[1.0, 0.0]);
        let at = [0.8_f32, 0.6];
        let of = |abnormal: &Bank| contrast(&abnormal.near(&at), &normal.near(&at));
        assert!((of(&one) - of(&three)).abs() < 1e-12);
    }

    #[test]
    fn scores_stay_numbers_and_terms_that_are_none_are_refused() {
        let normal = bank(&[1.0, 0.0]);
        let steep = KnownAbnormal::new(bank(&[-1.0, 0.0]), 0.0, 1e30).unwrap();
        for vector in [[1.0, 0.0], [-1.0, 0.0]] {
            let found = steep.score(1.0, &vector, &normal.near(&vector));
            assert!(found.is_normal(), "{found}");
        }
        assert_eq!(steep.terms(), [0.0, 1e30]);
        assert_eq!(KnownAbnormal::new(bank(&[1.0, 0.0]), f64::NAN, 1.0), None);
        assert_eq!(KnownAbnormal::new(bank(&[1.0, 0.0]), 0.0, -1.0), None);
    }
}
