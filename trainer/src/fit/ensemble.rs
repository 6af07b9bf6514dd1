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
    let members = config.members.iter().map(|member| {
        let model = super::fit(&member.model, training, progress)
            .with_context(|| format!("member {}", member.model.name()))?;
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
