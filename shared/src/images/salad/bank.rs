//! The memory bank: what normal pictures look like, and how far a picture is from it
//! (Bozorgtabar et al. 2020, "Memory Bank" and equation 4).

/// How sharply a prototype prefers the nearest rows: τ of the paper.
const TEMPERATURE: f64 = 0.1;

/// A feature vector of length 1 for each normal picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Bank {
    features: usize,
    rows: Vec<f32>,
}

/// How what is near in the bank becomes a score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScoreForm {
    /// The mean angle to the nearest rows, in radians.
    #[default]
    Mean,
    /// Equation 4 as it is printed: that mean over the sum of the angles to all rows.
    Literal,
    /// How far the picture is from those that the decoder makes of its own features and of
    /// [`Bank::prototype`] ([`super::NormalDepartures::score`]); needs a decoder that has learnt.
    Prototypes,
}

/// A row of the bank, and how near it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// Which row.
    pub row: usize,
    /// Radians between it and the picture.
    pub angle: f64,
}

impl Bank {
    /// Rows of `features` numbers each, normalised here; nothing where there is none, or one is
    /// 0 or not finite.
    pub fn new(features: usize, mut rows: Vec<f32>) -> Option<Self> {
        if features == 0 || rows.is_empty() || !rows.len().is_multiple_of(features) {
            return None;
        }
        for row in rows.chunks_exact_mut(features) {
            let length = dot(row, row).sqrt();
            if !length.is_normal() {
                return None;
            }
            row.iter_mut()
                .for_each(|x| *x = (f64::from(*x) / length) as f32);
        }
        Some(Self { features, rows })
    }

    /// How many rows there are, one at least.
    pub fn n_rows(&self) -> usize {
        self.rows.len() / self.features
    }

    /// Numbers of a row.
    pub fn features(&self) -> usize {
        self.features
    }

    /// All rows, one after the other.
    pub fn rows(&self) -> &[f32] {
        &self.rows
    }

    /// The rows at these places.
    ///
    /// # Panics
    /// When there is none, or one lies beyond the end.
    pub fn keep(&self, places: &[usize]) -> Self {
        assert!(!places.is_empty(), "a bank has a row at least");
        let row = |&place: &usize| &self.rows[place * self.features..][..self.features];
        Self {
            features: self.features,
            rows: places.iter().flat_map(row).copied().collect(),
        }
    }

    /// All rows, nearest first (the earlier of equals), for a vector of length 1.
    ///
    /// # Panics
    /// When the vector has another length than the rows.
    pub fn near(&self, vector: &[f32]) -> Vec<Near> {
        assert_eq!(vector.len(), self.features);
        let rows = self.rows.chunks_exact(self.features).enumerate();
        let near = rows.map(|(row, own)| Near {
            row,
            angle: dot(own, vector).clamp(-1.0, 1.0).acos(),
        });
        let mut near: Vec<Near> = near.collect();
        near.sort_by(|a, b| a.angle.total_cmp(&b.angle).then(a.row.cmp(&b.row)));
        near
    }

    /// What normal pictures would have in the place of a vector of length 1: its `nearest` rows without
    /// row `without`, each weighed by the softmax of cosine / 0.1, of length 1.
    ///
    /// # Panics
    /// When the vector has another length than the rows.
    pub fn prototype(&self, vector: &[f32], nearest: usize, without: Option<usize>) -> Vec<f32> {
        let mut near = self.near(vector);
        if near.len() > 1 {
            near.retain(|own| Some(own.row) != without);
        }
        near.truncate(nearest.max(1));
        let most = near[0].angle.cos();
        let mut sum = vec![0.0_f64; self.features];
        for own in &near {
            let weight = ((own.angle.cos() - most) / TEMPERATURE).exp();
            let row = &self.rows[own.row * self.features..][..self.features];
            sum.iter_mut()
                .zip(row)
                .for_each(|(sum, x)| *sum += weight * f64::from(*x));
        }
        let length = sum.iter().map(|x| x * x).sum::<f64>().sqrt();
        match length.is_normal() {
            true => sum.into_iter().map(|x| (x / length) as f32).collect(),
            // Opposite rows leave nothing; then the nearest counts alone.
            false => self.keep(&[near[0].row]).rows,
        }
    }

