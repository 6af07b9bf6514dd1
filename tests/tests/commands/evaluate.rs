//! `doorstep train`, `inspect` and `evaluate` tell the same story.

use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::terminal::{SHOP, Terminal, assert_says, metric};

const MODELS: &str = "next-linear item-knn popularity recent-popularity";

/// The published figure of a model in a manifest.
fn published(manifest: &Value, model: &str, name: &str) -> Result<f64> {
    let models = manifest["models"].as_array().context("no models")?;
    let entry = models.iter().find(|entry| entry["name"] == model);
    entry
        .and_then(|entry| entry["evaluation"]["metrics"][name].as_f64())
        .with_context(|| format!("no {name} of {model} in {manifest:#}"))
}

#[test]
fn a_bundle_does_as_well_as_its_manifest_says() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    let trained = terminal.json(&format!(
        "train {MODELS} {SHOP} --split leave-last-two --out bundle"
    ))?;
    let inspected = terminal.json("inspect bundle")?;
    for model in MODELS.split(' ') {
        let expected = published(&trained, model, "recall@10")?;
        let found = published(&inspected["manifest"], model, "recall@10")?;
        assert!((found - expected).abs() < 1e-9, "{model}: {found}");
    }
    assert!(inspected["recommend"]["median_bytes"].as_u64() > Some(0));

    let said = terminal.run(&format!(
        "evaluate bundle {SHOP} --split leave-last-two --json"
    ))?;
    assert!(!said.stderr.contains("warning"), "{}", said.stderr);
    let evaluated: Value = serde_json::from_str(&said.stdout)?;
    for model in MODELS.split(' ') {
        for name in ["recall@10", "ndcg@10", "ndcg@20", "mrr@5"] {
            let expected = published(&trained, model, name)?;
            let found = metric(&evaluated, model, name)?;
            assert!(expected > 0.0, "{name} of {model} shows nothing");
            assert!(
                (found - expected).abs() < 1e-3,
                "{name} of {model}: {found} evaluated, {expected} published"
            );
        }
    }
    assert_eq!(
        evaluated["protocol"]["cases"],
        trained["models"][0]["evaluation"]["cases"]
    );

    let one = terminal.json(&format!("evaluate bundle {SHOP} --models item-knn"))?;
    let names = |report: &Value| -> Vec<String> {
        let models = report["models"].as_array().into_iter().flatten();
        models
            .filter_map(|m| Some(m["name"].as_str()?.to_owned()))
            .collect()
    };
    let baselines = ["popularity", "recent-popularity", "random"];
    assert_eq!(names(&one)[0], "item-knn");
    assert_eq!(names(&one)[1..], baselines);
    assert_eq!(names(&evaluated)[4..], ["random"]);
    assert_eq!(
        metric(&one, "item-knn", "recall@10")?,
        metric(&evaluated, "item-knn", "recall@10")?
    );
    assert_says(
        &terminal.refused(&format!("evaluate bundle {SHOP} --models ease"))?,
        &["ease", "next-linear, item-knn"],
    );
    Ok(())
}

#[test]
fn a_bundle_is_judged_as_its_models_were_compared() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    let compared = terminal.json(&format!("compare {SHOP} --models next-linear,item-knn"))?;
    terminal.json(&format!(
        "train next-linear item-knn {SHOP} --split leave-last-two --out bundle"
    ))?;
    let judged = terminal.json(&format!("evaluate bundle {SHOP} --save judged.json"))?;
    let saved = fs::read_to_string(terminal.path("judged.json"))?;
    assert_eq!(serde_json::from_str::<Value>(&saved)?, judged);
    assert_eq!(judged["data"], compared["data"]);
    let rows = |report: &Value| report["models"].as_array().cloned().unwrap_or_default();
    let (compared, judged) = (rows(&compared), rows(&judged));
    assert_eq!(compared.len(), judged.len());
    for (ours, theirs) in judged.iter().zip(&compared) {
        assert_eq!(ours["name"], theirs["name"]);
        assert_eq!(ours["config"], theirs["config"], "{}", ours["name"]);
        // The weights as published are of half precision, and their order of items is another.
        let (found, expected) = (&ours["difference"], &theirs["difference"]);
        assert_eq!(found["against"], expected["against"]);
        if ours["name"] == "random" || found.is_null() {
            continue;
        }
        for bound in ["mean", "low", "high"] {
            let of = |difference: &Value| difference["metrics"]["ndcg@10"][bound].as_f64();
            let (found, expected) = (of(found).context("none")?, of(expected).context("none")?);
            assert!((found - expected).abs() < 2e-3, "{bound} of {ours:#}");
        }
    }
    assert_says(
        &terminal.refused(&format!("evaluate bundle {SHOP} --against ease"))?,
        &["--against ease", "next-linear, item-knn, popularity"],
    );
    Ok(())
}

