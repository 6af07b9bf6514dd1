//! ALS for ratings: users are folded in to the items as visitors are, then
//! items to the users, which is the same ridge regression.

use doorstep_shared::Event;
use doorstep_shared::factors::{Factors, FoldIn, Visitor};
use doorstep_shared::models::{AlsExplicitConfig, Model};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::limits::check_factors;
use super::ratings::{OBJECTIVE, Ratings, noise};
use super::start::from_item_vectors;
use super::{Course, Fitted, Observer, Training};
use crate::progress::Progress;

/// Standard deviation of the items' vectors before the first iteration.
const DEVIATION: f32 = 0.1;

const COURSE: Course = Course {
    unit: "iteration",
    loss: OBJECTIVE,
};

pub(super) fn fit(
    config: &AlsExplicitConfig,
    training: &Training,
    progress: &Progress,
    observer: &mut Observer,
) -> anyhow::Result<Fitted> {
    check_factors(AlsExplicitConfig::NAME, training, config.factors)?;
    let ratings = Ratings::new(training)?;
    let rank = config.factors as usize;
    let fold_in = config.fold_in(ratings.scale);
    let mut by_item = vec![Vec::new(); ratings.n_items];
    for rating in &ratings.all {
        by_item[rating.item as usize].push(Event {
            item: rating.user,
            rating: rating.value,
            time: None,
        });
    }
    let mut rng = ChaCha8Rng::seed_from_u64(config.seed.into());
    let mut start = noise(&mut rng, DEVIATION, ratings.n_items * rank);
    if config.from_item_vectors {
        from_item_vectors(training, rank, &mut start)?;
    }
    let mut items: Vec<Visitor> = start
        .chunks_exact(rank)
        .map(|vector| Visitor {
            vector: vector.to_vec(),
            bias: 0.0,
        })
        .collect();
    let bar = progress.bar("als-explicit: iterations", config.iterations.into());
    for number in 1..=config.iterations {
        let users = solve(training.histories, &items, rank, fold_in);
        items = solve(&by_item, &users, rank, fold_in);
        bar.inc(1);
        observer.step(COURSE, number, config.iterations, || {
            let model = model(&items, rank, fold_in);
            let loss = ratings.objective(&model, &users, config.regularisation);
            let model = Model::Factors(model);
            (loss, Fitted { model, users })
        });
    }
    // The users of the final items: as a visitor with their history would be.
    let users = solve(training.histories, &items, rank, fold_in);
    bar.finish_and_clear();
    Ok(Fitted {
        model: Model::Factors(model(&items, rank, fold_in)),
        users,
    })
}

fn model(side: &[Visitor], rank: usize, fold_in: FoldIn) -> Factors {
    let vectors = side.iter().flat_map(|one| &one.vector).copied().collect();
    let biases = side.iter().map(|one| one.bias).collect();
    Factors::new(AlsExplicitConfig::NAME, rank, vectors, biases, fold_in)
}

/// Each row's ridge regression on the other side; zeros for a row without ratings.
fn solve(rows: &[Vec<Event>], other: &[Visitor], rank: usize, fold_in: FoldIn) -> Vec<Visitor> {
    let model = model(other, rank, fold_in);
    let solved = |row: &Vec<Event>| {
        model.visitor(row).unwrap_or_else(|| Visitor {
            vector: vec![0.0; rank],
            bias: 0.0,
        })
    };
    rows.par_iter().map(solved).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_kinds_of_users_and_items_are_told_apart() {
        let rating = |user: u32, item: u32| {
            if (user + item).is_multiple_of(2) {
                5.0
            } else {
                1.0
            }
        };
        let of = |user: u32| {
            let items = (0..12).filter(move |item| *item != user);
            items.map(move |item| Event {
                rating: rating(user, item),
                ..Event::implicit(item)
            })
        };
        let histories: Vec<Vec<Event>> = (0..12).map(|user| of(user).collect()).collect();
        let training = Training {
            n_items: 13,
            histories: &histories,
            content: crate::fit::ItemContent::default(),
            guide: Default::default(),
        };
        let config = AlsExplicitConfig {
            factors: 2,
            regularisation: 0.01,
            ..Default::default()
        };
        let judge = |_: &Fitted| crate::evaluate::Metrics::default();
        let mut observer = Observer::new(&judge);
        let fitted = fit(&config, &training, &Progress::new(true), &mut observer).unwrap();
        // Each half of an iteration makes the objective smaller.
        let curve = observer.finish().0.unwrap();
        let mut pairs = curve.points.windows(2);
        assert!(
            pairs.all(|pair| pair[1].loss <= 1.0001 * pair[0].loss),
            "{curve:?}"
        );
        let Model::Factors(model) = fitted.model else {
            unreachable!()
        };
        for (user, visitor) in (0..).zip(&fitted.users) {
            // The one item that this user has not rated.
            assert!((model.predict(visitor, user) - 5.0).abs() < 0.3);
        }
        assert!(!model.knows(12));
    }
}
