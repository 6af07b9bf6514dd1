//! Bias: the regularised least squares of all biases, those of the items and
//! those of the users solved for in turn.

use doorstep_shared::factors::{Factors, Visitor};
use doorstep_shared::models::{BiasConfig, Model};

use super::ratings::{Rating, Ratings};
use super::{Fitted, Training};

pub(super) fn fit(config: &BiasConfig, training: &Training) -> anyhow::Result<Fitted> {
    let ratings = Ratings::new(training)?;
    let mean = f64::from(ratings.scale.mean);
    let mut users = vec![0.0; ratings.n_users];
    let mut items = vec![0.0; ratings.n_items];
    for _ in 0..config.iterations {
        solve(
            &mut items,
            config.item_regularisation,
            ratings.all.iter().map(|rating: &Rating| {
                let rest = f64::from(rating.value) - mean - users[rating.user as usize];
                (rating.item, rest)
            }),
        );
        solve(
            &mut users,
            config.user_regularisation,
            ratings.all.iter().map(|rating: &Rating| {
                let rest = f64::from(rating.value) - mean - items[rating.item as usize];
                (rating.user, rest)
            }),
        );
    }
    let items = items.into_iter().map(|bias| bias as f32).collect();
    let fold_in = config.fold_in(ratings.scale);
    let visitor = |bias: f64| Visitor {
        vector: Vec::new(),
        bias: bias as f32,
    };
    Ok(Fitted {
        model: Model::Factors(Factors::new(
            BiasConfig::NAME,
            0,
            Vec::new(),
            items,
            fold_in,
        )),
        users: users.into_iter().map(visitor).collect(),
    })
}

/// Each bias is the sum of what is left to it, over their number + λ.
fn solve(biases: &mut [f64], lambda: f32, left: impl Iterator<Item = (u32, f64)>) {
    let mut counts = vec![f64::from(lambda); biases.len()];
    biases.fill(0.0);
    for (index, rest) in left {
        biases[index as usize] += rest;
        counts[index as usize] += 1.0;
    }
    for (bias, count) in biases.iter_mut().zip(counts) {
        *bias /= count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_shared::Event;
    use proptest::prelude::*;

    proptest! {
        /// At the minimum every bias is what the ratings leave to it, shrunk; and
        /// folding a user's own ratings in gives the user's fitted bias.
        #[test]
        fn biases_are_the_least_squares(
            cells in prop::collection::vec((0u32..5, 0u32..6, 1u8..6), 1..30),
        ) {
            let mut histories = vec![Vec::new(); 5];
            for &(user, item, rating) in &cells {
                histories[user as usize].push(Event { rating: rating.into(), ..Event::implicit(item) });
            }
            let config = BiasConfig { iterations: 200, ..Default::default() };
            let fitted = fit(&config, &Training { n_items: 6, histories: &histories, content: crate::fit::ItemContent::default(), guide: Default::default(), }).unwrap();
            let Model::Factors(model) = &fitted.model else { unreachable!() };
            let mean: f32 = cells.iter().map(|c| f32::from(c.2)).sum::<f32>() / cells.len() as f32;
            for item in 0..6u32 {
                let own: Vec<f32> = cells.iter().filter(|c| c.1 == item)
                    .map(|c| f32::from(c.2) - mean - fitted.users[c.0 as usize].bias).collect();
                let expected = own.iter().sum::<f32>() / (own.len() as f32 + config.item_regularisation);
                prop_assert!((model.biases()[item as usize] - expected).abs() < 1e-4);
            }
            for (history, user) in histories.iter().zip(&fitted.users) {
                let folded = model.visitor(history).map_or(0.0, |visitor| visitor.bias);
                // Items whose bias is exactly 0 are unknown to the model.
                if history.iter().all(|event| model.knows(event.item)) {
                    prop_assert!((folded - user.bias).abs() < 1e-4);
                }
            }
        }
    }
}
