//! Ratings as models that predict them see them: user by user, oldest first.

use anyhow::ensure;
use doorstep_shared::factors::{Factors, RatingScale, Visitor, dot};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rayon::prelude::*;

use super::Training;

/// What models of ratings make small: the mean over the ratings.
pub(super) const OBJECTIVE: &str =
    "mean of (r − μ − b_u − b_i − p·q)² + λ (|p|² + b_u² + |q|² + b_i²) over the ratings";
/// Ratings that a thread takes at once.
const BLOCK: usize = 1 << 16;
/// Random numbers that a thread draws at once.
const DRAWN: usize = 1 << 11;

/// One rating.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rating {
    pub user: u32,
    pub item: u32,
    pub value: f32,
}

/// All ratings of the training part.
pub(super) struct Ratings {
    pub n_users: usize,
    pub n_items: usize,
    pub all: Vec<Rating>,
    pub scale: RatingScale,
}

impl Ratings {
    /// Refuses a rating that is no finite number. Without any, the scale is all 0.
    pub fn new(training: &Training) -> anyhow::Result<Self> {
        let mut all = Vec::with_capacity(training.histories.iter().map(Vec::len).sum());
        for (user, history) in (0..).zip(training.histories) {
            all.extend(history.iter().map(|event| Rating {
                user,
                item: event.item,
                value: event.rating,
            }));
        }
        ensure!(
            all.iter().all(|rating| rating.value.is_finite()),
            "a rating is not a finite number"
        );
        let values = || all.iter().map(|rating| rating.value);
        let sum: f64 = values().map(f64::from).sum();
        let scale = RatingScale {
            mean: (sum / all.len().max(1) as f64) as f32,
            least: values().reduce(f32::min).unwrap_or(0.0),
            most: values().reduce(f32::max).unwrap_or(0.0),
        };
        Ok(Self {
            n_users: training.histories.len(),
            n_items: training.n_items,
            all,
            scale,
        })
    }

    /// The [`OBJECTIVE`] of a model and users fitted on these ratings, λ = `regularisation`.
    pub fn objective(&self, model: &Factors, users: &[Visitor], regularisation: f32) -> f64 {
        let squares = |vector: &[f32], bias: f32| f64::from(dot(vector, vector) + bias * bias);
        let of_users: Vec<f64> = users.iter().map(|u| squares(&u.vector, u.bias)).collect();
        let items = (0..model.biases().len() as u32).zip(model.biases());
        let of_items: Vec<f64> = items.map(|(at, &b)| squares(model.vector(at), b)).collect();
        let of_rating = |rating: &Rating| {
            let (user, item) = (rating.user as usize, rating.item as usize);
            let visitor = &users[user];
            let product = dot(&visitor.vector, model.vector(rating.item));
            let predicted = self.scale.mean + visitor.bias + model.biases()[item] + product;
            let error = f64::from(rating.value - predicted);
            error * error + f64::from(regularisation) * (of_users[user] + of_items[item])
        };
        // Blocks in any order, their sum in one.
        let blocks = self.all.par_chunks(BLOCK);
        let sums: Vec<f64> = blocks
            .map(|block| block.iter().map(of_rating).sum())
            .collect();
        sums.iter().sum::<f64>() / self.all.len().max(1) as f64
    }

    /// Whether each user and each item has a rating.
    pub fn rated(&self) -> (Vec<bool>, Vec<bool>) {
        let (mut users, mut items) = (vec![false; self.n_users], vec![false; self.n_items]);
        for rating in &self.all {
            users[rating.user as usize] = true;
            items[rating.item as usize] = true;
        }
        (users, items)
    }
}

/// What a reader should know of the ratings that `model` was fitted on.
pub(super) fn note(model: &str, training: &Training) -> Option<String> {
    let mut ratings = training.histories.iter().flatten().map(|e| e.rating);
    let first = ratings.next()?;
    ratings.all(|rating| rating == first).then(|| {
        format!("{model}: all ratings are {first}, so there is nothing to tell items apart by")
    })
}

/// `n` numbers of mean 0 and the given standard deviation, evenly distributed:
/// what factors start from.
pub(super) fn noise(rng: &mut ChaCha8Rng, deviation: f32, n: usize) -> Vec<f32> {
    let reach = deviation * 3f32.sqrt();
    uniform(rng, -reach, reach, n)
}

