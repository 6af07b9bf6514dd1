//! An ensemble: the weighted sum of several models' scores.
//!
//! Models score on scales of their own, and on larger ones for longer
//! histories. So each member's scores are divided by the largest of them (in
//! absolute value, over all items, for this history) before they are weighted,
//! or, where a member has a range, mapped from it to 0..1; an item that a
//! member leaves untouched has 0 from it. Similar items are those of a history
//! that holds the one item alone, by the members that have rows of neighbours.
//!
//! A network's scores are a softmax, of which one item may have nearly all. A
//! member's temperature T takes each scaled score to the power 1/T, its sign kept,
//! which for a softmax is what dividing its logits by T gives (Hinton, Vinyals and
//! Dean 2015, "Distilling the Knowledge in a Neural Network", equation 1). T is a
//! power of two, so that square roots are enough: they are the same on every machine.

use serde::{Deserialize, Serialize};

use super::{Model, ModelConfig, OutOfRange, require};
use crate::factors::RatingScale;
use crate::{Event, Recommender, Scores};

/// Weights must sum to 1 within this.
const TOLERANCE: f32 = 1e-3;
/// What a member's temperature may be.
pub const TEMPERATURES: [u32; 4] = [1, 2, 4, 8];

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
    /// One of [`TEMPERATURES`]; above 1 its scores lie closer together.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub temperature: u32,
    /// The model, with its hyper-parameters beside the weight.
    #[serde(flatten)]
    pub model: ModelConfig,
}

/// The temperature that changes nothing.
pub(crate) fn one() -> u32 {
    1
}

/// Whether a temperature changes nothing, and is not written down.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
pub(crate) fn is_one(temperature: &u32) -> bool {
    *temperature == 1
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
        let member = |(weight, model)| MemberConfig {
            weight,
            temperature: 1,
            model,
        };
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
            check(
                TEMPERATURES.contains(&member.temperature),
                "members.temperature",
                "1, 2, 4 or 8",
                member.temperature.to_string(),
            )?;
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
    /// One of [`TEMPERATURES`].
    pub temperature: u32,
    /// The scores that become 0 and 1; without it each history's largest becomes ±1.
    pub range: Option<[f32; 2]>,
}

/// What a member's scores for one history become in the total.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    low: f32,
    factor: f32,
    weight: f32,
    /// Square roots that are taken: the temperature's logarithm.
    roots: u32,
}

impl Share {
    /// All of the total, as scores are but for their size.
    pub fn of_weight(weight: f32) -> Self {
        Self {
            weight,
            temperature: 1,
            range: None,
        }
    }

    /// The range of scores of predicted ratings, and of scores that are from 0 to 1 anyhow.
    pub fn range_of(ratings: Option<RatingScale>) -> [f32; 2] {
        ratings.map_or([0.0, 1.0], |scale| {
            [scale.least, scale.most].map(|end| end + scale.lift())
        })
    }

    /// Whether all numbers are in their ranges.
    pub fn is_valid(&self) -> bool {
        let width = self.range.map_or(1.0, |[low, high]| high - low);
        let warm = TEMPERATURES.contains(&self.temperature);
        (0.0..=1.0).contains(&self.weight) && warm && width > 0.0 && width.is_finite()
    }

    /// Adds a member's scores to the total, and gives what became of them; `None` where
    /// they are all 0.
    pub fn add(
        &self,
        scores: impl Iterator<Item = (u32, f32)> + Clone,
        total: &mut Scores,
    ) -> Option<Scale> {
        let [low, high] = self.range.unwrap_or_else(|| {
            let sizes = scores.clone().map(|(_, score)| score.abs());
            [0.0, sizes.fold(0.0, f32::max)]
        });
        if high <= low {
            return None;
        }
        let scale = Scale {
            low,
            factor: 1.0 / (high - low),
            weight: self.weight,
            roots: self.temperature.ilog2(),
        };
        scores.for_each(|(item, score)| total.add(item, scale.of(score)));
        Some(scale)
    }
}

