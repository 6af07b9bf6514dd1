//! An ensemble: its members, fitted one after another on the same data.

use anyhow::{Context as _, Result};
use doorstep_shared::models::{Ensemble, EnsembleConfig, Share};

use super::Training;
use crate::progress::Progress;

pub(super) fn fit(
    config: &EnsembleConfig,
    training: &Training,
    progress: &Progress,
) -> Result<Ensemble> {
    let all = config.members.len();
    let members = (1..).zip(&config.members).map(|(number, member)| {
        let name = member.model.name();
        let ensemble = EnsembleConfig::NAME;
        progress.say(format!(
            "{ensemble}: fitting {name}, member {number} of {all}"
        ));
        let model = super::fit(&member.model, training, progress)
            .with_context(|| format!("member {name}"))?;
        let share = Share {
            weight: member.weight,
            range: None,
        };
        Ok((share, model))
    });
    Ok(Ensemble {
        name: EnsembleConfig::NAME.to_owned(),
        members: members.collect::<Result<_>>()?,
    })
}
