//! What is made of the neighbours.

use super::local::Local;
use super::nearest::Near;

/// How much a neighbour counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// All the same.
    Uniform,
    /// One over the distance; rows at distance 0 share everything.
    Distance,
}

/// From neighbours to a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// The mean of the targets, or a vote of the classes.
    Mean {
        /// How many neighbours.
        neighbours: usize,
        /// How much each counts.
        weights: Weights,
    },
    /// A local linear model.
    Local(Local),
}

impl Rule {
    /// How many neighbours take part.
    pub fn neighbours(&self) -> usize {
        match self {
            Self::Mean { neighbours, .. } => *neighbours,
            Self::Local(local) => local.neighbours,
        }
    }
}

impl Weights {
    /// Weights of neighbours by distance; they add up to 1.
    pub fn of(self, near: &[Near], distance: impl Fn(&Near) -> f32) -> Vec<f32> {
        let raw: Vec<f32> = match self {
            Self::Uniform => vec![1.0; near.len()],
            Self::Distance => {
                let distances: Vec<f32> = near.iter().map(distance).collect();
                let at_zero = distances.contains(&0.0);
                let weight = |d: f32| match at_zero {
                    true => f32::from(u8::from(d == 0.0)),
                    false => 1.0 / d,
                };
                distances.into_iter().map(weight).collect()
            }
        };
        let sum: f32 = raw.iter().sum();
        raw.into_iter().map(|w| w / sum).collect()
    }
}

/// The class with the largest weight; the first of equals.
pub fn vote(classes: usize, votes: impl Iterator<Item = (usize, f32)>) -> usize {
    let mut sums = vec![0.0; classes];
    votes.for_each(|(class, weight)| sums[class] += weight);
    let best = sums.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    sums.iter().position(|&sum| sum == best).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(distances: &[f32]) -> Vec<Near> {
        (0..)
            .zip(distances)
            .map(|(row, &distance)| Near { row, distance })
            .collect()
    }

    #[test]
    fn rows_at_distance_zero_share_everything() {
        let weights = |d: &[f32]| Weights::Distance.of(&near(d), |n| n.distance);
        assert_eq!(weights(&[0.0, 0.0, 3.0]), [0.5, 0.5, 0.0]);
        assert_eq!(weights(&[1.0, 3.0]), [0.75, 0.25]);
        assert_eq!(
            Weights::Uniform.of(&near(&[0.0, 5.0]), |n| n.distance),
            [0.5, 0.5]
        );
    }

    #[test]
    fn the_first_of_equal_classes_wins() {
        assert_eq!(vote(3, [(2, 0.5), (1, 0.5)].into_iter()), 1);
        assert_eq!(vote(3, [(2, 0.3), (1, 0.3), (2, 0.4)].into_iter()), 2);
    }
}
