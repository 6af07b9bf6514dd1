//! TF-IDF vectors against scikit-learn's, entry by entry.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use doorstep_shared::models::TfIdfConfig;
use doorstep_trainer::fit::word_vectors;
use serde::Deserialize;

const TOLERANCE: f64 = 1e-6;

/// What `golden/tf_idf/generate.py` prints.
#[derive(Deserialize)]
struct Golden {
    max_features: u32,
    titles: Vec<String>,
    words: Vec<String>,
    /// (column, value), by column.
    rows: Vec<Vec<(u32, f64)>>,
}

impl Golden {
    fn check(&self) -> Result<()> {
        let config = TfIdfConfig {
            max_features: self.max_features,
            ..TfIdfConfig::default()
        };
        let found = word_vectors(&self.titles, &config);
        ensure!(found.words == self.words, "words: {:?}", found.words);
        for (title, (row, expected)) in self
            .titles
            .iter()
            .zip(found.rows.outer_iterator().zip(&self.rows))
        {
            let columns = expected.iter().map(|(column, _)| column);
            ensure!(row.indices().iter().eq(columns), "columns of `{title}`");
            for (&value, (_, expected)) in row.data().iter().zip(expected) {
                let difference = (f64::from(value) - expected).abs();
                ensure!(
                    difference <= TOLERANCE,
                    "`{title}`: {value}, not {expected}"
                );
            }
        }
        Ok(())
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/tf_idf")
}

#[test]
fn titles_of_our_own_give_scikit_learns_vectors() -> Result<()> {
    let text = std::fs::read_to_string(folder().join("golden.json"))?;
    serde_json::from_str::<Golden>(&text)?.check()
}

#[test]
fn fashion_titles_give_scikit_learns_vectors() -> Result<()> {
    let Some(data) = std::env::var_os("DOORSTEP_DATA") else {
        eprintln!("skipped: DOORSTEP_DATA is not set");
        return Ok(());
    };
    let python = |arguments: &[&Path]| Command::new("python3").args(arguments).output();
    let learns = python(&["-c".as_ref(), "import sklearn".as_ref()]);
    if !learns.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: python3 has no scikit-learn");
        return Ok(());
    }
    let titles = Path::new(&data).join("amazon-fashion-2023/amazon_fashion_sample_enriched.csv");
    let output = python(&[&folder().join("generate.py"), &titles])?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "generate.py: {errors}");
    let golden: Golden = serde_json::from_slice(&output.stdout).context("generate.py's output")?;
    ensure!(golden.titles.len() > 4000, "{} titles", golden.titles.len());
    golden.check()
}
