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
fn the_usual_metric_is_one_of_the_cutoffs() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    for (cutoffs, metric) in [("5", "ndcg@5"), ("20,5", "ndcg@20"), ("20,10", "ndcg@10")] {
        let report = terminal.json(&format!("{SEARCH} {SHOP} --k {cutoffs}"))?;
        assert_eq!(report["metric"], metric);
        assert!(report["trials"][0]["metrics"][metric].is_number());
    }
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
    let items = terminal.path("items.jsonl");
    let more = fs::read_to_string(&items)? + "{\"id\":\"new\",\"title\":\"New\"}\n";
    fs::write(&items, more)?;
    assert_says(
        &terminal.refused(&search)?,
        &["state.json", "other item records"],
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

const SPACE: &str = "method = 'successive-halving'\ntrials = 9\neta = 3\nseed = 4\n\
    [item-knn]\nshrinkage = { low = 0, high = 40, step = 0.5 }\nneighbours = [1, 20, 50]\n\
    recency = { low = 0.1, high = 1 }\n[popularity]\n";

/// The trials of a report without the time that they took.
fn timeless(mut report: Value) -> Result<Value> {
    let trials = report["trials"].as_array_mut().context("no trials")?;
    trials
        .iter_mut()
        .for_each(|trial| trial["seconds"] = Value::Null);
    Ok(report)
}

#[test]
fn a_space_is_searched_by_halving_and_jobs_change_nothing() -> Result<()> {
    let terminal = Terminal::in_shop_of(120, 1500)?;
    fs::write(terminal.path("space.toml"), SPACE)?;
    let search = format!("tune --space space.toml {SHOP}");
    let alone = timeless(terminal.json(&format!("{search} --jobs 1"))?)?;
    let together = timeless(terminal.json(&format!("{search} --jobs 2 --state state.json"))?)?;
    assert_eq!(together, alone);
    let trials = alone["trials"].as_array().context("no trials")?;
    let on = |number: u32| {
        trials
            .iter()
            .filter(|t| t["rung"]["number"] == number)
            .count()
    };
    // Three of nine reach the second rung; popularity has one trial and one rung.
    assert_eq!((trials.len(), on(2)), (10, 3), "{alone:#}");
    assert_eq!(trials[0]["rung"]["share"], 1.0);

    // The same from half of the state.
    let path = terminal.path("state.json");
    let mut state: Value = serde_json::from_slice(&fs::read(&path)?)?;
    state["trials"]
        .as_array_mut()
        .context("no trials")?
        .truncate(6);
    fs::write(&path, state.to_string())?;
    let resumed = timeless(terminal.json(&format!("{search} --state state.json"))?)?;
    assert_eq!(resumed, alone);

    let said = terminal.run(&format!("{search} --jobs 999"))?;
    assert_says(
        &said.stderr,
        &["--jobs 999: ", "as there are no more cores"],
    );
    assert_says(&said.stdout, &["rung", "1 of 2", "2 of 2", "popularity"]);
    let other = format!("{search} --seed 5 --state state.json");
    assert_says(
        &terminal.refused(&other)?,
        &["state.json", "another search"],
    );
    Ok(())
}

#[test]
fn a_bad_space_is_refused_with_its_line_before_data_is_read() -> Result<()> {
    let terminal = Terminal::empty()?;
    let search = "tune --space space.toml --interactions absent.csv";
    for (text, expected) in [
        ("[ease]\nlambda = [1,\n", "space.toml:"),
        (
            "[ease]\n\nlambda = { low = 3, high = 1 }\n",
            "space.toml:3: ease.lambda: low must be below high",
        ),
        (
            "[ease]\nlambda = []\n",
            "space.toml:2: ease.lambda has an empty list",
        ),
        ("\n[esae]\n", "space.toml:2: there is no model"),
        (
            "metric = 'ndcg@7'\n[ease]\nlambda = [1]\n",
            "space.toml:1: metric ndcg@7: choose one of",
        ),
    ] {
        fs::write(terminal.path("space.toml"), text)?;
        let message = terminal.refused(search)?;
        assert_says(&message, &[expected]);
        assert!(!message.contains("absent.csv"), "{message}");
    }
    let absent = terminal.refused("tune --space absent.toml --interactions absent.csv")?;
    assert_says(&absent, &["the search space absent.toml"]);
    Ok(())
}
