//! What a training tells of an epoch while it runs: a line for people, or JSON.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::HumanDuration;
use serde_json::json;

use super::training::WATCHED;

/// What is told of an epoch.
pub(super) struct Report {
    pub model: &'static str,
    pub epoch: u32,
    /// Most epochs.
    pub epochs: u32,
    pub loss: f64,
    /// [`WATCHED`], where anything is.
    pub figure: Option<f64>,
    /// The best epoch so far, and its figure.
    pub best: (u32, Option<f64>),
    /// What else was found, by name.
    pub told: Vec<(&'static str, f64)>,
    pub seconds: f64,
    /// Seconds, if all epochs are trained.
    pub left: f64,
}

impl Report {
    pub fn line(&self) -> String {
        let figure = self.figure.map_or(String::new(), |figure| {
            let (epoch, best) = self.best;
            let best = best.unwrap_or(figure);
            format!(", validation {WATCHED} {figure:.4} (best {best:.4}, epoch {epoch})")
        });
        let told: String = (self.told.iter())
            .map(|(name, value)| format!(", {name} {value:.3}"))
            .collect();
        format!(
            "{}: epoch {} of at most {}, loss {:.4}{told}{figure}, {:.1} s, at most {} left",
            self.model,
            self.epoch,
            self.epochs,
            self.loss,
            self.seconds,
            HumanDuration(Duration::from_secs_f64(self.left)),
        )
    }

    pub fn json(&self) -> String {
        let (best_epoch, _) = self.best;
        json!({
            "model": self.model,
            "epoch": self.epoch,
            "epochs": self.epochs,
            "loss": self.loss,
            "told": self.told.iter().copied().collect::<BTreeMap<_, _>>(),
            "validation": self.figure.map(|figure| json!({ WATCHED: figure })),
            "best_epoch": best_epoch,
            "seconds": self.seconds,
            "seconds_left": self.left,
        })
        .to_string()
    }
}
