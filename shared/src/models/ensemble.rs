//! An ensemble: the weighted sum of several models' scores.
//!
//! Models score on scales of their own, and on larger ones for longer
//! histories. So each member's scores are divided by the largest of them (in
//! absolute value, over all items, for this history) before they are weighted;
//! an item that a member leaves untouched has 0 from it. Similar items are
//! those of a history that holds the one item alone, by the members that have
//! rows of neighbours.

use serde::{Deserialize, Serialize};

use super::{Model, ModelConfig, OutOfRange, require};
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
            let nested = matches!(member.model, ModelConfig::Ensemble(_));
            let name = member.model.name().to_owned();
            check(!nested, "members.model", "no ensemble itself", name)?;
            member.model.validate()?;
        }
        Ok(())
    }
}

/// Fitted members with their weights.
#[derive(Clone, Debug)]
pub struct Ensemble {
    /// Weight and model; no ensemble is among them.
    pub members: Vec<(f32, Model)>,
}

/// What a member's `scores` are multiplied by: its weight over the largest of
/// them; 0 where all are 0.
pub fn factor(weight: f32, scores: &Scores) -> f32 {
    let values = scores
        .touched()
        .iter()
        .map(|&item| scores.values()[item as usize]);
    let largest = values.map(f32::abs).fold(0.0, f32::max);
    if largest > 0.0 { weight / largest } else { 0.0 }
}

/// Adds `factor` times a member's `scores` to the total.
pub fn add_scaled(total: &mut Scores, factor: f32, scores: &Scores) {
    for &item in scores.touched() {
        total.add(item, factor * scores.values()[item as usize]);
    }
}

impl Recommender for Ensemble {
    fn name(&self) -> &str {
        EnsembleConfig::NAME
    }

    fn n_items(&self) -> usize {
        let sizes = self.members.iter().map(|(_, model)| model.n_items());
        sizes.max().unwrap_or(0)
    }

    fn score(&self, history: &[Event], scores: &mut Scores) {
        let mut own = Scores::new(self.n_items());
        for (weight, model) in &self.members {
            own.clear();
            model.score(history, &mut own);
            add_scaled(scores, factor(*weight, &own), &own);
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
        let ensemble = Ensemble {
            members: vec![(0.75, popularity), (0.25, recent)],
        };
        let mut scores = Scores::new(3);
        ensemble.score(&[], &mut scores);
        assert_eq!(scores.values(), [0.75 + 0.05, 0.1875, 0.25]);
        assert_eq!(factor(1.0, &Scores::new(3)), 0.0);
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
