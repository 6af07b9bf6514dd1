//! Biased SVD by stochastic gradient descent, one rating after another; in
//! strata of blocks that threads work on at once where the order is free.

use anyhow::ensure;
use doorstep_shared::factors::{Factors, Visitor};
use doorstep_shared::models::{Model, SvdConfig};
use pulp::Simd;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::limits::check_factors;
use super::lines::{LANES, Line, ZERO, dot, read, step, write};
use super::ratings::{OBJECTIVE, Rating, Ratings, noise};
use super::start::from_item_vectors;
use super::strata::{BLOCKS, Deal, Strata};
use super::{Course, Fitted, Observer, Training};
use crate::progress::Progress;

/// Which of the two numbers that follow a vector is its bias. The other is 1, so that
/// the product of a user's and an item's lines is p·q + b_u + b_i.
#[derive(Clone, Copy)]
enum Bias {
    First = 0,
    Second = 1,
}

/// Vectors and biases of users or of items, block after block.
struct Side {
    deal: Deal,
    bias: Bias,
    rank: usize,
    /// Lines of a row.
    per_row: usize,
    lines: Vec<Line>,
}

impl Side {
    fn new(deal: Deal, bias: Bias, start: &[f32], rank: usize) -> Self {
        let per_row = (rank + 2).div_ceil(LANES);
        let mut lines = vec![ZERO; deal.len() * per_row];
        let blocks = lines.par_chunks_exact_mut(deal.places * per_row);
        blocks.enumerate().for_each(|(block, lines)| {
            for (place, lines) in lines.chunks_exact_mut(per_row).enumerate() {
                let from = deal.row(block, place) * rank;
                write(lines, start.get(from..from + rank).unwrap_or_default());
                *number(lines, rank + 1 - bias as usize) = 1.0;
            }
        });
        Self {
            deal,
            bias,
            rank,
            per_row,
            lines,
        }
    }

    fn blocks(&mut self) -> impl Iterator<Item = &mut [Line]> {
        self.lines.chunks_exact_mut(self.deal.places * self.per_row)
    }

    /// All vectors, then all biases, row after row; zeros where `rated` says that nothing was learnt.
    fn finish(&self, rated: &[bool]) -> (Vec<f32>, Vec<f32>) {
        let mut vectors = vec![0.0; rated.len() * self.rank];
        let mut biases = vec![0.0; rated.len()];
        let rows = vectors.par_chunks_exact_mut(self.rank).zip(&mut biases);
        let rows = rows.enumerate().with_min_len(ROWS);
        rows.filter(|(row, _)| rated[*row])
            .for_each(|(row, (vector, bias))| {
                let lines = &self.lines[self.deal.position(row) * self.per_row..][..self.per_row];
                read(lines, vector);
                let at = self.rank + self.bias as usize;
                *bias = lines[at / LANES].0[at % LANES];
            });
        (vectors, biases)
    }
}

/// Rows that a thread reads at least at once.
const ROWS: usize = 256;

/// A number of a row.
#[inline(always)]
fn number(lines: &mut [Line], at: usize) -> &mut f32 {
    &mut lines[at / LANES].0[at % LANES]
}

const COURSE: Course = Course {
    unit: "epoch",
    loss: OBJECTIVE,
};

pub(super) fn fit(
    config: &SvdConfig,
    training: &Training,
    progress: &Progress,
    observer: &mut Observer,
) -> anyhow::Result<Fitted> {
    check_factors(SvdConfig::NAME, training, config.factors)?;
    let mut ratings = Ratings::new(training)?;
    let rank = config.factors as usize;
    let mut rng = ChaCha8Rng::seed_from_u64(config.seed.into());
    let (n_users, n_items) = (ratings.n_users, ratings.n_items);
    let users = noise(&mut rng, config.deviation, n_users * rank);
    let mut items = noise(&mut rng, config.deviation, n_items * rank);
    if config.from_item_vectors {
        from_item_vectors(training, rank, &mut items)?;
    }
    let blocks = if config.shuffle { BLOCKS } else { 1 };
    let mut users = Side::new(Deal::new(n_users, blocks), Bias::First, &users, rank);
    let mut items = Side::new(Deal::new(n_items, blocks), Bias::Second, &items, rank);
    if config.shuffle {
        ratings.all.shuffle(&mut rng);
    }
    let strata = Strata::new(&ratings.all, users.deal, items.deal);
    let rule = Rule {
        mean: ratings.scale.mean,
        rate: config.learning_rate,
        lambda: config.regularisation,
    };
    let bar = progress.bar("svd: epochs", config.epochs.into());
    for number in 1..=config.epochs {
        let squares = epoch(rule, &strata, &mut users, &mut items, &mut rng);
        ensure!(
            squares.is_finite(),
            "svd diverged in epoch {number}; lower svd.learning_rate (it is {})",
            config.learning_rate
        );
        bar.inc(1);
        observer.step(COURSE, number, config.epochs, || {
            let (model, users) = factors(config, &ratings, &users, &items);
            let loss = ratings.objective(&model, &users, config.regularisation);
            let model = Model::Factors(model);
            (loss, Fitted { model, users })
        });
    }
    bar.finish_and_clear();
    let (model, users) = factors(config, &ratings, &users, &items);
    let model = Model::Factors(model);
    Ok(Fitted { model, users })
}

