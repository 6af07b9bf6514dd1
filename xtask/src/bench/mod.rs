//! `cargo xtask bench`: our figures beside those of a peer, timed in the same run.

mod als;
mod embed;
mod growth;
mod item_knn;
mod ncf;
mod next_linear;
mod onnx;
mod songs;
mod svd;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::process;
use crate::project::{Profile, Project};
use crate::step::step;
use crate::tools::Tools;

/// Options of `bench`.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    task: Option<Task>,
    /// What to time; everything where nothing is named.
    #[arg(value_enum)]
    subjects: Vec<Subject>,
    /// Folder with `beauty/Beauty.txt`, `ml-latest-small/ratings.csv` and `songs/`.
    #[arg(long, value_name = "DIR", env = "DOORSTEP_DATA")]
    data: Option<PathBuf>,
    /// Repetitions; the smallest time of each side counts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
}

/// What is measured without a peer.
#[derive(clap::Subcommand)]
enum Task {
    /// Seconds and memory of each model's fit as generated interactions grow.
    Growth(growth::Args),
}

/// What can be timed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Subject {
    /// next-linear against NumPy.
    NextLinear,
    /// item-knn against implicit and scikit-learn.
    ItemKnn,
    /// SVD against Surprise.
    Svd,
    /// NCF against PyTorch.
    Ncf,
    /// ALS against implicit.
    Als,
    /// k-NN of tables against scikit-learn.
    Songs,
    /// SASRec in the browser against onnxruntime-web.
    Onnx,
    /// A first and a later list in the browser against onnxruntime-web and hnswlib-wasm.
    Embed,
}

/// What every subject needs.
struct Bench {
    /// Our command.
    doorstep: PathBuf,
    /// A Python that has the peers.
    python: PathBuf,
    root: PathBuf,
    data: PathBuf,
    runs: u32,
}

/// Times each subject and its peer in turns, and prints the smallest of each.
pub fn run(args: Args) -> Result<()> {
    let project = Project::locate()?;
    if let Some(Task::Growth(growth)) = &args.task {
        let example = step("build the example `growth`", || {
            project.build_example("growth")
        })?;
        return growth::run(growth, &project, &example);
    }
    let data = args
        .data
        .context("give --data DIR or set DOORSTEP_DATA to the folder of the real data")?;
    let tools = Tools::locate()?;
    let python = tools.python()?;
    let doorstep = step("build the doorstep command", || {
        project.build_doorstep(Profile::Release)
    })?;
    let bench = Bench {
        doorstep,
        python,
        root: project.root.clone(),
        data,
        runs: args.runs,
    };
    let subjects = match args.subjects.is_empty() {
        true => Subject::value_variants(),
        false => &args.subjects,
    };
    for subject in subjects {
        match subject {
            Subject::NextLinear => next_linear::run(&bench)?,
            Subject::ItemKnn => item_knn::run(&bench)?,
            Subject::Svd => svd::run(&bench)?,
            Subject::Ncf => ncf::run(&bench)?,
            Subject::Als => als::run(&bench, &project.generated("bench"))?,
            Subject::Songs => songs::run(&bench, &project)?,
            Subject::Onnx => onnx::run(&bench, &project, &tools)?,
            Subject::Embed => embed::run(&bench, &project, &tools)?,
        }
    }
    Ok(())
}

impl Bench {
    /// A file of the real data.
    fn file(&self, name: &str) -> Result<PathBuf> {
        let path = self.data.join(name);
        if !path.is_file() {
            bail!(
                "there is no {}; set DOORSTEP_DATA to the folder that holds it",
                path.display()
            );
        }
        Ok(path)
    }

    /// What a script of `benches/peers` prints.
    fn peer(&self, script: &str, words: &[&str]) -> Result<String> {
        let script = self.root.join("benches/peers").join(script);
        process::output(Command::new(&self.python).arg(script).args(words))
    }
}

fn text(path: &Path) -> Result<&str> {
    let why = || format!("{} is not UTF-8", path.display());
    path.to_str().with_context(why)
}

/// The number before ` UNIT` or after `NAME ` in a line of a peer's report, such
/// as 12.5 for `fit` in `svd 50: fit 12.5 s, rmse 0.87`.
fn number(line: &str, name: &str) -> Option<f64> {
    let after = &line[line.find(&format!("{name} "))? + name.len()..];
    after.trim_start().split([' ', ',']).next()?.parse().ok()
}

/// The line of a report that begins with `start`, and a number of it.
fn figure(report: &str, start: &str, name: &str) -> Result<f64> {
    let line = report.lines().find(|line| line.starts_with(start));
    line.and_then(|line| number(line, name))
        .with_context(|| format!("there is no `{name}` of `{start}` in: {report}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_from_a_report() {
        let report = "cholesky    3.01 s\nfit                       12.50 s\nsvd 50: fit 0.32 s, rmse 0.8703, mae 0.6680";
        assert_eq!(figure(report, "fit ", "fit").unwrap(), 12.5);
        assert_eq!(figure(report, "svd 50:", "fit").unwrap(), 0.32);
        assert_eq!(figure(report, "svd 50:", "mae").unwrap(), 0.668);
        assert!(figure(report, "svd 100:", "fit").is_err());
    }
}
