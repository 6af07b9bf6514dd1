//! The loss of ALS for implicit feedback, over all cells at the cost of those with an interaction.

use doorstep_shared::models::AlsConfig;
use rayon::prelude::*;

use super::confidences::Confidences;
use super::lane_products::{gram, product};
use super::lanes::{LANES, Lanes, dot};

/// The formula, for readers of learning curves.
pub(super) const LOSS: &str = "(Σ c (p − x·y)² + λ (|X|² + |Y|²)) / Σ c over all cells";

/// (Σ over all cells c (p − x·y)² + λ (|X|² + |Y|²)) / Σ c, as the library
/// `implicit` reports it.
pub(super) fn loss(
    config: &AlsConfig,
    by_user: &Confidences,
    users: &[Lanes],
    items: &[Lanes],
) -> f64 {
    let groups = (config.factors as usize).div_ceil(LANES);
    let matrix: Vec<f32> = gram(items, groups).into_iter().map(|x| x as f32).collect();
    let moved = product(users, &matrix, groups);
    let of_user = |user: usize| {
        let x = &users[user * groups..][..groups];
        // All cells as if none had an interaction, then those that have one.
        let mut squares = f64::from(dot(x, &moved[user * groups..][..groups]));
        let (others, confidences) = by_user.row(user);
        for (&other, &c) in others.iter().zip(confidences) {
            let score = f64::from(dot(x, &items[other as usize * groups..][..groups]));
            squares += f64::from(c) * (1.0 - score).powi(2) - score * score;
        }
        squares
    };
    let cells: Vec<f64> = (0..by_user.len()).into_par_iter().map(of_user).collect();
    let norm = |side: &[Lanes]| -> f64 {
        let squares = side.as_flattened().iter().map(|&x| f64::from(x).powi(2));
        squares.sum()
    };
    let ridge = f64::from(config.regularisation) * (norm(users) + norm(items));
    let n_items = items.len() / groups;
    (cells.iter().sum::<f64>() + ridge) / by_user.total(n_items)
}
