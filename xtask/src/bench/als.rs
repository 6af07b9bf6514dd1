//! ALS against the library `implicit`: seconds of an iteration and the loss
//! after the same number of them, on Beauty and on a generated million.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{Bench, figure, text};
use crate::process;
use crate::step::step;

const ALPHA: &str = "10";
const REGULARISATION: &str = "1";
const ITERATIONS: &str = "15";
/// Our setting and the peer's name of each solver.
const SOLVERS: [(&str, &str); 2] = [("3", "cg"), ("0", "cholesky")];

/// Prints loss, seconds and their ratio for each data set, size and solver.
pub fn run(bench: &Bench, folder: &Path) -> Result<()> {
    let beauty = bench.file("beauty/Beauty.txt")?;
    let shop = folder.join("shop");
    if !shop.join("interactions.csv").is_file() {
        step("generate a million interactions", || {
            process::run(
                Command::new(&bench.doorstep)
                    .args(["demo", "--items", "20000", "--users", "111000", "--out"])
                    .arg(&shop),
            )
        })?;
    }
    let shop = shop.join("interactions.csv");
    for (name, file) in [("Beauty", &beauty), ("a million generated", &shop)] {
        for factors in ["64", "128"] {
            let mut ours = [(f64::INFINITY, 0.0); 2];
            let mut peers = [(f64::INFINITY, 0.0); 2];
            for run in 1..=bench.runs {
                let title = format!(
                    "als, {name}, {factors} factors, run {run} of {}",
                    bench.runs
                );
                step(&title, || {
                    let words = [text(file)?, factors, ALPHA, REGULARISATION, ITERATIONS];
                    let report = bench.peer("als.py", &words)?;
                    for (at, (steps, peer)) in SOLVERS.iter().enumerate() {
                        let start = format!("{peer}:");
                        let seconds = figure(&report, &start, "iteration")?;
                        peers[at].0 = f64::min(peers[at].0, seconds);
                        peers[at].1 = figure(&report, &start, "loss")?;
                        let (seconds, loss) = fit(bench, file, factors, steps, folder)?;
                        ours[at] = (ours[at].0.min(seconds), loss);
                    }
                    Ok(())
                })?;
            }
            for (at, (_, solver)) in SOLVERS.iter().enumerate() {
                println!(
                    "als, {name}, {factors} factors, {solver}: doorstep {:.4} s an iteration, loss {:.6}; implicit {:.4} s, loss {:.6}; {:.1} times as fast",
                    ours[at].0,
                    ours[at].1,
                    peers[at].0,
                    peers[at].1,
                    peers[at].0 / ours[at].0
                );
            }
        }
    }
    Ok(())
}

/// Median seconds of our iterations and the last loss, from what `train` says.
fn fit(
    bench: &Bench,
    file: &Path,
    factors: &str,
    steps: &str,
    folder: &Path,
) -> Result<(f64, f64)> {
    let mut command = Command::new(&bench.doorstep);
    command.args(["train", "als", "--force", "--out"]);
    command.arg(folder.join("bundle"));
    command.arg("--interactions").arg(file);
    command.args(["--set", "als.without_one=true"]);
    for (field, value) in [
        ("alpha", ALPHA),
        ("regularisation", REGULARISATION),
        ("iterations", ITERATIONS),
        ("factors", factors),
        ("cg_steps", steps),
    ] {
        command.arg("--set").arg(format!("als.{field}={value}"));
    }
    let output = command.output().context("doorstep does not start")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "`doorstep train als` failed: {said}"
    );
    read(&said).with_context(|| format!("no iterations in: {said}"))
}

fn read(said: &str) -> Option<(f64, f64)> {
    let lines = said
        .lines()
        .filter(|line| line.starts_with("als: iteration "));
    let number = |text: &str| text.trim().trim_end_matches(" s").parse().ok();
    let figures: Option<Vec<(f64, f64)>> = lines
        .map(|line| {
            let (loss, seconds) = line.split_once("loss ")?.1.split_once(',')?;
            Some((number(seconds)?, number(loss)?))
        })
        .collect();
    let figures = figures?;
    let mut seconds: Vec<f64> = figures.iter().map(|(seconds, _)| *seconds).collect();
    seconds.sort_unstable_by(f64::total_cmp);
    Some((*seconds.get(seconds.len() / 2)?, figures.last()?.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_second_and_the_last_loss_are_read() {
        let said = "read it\nals: iteration 1 of 3: loss 0.5, 0.2 s\nals: iteration 2 of 3: loss 0.25, 0.1 s\nals: iteration 3 of 3: loss 0.2, 0.3 s\n";
        assert_eq!(read(said), Some((0.2, 0.2)));
        assert_eq!(read("nothing"), None);
    }
}