#[test]
fn low_ratings_are_no_right_answers_unless_asked_for() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    let mut rows = String::from("user,item,rating,timestamp\n");
    for user in 0..40 {
        for step in 0..5 {
            let rating = if step == 4 && user % 2 == 0 { 2 } else { 5 };
            rows += &format!("u{user},i{},{rating},{step}\n", (user + step) % 9);
        }
    }
    fs::write(terminal.path("stars.csv"), rows)?;
    let data = "--interactions stars.csv --split leave-last-two";
    let cases = |options: &str| -> Result<(Value, Value, Value)> {
        let trained = terminal.json(&format!(
            "train popularity {data} {options} --out b --force"
        ))?;
        let judged = terminal.json(&format!("evaluate b {data} {options}"))?;
        let figures = trained["models"][0]["evaluation"].clone();
        assert_eq!(figures["cases"], judged["protocol"]["cases"]);
        Ok((
            figures["cases"].clone(),
            figures["relevant_at"].clone(),
            judged["protocol"]["relevant_at"].clone(),
        ))
    };
    assert_eq!(cases("")?, (20.into(), 4.0.into(), 4.0.into()));
    assert_eq!(
        cases("--relevant-at all")?,
        (40.into(), Value::Null, Value::Null)
    );
    assert_eq!(cases("--relevant-at 2")?.0, 40);
    assert_says(
        &terminal.refused(&format!("evaluate b {data} --relevant-at 6"))?,
        &["no test case", "--relevant-at"],
    );
    Ok(())
}

#[test]
fn inspect_prints_the_manifest_to_the_last_digit() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    let trained = terminal.json(&format!(
        "train {MODELS} {SHOP} --split leave-last-two --out bundle"
    ))?;
    let inspected = &terminal.json("inspect bundle")?["manifest"];
    for key in ["format", "version", "data", "catalogue", "models"] {
        assert_eq!(inspected[key], trained[key], "{key}");
    }
    Ok(())
}

#[test]
fn a_bundle_that_has_seen_the_answers_is_told_apart() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    let train = |options: &str| terminal.json(&format!("train next-linear {SHOP} {options}"));
    let judged = train("--split leave-last-two --out judged")?;
    let refitted = train("--split leave-last-two --refit --out refitted")?;
    let unjudged = train("--out unjudged")?;

    let warning = "fitted on all interactions";
    for (bundle, warned) in [("judged", false), ("refitted", true), ("unjudged", true)] {
        let said = terminal.run(&format!("evaluate {bundle} {SHOP}"))?;
        assert_eq!(
            said.stderr.contains(warning),
            warned,
            "{bundle}: {}",
            said.stderr
        );
    }

    let figures = |manifest: &Value| manifest["models"][0]["evaluation"].clone();
    assert_eq!(figures(&refitted)["metrics"], figures(&judged)["metrics"]);
    assert_eq!(figures(&judged)["refitted"], false);
    assert_eq!(figures(&refitted)["refitted"], true);
    assert_eq!(unjudged["models"][0].get("evaluation"), None);
    assert_eq!(
        refitted["models"][0]["content"],
        unjudged["models"][0]["content"]
    );
    assert_ne!(
        refitted["models"][0]["content"],
        judged["models"][0]["content"]
    );
    Ok(())
}
