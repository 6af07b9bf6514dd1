//! A small table of songs that never were, whose energy follows from the rest.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Result, ensure};

use crate::command::doorstep;

/// Rows of [`csv`].
pub const ROWS: usize = 600;

/// How [`csv`] is to be read and divided.
pub const OPTIONS: [&str; 8] = [
    "--target",
    "energy",
    "--categorical",
    "key",
    "--id",
    "id",
    "--split",
    "every:5",
];

/// The place of a row in [0, 1) along one of three even sequences.
fn even(row: usize, step: f64) -> f64 {
    (row as f64 * step).fract()
}

/// A row's tempo as the table has it.
pub fn tempo(row: usize) -> String {
    format!("{:.3}", 60.0 + 120.0 * even(row, 0.618_034))
}

/// The table, with its header.
pub fn csv() -> String {
    let mut csv = String::from("id,tempo,loudness,key,energy\n");
    for row in 0..ROWS {
        let (a, b) = (even(row, 0.618_034), even(row, 0.754_878));
        let key = row * 7 % 3;
        let energy = 0.2
            + 0.5 * a * b
            + 0.2 * (3.0 * b).sin()
            + 0.05 * key as f64
            + 0.02 * even(row, 0.569_840);
        let (tempo, loudness) = (tempo(row), -30.0 + 30.0 * b);
        writeln!(csv, "song:{row},{tempo},{loudness:.3},{key},{energy:.5}")
            .expect("a string takes everything");
    }
    csv
}

/// Trains `models` on a table and publishes them in the folder `out`.
pub fn publish(csv: &str, models: &[&str], options: &[&str], out: &Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let table = folder.path().join("table.csv");
    std::fs::write(&table, csv)?;
    let trained = doorstep()
        .arg("train")
        .args(models)
        .args(["--quiet", "--force", "--table"])
        .arg(&table)
        .args(options)
        .arg("--out")
        .arg(out)
        .output()?;
    let said = String::from_utf8_lossy(&trained.stderr);
    ensure!(trained.status.success(), "{said}");
    Ok(())
}
