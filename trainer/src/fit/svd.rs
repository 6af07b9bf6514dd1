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

/// Vectors and biases of users or of items, block after block.
struct Side {
    deal: Deal,
    /// Lines of a vector.
    per_vector: usize,
    vectors: Vec<Line>,
    biases: Vec<f32>,
}

/// A block of a side.
struct Block<'a> {
    vectors: &'a mut [Line],
    biases: &'a mut [f32],
}

impl Side {
    fn new(deal: Deal, start: &[f32], rank: usize) -> Self {
        let per_vector = rank.div_ceil(LANES);
        let mut vectors = vec![ZERO; deal.len() * per_vector];
        for (row, vector) in start.chunks_exact(rank).enumerate() {
            let lines = &mut vectors[deal.position(row) * per_vector..][..per_vector];
            write(lines, vector);
        }
        Self {
            deal,
            per_vector,
            vectors,
            biases: vec![0.0; deal.len()],
        }
    }

    fn blocks(&mut self) -> Vec<Block<'_>> {
        let vectors = self
            .vectors
            .chunks_exact_mut(self.deal.places * self.per_vector);
        let biases = self.biases.chunks_exact_mut(self.deal.places);
        vectors
            .zip(biases)
            .map(|(vectors, biases)| Block { vectors, biases })
            .collect()
    }

    /// All vectors, then all biases, row after row; zeros where `rated` says that nothing was learnt.
    fn finish(&self, rank: usize, rated: &[bool]) -> (Vec<f32>, Vec<f32>) {
        let mut vectors = vec![0.0; rated.len() * rank];
        let mut biases = vec![0.0; rated.len()];
        for (row, _) in rated.iter().enumerate().filter(|(_, rated)| **rated) {
            let at = self.deal.position(row);
            let lines = &self.vectors[at * self.per_vector..][..self.per_vector];
            read(lines, &mut vectors[row * rank..][..rank]);
            biases[row] = self.biases[at];
        }
        (vectors, biases)
    }
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
    let mut users = Side::new(Deal::new(n_users, blocks), &users, rank);
    let mut items = Side::new(Deal::new(n_items, blocks), &items, rank);
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
    let (vectors, biases) = items.finish(rank, &rated_items);
    let fold_in = config.fold_in(ratings.scale);
    let (user_vectors, user_biases) = users.finish(rank, &rated_users);
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
    // Once inside the threads' pool: each stratum is too short to wake them.
    rayon::scope(|_| {
        let mut squares = 0.0;
        for stratum in order {
            let mut items: Vec<(usize, Block)> = items.blocks().into_iter().enumerate().collect();
            items.sort_unstable_by_key(|(block, _)| block ^ stratum);
            let items = items.into_iter().map(|(_, items)| items);
            let sides = users.blocks().into_iter().zip(items);
            let visits: Vec<Visit> = sides
                .zip(strata.stratum(stratum))
                .map(|((users, items), ratings)| Visit {
                    rule,
                    ratings,
                    users,
                    items,
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
    users: Block<'a>,
    items: Block<'a>,
}

impl pulp::WithSimd for Visit<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let Self { users, items, .. } = self;
        let Rule { mean, rate, lambda } = self.rule;
        let per_vector = users.vectors.len() / users.biases.len();
        let mut squares = 0.0;
        for rating in self.ratings {
            let (user, item) = (rating.user as usize, rating.item as usize);
            let p = &mut users.vectors[user * per_vector..][..per_vector];
            let q = &mut items.vectors[item * per_vector..][..per_vector];
            let (b_u, b_i) = (&mut users.biases[user], &mut items.biases[item]);
            let error = rating.value - (mean + *b_u + *b_i + dot(simd, p, q));
            *b_u += rate * (error - lambda * *b_u);
            *b_i += rate * (error - lambda * *b_i);
            step(simd, p, q, rate * error, 1.0 - rate * lambda);
            squares += f64::from(error) * f64::from(error);
        }
        squares
    }
}

#[cfg(test)]
#[path = "svd_test.rs"]
mod tests;
