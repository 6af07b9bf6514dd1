//! An ensemble: its members, fitted one after another on the same data.

use anyhow::{Context as _, Result};
use doorstep_shared::models::{Ensemble, EnsembleConfig, Share};

use super::Training;
use crate::neural::{Guide, Means};
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
        // Several members may be of one kind, and each trains into a file of its own.
        let means = training.guide.means;
        let own = means.checkpoints.map(|all| all.of(&member.model));
        let guide = Guide {
            means: Means {
                checkpoints: own.as_ref(),
                ..means
            },
            ..training.guide
        };
        let own = Training { guide, ..*training };
        let model =
            super::fit(&member.model, &own, progress).with_context(|| format!("member {name}"))?;
        let share = Share {
            temperature: member.temperature,
            ..Share::of_weight(member.weight)
        };
        Ok((share, model))
    });
    Ok(Ensemble {
        name: EnsembleConfig::NAME.to_owned(),
        members: members.collect::<Result<_>>()?,
    })
}
