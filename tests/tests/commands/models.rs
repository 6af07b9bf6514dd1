//! `doorstep models`.

use anyhow::{Context, Result};

use crate::terminal::{Terminal, assert_says};

#[test]
fn models_and_their_hyper_parameters_are_listed() -> Result<()> {
    let terminal = Terminal::empty()?;
    let all = terminal.run("models")?.stdout;
    assert_says(&all, &["popularity ", "svd ", "ensemble ", "knn-local "]);
    let svd = terminal.run("models svd")?.stdout;
    assert_says(
        &svd,
        &[
            "learning_rate = 0.005",
            "a positive number",
            "--set svd.factors=50",
        ],
    );
    let json = terminal.json("models svd knn")?;
    let factors = json[0]["hyper_parameters"]
        .as_array()
        .and_then(|all| all.iter().find(|field| field["name"] == "factors"))
        .context("no factors")?;
    assert_eq!(factors["default"], 50);
    assert_eq!(json[1]["of"], "table");
    // Whoever misspells one is led here.
    assert_says(
        &terminal.refused("models swd")?,
        &["did you mean `svd`", "`doorstep models`"],
    );
    let line = "compare --interactions absent.csv --models svd --set svd.factor=3";
    assert_says(&terminal.refused(line)?, &["`doorstep models svd`"]);
    assert_says(&terminal.run("train --help")?.stdout, &["doorstep models"]);
    Ok(())
}
