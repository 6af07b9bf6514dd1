//! Networks from data to bundle: `train`, its checkpoints, `evaluate`, `compare`.

use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::terminal::{Terminal, assert_says, metric};

/// A small network, quickly trained.
const SMALL: &str = "--set sasrec.width=16 --set sasrec.blocks=1 --set sasrec.learning_rate=0.01 --set sasrec.epochs=8 --set sasrec.patience=4 --interactions walks.txt";

/// 240 people who walk around one circle of 40 items, each from another place.
pub fn walks() -> Result<Terminal> {
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
        "train sasrec popularity {SMALL} --split leave-last-two --checkpoints kept --weights f16 --out bundle"
    );
    let said = terminal.run(&train)?;
    // A program that reads gets an object an epoch.
    let epoch = said.stderr.lines().find(|line| line.starts_with('{'));
    let epoch: serde_json::Value = serde_json::from_str(epoch.context("no epoch is told")?)?;
    assert_eq!(
        (&epoch["model"], &epoch["epoch"]),
        (&"sasrec".into(), &1.into())
    );
    for told in ["loss", "seconds", "seconds_left"] {
        assert!(epoch[told].is_number(), "{told}: {epoch}");
    }
    assert!(epoch["validation"]["ndcg@10"].is_number(), "{epoch}");

    let inspected = terminal.run("inspect bundle")?.stdout;
    assert_says(
        &inspected,
        &[
            "network, half precision (0.",
            "% off)",
            "recommend (10 items)",
        ],
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
fn a_comparison_shows_how_a_network_learnt() -> Result<()> {
    let terminal = walks()?;
    let report = terminal.json(&format!(
        "compare --models sasrec {SMALL} --split leave-last-two"
    ))?;
    let curve = &report["models"][0]["curve"];
    assert_eq!(curve["unit"], "epoch", "{curve}");
    let points = curve["points"].as_array().context("no points")?;
    assert!(points.len() >= 4, "{curve}");
    let of = |point: &Value| {
        let figure = point["metrics"]["ndcg@10"].as_f64();
        point["loss"].as_f64().zip(figure).context("no figures")
    };
    let (first, last) = (of(&points[0])?, of(&points[points.len() - 1])?);
    assert!(last.0 < first.0 && last.1 > first.1, "{curve}");

    let seeds = format!(
        "compare --models sasrec {SMALL} --split leave-last-two --seeds 1,2 --checkpoints kept --json"
    );
    let whole = terminal.run(&seeds)?;
    assert_eq!(fs::read_dir(terminal.path("kept"))?.count(), 2);
    let again = terminal.run(&format!("{seeds} --resume"))?;
    let told = again.stderr.matches("sasrec: going on after epoch").count();
    assert_eq!(told, 2, "{}", again.stderr);
    let row = |said: &str| -> Result<[Value; 2]> {
        let report: Value = serde_json::from_str(said)?;
        let row = &report["models"][0];
        Ok(["metrics", "curve"].map(|part| row[part].clone()))
    };
    assert_eq!(row(&again.stdout)?, row(&whole.stdout)?);
    Ok(())
}

#[test]
fn the_networks_of_an_ensemble_are_trained_once() -> Result<()> {
    let terminal = walks()?;
    let member = |weight: &str, model: &str, more: &str| {
        format!("[[ensemble.members]]\nweight = {weight}\nmodel = '{model}'\n{more}\n")
    };
    let small = "width = 16\nblocks = 1\nlearning_rate = 0.01\nepochs = 3\npatience = 3";
    let members = [
        member("0.4", "sasrec", small),
        member("0.3", "sasrec", &format!("{small}\nseed = 1")),
        member("0.3", "next-linear", "lambda = 5"),
    ];
    fs::write(terminal.path("members.toml"), members.concat())?;
    let keep = "--interactions walks.txt --split leave-last-two --checkpoints kept";
    let tuned = terminal.run(&format!("tune ensemble --config members.toml {keep}"))?;
    assert_says(&tuned.stderr, &["hundredths 40, 30, 30: ndcg@10", " at 2"]);
    // Each has a file of its own.
    assert_eq!(fs::read_dir(terminal.path("kept"))?.count(), 2);
    fs::write(terminal.path("best.toml"), &tuned.stdout)?;

    let train = format!("train ensemble --config best.toml {keep} --resume --out bundle");
    let trained = terminal.run(&train)?;
    assert_says(&trained.stderr, &["sasrec: going on after epoch"]);
    let epochs = trained.stderr.lines().filter(|l| l.starts_with('{'));
    assert_eq!(epochs.count(), 0, "{}", trained.stderr);
    // What the browser runs takes the temperatures from the bundle.
    let judged =
        terminal.json("evaluate bundle --interactions walks.txt --split leave-last-two")?;
    let compared =
        terminal.json("compare --models ensemble --config best.toml --interactions walks.txt")?;
    let [found, expected] = [judged, compared].map(|own| metric(&own, "ensemble", "ndcg@10"));
    let (found, expected) = (found?, expected?);
    assert!((found - expected).abs() < 0.01, "{found} and {expected}");

    let refused = "tune next-linear --interactions walks.txt --checkpoints kept";
    assert_says(&terminal.refused(refused)?, &["--checkpoints", "--state"]);
    Ok(())
}

/// Prices as shops write them, and as some leave them out.
#[test]
fn networks_of_pairs_are_trained_with_what_is_known_of_prices() -> Result<()> {
    let terminal = walks()?;
    let prices = ["\"from 12.99\"", "null", "5", "\"see cart\""];
    let record = |item: usize| {
        let price = prices[item % 4];
        format!(
            "{{\"asin\":\"i{item}\",\"price\":{price},\"category\":[\"c{}\"]}}\n",
            item % 3
        )
    };
    let records: String = (0..40).map(record).collect();
    fs::write(terminal.path("items.jsonl"), &records)?;
    let small = ["ncf", "metadata-mf"].map(|model| {
        let fields = [
            "factors=4",
            "inner=4",
            "epochs=2",
            "patience=0",
            "fold_in_steps=3",
        ];
        fields
            .map(|field| format!("--set {model}.{field}"))
            .join(" ")
    });
    let train = format!(
        "train metadata-mf ncf {} --interactions walks.txt",
        small.join(" ")
    );
    let said = terminal.run(&format!("{train} --items items.jsonl --out bundle"))?;
    // A price that is none is told of; 20 of 40 have one.
    assert_says(
        &said.stderr,
        &["10 prices not understood", "see cart", "20 no price"],
    );
    let inspected = terminal.run("inspect bundle")?.stdout;
    assert_says(&inspected, &["metadata-mf", "ncf", "recommend (10 items)"]);
    let judged =
        terminal.json("evaluate bundle --interactions walks.txt --split leave-last-two")?;
    for model in ["metadata-mf", "ncf"] {
        let found = metric(&judged, model, "ndcg@10")?;
        assert!(found.is_finite() && found > 0.0, "{model}: {found}");
    }

    let bare = records.replace("category", "kind").replace("price", "cost");
    fs::write(terminal.path("items.jsonl"), bare)?;
    let said = terminal.refused(&format!("{train} --items items.jsonl --out other"))?;
    assert_says(
        &said,
        &["no item has a category or a price", "metadata-mf.category"],
    );
    let said = terminal.refused(&format!("{train} --out other"))?;
    assert_says(&said, &["--items FILE"]);
    Ok(())
}

#[test]
fn numbers_are_bytes_where_that_costs_next_to_nothing_or_is_asked_for() -> Result<()> {
    let terminal = walks()?;
    let published = |out: &str, how: &str| -> Result<(Value, String)> {
        let said = terminal.run(&format!("train sasrec {SMALL} --out {out} {how}"))?;
        let manifest = fs::read(terminal.path(out).join("manifest.json"))?;
        let manifest: Value = serde_json::from_slice(&manifest)?;
        let network = manifest["models"][0]["content"]["neural"].clone();
        Ok((network, said.stderr))
    };
    let split = "--split leave-last-two";
    let (judged, said) = published("judged", split)?;
    assert_says(&said, &["bytes change NDCG@10 on validation cases by"]);
    let lost = judged["lost"].as_f64();
    assert_eq!(judged["bits"] == 8, lost.is_some_and(|lost| lost < 0.005));
    // What was fitted again has no cases of its own: it is stored as the judged one would be.
    let (again, _) = published("again", &format!("{split} --refit"))?;
    assert_eq!(
        (&again["bits"], &again["lost"]),
        (&judged["bits"], &judged["lost"])
    );
    let (halves, _) = published("halves", &format!("{split} --weights f16"))?;
    assert_eq!(
        (&halves["bits"], &halves["lost"]),
        (&16.into(), &Value::Null)
    );
    let (bytes, _) = published("bytes", &format!("{split} --weights int8"))?;
    assert!(bytes["bits"] == 8 && bytes["lost"].is_number(), "{bytes}");
    let size = |network: &Value| network["parameters"]["bytes"].as_u64();
    assert!(size(&bytes) < size(&halves), "{bytes} {halves}");
    assert!(bytes["error"].as_f64() > halves["error"].as_f64());

    let (unjudged, said) = published("unjudged", "")?;
    assert_eq!(unjudged["bits"], 16);
    assert_says(&said, &["no validation cases", "--weights int8"]);
    let (asked, _) = published("asked", "--weights int8")?;
    assert_eq!((&asked["bits"], &asked["lost"]), (&8.into(), &Value::Null));
    let inspected = terminal.run("inspect asked")?.stdout;
    assert_says(&inspected, &["network, a byte a number"]);
    let evaluate = |out: &str| {
        let judged = format!("evaluate {out} --interactions walks.txt {split}");
        metric(&terminal.json(&judged)?, "sasrec", "ndcg@10")
    };
    let (bytes, halves) = (evaluate("bytes")?, evaluate("halves")?);
    assert!((bytes - halves).abs() < 0.02 * halves, "{bytes} {halves}");
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
        let others =
            format!("compare --models popularity --interactions walks.txt --device {device}");
        assert_says(&terminal.refused(&others)?, &["built without it", device]);
    }
    let idle = "train --auto --interactions walks.txt --trials 1 --device ndarray --out chosen";
    assert_says(
        &terminal.run(idle)?.stderr,
        &["--device ndarray", "nothing for it to do"],
    );
    let rows = (0..40)
        .map(|row| format!("{row},{}\n", row % 7))
        .collect::<String>();
    fs::write(terminal.path("table.csv"), format!("x,y\n{rows}"))?;
    let table =
        "compare --table table.csv --target y --models knn --split every:5 --device ndarray";
    assert_says(
        &terminal.run(table)?.stderr,
        &["--device ndarray", "nothing for it to do"],
    );
    Ok(())
}
