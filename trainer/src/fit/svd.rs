//! Biased SVD by stochastic gradient descent, one rating after another.

use anyhow::ensure;
use doorstep_shared::factors::{Factors, Visitor};
use doorstep_shared::models::{Model, SvdConfig};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::lanes::{LANES, Lanes, dot, pad, unpad};
use super::ratings::{Rating, Ratings, noise};
use super::start::from_item_vectors;
use super::{Fitted, Training};
use crate::progress::Progress;

/// Vectors and biases of one side.
struct Side {
    vectors: Vec<Lanes>,
    biases: Vec<f32>,
}

impl Side {
    fn new(start: &[f32], rank: usize) -> Self {
        let n = start.len() / rank;
        Self {
            vectors: pad(start, n, rank),
            biases: vec![0.0; n],
        }
    }

    /// Zeros where `rated` says that nothing was learnt.
    fn finish(self, rank: usize, rated: &[bool]) -> (Vec<f32>, Vec<f32>) {
        let mut vectors = unpad(&self.vectors, rank);
        let unrated = rated.iter().enumerate().filter(|(_, rated)| !**rated);
        unrated.for_each(|(at, _)| vectors[at * rank..][..rank].fill(0.0));
        (vectors, self.biases)
    }
}

pub(super) fn fit(
    config: &SvdConfig,
    training: &Training,
    progress: &Progress,
) -> anyhow::Result<Fitted> {
    let mut ratings = Ratings::new(training)?;
    let (rated_users, rated_items) = ratings.rated();
    let rank = config.factors as usize;
    let mut rng = ChaCha8Rng::seed_from_u64(config.seed.into());
    let users = noise(&mut rng, config.deviation, ratings.n_users * rank);
    let mut items = noise(&mut rng, config.deviation, ratings.n_items * rank);
    if config.from_item_vectors {
        from_item_vectors(training, rank, &mut items)?;
    }
    let (mut users, mut items) = (Side::new(&users, rank), Side::new(&items, rank));
    let bar = progress.bar("svd: epochs", config.epochs.into());
    for number in 1..=config.epochs {
        if config.shuffle {
            ratings.all.shuffle(&mut rng);
        }
        let mean = ratings.scale.mean;
        let squares = pulp::Arch::new().dispatch(Epoch {
            config,
            mean,
            ratings: &ratings.all,
            users: &mut users,
            items: &mut items,
        });
        ensure!(
            squares.is_finite(),
            "svd diverged in epoch {number}; lower svd.learning_rate (it is {})",
            config.learning_rate
        );
        bar.inc(1);
    }
    bar.finish_and_clear();
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
    Ok(Fitted {
        users: users.collect(),
        model: Model::Factors(Factors::new(
            SvdConfig::NAME,
            rank,
            vectors,
            biases,
            fold_in,
        )),
    })
}

/// Visits every rating once; gives the sum of squared errors on the way.
struct Epoch<'a> {
    config: &'a SvdConfig,
    mean: f32,
    ratings: &'a [Rating],
    users: &'a mut Side,
    items: &'a mut Side,
}