impl Scale {
    /// What a score adds to the total.
    #[inline]
    pub fn of(&self, score: f32) -> f32 {
        let scaled = (score - self.low) * self.factor;
        let mut size = scaled.abs();
        for _ in 0..self.roots {
            size = size.sqrt();
        }
        self.weight * size.copysign(scaled)
    }

    /// What each part of a score that is `score` as a whole is multiplied by, for parts
    /// to add up to what it adds to the total, but for the end of a range.
    pub fn of_parts(&self, score: f32) -> f32 {
        match self.roots > 0 && score != 0.0 {
            true => self.of(score) / score,
            false => self.weight * self.factor,
        }
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
            share.add(own.entries(), scores);
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
        let share = Share::of_weight;
        let ensemble = Ensemble {
            name: "ensemble".to_owned(),
            members: vec![(share(0.75), popularity), (share(0.25), recent)],
        };
        let mut scores = Scores::new(3);
        ensemble.score(&[], &mut scores);
        assert_eq!(scores.values(), [0.75 + 0.05, 0.1875, 0.25]);
        let nothing = Scores::new(3);
        assert_eq!(share(1.0).add(nothing.entries(), &mut scores), None);
    }

    #[test]
    fn a_temperature_divides_the_logits_of_a_softmax() {
        let logits = [3.0f32, -1.0, 0.5, 2.5];
        for temperature in TEMPERATURES {
            let (mut own, mut total) = (Scores::new(4), Scores::new(4));
            own.add_all(&logits.map(|logit| 0.3 * logit.exp()));
            let share = Share {
                temperature,
                ..Share::of_weight(0.5)
            };
            let scale = share.add(own.entries(), &mut total).unwrap();
            for (found, logit) in total.values().iter().zip(logits) {
                let expected = 0.5 * ((logit - 3.0) / temperature as f32).exp();
                assert!((found - expected).abs() < 1e-6, "{temperature}: {total:?}");
            }
            // Parts of a score add up to what it became.
            let score = own.values()[2];
            let parts = [0.25 * score, 0.75 * score].map(|part| part * scale.of_parts(score));
            assert!((parts[0] + parts[1] - scale.of(score)).abs() < 1e-6);
            assert_eq!(scale.of(-score), -scale.of(score));
        }
        let odd = Share {
            temperature: 3,
            ..Share::of_weight(1.0)
        };
        assert!(!odd.is_valid());
    }

    #[test]
    fn a_range_becomes_0_to_1() {
        let share = Share {
            range: Some([1.0, 5.0]),
            ..Share::of_weight(0.5)
        };
        let (mut own, mut total) = (Scores::new(4), Scores::new(4));
        own.add(0, 1.0);
        own.add(1, 5.0);
        own.add(2, 3.0);
        let scale = share.add(own.entries(), &mut total).unwrap();
        assert_eq!(scale.of_parts(5.0), 0.125);
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
        config.members[1].temperature = 3;
        config.members[1].weight = 0.6;
        let message = config.validate().unwrap_err().to_string();
        assert!(message.contains("1, 2, 4 or 8, not 3"), "{message}");
        config.members[1].weight = -0.2;
        let message = config.validate().unwrap_err().to_string();
        assert!(message.contains("from 0 to 1"), "{message}");
        config.members.clear();
        let message = config.validate().unwrap_err().to_string();
        assert!(message.contains("one model or more, not none"), "{message}");
        config.members.push(MemberConfig {
            weight: 1.0,
            temperature: 1,
            model: ModelConfig::Ensemble(EnsembleConfig::default()),
        });
        assert!(config.validate().is_err());
    }

    #[test]
    fn a_temperature_is_written_where_it_is_not_1() {
        let json =
            r#"{"model":"ensemble","members":[{"weight":1,"temperature":4,"model":"ease"}]}"#;
        let config: ModelConfig = serde_json::from_str(json).unwrap();
        let again = serde_json::to_string(&config).unwrap();
        assert!(again.contains(r#""temperature":4"#), "{again}");
        assert_eq!(serde_json::from_str::<ModelConfig>(&again).unwrap(), config);
        let usual = serde_json::to_string(&EnsembleConfig::default()).unwrap();
        assert!(!usual.contains("temperature"), "{usual}");
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
