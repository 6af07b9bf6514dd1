//! Recent popularity: counts of interactions in a trailing window.

use serde::{Deserialize, Serialize};

use super::{OutOfRange, require};
use crate::{Event, Recommender, Scores};

/// Hyper-parameters of recent popularity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecentPopularityConfig {
    /// Length of the window that ends at the last training interaction, in
    /// days. Used where the data has timestamps.
    pub days: f64,
    /// Where the data has no timestamps: how many of each user's most recent
    /// training interactions count.
    pub last: u32,
    /// How many of the most popular items are kept; the others score 0.
    pub keep: u32,
}

impl Default for RecentPopularityConfig {
    fn default() -> Self {
        Self {
            days: 90.0,
            last: 2,
            keep: 1000,
        }
    }
}

impl RecentPopularityConfig {
    /// The model's name.
    pub const NAME: &'static str = "recent-popularity";

    /// Checks every range.
    pub fn validate(&self) -> Result<(), OutOfRange> {
        let check = |holds, field, range, value: &dyn ToString| {
            require(holds, Self::NAME, field, range, value.to_string())
        };
        check(
            self.days > 0.0 && self.days.is_finite(),
            "days",
            "a positive number",
            &self.days,
        )?;
        check(self.last > 0, "last", "at least 1", &self.last)?;
        check(self.keep > 0, "keep", "at least 1", &self.keep)
    }
}

/// The most popular items of the window, best first.
#[derive(Clone, Debug, PartialEq)]
pub struct RecentPopularity {
    /// Catalogue size.
    pub n_items: usize,
    /// Items with their counts in the window: descending count, then ascending index.
    pub top: Vec<(u32, u32)>,
}

impl Recommender for RecentPopularity {
    fn name(&self) -> &str {
        RecentPopularityConfig::NAME
    }

    fn n_items(&self) -> usize {
        self.n_items
    }

    fn score(&self, _history: &[Event], scores: &mut Scores) {
        for &(item, count) in &self.top {
            scores.add(item, count as f32);
        }
    }
}
