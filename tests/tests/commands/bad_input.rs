//! Data that models can't learn from, or that is odd: refused with the reason,
//! or published without a number that is none.

use std::fs;

use anyhow::{Result, ensure};
use doorstep_shared::bundle::Bundle;
use doorstep_shared::query::{HistoryEntry, RecommendQuery};
use doorstep_trainer::publish::{FolderStore, at_once};

use crate::terminal::{Terminal, assert_says};

/// Six of 20 items for each of 30 users, rated by `rating`.
fn rated(rating: impl Fn(u32, u32) -> String) -> String {
    let mut rows = "user,item,rating,timestamp\n".to_owned();
    for user in 0..30 {
        for step in 0..6 {
            let item = (user * 7 + step * step * 3 + step) % 20;
            let rating = rating(user, item);
            rows += &format!("u{user},i{item},{rating},{}\n", 100 * user + step);
        }
    }
    rows
}

fn usual(user: u32, item: u32) -> String {
    (1 + (user * item) % 5).to_string()
}

/// Every item's record has this title.
fn titled(title: impl Fn(u32) -> String) -> String {
    let record = |item| format!("{{\"id\":\"i{item}\",\"title\":\"{}\"}}\n", title(item));
    (0..20).map(record).collect()
}

/// The lists of `bundle` for each item alone hold finite scores, and some of them something.
fn recommends(terminal: &Terminal, bundle: &str, models: &[&str]) -> Result<()> {
    let bundle = at_once(Bundle::open(FolderStore::open(&terminal.path(bundle))?))?;
    for model in models {
        let mut own = 0;
        for id in at_once(bundle.all_ids())? {
            let entry = HistoryEntry {
                item: id.clone(),
                rating: None,
                time: None,
            };
            let query = RecommendQuery {
                history: vec![entry],
                model: Some((*model).to_owned()),
                k: 1000,
                ..Default::default()
            };
            let hits = at_once(bundle.recommend(&query))?.hits;
            ensure!(
                hits.iter().all(|hit| hit.score.is_finite()),
                "{model}: {hits:?}"
            );
            own += hits.iter().filter(|hit| !hit.fallback).count();
        }
        ensure!(own > 0, "{model} recommends nothing");
    }
    Ok(())
}

#[test]
fn what_nothing_can_be_learnt_from_is_refused() -> Result<()> {
    let terminal = Terminal::empty()?;
    let files = [
        ("usual.csv", rated(usual)),
        ("equal.csv", rated(|_, _| "3".to_owned())),
        ("zeros.csv", rated(|_, _| "0".to_owned())),
        (
            "negative.csv",
            rated(|user, item| {
                if (user, item) == (3, 1) {
                    "-1".into()
                } else {
                    usual(user, item)
                }
            }),
        ),
        ("wordless.jsonl", titled(|_| "!!! ...".to_owned())),
        ("unlike.jsonl", titled(|item| format!("word{item}"))),
        (
            "bare.jsonl",
            (0..20)
                .map(|item| format!("{{\"id\":\"i{item}\",\"price\":3}}\n"))
                .collect(),
        ),
        (
            "weights.toml",
            ["ease", "als"]
                .map(|model| format!("[[ensemble.members]]\nweight = 0.7\nmodel = \"{model}\"\n"))
                .concat(),
        ),
    ];
    for (name, text) in &files {
        fs::write(terminal.path(name), text)?;
    }
    let refusals = [
        ("svd --interactions equal.csv", "all of them are 3"),
        ("als-explicit --interactions equal.csv", "all of them are 3"),
        (
            "als --interactions zeros.csv",
            "als has nothing to recommend by: all item vectors are 0",
        ),
        (
            "als --interactions negative.csv",
            "there is one of -1; drop such rows, or fit als-explicit",
        ),
        (
            "tf-idf --interactions usual.csv",
            "give item records with --items FILE",
        ),
        (
            "tf-idf --interactions usual.csv --items bare.jsonl",
            "no item has a text in title",
        ),
        (
            "tf-idf --interactions usual.csv --items wordless.jsonl",
            "tf-idf has nothing to recommend by: no item has a neighbour",
        ),
        (
            "tf-idf --interactions usual.csv --items unlike.jsonl",
            "no item has a neighbour",
        ),
        (
            "ensemble --interactions usual.csv --config weights.toml",
            "0.7 + 0.7 = 1.4",
        ),
        (
            "svd --interactions usual.csv --set svd.epochs=-1",
            "svd.epochs must be",
        ),
        (
            "svd --interactions usual.csv --items absent.csv",
            "can't open absent.csv",
        ),
        (
            "popularity --interactions usual.csv --split leave-last-two --state kept",
            "then train it with --state alone",
        ),
    ];
    for (line, part) in refusals {
        let message = terminal.refused(&format!("train {line} --out bundle"))?;
        assert_says(&message, &[part]);
        assert!(!terminal.path("bundle").exists(), "{line}");
    }
    Ok(())
}

