//! What normal pictures score: where a score lies among theirs, and above which one a picture
//! is called unusual.

use serde::{Deserialize, Serialize};

/// Most scores that are kept.
const KEPT: usize = 256;

/// Scores of normal pictures that nothing was learnt from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Ascending; of more than 256 pictures those at even distances in that order.
    pub scores: Vec<f64>,
    /// How many pictures there were.
    pub pictures: u32,
    /// A picture that scores higher is unusual.
    pub threshold: f64,
    /// The share of normal pictures that this may be said of by mistake.
    pub false_positive_rate: f64,
    /// The level that a reconstruction's smoothed error exceeds at one of a hundred pixels of theirs.
    pub error: f64,
}

/// Too few normal pictures for such a rate.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error(
    "a false-positive rate of {rate} can't be kept by {pictures} normal pictures to calibrate with: \
     the least is {least:.3}"
)]
pub struct Unreachable {
    /// The rate.
    pub rate: f64,
    /// The pictures.
    pub pictures: usize,
    /// The least rate that so many can keep.
    pub least: f64,
}

impl Calibration {
    /// From all scores, and the `error` of reconstructions. The threshold is the ⌈(1 − rate)(n + 1)⌉-th
    /// smallest of n scores: another normal picture, if it is like these, scores above it with a chance of
    /// at most `rate` (Vovk, Gammerman, Shafer 2005, "Algorithmic Learning in a Random World", section 2.2).
    ///
    /// # Errors
    /// When there are too few scores for that.
    ///
    /// # Panics
    /// When there is no score, one is not finite, or the rate is not between 0 and 1.
    pub fn new(mut scores: Vec<f64>, rate: f64, error: f64) -> Result<Self, Unreachable> {
        assert!(rate > 0.0 && rate < 1.0, "a rate is between 0 and 1");
        assert!(!scores.is_empty() && scores.iter().all(|own| own.is_finite()));
        scores.sort_by(f64::total_cmp);
        let n = scores.len();
        let least = 1.0 / (n + 1) as f64;
        // Rates such as 1/20 are not exact.
        let rank = ((1.0 - rate) * (n + 1) as f64 - 1e-9).ceil() as usize;
        if rank > n {
            return Err(Unreachable {
                rate,
                pictures: n,
                least,
            });
        }
        let threshold = scores[rank.max(1) - 1];
        if n > KEPT {
            scores = (0..KEPT)
                .map(|at| scores[at * (n - 1) / (KEPT - 1)])
                .collect();
        }
        Ok(Self {
            scores,
            pictures: n as u32,
            threshold,
            false_positive_rate: rate,
            error,
        })
    }

    /// Whether it can be used; else why not.
    pub fn check(&self) -> Result<(), &'static str> {
        let finite = |own: &f64| own.is_finite();
        if self.scores.is_empty() || !self.scores.is_sorted() || !self.scores.iter().all(finite) {
            return Err("the scores of normal pictures are not in order");
        }
        let fine = self.threshold.is_finite()
            && self.error.is_finite()
            && self.error >= 0.0
            && self.false_positive_rate > 0.0
            && self.false_positive_rate < 1.0;
        fine.then_some(())
            .ok_or("a threshold or rate is out of its range")
    }

    /// Share of normal pictures, in hundredths, that score lower; those that score the same count half.
    pub fn percentile(&self, score: f64) -> f64 {
        let lower = self.scores.partition_point(|own| *own < score);
        let not_higher = self.scores.partition_point(|own| *own <= score);
        50.0 * (lower + not_higher) as f64 / self.scores.len() as f64
    }

    /// Whether a score is above the threshold.
    pub fn is_unusual(&self, score: f64) -> bool {
        score > self.threshold
    }

    /// From the median of normal pictures to the threshold: what a difference of scores is measured by.
    /// Above 0.
    pub fn unit(&self) -> f64 {
        let unit = self.threshold - self.scores[self.scores.len() / 2];
        match unit > 0.0 {
            true => unit,
            false => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(n: usize, rate: f64) -> Result<Calibration, Unreachable> {
        Calibration::new((0..n).rev().map(|x| x as f64).collect(), rate, 0.1)
    }

    #[test]
    fn the_threshold_keeps_its_rate_or_is_refused() {
        // Of 19 pictures and another one, each is the highest as often as any other.
        assert_eq!(of(19, 0.05).unwrap().threshold, 18.0);
        assert_eq!(of(99, 0.05).unwrap().threshold, 94.0);
        assert_eq!(of(99, 0.5).unwrap().threshold, 49.0);
        let error = of(18, 0.05).unwrap_err();
        assert_eq!((error.pictures, error.rate), (18, 0.05));
        assert!(error.to_string().ends_with("the least is 0.053"), "{error}");
        // Drawn again and again, the share above is the rate: by all orders of ranks.
        for (n, rate) in [(19, 0.05), (39, 0.1), (9, 0.3)] {
            let above = (0..=n).filter(|&left_out| {
                let others = (0..=n).filter(|&own| own != left_out);
                let scores = others.map(|own| own as f64).collect();
                let found = Calibration::new(scores, rate, 0.0).unwrap();
                found.is_unusual(left_out as f64)
            });
            let share = above.count() as f64 / (n + 1) as f64;
            assert!(share <= rate + 1e-12, "{share} of {rate}");
        }
    }

    #[test]
    fn a_percentile_counts_equals_half_and_many_scores_are_thinned() {
        let found = of(100, 0.05).unwrap();
        assert_eq!(found.percentile(-1.0), 0.0);
        assert_eq!(found.percentile(49.5), 50.0);
        assert_eq!(found.percentile(0.0), 0.5);
        assert_eq!(found.percentile(200.0), 100.0);
        let many = of(10_000, 0.01).unwrap();
        assert_eq!((many.scores.len(), many.pictures), (256, 10_000));
        assert_eq!((many.scores[0], many.scores[255]), (0.0, 9_999.0));
        assert!((many.percentile(2_500.0) - 25.0).abs() < 0.5);
        many.check().unwrap();
    }

    #[test]
    fn what_can_not_be_is_found() {
        let fine = of(30, 0.05).unwrap();
        for wrong in [
            Calibration {
                scores: vec![1.0, 0.0],
                ..fine.clone()
            },
            Calibration {
                scores: vec![f64::NAN],
                ..fine.clone()
            },
            Calibration {
                threshold: f64::INFINITY,
                ..fine.clone()
            },
            Calibration {
                false_positive_rate: 1.0,
                ..fine.clone()
            },
        ] {
            wrong.check().unwrap_err();
        }
        let flat = Calibration::new(vec![1.0; 30], 0.1, 0.0).unwrap();
        assert_eq!((flat.unit(), flat.percentile(1.0)), (1.0, 50.0));
    }
}