    /// How unusual a vector of length 1 is, from its `nearest` rows (all, where there are fewer):
    /// the higher, the more. [`ScoreForm::Prototypes`] needs more than angles; here it is their mean.
    ///
    /// # Panics
    /// When the vector has another length than the rows.
    pub fn score(&self, vector: &[f32], nearest: usize, form: ScoreForm) -> f64 {
        score(&self.near(vector), nearest, form)
    }
}

/// The score of what [`Bank::near`] found.
pub fn score(near: &[Near], nearest: usize, form: ScoreForm) -> f64 {
    let k = nearest.clamp(1, near.len());
    let angles = near.iter().map(|own| own.angle);
    let mean = angles.clone().take(k).sum::<f64>() / k as f64;
    match form {
        ScoreForm::Mean | ScoreForm::Prototypes => mean,
        ScoreForm::Literal => match angles.sum::<f64>() {
            // Every row is the picture itself.
            0.0 => 0.0,
            all => mean / all,
        },
    }
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(a, b)| f64::from(*a) * f64::from(*b))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::{FRAC_PI_2, PI};

    fn bank() -> Bank {
        Bank::new(2, vec![2.0, 0.0, 0.0, 1.0, -3.0, 0.0]).unwrap()
    }

    #[test]
    fn scores_are_angles() {
        let found = bank().near(&[1.0, 0.0]);
        assert_eq!(found.iter().map(|n| n.row).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(bank().score(&[1.0, 0.0], 1, ScoreForm::Mean), 0.0);
        assert_eq!(
            bank().score(&[1.0, 0.0], 2, ScoreForm::Mean),
            FRAC_PI_2 / 2.0
        );
        assert_eq!(bank().score(&[1.0, 0.0], 100, ScoreForm::Mean), FRAC_PI_2);
        let literal = bank().score(&[1.0, 0.0], 2, ScoreForm::Literal);
        assert_eq!(literal, FRAC_PI_2 / 2.0 / (FRAC_PI_2 + PI));
    }

    #[test]
    fn the_printed_form_can_turn_an_order_round() {
        let bank = Bank::new(2, vec![1.0, 0.0, 0.0, 1.0]).unwrap();
        let at = |degrees: f32| [degrees.to_radians().cos(), degrees.to_radians().sin()];
        // 30 and 60 degrees from the rows, and 40 and 130.
        let (between, beyond) = (at(30.0), at(-40.0));
        let of = |vector: [f32; 2], form| bank.score(&vector, 1, form);
        assert!(of(between, ScoreForm::Mean) < of(beyond, ScoreForm::Mean));
        assert!(of(between, ScoreForm::Literal) > of(beyond, ScoreForm::Literal));
    }

    #[test]
    fn a_prototype_lies_between_the_nearest_rows() {
        let close = |found: Vec<f32>, wanted: [f64; 2]| {
            for (a, b) in found.iter().zip(wanted) {
                assert!((f64::from(*a) - b).abs() < 1e-6, "{found:?}");
            }
        };
        let at = [0.8, 0.6];
        // By hand: the rows at 0 and 90 degrees weigh 1 and exp(-0.2 / 0.1).
        let weight = (-0.2_f64 / 0.1).exp();
        let length = (1.0 + weight * weight).sqrt();
        close(
            bank().prototype(&at, 2, None),
            [1.0 / length, weight / length],
        );
        close(bank().prototype(&at, 1, None), [1.0, 0.0]);
        close(bank().prototype(&at, 1, Some(0)), [0.0, 1.0]);
        // Nothing is left of opposite rows, and of a single one itself.
        let opposite = Bank::new(2, vec![1.0, 0.0, -1.0, 0.0]).unwrap();
        close(opposite.prototype(&[0.0, 1.0], 2, None), [1.0, 0.0]);
        let single = opposite.keep(&[1]);
        close(single.prototype(&at, 3, Some(0)), [-1.0, 0.0]);
    }

    #[test]
    fn a_bank_of_nothing_is_none() {
        assert_eq!(Bank::new(0, Vec::new()), None);
        assert_eq!(Bank::new(2, Vec::new()), None);
        assert_eq!(Bank::new(2, vec![1.0; 3]), None);
        assert_eq!(Bank::new(2, vec![0.0; 2]), None);
        assert_eq!(Bank::new(1, vec![f32::INFINITY]), None);
    }
}
