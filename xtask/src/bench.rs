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
    /// item-knn against implicit and scikit-learn.
    ItemKnn,
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
    if asked(Subject::ItemKnn) {
        item_knn(&project, &python, &args)?;
    }
    if asked(Subject::Songs) {
        songs::run(&project, &python, &args.data, args.runs)?;
    }
    Ok(())
}

/// Fits next-linear with our trainer and with NumPy.
fn next_linear(project: &Project, python: &Path, args: &Args) -> Result<()> {
    let (doorstep, interactions) = on_beauty(project, args)?;
    let (mut ours, mut peers, mut evaluation) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
    for run in 1..=args.runs {
        step(&format!("run {run} of {}", args.runs), || {
            let model = compare(&doorstep, &interactions, "next-linear", &[])?;
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

/// The `doorstep` command, and Beauty's interactions for it.
fn on_beauty(project: &Project, args: &Args) -> Result<(PathBuf, PathBuf)> {
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
    Ok((doorstep, interactions))
}

/// As the peers have it: no shrinkage, no recency, 100 neighbours.
const PLAIN_COSINE: [&str; 2] = ["item-knn.shrinkage=0", "item-knn.recency=1"];

/// Fits item-knn with our trainer, implicit and scikit-learn.
fn item_knn(project: &Project, python: &Path, args: &Args) -> Result<()> {
    let (doorstep, interactions) = on_beauty(project, args)?;
    let names = ["implicit", "scikit-learn"];
    let (mut ours, mut peers) = (f64::INFINITY, [f64::INFINITY; 2]);
    for run in 1..=args.runs {
        step(&format!("item-knn, run {run} of {}", args.runs), || {
            let model = compare(&doorstep, &interactions, "item-knn", &PLAIN_COSINE)?;
            ours = ours.min(seconds(&model, "fit_seconds")?);
            let report = process::output(
                Command::new(python)
                    .arg(project.root.join("benches/peers/item_knn.py"))
                    .arg(&interactions),
            )?;
            for (name, peer) in names.iter().zip(&mut peers) {
                let found = seconds_of(&report, name);
                *peer = peer.min(found.with_context(|| format!("no {name} in: {report}"))?);
            }
            Ok(())
        })?;
    }
    for (name, peer) in names.iter().zip(peers) {
        println!(
            "item-knn fit, Beauty: doorstep {ours:.3} s, {name} {peer:.3} s, {:.1} times as fast",
            peer / ours
        );
    }
    Ok(())
}

fn compare(doorstep: &Path, interactions: &Path, model: &str, set: &[&str]) -> Result<Value> {
    let report = process::output(
        Command::new(doorstep)
            .args(["compare", "--json", "--quiet", "--split", "leave-last-two"])
            .args(set.iter().flat_map(|set| ["--set", set]))
            .args(["--models", model, "--interactions"])
            .arg(interactions),
    )?;
    let report: Value =
        serde_json::from_str(&report).context("`doorstep compare` printed no JSON")?;
    report["models"]
        .as_array()
        .and_then(|models| models.iter().find(|row| row["name"] == model))
        .cloned()
        .with_context(|| format!("the report holds no {model}"))
}

/// The peer's fit, from the line `fit … SECONDS s` of its report.
fn peer_seconds(python: &Path, root: &Path, interactions: &Path) -> Result<f64> {
    let report = process::output(
        Command::new(python)
            .arg(root.join("benches/peers/next_linear.py"))
            .arg(interactions),
    )?;
    seconds_of(&report, "fit")
        .with_context(|| format!("the peer printed no seconds of its fit: {report}"))
}

/// The first number of the line that begins with `name`.
fn seconds_of(report: &str, name: &str) -> Option<f64> {
    let mut lines = report.lines().map(str::split_whitespace);
    let mut words = lines.find_map(|mut words| (words.next()? == name).then_some(words))?;
    words.next()?.parse().ok()
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
        assert_eq!(seconds_of(report, "fit"), Some(12.5));
        assert_eq!(seconds_of("fitted in 3 s", "fit"), None);
        assert_eq!(
            seconds_of("implicit 0.123 s  recall@10 0.1", "implicit"),
            Some(0.123)
        );
    }
}
