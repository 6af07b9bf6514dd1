//! SVD and biases against Surprise, on the ratings that `every:5` holds out.

use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::next_linear::{model, seconds};
use super::{Bench, figure, text};
use crate::process;
use crate::step::step;

/// Seeds whose mean error and time are reported, fitted one after another in one
/// process; the peer's script does the same.
const SEEDS: &str = "0,1,2,3,4";

/// Prints errors, times of the fit and their ratio.
pub fn run(bench: &Bench) -> Result<()> {
    let ratings = bench.file("ml-latest-small/ratings.csv")?;
    let ratings = text(&ratings)?;
    let factors = [50, 100];
    let (mut ours, mut peers) = ([f64::INFINITY; 2], [f64::INFINITY; 2]);
    let (mut rmse, mut biases) = ([0.0; 2], 0.0);
    let mut report = String::new();
    for run in 1..=bench.runs {
        step(&format!("svd, run {run} of {}", bench.runs), || {
            for (at, factors) in factors.iter().enumerate() {
                let (svd, bias) = compare(bench, ratings, *factors)?;
                ours[at] = ours[at].min(seconds(&svd, "fit_seconds")?);
                rmse[at] = error(&svd)?;
                biases = error(&bias)?;
            }
            report = bench.peer("svd.py", &[ratings])?;
            for (at, factors) in factors.iter().enumerate() {
                peers[at] = peers[at].min(figure(&report, &format!("svd {factors}:"), "fit")?);
            }
            Ok(())
        })?;
    }
    for (at, factors) in factors.iter().enumerate() {
        println!(
            "svd, {factors} factors, ml-latest-small: doorstep rmse {:.4}, fit {:.4} s; Surprise rmse {:.4}, fit {:.4} s; {:.1} times as fast",
            rmse[at],
            ours[at],
            figure(&report, &format!("svd {factors}:"), "rmse")?,
            peers[at],
            peers[at] / ours[at]
        );
    }
    println!(
        "bias, ml-latest-small: doorstep rmse {biases:.4}; Surprise rmse {:.4}",
        figure(&report, "bias:", "rmse")?
    );
    Ok(())
}

fn error(row: &Value) -> Result<f64> {
    row["metrics"]["rmse"]
        .as_f64()
        .with_context(|| format!("the report holds no rmse: {row}"))
}

fn compare(bench: &Bench, ratings: &str, factors: u32) -> Result<(Value, Value)> {
    let report = process::output(
        Command::new(&bench.doorstep)
            .args([
                "compare", "--json", "--quiet", "--split", "every:5", "--refit",
            ])
            .args(["--models", "svd,bias", "--interactions", ratings])
            .args(["--set", &format!("svd.factors={factors}")])
            .args(["--seeds", SEEDS]),
    )?;
    Ok((model(&report, "svd")?, model(&report, "bias")?))
}
