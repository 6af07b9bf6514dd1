//! Networks from data to bundle: `train`, its checkpoints, `evaluate`, `compare`.

use std::fs;

use anyhow::{Context, Result};

use crate::terminal::{Terminal, assert_says, metric};

/// A small network, quickly trained.
const SMALL: &str = "--set sasrec.width=16 --set sasrec.blocks=1 --set sasrec.learning_rate=0.01 --set sasrec.epochs=8 --set sasrec.patience=4 --interactions walks.txt";

/// 240 people who walk around one circle of 40 items, each from another place.
fn walks() -> Result<Terminal> {
    let terminal = Terminal::empty()?;
    let walk = |user: usize| {
        let items = (0..5 + user % 4).map(|step| format!("i{}", (user * 7 + step) % 40));
        format!("u{user} {}\n", items.collect::<Vec<_>>().join(" "))
    };
    fs::write(
        terminal.path("walks.txt"),
        (0..240).map(walk).collect::<String>(),
    )?;
    Ok(terminal)
}

#[test]
fn a_network_is_trained_published_and_judged_by_what_the_browser_runs() -> Result<()> {
    let terminal = walks()?;
    let train = format!(
        "train sasrec popularity {SMALL} --split leave-last-two --checkpoints kept --out bundle"
    );
    let said = terminal.run(&train)?;
    // A program that reads gets an object an epoch.
    let epoch = said.stderr.lines().find(|line| line.starts_with('{'));
    let epoch: serde_json::Value = serde_json::from_str(epoch.context("no epoch is told")?)?;
    assert_eq!(
        (&epoch["model"], &epoch["epoch"]),
        (&"sasrec".into(), &1.into())
    );
    assert!(epoch["validation"]["ndcg@10"].is_number(), "{epoch}");

    let inspected = terminal.run("inspect bundle")?.stdout;
    assert_says(
        &inspected,
        &["network, half precision", "recommend (10 items)"],
    );
    let judged =
        terminal.json("evaluate bundle --interactions walks.txt --split leave-last-two")?;
    let found = metric(&judged, "sasrec", "recall@10")?;
    assert!(
        found > 0.9 && found > 2.0 * metric(&judged, "popularity", "recall@10")?,
        "{found}"
    );
    Ok(())
}

#[test]
fn checkpoints_are_gone_on_from_or_refused() -> Result<()> {
    let terminal = walks()?;
    let train =
        |more: &str| format!("train sasrec {SMALL} --checkpoints kept --force --out bundle {more}");
    terminal.run(&train(""))?;
    let files = || -> Result<Vec<String>> {
        let names = fs::read_dir(terminal.path("kept"))?;
        let mut names: Vec<String> = names
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<Result<_>>()?;
        names.sort();
        Ok(names)
    };
    // Without a split the number of epochs is found first, then all is learnt.
    assert_eq!(files()?, ["sasrec-epochs.checkpoint", "sasrec.checkpoint"]);
    let first = terminal.contents("bundle")?;
    let said = terminal.run(&train("--resume"))?;
    assert_says(&said.stderr, &["going on after epoch"]);
    assert_eq!(terminal.contents("bundle")?, first);

    let other = terminal.refused(&train("--resume --set sasrec.dropout=0.3"))?;
    assert_says(
        &other,
        &["other data or other hyper-parameters", "--resume"],
    );
    let path = terminal.path("kept/sasrec-epochs.checkpoint");
    let whole = fs::read(&path)?;
    fs::write(&path, &whole[..whole.len() / 2])?;
    let cut = terminal.refused(&train("--resume"))?;
    assert_says(&cut, &["no whole checkpoint", "delete it"]);
    assert_says(
        &terminal
            .command(&format!("train sasrec {SMALL} --resume --out b"))
            .output()
            .map(|output| String::from_utf8_lossy(&output.stderr).into_owned())?,
        &["--checkpoints"],
    );
    Ok(())
}

#[test]
fn what_no_network_can_be_is_refused_before_any_work() -> Result<()> {
    let terminal = walks()?;
    let refused =
        |set: &str| terminal.refused(&format!("compare --models sasrec {SMALL} --set {set}"));
    assert_says(
        &refused("sasrec.heads=3")?,
        &["sasrec.heads must be a divisor of the width"],
    );
    assert_says(
        &refused("sasrec.dropout=1")?,
        &["sasrec.dropout must be from 0 to below 1"],
    );
    assert_says(
        &refused("sasrec.batch=0")?,
        &["sasrec.batch must be from 1"],
    );
    Ok(())
}

#[test]
fn the_device_is_as_asked_or_refused_before_any_work() -> Result<()> {
    let terminal = walks()?;
    let compare = |device: &str| format!("compare --models sasrec {SMALL} --device {device}");
    let recall = |device| metric(&terminal.json(&compare(device))?, "sasrec", "recall@10");
    let (flex, ndarray) = (recall("cpu")?, recall("ndarray")?);
    assert!((flex - ndarray).abs() < 0.05, "{flex} and {ndarray}");
    let said = terminal.run(&compare("auto"))?.stderr;
    assert_says(&said, &["device: "]);
    for device in ["wgpu", "cuda"] {
        let refused = terminal.refused(&compare(device))?;
        assert_says(&refused, &["built without it", device, "--device cpu"]);
    }
    Ok(())
}
