//! How to divide data where nobody says.

use anyhow::{Result, ensure};

pub use crate::division::Division;

use crate::data::Interactions;
use crate::split::{Relevance, SplitMethod, split_with};

/// Fewer cases than this are too few to tell models apart, if another split has more.
const FEWEST: usize = 100;

/// The split to choose by, and why that one: the last two interactions of each
/// user, or, where that leaves few cases, a random tenth.
pub fn usual(interactions: &Interactions, relevance: Relevance) -> Result<(SplitMethod, String)> {
    let cases = |method: &SplitMethod| {
        split_with(interactions, method, relevance)
            .map_or(0, |split| split.validation.len().min(split.test.len()))
    };
    let (last, random) = (SplitMethod::LeaveLastTwo, SplitMethod::Random { seed: 0 });
    let of_last = cases(&last);
    if of_last >= FEWEST {
        return Ok((last, "a visitor wants to know what comes next".to_owned()));
    }
    let of_random = cases(&random);
    ensure!(
        of_last.max(of_random) > 0,
        "too little data to choose a model by: no user has enough interactions to hold some out. Publish popularity \
         with `doorstep train popularity`, read more data, filter less, or lower --relevant-at"
    );
    if of_random <= of_last {
        return Ok((last, "another split leaves no more cases".to_owned()));
    }
    let why = format!("{last} leaves only {of_last} cases, this one {of_random}");
    Ok((random, why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Interaction;

    /// Users with so many interactions each, all with other items.
    fn interactions(users: u32, each: u32) -> Interactions {
        let rows = (0..users * each).map(|row| Interaction {
            user: row / each,
            item: row,
            rating: 1.0,
            time: None,
        });
        Interactions {
            users: (0..users).map(|user| user.to_string()).collect(),
            items: (0..users * each).map(|item| item.to_string()).collect(),
            rows: rows.collect(),
            ..Interactions::default()
        }
    }

    #[test]
    fn the_last_two_where_they_are_enough() {
        let of = |users, each| usual(&interactions(users, each), Relevance::default());
        assert_eq!(of(100, 3).unwrap().0, SplitMethod::LeaveLastTwo);
        // Nobody has a third interaction.
        let (method, why) = of(1000, 2).unwrap();
        assert_eq!(method, SplitMethod::Random { seed: 0 });
        assert!(why.contains("only 0 cases"), "{why}");
        let message = of(2, 1).unwrap_err().to_string();
        assert!(message.contains("doorstep train popularity"), "{message}");
    }
}
