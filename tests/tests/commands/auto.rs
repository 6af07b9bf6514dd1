//! `doorstep train --auto`.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::terminal::{SHOP, Terminal, assert_says};

#[test]
fn a_model_is_chosen_judged_and_published_with_its_reasons() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    let train = format!("train --auto --trials 2 {SHOP}");
    let said = terminal.run(&format!("{train} --refit --out bundle"))?;
    assert_says(
        &said.stdout,
        &[
            "Chosen: ",
            "first list",
            "left out: ensemble",
            "on the test cases",
            "random",
            "Published",
        ],
    );
    assert_says(
        &said.stderr,
        &["choosing among ", "models tried with their defaults in"],
    );
    let report = terminal.json(&format!("{train} --refit --out again"))?;
    // Single precision as one would type it, not with the digits of double.
    let tried = report["choice"]["tried"].as_array().context("no trials")?;
    let configs = tried.iter().filter_map(|tried| tried["config"].as_object());
    for value in configs.flat_map(|c| c.values()).filter_map(Value::as_f64) {
        assert_eq!(value.to_string(), (value as f32).to_string());
    }
    let chosen = report["choice"]["chosen"].as_str().context("none chosen")?;
    assert_says(&said.stdout, &[&format!("Chosen: {chosen} ")]);
    let models = report["manifest"]["models"]
        .as_array()
        .context("no models")?;
    let names: Vec<&str> = models.iter().filter_map(|m| m["name"].as_str()).collect();
    assert_eq!(names, [chosen, "popularity"]);
    assert_eq!(models[0]["evaluation"]["refitted"], true);
    // What is published with the model is what the choice was told on the test cases.
    let test = &report["choice"]["test"][0];
    assert_eq!(test["name"], chosen);
    assert_eq!(
        models[0]["evaluation"]["metrics"]["ndcg@10"],
        test["metrics"]["ndcg@10"]
    );
    // Chance is the same each time.
    assert_eq!(terminal.contents("again")?, terminal.contents("bundle")?);
    Ok(())
}

#[test]
fn what_does_not_go_together_is_refused() -> Result<()> {
    let terminal = Terminal::empty()?;
    let train = "train --auto --out bundle";
    for (options, expected) in [
        (
            "--interactions absent.csv --set ease.lambda=3",
            "--auto chooses hyper-parameters by itself",
        ),
        (
            "--interactions absent.csv --trials 0",
            "--trials must be at least 1",
        ),
        ("--interactions absent.csv --minutes -1", "--minutes"),
        ("ease --interactions absent.csv", "cannot be used with"),
        (
            "--table songs.csv --target energy",
            "--auto chooses among models of interactions",
        ),
    ] {
        let output = terminal.command(&format!("{train} {options}")).output()?;
        let message = String::from_utf8(output.stderr)?;
        assert!(!output.status.success());
        assert_says(&message, &[expected]);
    }
    for budget in ["--minutes 3", "--trials 3"] {
        let line = format!("train ease --interactions absent.csv --out bundle {budget}");
        let output = terminal.command(&line).output()?;
        assert_eq!(output.status.code(), Some(2));
        assert_says(&String::from_utf8(output.stderr)?, &["needs --auto"]);
    }
    // Users who did one thing each leave nothing to judge by.
    std::fs::write(terminal.path("few.csv"), "user,item\n1,a\n2,b\n3,c\n")?;
    let message = terminal.refused("train --auto --interactions few.csv --out bundle")?;
    assert_says(&message, &["too little data", "doorstep train popularity"]);
    Ok(())
}
