//! NCF on ratings against the same network in PyTorch, on the ratings that `every:5` holds out.

use std::process::Command;

use anyhow::{Context, Result};

use super::next_linear::{model, seconds};
use super::{Bench, figure, text};
use crate::process;
use crate::step::step;

/// As the peer's script has it.
const EPOCHS: f64 = 8.0;
const SEEDS: &str = "0,1,2";
/// What PyTorch starts from, and the end after as many epochs for both.
const LIKE_THE_PEER: [&str; 5] = [
    "ncf.ratings=true",
    "ncf.deviation=1",
    "ncf.batch=1024",
    "ncf.epochs=8",
    "ncf.patience=0",
];

/// Prints losses, times of an epoch and their ratios.
pub fn run(bench: &Bench) -> Result<()> {
    let ratings = bench.file("ml-latest-small/ratings.csv")?;
    let ratings = text(&ratings)?;
    let (mut ours, mut peers) = (f64::INFINITY, f64::INFINITY);
    let (mut loss, mut peers_loss) = (0.0, 0.0);
    for run in 1..=bench.runs {
        step(&format!("ncf, run {run} of {}", bench.runs), || {
            let settings = LIKE_THE_PEER.iter().flat_map(|own| ["--set", own]);
            let report = process::output(
                Command::new(&bench.doorstep)
                    .args(["compare", "--json", "--quiet", "--split", "every:5"])
                    .args(["--refit", "--models", "ncf", "--seeds", SEEDS])
                    .args(settings)
                    .args(["--interactions", ratings]),
            )?;
            let row = model(&report, "ncf")?;
            ours = ours.min(seconds(&row, "fit_seconds")? / EPOCHS);
            let rmse = row["metrics"]["rmse"].as_f64();
            loss = rmse.context("the report holds no rmse")?.powi(2);
            let report = bench.peer("ncf.py", &[ratings])?;
            peers = peers.min(figure(&report, "ncf:", "epoch")?);
            peers_loss = figure(&report, "epoch 8:", "loss")?;
            Ok(())
        })?;
    }
    println!(
        "ncf, ml-latest-small: doorstep loss {loss:.4}, epoch {ours:.3} s; PyTorch loss {peers_loss:.4}, epoch {peers:.3} s; loss {:.3} of theirs, {:.1} times as fast",
        loss / peers_loss,
        peers / ours
    );
    Ok(())
}
