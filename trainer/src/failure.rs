//! Models of a comparison that could not be fitted, beside those that could.

use anyhow::{Error, Result, ensure};
use serde::Serialize;

use crate::report::{Block, Section, Table};

/// A model that could not be fitted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Failure {
    /// The model's name.
    pub model: String,
    /// Why not, and what to do about it.
    pub error: String,
}

impl Failure {
    /// Of `model`, for this reason; said at once, as the other models may take long.
    pub fn new(model: &str, error: &Error) -> Self {
        let error = format!("{error:#}");
        crate::progress::tell!("warning: {model} failed: {error}");
        Self {
            model: model.to_owned(),
            error,
        }
    }
}

/// The failures as lines for a terminal.
pub fn text(failed: &[Failure]) -> String {
    let line = |failure: &Failure| format!("{} failed: {}\n", failure.model, failure.error);
    failed.iter().map(line).collect()
}

/// The failures as a part of a page.
pub fn section(failed: &[Failure]) -> Option<Section> {
    let mut table = Table::new("Models without figures", &["model", "error"]);
    let row = |failure: &Failure| vec![failure.model.clone(), failure.error.clone()];
    table.rows.extend(failed.iter().map(row));
    (!failed.is_empty()).then(|| Section {
        title: "Failed".to_owned(),
        intro: "These models were asked for and could not be fitted; the others are not affected."
            .to_owned(),
        blocks: vec![Block::Table(table)],
    })
}

/// Ends a command whose report is already printed: an error where a model failed.
pub fn check(failed: &[Failure]) -> Result<()> {
    let names: Vec<&str> = failed.iter().map(|f| f.model.as_str()).collect();
    ensure!(
        failed.is_empty(),
        "no figures of {}: the report says why",
        names.join(", ")
    );
    Ok(())
}
