//! `doorstep models`: what there is to fit, and every hyper-parameter.

use std::fmt::Write as _;

use anyhow::Result;
use serde_json::Value;

use crate::cli::Output;
use crate::glossary::{Entry, HyperParameter, entries};

/// List the models, or the hyper-parameters of some with default, range and meaning.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  doorstep models
      the models, a line each
  doorstep models svd als
      every hyper-parameter of these two; each can be set by --set svd.factors=100")]
pub struct Args {
    /// Whose hyper-parameters to list; without any, all models are listed.
    #[arg(value_name = "MODEL")]
    models: Vec<String>,
}

impl Args {
    /// Prints the list.
    pub fn run(self, output: &Output) -> Result<()> {
        let entries = entries(&self.models)?;
        if output.json {
            return output.print(&format!("{}\n", serde_json::to_string_pretty(&entries)?));
        }
        output.print(&match self.models.as_slice() {
            [] => overview(&entries),
            _ => entries.iter().map(details).collect::<Vec<_>>().join("\n"),
        })
    }
}

fn overview(entries: &[Entry]) -> String {
    let mut text = String::new();
    for entry in entries {
        let _ = writeln!(text, "{:18} {}", entry.model, entry.what);
    }
    text + "\nHyper-parameters of a model: doorstep models MODEL\n"
}

fn details(entry: &Entry) -> String {
    let mut text = format!("{}: {}\n", entry.model, entry.what);
    let Some(first) = entry.hyper_parameters.first() else {
        return text + "  no hyper-parameters\n";
    };
    for field in &entry.hyper_parameters {
        let (name, default) = (field.name, shown(field));
        let _ = write!(text, "\n  {name} = {default}    {}\n", field.range);
        let _ = writeln!(text, "      {}", field.what);
    }
    let (model, name, default) = (entry.model, first.name, shown(first));
    text + &match &first.default {
        Value::Array(_) => String::new(),
        _ => format!("\nShown are the defaults; set others by --set {model}.{name}={default}\n"),
    }
}

/// The default as one would type it.
fn shown(field: &HyperParameter) -> String {
    let words = |value: &Value| match value {
        Value::String(word) => word.clone(),
        member => format!(
            "{} × {}",
            member["weight"],
            member["model"].as_str().unwrap_or_default()
        ),
    };
    match &field.default {
        Value::Array(all) => all.iter().map(words).collect::<Vec<_>>().join(","),
        Value::Object(_) => "{…}".to_owned(),
        Value::String(word) => word.clone(),
        other => other.to_string().trim_end_matches(".0").to_owned(),
    }
}
