//! An ensemble: the weighted sum of several models' scores.
//!
//! Models score on scales of their own, and on larger ones for longer
//! histories. So each member's scores are divided by the largest of them (in
//! absolute value, over all items, for this history) before they are weighted,
//! or, where a member has a range, mapped from it to 0..1; an item that a
//! member leaves untouched has 0 from it. Similar items are those of a history
//! that holds the one item alone, by the members that have rows of neighbours.

use serde::{Deserialize, Serialize};

use super::{Model, ModelConfig, OutOfRange, require};
use crate::factors::RatingScale;
use crate::{Event, Recommender, Scores};

/// Weights must sum to 1 within this.
const TOLERANCE: f32 = 1e-3;

/// Hyper-parameters of an ensemble.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EnsembleConfig {
    /// The members. One kind of model may be there several times.
    pub members: Vec<MemberConfig>,
}

/// One member of an ensemble.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberConfig {
    /// Its share: from 0 to 1, and 1 over all members.
    pub weight: f32,
    /// The model, with its hyper-parameters beside the weight.
    #[serde(flatten)]
    pub model: ModelConfig,
}

impl Default for EnsembleConfig {
    fn default() -> Self {
        use super::{EaseConfig, NextLinearConfig};
        let recent = NextLinearConfig {
            lambda: 40.0,
            decay: 0.4,
            ..NextLinearConfig::default()
        };
        let members = [
            (0.4, ModelConfig::NextLinear(NextLinearConfig::default())),
            (0.25, ModelConfig::NextLinear(recent)),
            (0.35, ModelConfig::Ease(EaseConfig::default())),
        ];
        let member = |(weight, model)| MemberConfig { weight, model };
        Self {
            members: members.map(member).into(),
        }
    }
}

impl EnsembleConfig {
    /// The model's name.
    pub const NAME: &'static str = "ensemble";

    /// Checks the weights, and every member's ranges.
    pub fn validate(&self) -> Result<(), OutOfRange> {
        let check =
            |holds, field, range, value: String| require(holds, Self::NAME, field, range, value);
        let weights = self.members.iter().map(|member| member.weight);
        let shown: Vec<String> = weights.clone().map(|weight| weight.to_string()).collect();
        check(
            !self.members.is_empty(),
            "members",
            "one model or more",
            "none".to_owned(),
        )?;
        check(
            weights.clone().all(|weight| (0.0..=1.0).contains(&weight)),
            "members.weight",
            "from 0 to 1",
            shown.join(" and "),
        )?;
        let sum: f32 = weights.sum();
        check(
            (sum - 1.0).abs() <= TOLERANCE,
            "members.weight",
            "1 over all members",
            format!("{} = {sum}", shown.join(" + ")),
        )?;
        for member in &self.members {
            let nested = matches!(
                member.model,
                ModelConfig::Ensemble(_) | ModelConfig::Hybrid(_)
            );
            let name = member.model.name().to_owned();
            check(
                !nested,
                "members.model",
                "neither an ensemble nor a hybrid",
                name,
            )?;
            member.model.validate()?;
        }
        Ok(())
    }
}

/// Fitted members with their shares.
#[derive(Clone, Debug)]
pub struct Ensemble {
    /// What kind of ensemble it is: `ensemble` or `hybrid`.
    pub name: String,
    /// No ensemble is among them.
    pub members: Vec<(Share, Model)>,
}

/// What a member counts for in the total.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// From 0 to 1.
    pub weight: f32,
    /// The scores that become 0 and 1; without it each history's largest becomes ±1.
    pub range: Option<[f32; 2]>,
}

impl Share {
    /// The range of predicted ratings, and of scores that are from 0 to 1 anyhow.
    pub fn range_of(ratings: Option<RatingScale>) -> [f32; 2] {
        ratings.map_or([0.0, 1.0], |scale| [scale.least, scale.most])
    }

    /// Whether both numbers are in their ranges.
    pub fn is_valid(&self) -> bool {
        let width = self.range.map_or(1.0, |[low, high]| high - low);
        (0.0..=1.0).contains(&self.weight) && width > 0.0 && width.is_finite()
    }

