//! `doorstep tune`.

use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::terminal::{SHOP, Terminal, assert_says, metric};

const SEARCH: &str = "tune item-knn --grid neighbours=1,20 --grid shrinkage=0,20";

#[test]
fn the_best_trial_is_printed_as_options_that_compare_takes() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    let report = terminal.json(&format!("{SEARCH} {SHOP}"))?;
    let scores: Vec<f64> = report["trials"]
        .as_array()
        .context("no trials")?
        .iter()
        .filter_map(|trial| trial["metrics"]["ndcg@10"].as_f64())
        .collect();
    assert_eq!(scores.len(), 4);
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    assert!(scores[0] > scores[3], "{scores:?}");
    assert_eq!(report["best"], report["trials"][0]["config"]);

    let options = report["set"].as_str().context("no options")?;
    let text = terminal.run(&format!("{SEARCH} {SHOP}"))?.stdout;
    assert_eq!(text.lines().last(), Some(options));
    let compared = terminal.json(&format!("compare {SHOP} --models item-knn {options}"))?;
    assert_eq!(compared["models"][0]["config"], report["best"]);
    // The test cases are others than those that the choice was made by.
    assert_ne!(metric(&compared, "item-knn", "ndcg@10")?, scores[0]);
    Ok(())
}

#[test]
fn a_search_goes_on_from_its_state() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    let search = format!("{SEARCH} {SHOP} --state state.json --json");
    let trials = |stderr: &str| stderr.lines().filter(|l| l.starts_with("trial ")).count();
    let first = terminal.run(&search)?;
    assert_eq!(trials(&first.stderr), 4, "{}", first.stderr);

    let again = terminal.run(&search)?;
    assert_eq!(trials(&again.stderr), 0, "{}", again.stderr);

    let path = terminal.path("state.json");
    let mut state: Value = serde_json::from_slice(&fs::read(&path)?)?;
    let kept = state["trials"].as_array_mut().context("no trials")?;
    kept.truncate(3);
    fs::write(&path, state.to_string())?;
    let rest = terminal.run(&search)?;
    assert_eq!(trials(&rest.stderr), 1, "{}", rest.stderr);
    assert_says(&rest.stderr, &["trial 4 of 4"]);

    let other = search.replace("--state", "--split global-temporal --state");
    assert_says(
        &terminal.refused(&other)?,
        &["state.json", "another --state"],
    );
    fs::write(&path, "{}")?;
    assert_says(
        &terminal.refused(&search)?,
        &["state.json is not a state of `tune`"],
    );
    Ok(())
}

#[test]
fn a_search_taken_up_again_reports_the_very_same_figures() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    let search = format!("{SEARCH} {SHOP} --state state.json --json");
    let first = terminal.run(&search)?.stdout;
    let again = terminal.run(&search)?.stdout;
    // Line by line as text, seconds included: a parser could round the difference away.
    for (before, after) in first.lines().zip(again.lines()) {
        assert_eq!(after, before);
    }
    assert_eq!(again.lines().count(), first.lines().count());
    Ok(())
}
