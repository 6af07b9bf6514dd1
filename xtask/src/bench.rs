//! `cargo xtask bench`: our figures beside those of a peer, timed in the same run.

mod songs;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process;
use crate::project::{Profile, Project};
use crate::step::step;
use crate::tools::Tools;

/// What can be timed.
#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Subject {
    /// next-linear against NumPy.
    NextLinear,
    /// k-NN of tables against scikit-learn.
    Songs,
}

/// Options of `bench`.
#[derive(clap::Args)]
pub struct Args {
    /// What to time; everything where nothing is named.
    subjects: Vec<Subject>,
    /// Folder with `beauty/Beauty.txt` and `songs/`.
    #[arg(long, value_name = "DIR", env = "DOORSTEP_DATA")]
    data: PathBuf,
    /// Repetitions; the smallest time of each side counts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
}

/// Times each subject and prints the times and their ratio.
pub fn run(args: Args) -> Result<()> {
    let project = Project::locate()?;
    let python = Tools::locate()?.python()?;
    let asked = |subject| args.subjects.is_empty() || args.subjects.contains(&subject);
    if asked(Subject::NextLinear) {
        next_linear(&project, &python, &args)?;
    }
    if asked(Subject::Songs) {
        songs::run(&project, &python, &args.data, args.runs)?;
    }
    Ok(())
}

/// Fits next-linear with our trainer and with NumPy.
fn next_linear(project: &Project, python: &Path, args: &Args) -> Result<()> {
    let interactions = args.data.join("beauty/Beauty.txt");
    if !interactions.is_file() {
        bail!(
            "there is no {}; set DOORSTEP_DATA to the folder that holds it",
            interactions.display()
        );
    }
    let doorstep = step("build the doorstep command", || {
        project.build_doorstep(Profile::Release)
    })?;
    let (mut ours, mut peers, mut evaluation) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
    for run in 1..=args.runs {
        step(&format!("run {run} of {}", args.runs), || {
            let model = compare(&doorstep, &interactions)?;
            ours = ours.min(seconds(&model, "fit_seconds")?);
            evaluation = evaluation.min(seconds(&model, "evaluate_seconds")?);
            peers = peers.min(peer_seconds(python, &project.root, &interactions)?);
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

fn compare(doorstep: &Path, interactions: &Path) -> Result<Value> {
    let report = process::output(
        Command::new(doorstep)
            .args(["compare", "--json", "--quiet", "--split", "leave-last-two"])
            .args(["--models", "next-linear", "--interactions"])
            .arg(interactions),
    )?;
    let report: Value =
        serde_json::from_str(&report).context("`doorstep compare` printed no JSON")?;
    report["models"]
        .as_array()
        .and_then(|models| models.iter().find(|model| model["name"] == "next-linear"))
        .cloned()
        .context("the report holds no next-linear")
}

/// The peer's fit, from the line `fit … SECONDS s` of its report.
fn peer_seconds(python: &Path, root: &Path, interactions: &Path) -> Result<f64> {
    let report = process::output(
        Command::new(python)
            .arg(root.join("benches/peers/next_linear.py"))
            .arg(interactions),
    )?;
    fit_seconds(&report)
        .with_context(|| format!("the peer printed no seconds of its fit: {report}"))
}

fn fit_seconds(report: &str) -> Option<f64> {
    let line = report.lines().find_map(|line| line.strip_prefix("fit "))?;
    line.trim().strip_suffix(" s")?.parse().ok()
}

fn seconds(report: &Value, field: &str) -> Result<f64> {
    report[field]
        .as_f64()
        .with_context(|| format!("the report holds no {field}: {report}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peers_fit_is_read_from_its_report() {
        let report = "cholesky    3.01 s\nfit                       12.50 s\nrecall@10 0.1";
        assert_eq!(fit_seconds(report), Some(12.5));
        assert_eq!(fit_seconds("fitted in 3 s"), None);
    }
}
