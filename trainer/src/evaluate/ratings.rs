//! How well ratings are predicted: the error of every held-out rating, those
//! of items that the model doesn't know included.

use doorstep_shared::Event;
use doorstep_shared::factors::{Factors, RatingScale, Visitor};
use doorstep_shared::models::Model;
use doorstep_shared::neural::Neural;
use rayon::prelude::*;

use crate::fit::Fitted;
use crate::split::Split;

/// The names of the metrics: with the users as fitted, the way the literature
/// has it, and with users known by their history alone, as visitors are.
pub const RATING_METRICS: [&str; 4] = ["rmse", "mae", "rmse-folded-in", "mae-folded-in"];

/// Ratings to be predicted.
#[derive(Clone, Copy, Debug)]
pub struct HeldOut<'a> {
    /// What is known of each user, oldest first.
    pub known: &'a [Vec<Event>],
    /// What each user is to be asked.
    pub ratings: &'a [Vec<Event>],
}

impl<'a> HeldOut<'a> {
    /// Those of the validation part.
    pub fn validation(split: &'a Split) -> Self {
        Self {
            known: &split.train,
            ratings: &split.held_out_validation,
        }
    }

    /// Those of the test part.
    pub fn test(split: &'a Split) -> Self {
        Self {
            known: &split.train_and_validation,
            ratings: &split.held_out_test,
        }
    }
}

/// The metrics of a model that predicts ratings; of others none. Without
/// fitted users, as of a bundle, only those of users folded in.
pub fn rating_metrics(fitted: &Fitted, held_out: &HeldOut) -> Vec<(String, f64)> {
    let Some(model) = Predictor::of(&fitted.model) else {
        return Vec::new();
    };
    let mut metrics = fitted_errors(model, &fitted.users, held_out);
    let visitor = |user: usize| model.visitor(&held_out.known[user]);
    let folded_in = errors(model, visitor, held_out.ratings).into_iter();
    metrics.extend(folded_in.map(|(name, value)| (format!("{name}-folded-in"), value)));
    metrics
}

/// The RMSE of a model that predicts ratings, with its users as they were fitted.
pub fn fitted_rmse(fitted: &Fitted, held_out: &HeldOut) -> Option<f64> {
    let model = Predictor::of(&fitted.model)?;
    let errors = fitted_errors(model, &fitted.users, held_out);
    errors.first().map(|(_, rmse)| *rmse)
}

/// A model that predicts ratings.
#[derive(Clone, Copy)]
enum Predictor<'a> {
    Factors(&'a Factors),
    Network(&'a Neural, RatingScale),
}

impl<'a> Predictor<'a> {
    fn of(model: &'a Model) -> Option<Self> {
        match model {
            Model::Factors(model) if model.fold_in().ratings.is_some() => {
                Some(Self::Factors(model))
            }
            Model::Neural(model) => Some(Self::Network(model, model.ratings()?)),
            _ => None,
        }
    }

    fn visitor(self, history: &[Event]) -> Option<Visitor> {
        match self {
            Self::Factors(model) => model.visitor(history),
            Self::Network(model, _) => model.visitor(history),
        }
    }

    /// The ratings that a user, or somebody of whom nothing is known, would give.
    fn predict(self, visitor: Option<Visitor>, events: &[Event]) -> Vec<f32> {
        match self {
            Self::Factors(model) => {
                let visitor = visitor.unwrap_or_else(|| Visitor {
                    vector: vec![0.0; model.rank()],
                    bias: 0.0,
                });
                let of = |event: &Event| model.predict(&visitor, event.item);
                events.iter().map(of).collect()
            }
            Self::Network(model, scale) => {
                let visitor = visitor.or_else(|| model.visitor(&[]));
                let scores = visitor.map(|visitor| model.scores_of(&visitor));
                let of = |event: &Event| {
                    let scores = scores.as_ref();
                    let own = scores.and_then(|own| own.get(event.item as usize).copied());
                    // An item that it doesn't know has 0.
                    let own = own.filter(|own| *own != 0.0);
                    let own = own.map_or(scale.mean, |own| own - scale.lift());
                    own.clamp(scale.least, scale.most)
                };
                events.iter().map(of).collect()
            }
        }
    }
}

fn fitted_errors(model: Predictor, users: &[Visitor], held_out: &HeldOut) -> Vec<(String, f64)> {
    if users.is_empty() {
        return Vec::new();
    }
    errors(
        model,
        |user: usize| Some(users[user].clone()),
        held_out.ratings,
    )
}

/// RMSE and MAE; empty where there is nothing to predict.
fn errors(
    model: Predictor,
    visitor: impl Fn(usize) -> Option<Visitor> + Sync,
    held_out: &[Vec<Event>],
) -> Vec<(String, f64)> {
    let count: usize = held_out.iter().map(Vec::len).sum();
    if count == 0 {
        return Vec::new();
    }
    let of_user = |user: usize| {
        let events = &held_out[user];
        if events.is_empty() {
            return (0.0, 0.0);
        }
        let predicted = model.predict(visitor(user), events);
        let error = |(e, own): (&Event, f32)| f64::from(e.rating) - f64::from(own);
        let errors = events.iter().zip(predicted).map(error);
        errors.fold((0.0, 0.0), |(s, a), error| {
            (s + error * error, a + error.abs())
        })
    };
    let sums: Vec<(f64, f64)> = (0..held_out.len()).into_par_iter().map(of_user).collect();
    let (squares, absolutes) = sums
        .iter()
        .fold((0.0, 0.0), |(s, a), (own_s, own_a)| (s + own_s, a + own_a));
    vec![
        ("rmse".to_owned(), (squares / count as f64).sqrt()),
        ("mae".to_owned(), absolutes / count as f64),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_shared::factors::RatingScale;
    use doorstep_shared::models::BiasConfig;

    #[test]
    fn errors_of_fitted_and_of_folded_in_users_by_hand() {
        let scale = RatingScale {
            mean: 3.0,
            least: 1.0,
            most: 5.0,
        };
        let config = BiasConfig {
            user_regularisation: 1.0,
            ..Default::default()
        };
        let model = Factors::new("bias", 0, vec![], vec![1.0, -1.0], config.fold_in(scale));
        let bias = |bias| Visitor {
            vector: vec![],
            bias,
        };
        let fitted = Fitted {
            model: Model::Factors(model),
            users: vec![bias(0.5), bias(0.0)],
        };
        let event = |item, rating| Event {
            rating,
            ..Event::implicit(item)
        };
        // Folded in: (5 − 3 − 1) / 2 = 0.5, and nobody.
        let known = [vec![event(0, 5.0)], vec![]];
        // Predictions 2.5 and 3 (item 9 is unknown to the model).
        let ratings = [vec![event(1, 3.5)], vec![event(9, 1.0)]];
        let held_out = HeldOut {
            known: &known,
            ratings: &ratings,
        };
        let found = rating_metrics(&fitted, &held_out);
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, RATING_METRICS);
        for (_, value) in [&found[0], &found[2]] {
            assert!((value - (5.0f64 / 2.0).sqrt()).abs() < 1e-6, "{found:?}");
        }
        for (_, value) in [&found[1], &found[3]] {
            assert!((value - 1.5).abs() < 1e-6, "{found:?}");
        }
        let published = Fitted::from(fitted.model.clone());
        assert_eq!(rating_metrics(&published, &held_out), found[2..]);
        let nothing = HeldOut {
            ratings: &[vec![], vec![]],
            ..held_out
        };
        assert!(rating_metrics(&fitted, &nothing).is_empty());
    }
}
