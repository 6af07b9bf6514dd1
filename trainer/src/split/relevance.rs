//! Which held-out interactions count as right answers.

use std::str::FromStr;

use anyhow::{Result, bail, ensure};

use crate::data::Interactions;

/// Which held-out interactions count as right answers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Relevance {
    /// Items that the history already holds may be right answers too; otherwise they are left out,
    /// since a protocol that excludes seen items could never answer them.
    pub include_seen: bool,
    /// Only interactions rated at least this much.
    pub at_least: Option<f32>,
}

/// The rating from which an interaction is a right answer, as one asks for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RelevantAt {
    /// Every interaction, however rated.
    All,
    /// Interactions rated at least this much.
    Rating(f32),
}

impl RelevantAt {
    /// Where nobody asks: 4, the usual bound on five stars, where there are ratings.
    const USUAL: f32 = 4.0;

    /// The least rating, or none where every interaction counts.
    pub fn least(self) -> Option<f32> {
        match self {
            Self::All => None,
            Self::Rating(least) => Some(least),
        }
    }

    /// What holds for data of which nothing else was said: all of implicit feedback, and ratings of
    /// at least 4. Ratings on a scale that ends below 4 need an answer from who knows the scale.
    pub fn usual(interactions: &Interactions) -> Result<Option<f32>> {
        let ratings = || interactions.rows.iter().map(|row| row.rating);
        let (low, high) = ratings().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), r| {
            (low.min(r), high.max(r))
        });
        // Ratings that are all alike say nothing about what was liked.
        if !interactions.has_ratings || low >= high {
            return Ok(None);
        }
        ensure!(
            high >= Self::USUAL,
            "ratings go from {low} to {high}, so that none reaches 4, from which on an interaction is usually a right \
             answer; say which are with --relevant-at R, or --relevant-at all"
        );
        Ok(Some(Self::USUAL))
    }
}

impl FromStr for RelevantAt {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.parse::<f32>() {
            Ok(least) if least.is_finite() => Ok(Self::Rating(least)),
            _ if text == "all" => Ok(Self::All),
            _ => bail!("`{text}` is neither a rating nor `all`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Interaction;

    fn rated(ratings: &[f32], has_ratings: bool) -> Interactions {
        let row = |&rating: &f32| Interaction {
            user: 0,
            item: 0,
            rating,
            time: None,
        };
        Interactions {
            rows: ratings.iter().map(row).collect(),
            has_ratings,
            ..Interactions::default()
        }
    }

    #[test]
    fn explicit_feedback_is_right_from_four_and_implicit_always() {
        let usual = |ratings: &[f32], has| RelevantAt::usual(&rated(ratings, has));
        assert_eq!(usual(&[1.0, 1.0], false).unwrap(), None);
        assert_eq!(usual(&[1.0, 4.5, 3.0], true).unwrap(), Some(4.0));
        assert_eq!(usual(&[5.0, 5.0], true).unwrap(), None);
        assert_eq!(usual(&[], true).unwrap(), None);
        let error = usual(&[0.0, 1.0], true).unwrap_err().to_string();
        assert!(
            error.contains("from 0 to 1") && error.contains("--relevant-at all"),
            "{error}"
        );
    }

    #[test]
    fn a_bound_is_a_rating_or_all() {
        let least = |text: &str| text.parse::<RelevantAt>().map(RelevantAt::least);
        assert_eq!(least("3.5").unwrap(), Some(3.5));
        assert_eq!(least("all").unwrap(), None);
        for wrong in ["nan", "inf", "some", ""] {
            assert!(least(wrong).is_err(), "{wrong}");
        }
    }
}