/// The model and the users as they stand.
fn factors(
    config: &SvdConfig,
    ratings: &Ratings,
    users: &Side,
    items: &Side,
) -> (Factors, Vec<Visitor>) {
    let (rated_users, rated_items) = ratings.rated();
    let rank = config.factors as usize;
    let (vectors, biases) = items.finish(&rated_items);
    let fold_in = config.fold_in(ratings.scale);
    let (user_vectors, user_biases) = users.finish(&rated_users);
    let users = user_vectors
        .chunks_exact(rank)
        .zip(user_biases)
        .map(|(vector, bias)| Visitor {
            vector: vector.to_vec(),
            bias,
        });
    let model = Factors::new(SvdConfig::NAME, rank, vectors, biases, fold_in);
    (model, users.collect())
}

/// What every step needs.
#[derive(Clone, Copy)]
struct Rule {
    /// Of all ratings.
    mean: f32,
    rate: f32,
    lambda: f32,
}

/// Visits every rating once; gives the sum of squared errors on the way.
fn epoch(
    rule: Rule,
    strata: &Strata,
    users: &mut Side,
    items: &mut Side,
    rng: &mut ChaCha8Rng,
) -> f64 {
    let order = strata.order(rng);
    let (rank, per_row) = (users.rank, users.per_row);
    // Once inside the threads' pool: each stratum is too short to wake them.
    rayon::scope(|_| {
        let mut squares = 0.0;
        for stratum in order {
            let mut items: Vec<(usize, &mut [Line])> = items.blocks().enumerate().collect();
            items.sort_unstable_by_key(|(block, _)| block ^ stratum);
            let items = items.into_iter().map(|(_, items)| items);
            let sides = users.blocks().zip(items);
            let visits: Vec<Visit> = sides
                .zip(strata.stratum(stratum))
                .map(|((users, items), ratings)| Visit {
                    rule,
                    ratings,
                    users,
                    items,
                    rank,
                    per_row,
                })
                .collect();
            let sums: Vec<f64> = visits
                .into_par_iter()
                .with_max_len(1)
                .map(|visit| pulp::Arch::new().dispatch(visit))
                .collect();
            squares += sums.iter().sum::<f64>();
        }
        squares
    })
}

/// Visits the ratings of a block of users and a block of items, in order.
struct Visit<'a> {
    rule: Rule,
    ratings: &'a [Rating],
    users: &'a mut [Line],
    items: &'a mut [Line],
    rank: usize,
    per_row: usize,
}

impl pulp::WithSimd for Visit<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let Self { users, items, .. } = self;
        let (rank, per_row) = (self.rank, self.per_row);
        let Rule { mean, rate, lambda } = self.rule;
        let mut squares = 0.0;
        for rating in self.ratings {
            let (user, item) = (rating.user as usize, rating.item as usize);
            let p = &mut users[user * per_row..][..per_row];
            let q = &mut items[item * per_row..][..per_row];
            let error = rating.value - mean - dot(simd, p, q);
            // Biases step as the vectors do, each towards the 1 across from it.
            step(simd, p, q, rate * error, 1.0 - rate * lambda);
            *number(p, rank + 1) = 1.0;
            *number(q, rank) = 1.0;
            squares += f64::from(error) * f64::from(error);
        }
        squares
    }
}

#[cfg(test)]
#[path = "svd_test.rs"]
mod tests;
