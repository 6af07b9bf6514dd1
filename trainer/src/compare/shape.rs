//! The shape of the data: how much there is, how thin, and how unevenly spread.

use serde::Serialize;

use crate::data::{Interactions, Statistics};
use crate::publish::item_counts;

/// Points of the long tail's curve.
const POINTS: usize = 50;

/// What the data looks like.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shape {
    /// Users, items, interactions and their ratios.
    #[serde(flatten)]
    pub statistics: Statistics,
    /// Half of the users have at most this many interactions.
    pub median_user_history: usize,
    /// Half of the items have at most this many interactions.
    pub median_item_history: usize,
    /// Share of the items, most popular first, and the share of all interactions that they have.
    pub long_tail: Vec<(f64, f64)>,
}

impl Shape {
    /// Of all interactions, before they are divided.
    pub fn of(interactions: &Interactions) -> Self {
        let mut users = vec![0u32; interactions.users.len()];
        for row in &interactions.rows {
            users[row.user as usize] += 1;
        }
        let mut items = item_counts(interactions);
        items.sort_unstable_by(|a, b| b.cmp(a));
        Self {
            statistics: Statistics::of(&interactions.rows),
            median_user_history: median(users),
            long_tail: long_tail(&items),
            median_item_history: median(items),
        }
    }
}

fn median(mut counts: Vec<u32>) -> usize {
    counts.sort_unstable();
    let middle = counts.len().saturating_sub(1) / 2;
    counts.get(middle).map_or(0, |&count| count as usize)
}

fn long_tail(descending: &[u32]) -> Vec<(f64, f64)> {
    let total: u64 = descending.iter().map(|&count| u64::from(count)).sum();
    let mut curve = vec![(0.0, 0.0)];
    let (mut sum, mut taken) = (0u64, 0);
    for point in 1..=POINTS {
        let end = descending.len() * point / POINTS;
        sum += descending[taken..end]
            .iter()
            .map(|&c| u64::from(c))
            .sum::<u64>();
        taken = end;
        let share = |part: f64, whole: f64| part / whole.max(1.0);
        curve.push((
            share(end as f64, descending.len() as f64),
            share(sum as f64, total as f64),
        ));
    }
    curve
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_ends_with_everything_and_is_concave() {
        let curve = long_tail(&[90, 5, 2, 2, 1]);
        assert_eq!(curve.last(), Some(&(1.0, 1.0)));
        assert!(curve.contains(&(0.2, 0.9)), "{curve:?}");
        assert!(curve.windows(2).all(|pair| pair[0].1 <= pair[1].1));
        assert_eq!(long_tail(&[]).last(), Some(&(0.0, 0.0)));
        assert_eq!(median(vec![9, 1, 4, 2]), 2);
        assert_eq!(median(vec![]), 0);
    }
}
