//! What being like pictures that are known to be abnormal counts in a score.

use anyhow::{Context as _, Result};
use doorstep_shared::images::GreyImage;
use doorstep_shared::images::salad::{Bank, KnownAbnormal, Near, contrast};

use super::{Salad, of};

/// What a contrast may count beside the logarithm of a score, both in deviations of normal pictures.
const WEIGHTS: [f64; 5] = [0.0, 0.25, 0.5, 1.0, 2.0];
/// Every so many'th normal picture is not learnt from, so that it is as new to the network as the abnormal ones are.
const HELD_OUT: usize = 5;
/// Contrasts that lie closer together than this tell nothing.
const LEAST_DEVIATION: f64 = 1e-9;

/// What is known of pictures by which a weight is chosen.
struct Evidence {
    /// Logarithms of scores that don't know of abnormal pictures.
    scores: Vec<f64>,
    /// Feature vectors.
    vectors: Vec<Vec<f32>>,
    /// The rows of normal pictures, nearest first, without a picture's own.
    near: Vec<Vec<Near>>,
}

/// Of the places of normal pictures those that are learnt from, and those by which the weight of a contrast is chosen.
pub(super) fn held_out(normal: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let places = normal.iter().enumerate();
    let (held, learnt): (Vec<_>, Vec<_>) =
        places.partition(|(at, _)| at % HELD_OUT == HELD_OUT - 1);
    let only = |pairs: Vec<(usize, &usize)>| pairs.into_iter().map(|(_, &own)| own).collect();
    (only(learnt), only(held))
}

impl Salad {
    /// Remembers the features of `abnormal` pictures, and chooses what a contrast with them counts by leaving each of
    /// them out in turn: the least of [`WEIGHTS`] by which most of the last `held` rows' pictures, which the network has not
    /// learnt from, lie below it. Nothing where that says that abnormal pictures tell nothing of each other, or where there is
    /// only one, or none to compare it with.
    pub(super) fn contrasted(
        &self,
        pictures: &[&GreyImage],
        abnormal: &[&GreyImage],
        held: usize,
    ) -> Result<Option<KnownAbnormal>> {
        let own_rows: Vec<Option<usize>> = (0..self.rows.len()).map(Some).collect();
        let own_rows = &own_rows[self.rows.len() - held..];
        let normal = of(pictures, &self.rows[self.rows.len() - held..]);
        if held < 2 || abnormal.len() < 2 {
            return Ok(None);
        }
        let (known, others) = (
            self.evidence(abnormal, &vec![None; abnormal.len()])?,
            self.evidence(&normal, own_rows)?,
        );
        let bank = Bank::new(self.bank.features(), known.vectors.concat());
        let bank = bank.context("a feature vector of an abnormal picture is 0")?;
        let told = leaving_each_out(&bank, &known, &others);
        // The first of equals.
        let best = (0..WEIGHTS.len()).rev();
        let best = best.max_by(|&a, &b| told[a].total_cmp(&told[b]));
        let weight = WEIGHTS[best.context("there are weights")?];
        let (_, of_scores) = moments(&others.scores);
        let (centre, of_contrasts) = moments(&others.contrasts(&bank));
        if weight == 0.0 || of_contrasts < LEAST_DEVIATION {
            return Ok(None);
        }
        let known = KnownAbnormal::new(bank, centre, weight * of_scores / of_contrasts);
        let known = known.context("what is known of abnormal pictures is no number")?;
        Ok(Some(known))
    }

    /// Of pictures, without a row of the bank each.
    fn evidence(&self, pictures: &[&GreyImage], without: &[Option<usize>]) -> Result<Evidence> {
        let scores = self.one_class(pictures, without)?;
        let vectors = self.features(pictures)?;
        let near = vectors.iter().zip(without);
        let scores = scores.into_iter();
        let logarithms = scores.map(|own| own.max(f64::MIN_POSITIVE).ln());
        Ok(Evidence {
            scores: logarithms.collect(),
            near: near.map(|(own, &row)| self.near(own, row)).collect(),
            vectors,
        })
    }

    /// The rows of the bank, nearest first, without one of them where there are others.
    pub(super) fn near(&self, vector: &[f32], without: Option<usize>) -> Vec<Near> {
        let mut near = self.bank.near(vector);
        if near.len() > 1 {
            near.retain(|own| Some(own.row) != without);
        }
        near
    }
}