    /// Adds a member's `scores` to the total, and gives what they were multiplied by.
    pub fn add(&self, scores: &Scores, total: &mut Scores) -> f32 {
        let value = |item: u32| scores.values()[item as usize];
        let [low, high] = self.range.unwrap_or_else(|| {
            let sizes = scores.touched().iter().map(|&item| value(item).abs());
            [0.0, sizes.fold(0.0, f32::max)]
        });
        if high <= low {
            return 0.0;
        }
        let factor = self.weight / (high - low);
        for &item in scores.touched() {
            total.add(item, factor * (value(item) - low));
        }
        factor
    }
}

impl Recommender for Ensemble {
    fn name(&self) -> &str {
        &self.name
    }

    fn n_items(&self) -> usize {
        let sizes = self.members.iter().map(|(_, model)| model.n_items());
        sizes.max().unwrap_or(0)
    }

    fn score(&self, history: &[Event], scores: &mut Scores) {
        let mut own = Scores::new(self.n_items());
        for (share, model) in &self.members {
            own.clear();
            model.score(history, &mut own);
            share.add(&own, scores);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Popularity, RecentPopularity};
    use super::*;

    #[test]
    fn scores_are_scaled_by_the_largest_of_each_member() {
        let popularity = Model::Popularity(Popularity {
            counts: vec![8, 2, 0],
        });
        let recent = Model::RecentPopularity(RecentPopularity {
            n_items: 3,
            top: vec![(2, 5), (0, 1)],
        });
        let share = |weight| Share {
            weight,
            range: None,
        };
        let ensemble = Ensemble {
            name: "ensemble".to_owned(),
            members: vec![(share(0.75), popularity), (share(0.25), recent)],
        };
        let mut scores = Scores::new(3);
        ensemble.score(&[], &mut scores);
        assert_eq!(scores.values(), [0.75 + 0.05, 0.1875, 0.25]);
        let nothing = Scores::new(3);
        assert_eq!(share(1.0).add(&nothing, &mut scores), 0.0);
    }

    #[test]
    fn a_range_becomes_0_to_1() {
        let share = Share {
            weight: 0.5,
            range: Some([1.0, 5.0]),
        };
        let (mut own, mut total) = (Scores::new(4), Scores::new(4));
        own.add(0, 1.0);
        own.add(1, 5.0);
        own.add(2, 3.0);
        assert_eq!(share.add(&own, &mut total), 0.125);
        assert_eq!(total.values(), [0.0, 0.5, 0.25, 0.0]);
        let empty = [5.0, 5.0];
        assert!(
            share.is_valid()
                && !Share {
                    range: Some(empty),
                    ..share
                }
                .is_valid()
        );
        let endless = [f32::NEG_INFINITY, 5.0];
        assert!(
            !Share {
                range: Some(endless),
                ..share
            }
            .is_valid()
        );
    }

    #[test]
    fn weights_that_do_not_sum_are_refused_with_the_sum() {
        let mut config = EnsembleConfig::default();
        config.members.truncate(2);
        let message = config.validate().unwrap_err().to_string();
        assert!(message.contains("0.4 + 0.25 = 0.65"), "{message}");
        config.members[1].weight = -0.2;
        let message = config.validate().unwrap_err().to_string();
        assert!(message.contains("from 0 to 1"), "{message}");
        config.members.clear();
        let message = config.validate().unwrap_err().to_string();
        assert!(message.contains("one model or more, not none"), "{message}");
        config.members.push(MemberConfig {
            weight: 1.0,
            model: ModelConfig::Ensemble(EnsembleConfig::default()),
        });
        assert!(config.validate().is_err());
    }

    #[test]
    fn members_are_written_with_their_hyper_parameters_beside_the_weight() {
        let json = r#"{"model":"ensemble","members":[{"weight":1,"model":"ease","lambda":7}]}"#;
        let config: ModelConfig = serde_json::from_str(json).unwrap();
        let ModelConfig::Ensemble(ensemble) = &config else {
            panic!("{config:?}");
        };
        assert!(matches!(&ensemble.members[0].model, ModelConfig::Ease(c) if c.lambda == 7.0));
        let again = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<ModelConfig>(&again).unwrap(), config);
        let odd = json.replace("lambda", "lamda");
        let message = serde_json::from_str::<ModelConfig>(&odd)
            .unwrap_err()
            .to_string();
        assert!(message.contains("lamda"), "{message}");
    }
}