#[test]
fn a_bundle_is_judged_by_what_it_knows() -> Result<()> {
    let terminal = Terminal::empty()?;
    fs::write(terminal.path("own.csv"), rated(usual))?;
    let foreign = rated(usual).replace(",i", ",x").replace("xtem", "item");
    fs::write(terminal.path("foreign.csv"), foreign)?;
    let mut table = "a,b,y\n".to_owned();
    for row in 0..100 {
        let (a, b) = (row * 37 % 100, row * 53 % 100);
        table += &format!("{a},{b},{}\n", a + b % 7);
    }
    fs::write(terminal.path("table.csv"), table)?;
    terminal.run("train item-knn --interactions own.csv --out items")?;
    let message = terminal.refused("evaluate items --interactions foreign.csv")?;
    assert_says(
        &message,
        &["none of the 20 items of the data is in the bundle", "(`x"],
    );
    terminal.refused("evaluate items --table table.csv")?;

    let train = "train knn --table table.csv --target y --set knn.neighbours=3";
    terminal.run(&format!("{train} --split every:5 --out judged"))?;
    let given = terminal.json("evaluate judged --table table.csv --target y --split every:5")?;
    assert_eq!(terminal.json("evaluate judged --table table.csv")?, given);
    let message = terminal.refused("evaluate judged --interactions own.csv")?;
    assert_says(
        &message,
        &["knn predicts a column of a table", "--table FILE"],
    );
    terminal.run(&format!("{train} --out whole"))?;
    let message = terminal.refused("evaluate whole --table table.csv")?;
    assert_says(&message, &["published without figures", "--split every:5"]);
    Ok(())
}

#[test]
fn prepare_says_which_files_are_empty() -> Result<()> {
    let terminal = Terminal::empty()?;
    let mut rows = "user,item,timestamp\n".to_owned();
    for user in 0..20 {
        for step in 0..6 {
            rows += &format!("u{user},i{},{}\n", (user + step) % 7, 6 * user + step);
        }
    }
    fs::write(terminal.path("one-by-one.csv"), rows)?;
    // The users of the later parts are none of the training part.
    let line =
        "prepare --interactions one-by-one.csv --core-train 1 --core-all 1 --out out --quiet";
    let said = terminal.run(line)?;
    assert_says(
        &said.stderr,
        &[
            "warning: validation_new.txt is empty",
            "warning: test_new.txt is empty",
        ],
    );
    assert!(!said.stderr.contains("train_new.txt is empty"));
    Ok(())
}

#[test]
fn what_is_merely_odd_is_published_without_a_broken_number() -> Result<()> {
    let terminal = Terminal::empty()?;
    fs::write(
        terminal.path("lonely.csv"),
        rated(usual) + "lonely,i3,5,7\n",
    )?;
    fs::write(terminal.path("equal.csv"), rated(|_, _| "3".to_owned()))?;
    fs::write(
        terminal.path("negative.csv"),
        rated(|user, item| format!("-{}", usual(user, item))),
    )?;
    let models = ["svd", "als", "item-knn", "ease", "next-linear"];
    terminal.run(&format!(
        "train {} --interactions lonely.csv --out lonely",
        models.join(" ")
    ))?;
    recommends(&terminal, "lonely", &models)?;
    terminal.run("train als item-knn --interactions equal.csv --out equal")?;
    recommends(&terminal, "equal", &["als", "item-knn"])?;
    // Ratings below 0 are ratings like others to who predicts them.
    terminal.run("train svd als-explicit --interactions negative.csv --out negative")?;
    // More neighbours, and longer lists, than there are items.
    terminal.run(
        "train item-knn ease next-linear --interactions lonely.csv --out wide \
         --set item-knn.neighbours=5000 --set ease.neighbours=5000 --set next-linear.neighbours=5000",
    )?;
    recommends(&terminal, "wide", &["item-knn", "ease", "next-linear"])?;
    let report = terminal.json(
        "compare --interactions lonely.csv --relevant-at all --models item-knn,svd --k 10,500 --set svd.epochs=2",
    )?;
    for row in report["models"].as_array().into_iter().flatten() {
        let metrics = row["metrics"].as_object().into_iter().flatten();
        for (name, value) in metrics {
            assert!(value.as_f64().is_some(), "{name} of {row}");
        }
    }
    Ok(())
}
