//! Judges the models of pictures of a bundle on pictures, by the code that the browser runs.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use doorstep_shared::bundle::{Bundle, Store};
use doorstep_shared::images::GreyImage;
use serde::Serialize;

use super::judge::{Figures, called_unusual, judge};
use super::look;
use super::readers::{read, read_again};
use crate::progress::{Progress, tell};
use crate::publish::at_once;

/// A model's figures, and what each picture scores.
#[derive(Debug, Serialize)]
pub struct Judged {
    /// The model.
    pub model: String,
    /// How well it tells normal from abnormal pictures; none where there is one kind only.
    pub figures: Option<Figures>,
    /// The share of normal pictures that it calls unusual; none where there is none.
    pub false_positive_rate: Option<f64>,
    /// The share of abnormal ones; none where there is none.
    pub recall: Option<f64>,
    /// A picture that scores higher is called unusual.
    pub threshold: f64,
    /// All of them, in the order of the folder or file.
    pub pictures: Vec<Scored>,
    /// What was left out or is odd, one sentence each.
    pub notes: Vec<String>,
}

/// What a picture scores.
#[derive(Debug, Serialize)]
pub struct Scored {
    /// Its path, or its name in an npz file.
    pub name: String,
    /// What it shows.
    pub label: String,
    /// How unusual it is.
    pub score: f64,
    /// Share of the normal pictures calibrated with, in hundredths, that score lower.
    pub percentile: f64,
    /// Whether it is above the threshold.
    pub unusual: bool,
}

/// Judges `models` of a bundle on the pictures at `path`, of which those labelled `normal` are.
pub fn evaluate<S: Store<Error = anyhow::Error>>(
    bundle: &Bundle<S>,
    models: &[&str],
    path: &Path,
    normal: &str,
    strict: bool,
    progress: &Progress,
) -> Result<Vec<Judged>> {
    let mut found = Vec::new();
    for model in models {
        let (inspector, calibration) =
            at_once(bundle.inspector(Some(model))).with_context(|| format!("model {model}"))?;
        let preparation = inspector.preparation();
        let first = found.is_empty();
        let set = match first {
            true => read(path, preparation, strict, progress)?,
            false => read_again(path, preparation, progress)?,
        };
        if first && let Some(why) = set.unknown_normal(normal) {
            tell!("warning: {why}; all are judged as abnormal");
        }
        if first && bundle.manifest().data.fingerprint == set.fingerprint() {
            tell!(
                "warning: the bundle was trained with these very pictures ({}), so figures say nothing about new ones; \
                 it holds its own figures, of pictures that it had not seen (doorstep inspect)",
                bundle.manifest().data.fitted_on
            );
        }
        let prepared: Vec<&GreyImage> = set.pictures.iter().map(|own| &own.prepared).collect();
        let looks = look(inspector, &prepared, false)?;
        let scored: Vec<(f64, bool)> = looks
            .iter()
            .zip(&set.pictures)
            .map(|(look, own)| (look.score, own.label != normal))
            .collect();
        let share = |abnormal| called_unusual(&scored, calibration, abnormal);
        let pictures = looks.iter().zip(&set.pictures).map(|(look, own)| Scored {
            name: own.name.clone(),
            label: own.label.clone(),
            score: look.score,
            percentile: calibration.percentile(look.score),
            unusual: calibration.is_unusual(look.score),
        });
        found.push(Judged {
            model: (*model).to_owned(),
            figures: judge(&scored),
            false_positive_rate: share(false),
            recall: share(true),
            threshold: calibration.threshold,
            pictures: pictures.collect(),
            notes: set.notes.clone(),
        });
    }
    Ok(found)
}

/// The figures for people.
pub fn text(judged: &[Judged]) -> String {
    let mut text = format!(
        "{:28} {:>8} {:>8} {:>22} {:>20}\n",
        "model", "AUROC", "AUPRC", "normal called unusual", "abnormal found"
    );
    let shown = |figure: Option<f64>| figure.map_or("–".to_owned(), |own| format!("{own:.4}"));
    for own in judged {
        _ = writeln!(
            text,
            "{:28} {:>8} {:>8} {:>22} {:>20}",
            own.model,
            shown(own.figures.map(|figures| figures.auroc)),
            shown(own.figures.map(|figures| figures.auprc)),
            shown(own.false_positive_rate),
            shown(own.recall)
        );
    }
    if let Some(first) = judged.first() {
        _ = writeln!(text, "{} pictures", first.pictures.len());
        first
            .notes
            .iter()
            .for_each(|note| text += &format!("{note}\n"));
    }
    text
}