/// `n` numbers evenly from `least` up to, but not including, `most`.
pub(super) fn uniform(rng: &mut ChaCha8Rng, least: f32, most: f32, n: usize) -> Vec<f32> {
    let mut numbers = vec![0.0; n];
    let start = rng.get_word_pos();
    let parts = numbers.par_chunks_mut(DRAWN).enumerate();
    parts.for_each_with(rng.clone(), |rng, (part, numbers)| {
        rng.set_word_pos(start + (part * DRAWN) as u128);
        // Many at a time, which costs half as much as one by one.
        let mut words = [0; 4 * DRAWN];
        rng.fill_bytes(&mut words[..4 * numbers.len()]);
        let (words, _) = words.as_chunks();
        for (number, word) in numbers.iter_mut().zip(words) {
            let unit = (u32::from_le_bytes(*word) >> 8) as f32 / (1u32 << 24) as f32;
            *number = least + (most - least) * unit;
        }
    });
    rng.set_word_pos(start + n as u128);
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_shared::Event;
    use rand::SeedableRng;

    #[test]
    fn the_scale_is_that_of_the_ratings() {
        let event = |rating| Event {
            rating,
            ..Event::implicit(0)
        };
        let histories = [vec![event(4.0), event(1.0)], vec![], vec![event(4.0)]];
        let training = Training {
            n_items: 2,
            histories: &histories,
            content: crate::fit::ItemContent::default(),
            guide: Default::default(),
        };
        let ratings = Ratings::new(&training).unwrap();
        assert_eq!(
            (ratings.scale.mean, ratings.scale.least, ratings.scale.most),
            (3.0, 1.0, 4.0)
        );
        assert_eq!(
            ratings.rated(),
            (vec![true, false, true], vec![true, false])
        );
        assert_eq!(note("svd", &training), None);
        let equal = Training {
            n_items: 1,
            histories: &histories[2..],
            content: crate::fit::ItemContent::default(),
            guide: Default::default(),
        };
        assert!(note("svd", &equal).unwrap().contains("all ratings are 4"));
        let broken = [vec![event(f32::NAN)]];
        let broken = Training {
            n_items: 1,
            histories: &broken,
            content: crate::fit::ItemContent::default(),
            guide: Default::default(),
        };
        assert!(Ratings::new(&broken).is_err());
    }

    #[test]
    fn the_objective_by_hand() {
        let rated = |item, rating| Event {
            rating,
            ..Event::implicit(item)
        };
        let histories = [vec![rated(0, 5.0), rated(1, 1.0)], vec![rated(1, 3.0)]];
        let training = Training {
            n_items: 2,
            histories: &histories,
            content: crate::fit::ItemContent::default(),
            guide: Default::default(),
        };
        let ratings = Ratings::new(&training).unwrap();
        let fold_in = doorstep_shared::models::SvdConfig::default().fold_in(ratings.scale);
        let model = Factors::new(
            "svd",
            2,
            vec![1.0, 2.0, 0.0, -1.0],
            vec![0.5, -0.5],
            fold_in,
        );
        let visitor = |vector: [f32; 2], bias| Visitor {
            vector: vector.to_vec(),
            bias,
        };
        let users = [visitor([0.5, 0.25], 0.25), visitor([0.0, 1.0], 0.0)];
        // Predicted 3 + b_u + b_i + p·q: 4.75, 2.5 and 1.5.
        let squares = 0.0625 + 2.25 + 2.25;
        // |p|² + b_u² is 0.375 and 1, |q|² + b_i² 5.25 and 1.25.
        let norms = (0.375 + 5.25) + (0.375 + 1.25) + (1.0 + 1.25);
        let found = ratings.objective(&model, &users, 0.1);
        assert!(
            (found - (squares + 0.1 * norms) / 3.0).abs() < 1e-6,
            "{found}"
        );
    }

    #[test]
    fn noise_has_the_deviation_asked_for() {
        let noise = noise(&mut ChaCha8Rng::seed_from_u64(1), 0.1, 40_000);
        let mean = noise.iter().sum::<f32>() / 4e4;
        let deviation = (noise.iter().map(|x| x * x).sum::<f32>() / 4e4).sqrt();
        assert!(mean.abs() < 0.002 && (deviation - 0.1).abs() < 0.001);
    }
}
