//! next-linear against the same algebra in NumPy.

use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Bench, figure, text};
use crate::process;
use crate::step::step;

/// Prints times of fit and evaluation and their ratios.
pub fn run(bench: &Bench) -> Result<()> {
    let interactions = bench.file("beauty/Beauty.txt")?;
    let interactions = text(&interactions)?;
    let (mut ours, mut peers, mut evaluation) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
    for run in 1..=bench.runs {
        step(&format!("next-linear, run {run} of {}", bench.runs), || {
            let model = compare(bench, interactions, "next-linear", &[])?;
            ours = ours.min(seconds(&model, "fit_seconds")?);
            evaluation = evaluation.min(seconds(&model, "evaluate_seconds")?);
            let report = bench.peer("next_linear.py", &[interactions])?;
            peers = peers.min(figure(&report, "fit ", "fit")?);
            Ok(())
        })?;
    }
    println!(
        "next-linear fit, Beauty: doorstep {ours:.2} s, NumPy {peers:.2} s, ratio {:.2}",
        ours / peers
    );
    println!(
        "next-linear evaluation, Beauty: {evaluation:.2} s (limit 3 s, ratio {:.2})",
        evaluation / 3.0
    );
    Ok(())
}

/// The row of a model that `compare` fits on the training part of leave-last-two.
pub fn compare(bench: &Bench, interactions: &str, name: &str, set: &[&str]) -> Result<Value> {
    let report = process::output(
        Command::new(&bench.doorstep)
            .args(["compare", "--json", "--quiet", "--split", "leave-last-two"])
            .args(set.iter().flat_map(|set| ["--set", set]))
            .args(["--models", name, "--interactions", interactions]),
    )?;
    model(&report, name)
}

/// The row of a model in the JSON of `doorstep compare`.
pub fn model(report: &str, name: &str) -> Result<Value> {
    let report: Value =
        serde_json::from_str(report).context("`doorstep compare` printed no JSON")?;
    report["models"]
        .as_array()
        .and_then(|models| models.iter().find(|model| model["name"] == name))
        .cloned()
        .with_context(|| format!("the report holds no {name}"))
}

/// A field of such a row.
pub fn seconds(row: &Value, field: &str) -> Result<f64> {
    row[field]
        .as_f64()
        .with_context(|| format!("the report holds no {field}: {row}"))
}
