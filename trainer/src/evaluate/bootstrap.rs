//! Whether one model is better than another, or these users happened to suit it.

use rayon::prelude::*;
use serde::Serialize;

use super::Evaluation;
use super::splitmix::SplitMix64;

/// A metric, or its difference to that of another model, with its 95 % interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// Such as `recall@10`; the key of the map that holds this.
    #[serde(skip)]
    pub metric: String,
    /// This model's value; of a difference, less the other's.
    pub mean: f64,
    /// 2.5th percentile of the resampled values.
    pub low: f64,
    /// 97.5th percentile.
    pub high: f64,
}

impl Estimate {
    /// Whether the interval leaves out 0.
    pub fn is_clear(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// Paired bootstrap over users (percentile method): users are drawn with
/// replacement, with all their cases, the same users for every model. Each
/// evaluation less the one at `against`, for the named metrics that are means
/// over cases. All evaluations are of the same cases.
pub fn differences(
    evaluations: &[Evaluation],
    against: usize,
    metrics: &[String],
    resamples: usize,
    seed: u64,
) -> Vec<Vec<Estimate>> {
    bootstrap(evaluations, Some(against), metrics, resamples, seed)
}

/// The same of the metrics themselves.
pub fn intervals(
    evaluations: &[Evaluation],
    metrics: &[String],
    resamples: usize,
    seed: u64,
) -> Vec<Vec<Estimate>> {
    bootstrap(evaluations, None, metrics, resamples, seed)
}

fn bootstrap(
    evaluations: &[Evaluation],
    against: Option<usize>,
    metrics: &[String],
    resamples: usize,
    seed: u64,
) -> Vec<Vec<Estimate>> {
    let users = group(&evaluations[against.unwrap_or(0)].users);
    let n_users = users.iter().max().map_or(0, |&last| last + 1);
    let mut cases = vec![0.0; n_users];
    users.iter().for_each(|&user| cases[user] += 1.0);
    // One row for each model and metric: Σ of differences by user.
    let rows: Vec<Vec<f64>> = evaluations
        .iter()
        .flat_map(|evaluation| metrics.iter().map(move |metric| (evaluation, metric)))
        .map(|(evaluation, metric)| {
            let own = values(evaluation, metric);
            let other = against.map(|against| values(&evaluations[against], metric));
            let mut sums = vec![0.0; n_users];
            for (case, &user) in users.iter().enumerate() {
                sums[user] += own[case] - other.map_or(0.0, |other| other[case]);
            }
            sums
        })
        .collect();
    let n_cases = users.len().max(1) as f64;
    let drawn: Vec<Vec<f64>> = (0..resamples as u64)
        .into_par_iter()
        .map(|resample| {
            let mut random = SplitMix64(SplitMix64(seed ^ resample.rotate_left(32)).next());
            let mut times = vec![0.0; n_users];
            (0..n_users).for_each(|_| times[random.below(n_users)] += 1.0);
            let total = dot(&times, &cases).max(1.0);
            rows.iter().map(|sums| dot(&times, sums) / total).collect()
        })
        .collect();
    let mut differences = rows.iter().enumerate().map(|(row, sums)| {
        let mut sample: Vec<f64> = drawn.iter().map(|resample| resample[row]).collect();
        sample.sort_unstable_by(f64::total_cmp);
        Estimate {
            metric: metrics[row % metrics.len()].clone(),
            mean: sums.iter().sum::<f64>() / n_cases,
            low: percentile(&sample, 0.025),
            high: percentile(&sample, 0.975),
        }
    });
    evaluations
        .iter()
        .map(|_| differences.by_ref().take(metrics.len()).collect())
        .collect()
}

fn values<'a>(evaluation: &'a Evaluation, metric: &str) -> &'a [f64] {
    let found = evaluation.by_case.iter().find(|(name, _)| name == metric);
    &found.expect("a metric that is a mean over cases").1
}

/// Numbers the users of the cases 0, 1, … by first appearance.
fn group(users: &[u32]) -> Vec<usize> {
    let mut numbers = std::collections::HashMap::new();
    users
        .iter()
        .map(|&user| {
            let next = numbers.len();
            *numbers.entry(user).or_insert(next)
        })
        .collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Linear between the neighbouring order statistics.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let place = share * last as f64;
    let (low, high) = (
        sorted[place.floor() as usize],
        sorted[place.ceil() as usize],
    );
    low + (high - low) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluation(users: Vec<u32>, values: Vec<f64>) -> Evaluation {
        Evaluation {
            ranks: vec![],
            overall: vec![],
            by_case: vec![("recall@10".to_owned(), values)],
            users,
        }
    }

    #[test]
    fn the_interval_is_that_of_the_normal_approximation() {
        let n = 2000;
        let users: Vec<u32> = (0..n).collect();
        let better: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i % 4 == 0))).collect();
        let zero = vec![0.0; n as usize];
        let both = [evaluation(users.clone(), better), evaluation(users, zero)];
        let metric = ["recall@10".to_owned()];
        let found = differences(&both, 1, &metric, 1000, 7);
        let sd = (0.25f64 * 0.75 / f64::from(n)).sqrt();
        let d = &found[0][0];
        assert_eq!(d.mean, 0.25);
        assert!((d.low - (0.25 - 1.96 * sd)).abs() < 0.3 * sd, "{d:?}");
        assert!((d.high - (0.25 + 1.96 * sd)).abs() < 0.3 * sd, "{d:?}");
        assert!(d.is_clear());
        assert_eq!(
            (found[1][0].mean, found[1][0].low, found[1][0].high),
            (0.0, 0.0, 0.0)
        );
        assert_eq!(found, intervals(&both, &metric, 1000, 7));
        assert_eq!(found, differences(&both, 1, &metric, 1000, 7));
        assert_ne!(found, differences(&both, 1, &metric, 1000, 8));
    }

    #[test]
    fn a_users_cases_are_drawn_together() {
        // Two users whose cases differ by +1 and −1: a resample is one of
        // −1, 0 and 1, not in between.
        let users = [vec![4; 50], vec![9; 50]].concat();
        let values = [vec![1.0; 50], vec![-1.0; 50]].concat();
        let both = [
            evaluation(users.clone(), values),
            evaluation(users, vec![0.0; 100]),
        ];
        let found = differences(&both, 1, &["recall@10".to_owned()], 400, 1);
        let d = &found[0][0];
        assert_eq!((d.mean, d.low, d.high), (0.0, -1.0, 1.0));
    }
}