impl Evidence {
    /// With the rows of abnormal pictures.
    fn contrasts(&self, abnormal: &Bank) -> Vec<f64> {
        let pairs = self.vectors.iter().zip(&self.near);
        let contrast = |(own, near): (&Vec<f32>, &Vec<Near>)| contrast(&abnormal.near(own), near);
        pairs.map(contrast).collect()
    }
}

/// For each of [`WEIGHTS`] the share of pairs of a known abnormal and a normal picture in which the former scores higher
/// where its own row is left out; a tie counts half.
fn leaving_each_out(bank: &Bank, known: &Evidence, others: &Evidence) -> [f64; WEIGHTS.len()] {
    let n = bank.n_rows();
    let mut told = [0.0; WEIGHTS.len()];
    let (mean_score, of_scores) = moments(&others.scores);
    for left_out in 0..n {
        let rows: Vec<usize> = (0..n).filter(|&row| row != left_out).collect();
        let rest = bank.keep(&rows);
        let contrasts = others.contrasts(&rest);
        let (centre, of_contrasts) = moments(&contrasts);
        let own = contrast(&rest.near(&known.vectors[left_out]), &known.near[left_out]);
        for (told, weight) in told.iter_mut().zip(WEIGHTS) {
            let combined = |score: f64, contrast: f64| {
                (score - mean_score) / of_scores.max(LEAST_DEVIATION)
                    + weight * (contrast - centre) / of_contrasts.max(LEAST_DEVIATION)
            };
            let own = combined(known.scores[left_out], own);
            let below = others.scores.iter().zip(&contrasts).map(|(&s, &c)| {
                match combined(s, c).total_cmp(&own) {
                    std::cmp::Ordering::Less => 1.0,
                    std::cmp::Ordering::Equal => 0.5,
                    std::cmp::Ordering::Greater => 0.0,
                }
            });
            *told += below.sum::<f64>() / (n * contrasts.len()) as f64;
        }
    }
    told
}

/// Mean and standard deviation.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let square = values.iter().map(|own| (own - mean) * (own - mean));
    (mean, (square.sum::<f64>() / n).sqrt())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    /// What `tests/golden/salad/generate.py` found.
    #[derive(Deserialize)]
    struct Golden {
        left_out: LeftOut,
    }

    #[derive(Deserialize)]
    struct LeftOut {
        normal: Vec<Vec<f32>>,
        abnormal: Vec<Vec<f32>>,
        normal_scores: Vec<f64>,
        abnormal_scores: Vec<f64>,
        told: Vec<f64>,
    }

    #[test]
    fn weights_are_judged_as_by_numpy() {
        let text = include_str!("../../../../tests/golden/salad/golden.json");
        let golden: Golden = serde_json::from_str(text).unwrap();
        let golden = golden.left_out;
        let width = golden.normal[0].len();
        let bank = |rows: &[Vec<f32>]| Bank::new(width, rows.concat()).unwrap();
        let (normal, abnormal) = (bank(&golden.normal), bank(&golden.abnormal));
        let evidence = |vectors: &[Vec<f32>], scores: &[f64], own: bool| {
            let near = vectors.iter().enumerate().map(|(at, vector)| {
                let mut near = normal.near(vector);
                near.retain(|row| !own || row.row != at);
                near
            });
            Evidence {
                scores: scores.to_vec(),
                near: near.collect(),
                vectors: vectors.to_vec(),
            }
        };
        let known = evidence(&golden.abnormal, &golden.abnormal_scores, false);
        let others = evidence(&golden.normal, &golden.normal_scores, true);
        let told = leaving_each_out(&abnormal, &known, &others);
        for (found, wanted) in told.iter().zip(&golden.told) {
            assert!((found - wanted).abs() < 1e-9, "{told:?}");
        }
        assert!(told.iter().any(|own| *own > told[0]), "{told:?}");
    }

    #[test]
    fn every_fifth_normal_picture_is_held_out() {
        let (learnt, held) = held_out(&[3, 4, 5, 8, 9, 11, 12]);
        assert_eq!((learnt, held), (vec![3, 4, 5, 8, 11, 12], vec![9]));
        assert_eq!(held_out(&[3]), (vec![3], Vec::new()));
    }
}