impl pulp::NullaryFnOnce for Epoch<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let Self { users, items, .. } = self;
        let per_vector = (self.config.factors as usize).div_ceil(LANES);
        let (rate, lambda) = (self.config.learning_rate, self.config.regularisation);
        let mut squares = 0.0;
        for rating in self.ratings {
            let (user, item) = (rating.user as usize, rating.item as usize);
            let p = &mut users.vectors[user * per_vector..][..per_vector];
            let q = &mut items.vectors[item * per_vector..][..per_vector];
            let (b_u, b_i) = (&mut users.biases[user], &mut items.biases[item]);
            let error = rating.value - (self.mean + *b_u + *b_i + dot(p, q));
            *b_u += rate * (error - lambda * *b_u);
            *b_i += rate * (error - lambda * *b_i);
            let (towards, back) = (rate * error, 1.0 - rate * lambda);
            for (p, q) in p.iter_mut().zip(q) {
                // Copies, as a compiler that can't tell the two apart works lane by lane.
                let (old_p, old_q) = (*p, *q);
                let (mut new_p, mut new_q) = (old_p, old_q);
                for lane in 0..LANES {
                    new_p[lane] = towards * old_q[lane] + back * old_p[lane];
                    new_q[lane] = towards * old_p[lane] + back * old_q[lane];
                }
                (*p, *q) = (new_p, new_q);
            }
            squares += f64::from(error) * f64::from(error);
        }
        squares
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_shared::Event;

    fn histories() -> Vec<Vec<Event>> {
        let rating = |user: u32, item: u32| 3.0 + ((user + item) % 2) as f32 * 2.0 - 1.0;
        let of = |user: u32| {
            let items = (0..12).filter(move |item| !(item * 5 + user).is_multiple_of(4));
            items.map(move |item| Event {
                rating: rating(user, item),
                ..Event::implicit(item)
            })
        };
        (0..10).map(|user| of(user).collect()).collect()
    }

    /// The same updates in double precision, one number at a time.
    fn plain(config: &SvdConfig, training: &Training) -> (Vec<f64>, Vec<f64>) {
        let ratings = Ratings::new(training).unwrap();
        let rank = config.factors as usize;
        let mut rng = ChaCha8Rng::seed_from_u64(config.seed.into());
        let mut draw = |n| -> Vec<f64> {
            noise(&mut rng, config.deviation, n * rank)
                .into_iter()
                .map(f64::from)
                .collect()
        };
        let (mut p, mut q) = (draw(ratings.n_users), draw(ratings.n_items));
        let (mut b_u, mut b_i) = (vec![0.0; ratings.n_users], vec![0.0; ratings.n_items]);
        let (rate, lambda) = (
            f64::from(config.learning_rate),
            f64::from(config.regularisation),
        );
        for _ in 0..config.epochs {
            for rating in &ratings.all {
                let (u, i) = (rating.user as usize, rating.item as usize);
                let dot: f64 = (0..rank).map(|f| p[u * rank + f] * q[i * rank + f]).sum();
                let error = f64::from(rating.value)
                    - (f64::from(ratings.scale.mean) + b_u[u] + b_i[i] + dot);
                b_u[u] += rate * (error - lambda * b_u[u]);
                b_i[i] += rate * (error - lambda * b_i[i]);
                for f in 0..rank {
                    let before = p[u * rank + f];
                    p[u * rank + f] += rate * (error * q[i * rank + f] - lambda * before);
                    q[i * rank + f] += rate * (error * before - lambda * q[i * rank + f]);
                }
            }
        }
        (q, b_i)
    }

    #[test]
    fn lanes_and_padding_change_nothing() {
        let histories = histories();
        let training = Training {
            n_items: 12,
            histories: &histories,
            content: crate::fit::ItemContent::default(),
        };
        let config = SvdConfig {
            factors: 21,
            learning_rate: 0.02,
            shuffle: false,
            ..Default::default()
        };
        let fitted = fit(&config, &training, &Progress::new(true)).unwrap();
        let Model::Factors(model) = fitted.model else {
            unreachable!()
        };
        let (vectors, biases) = plain(&config, &training);
        for (found, expected) in model.vectors().iter().zip(vectors) {
            assert!((f64::from(*found) - expected).abs() < 1e-4);
        }
        for (found, expected) in model.biases().iter().zip(biases) {
            assert!((f64::from(*found) - expected).abs() < 1e-4);
        }
    }

    #[test]
    fn what_was_never_rated_stays_unknown() {
        let histories = [histories(), vec![vec![]]].concat();
        let training = Training {
            n_items: 14,
            histories: &histories,
            content: crate::fit::ItemContent::default(),
        };
        let shuffle = SvdConfig {
            shuffle: true,
            ..Default::default()
        };
        let fitted = fit(&shuffle, &training, &Progress::new(true)).unwrap();
        let Model::Factors(model) = fitted.model else {
            unreachable!()
        };
        assert!((0..12).all(|item| model.knows(item)) && !model.knows(13));
        assert_eq!(fitted.users[10].vector, vec![0.0; 50]);
    }

    #[test]
    fn divergence_is_told_with_its_epoch() {
        let histories = histories();
        let training = Training {
            n_items: 12,
            histories: &histories,
            content: crate::fit::ItemContent::default(),
        };
        let config = SvdConfig {
            learning_rate: 50.0,
            ..Default::default()
        };
        let message = fit(&config, &training, &Progress::new(true))
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("diverged in epoch 1") && message.contains("learning_rate"),
            "{message}"
        );
    }
}
