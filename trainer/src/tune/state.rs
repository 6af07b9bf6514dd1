//! Trials on disk, so that an interrupted search goes on where it was.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use doorstep_shared::models::ModelConfig;
use serde::{Deserialize, Serialize};

use super::{Halving, Rung, Trial};
use crate::save::save;

/// What must be the same for trials to be comparable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// The program, with its version.
    pub program: String,
    /// The model's name, or several with commas between.
    pub model: String,
    /// Fingerprint of the interactions.
    pub data: String,
    /// Fingerprint of item records and vectors, which models are fitted on and lists judged by.
    #[serde(default)]
    pub items: String,
    /// How it is divided.
    pub split: String,
    /// Whether items of the history are candidates.
    pub include_seen: bool,
    /// The least rating of a right answer.
    pub relevant_at: Option<f32>,
    /// The cut-offs k.
    pub cutoffs: Vec<usize>,
    /// What lower rungs are samples of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halving: Option<Halving>,
}

/// The trials of one setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Where they are valid.
    pub setting: Setting,
    /// In the order in which they were done.
    pub trials: Vec<Trial>,
}

impl State {
    /// What `file` holds, or nothing yet where it doesn't exist. A file of
    /// another setting is refused.
    pub fn open(file: Option<&Path>, setting: Setting) -> Result<Self> {
        let Some(file) = file.filter(|file| file.exists()) else {
            return Ok(Self {
                setting,
                trials: Vec::new(),
            });
        };
        let name = file.display();
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?;
        let state: Self = serde_json::from_str(&text)
            .with_context(|| format!("{name} is not a state of `tune`; name another --state"))?;
        ensure!(
            state.setting == setting,
            "{name} holds trials of {} on other data, other item records or vectors, another split, another protocol, another search \
             or by another version; name another --state, or delete it",
            state.setting.model
        );
        Ok(state)
    }

    /// The trial of `config` on a rung, if it is done.
    pub fn trial(&self, config: &ModelConfig, rung: Option<Rung>) -> Option<&Trial> {
        let mut trials = self.trials.iter();
        trials.find(|trial| trial.config == *config && trial.rung == rung)
    }

    /// Replaces `file`.
    pub fn save(&self, file: &Path) -> Result<()> {
        save(file, &serde_json::to_string_pretty(self)?)
    }
}
