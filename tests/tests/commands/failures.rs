//! A model of a comparison that can't be fitted.

use std::fs;

use anyhow::Result;
use serde_json::Value;

use crate::terminal::{SHOP, Terminal, assert_says};

#[test]
fn the_others_have_their_figures_and_the_command_ends_with_1() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    let line = format!(
        "compare {SHOP} --models als,tf-idf,item-knn --set tf-idf.fields=poem --set als.iterations=2 --report page.html"
    );
    let said = terminal.fails_after_printing(&line)?;
    assert_says(
        &said.stdout,
        &[
            "als ",
            "item-knn ",
            "tf-idf failed: no item has a text in poem",
        ],
    );
    assert_says(
        &said.stderr,
        &["warning: tf-idf failed", "error: no figures of tf-idf"],
    );
    assert_says(
        &fs::read_to_string(terminal.path("page.html"))?,
        &["Failed</h2>", "no item has a text in poem"],
    );
    let report: Value = serde_json::from_str(
        &terminal
            .fails_after_printing(&format!("{line} --json"))?
            .stdout,
    )?;
    let names = |list: &str, field: &str| -> Vec<String> {
        let list = report[list].as_array().into_iter().flatten();
        list.filter_map(|row| row[field].as_str().map(str::to_owned))
            .collect()
    };
    assert_eq!(names("models", "name")[..2], ["als", "item-knn"]);
    assert_eq!(names("failed", "model"), ["tf-idf"]);
    Ok(())
}

#[test]
fn models_of_ratings_do_not_end_a_comparison_without_any() -> Result<()> {
    let terminal = Terminal::empty()?;
    let rows = (0..40).map(|row| format!("u{},i{},3\n", row % 8, row % 7));
    let rows: String = std::iter::once("user,item,rating\n".to_owned())
        .chain(rows)
        .collect();
    fs::write(terminal.path("equal.csv"), rows)?;
    let line = "compare --interactions equal.csv --relevant-at all --models";
    let said = terminal.fails_after_printing(&format!("{line} item-knn,svd"))?;
    assert_says(
        &said.stdout,
        &["item-knn ", "svd failed: svd learns from ratings"],
    );
    assert_says(
        &terminal.refused(&format!("{line} svd"))?,
        &["all of them are 3"],
    );
    Ok(())
}

#[test]
fn it_is_the_same_with_a_table() -> Result<()> {
    let terminal = Terminal::empty()?;
    let mut rows = "a,b,y\n".to_owned();
    for row in 0..100 {
        let (a, b) = (row * 37 % 100, row * 53 % 100);
        rows += &format!("{a},{b},{}\n", a + b % 7);
    }
    fs::write(terminal.path("table.csv"), rows)?;
    let line = "compare --table table.csv --target y --split every:5 --report page.html";
    let said = terminal.fails_after_printing(&format!("{line} --models knn,knn-local"))?;
    assert_says(
        &said.stdout,
        &["knn  ", "knn-local failed: knn-local.neighbours is 300"],
    );
    let said = terminal.fails_after_printing(&format!("{line} --models knn-local --json"))?;
    let report: Value = serde_json::from_str(&said.stdout)?;
    assert_eq!(report["models"], Value::Array(Vec::new()));
    assert_eq!(report["failed"][0]["model"], "knn-local");
    assert_says(
        &fs::read_to_string(terminal.path("page.html"))?,
        &["Failed</h2>"],
    );
    Ok(())
}
