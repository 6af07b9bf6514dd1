//! Precision over test items, as some notebooks have it: of a user's held-out
//! items, and of no others, the ten with the largest scores, how many are
//! relevant, over ten even where the user has fewer. So it is capped far below
//! 1, and where nobody has more than ten it is the same for every model: a
//! figure to compare with those notebooks by, not one to choose a model by.

use std::cmp::Ordering;

use doorstep_shared::{Event, Scores};
use rayon::prelude::*;
use serde::Serialize;

use super::{HeldOut, Scorer};
use crate::split::Case;

/// The metric's name.
pub const PRECISION_OF_TEST_ITEMS: &str = "precision@10-testitems";
const K: usize = 10;

/// What the metric can say of these held-out interactions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TestItems {
    /// Users with held-out interactions: those that the mean is over.
    pub users: usize,
    /// Of them those with more than ten: only these tell models apart.
    pub with_more_than_ten: usize,
    /// What the best order of all reaches.
    pub ceiling: f64,
}

impl TestItems {
    /// Of the interactions held out, where those rated at least `least` are relevant.
    pub fn of(held_out: &HeldOut, least: f32) -> Self {
        let asked = || held_out.ratings.iter().filter(|events| !events.is_empty());
        let users = asked().count();
        let best = |events: &Vec<Event>| relevant(events, least).min(K) as f64 / K as f64;
        Self {
            users,
            with_more_than_ten: asked().filter(|events| events.len() > K).count(),
            ceiling: asked().map(best).sum::<f64>() / users.max(1) as f64,
        }
    }
}

/// The mean over users with held-out interactions. Scores are those of the
/// full ranking, worked out from what is known of the user. Of interactions
/// whose scores tie, each is as likely to be among the ten as the others.
pub fn precision_of_test_items(
    model: &(impl Scorer + ?Sized),
    n_items: usize,
    held_out: &HeldOut,
    least: f32,
) -> f64 {
    let of_user = |scores: &mut Scores, user: usize| {
        let events = &held_out.ratings[user];
        // All of them are among the ten, whatever their scores.
        if events.len() <= K {
            return relevant(events, least) as f64 / K as f64;
        }
        let case = Case {
            user: user as u32,
            history: held_out.known[user].clone(),
            relevant: Vec::new(),
        };
        scores.clear();
        model.score(&case, scores);
        let score = |event: &Event| scores.values().get(event.item as usize).copied();
        let scored = |event: &Event| (score(event).unwrap_or(0.0), event.rating >= least);
        relevant_of_best(events.iter().map(scored).collect()) / K as f64
    };
    let by_user: Vec<f64> = (0..held_out.ratings.len())
        .into_par_iter()
        .map_init(|| Scores::new(n_items), of_user)
        .collect();
    let asked = held_out.ratings.iter().filter(|events| !events.is_empty());
    by_user.iter().sum::<f64>() / asked.count().max(1) as f64
}

fn relevant(events: &[Event], least: f32) -> usize {
    events.iter().filter(|event| event.rating >= least).count()
}

/// How many of the [`K`] with the largest scores are relevant, from score and
/// relevance of each; the mean over all orders of those that tie.
fn relevant_of_best(mut scored: Vec<(f32, bool)>) -> f64 {
    scored.sort_by(|a, b| b.0.partial_cmp(&a.0).unwrap_or(Ordering::Equal));
    let (mut sum, mut free) = (0.0, K);
    for tied in scored.chunk_by(|a, b| a.0 == b.0) {
        let relevant = tied.iter().filter(|(_, relevant)| *relevant).count();
        let taken = tied.len().min(free);
        sum += relevant as f64 * taken as f64 / tied.len() as f64;
        free -= taken;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_shared::models::Popularity;

    fn rated(item: u32, rating: f32) -> Event {
        Event {
            rating,
            ..Event::implicit(item)
        }
    }

    #[test]
    fn by_hand() {
        // The score of an item is its number.
        let model = Popularity {
            counts: (0..20).collect(),
        };
        // Three items, two of them liked: 2 / 10 in any order.
        let few = vec![rated(1, 5.0), rated(2, 4.0), rated(3, 3.5)];
        // Twelve, of which items 0 and 1 come last: 19 and 1 are liked, and 1 is not shown.
        let many = (0..10).map(|at| rated(10 + at, if at == 9 { 5.0 } else { 1.0 }));
        let many: Vec<Event> = many.chain([rated(0, 1.0), rated(1, 4.0)]).collect();
        // An item that nobody knows scores 0.
        let mut unknown = many.clone();
        unknown[0].item = u32::MAX;
        let ratings = [few, many, vec![], unknown, vec![rated(5, 1.0)]];
        let known = vec![Vec::new(); 5];
        let held_out = HeldOut {
            known: &known,
            ratings: &ratings,
        };
        // Of `unknown` items 11 to 19 and 1 are shown, both liked ones among them.
        let expected = (0.2 + 0.1 + 0.2 + 0.0) / 4.0;
        let found = precision_of_test_items(&model, 20, &held_out, 4.0);
        assert!((found - expected).abs() < 1e-12, "{found}");
        let test_items = TestItems::of(&held_out, 4.0);
        assert_eq!((test_items.users, test_items.with_more_than_ten), (4, 2));
        let ceiling = (0.2 + 0.2 + 0.2 + 0.0) / 4.0;
        assert!((test_items.ceiling - ceiling).abs() < 1e-12);
        let nobody = HeldOut {
            known: &known,
            ratings: &ratings[2..3],
        };
        assert_eq!(precision_of_test_items(&model, 20, &nobody, 4.0), 0.0);
        assert_eq!(TestItems::of(&nobody, 4.0).ceiling, 0.0);
    }

    #[test]
    fn ties_share_the_places_that_are_left() {
        let mut scored = vec![(2.0, true); 8];
        scored.extend([(1.0, true), (1.0, false), (1.0, false), (1.0, true)]);
        // Two of four that tie, half of them relevant.
        assert_eq!(relevant_of_best(scored.clone()), 9.0);
        scored.reverse();
        assert_eq!(relevant_of_best(scored), 9.0);
        assert_eq!(relevant_of_best(vec![(0.0, true); 30]), 10.0);
    }
}
