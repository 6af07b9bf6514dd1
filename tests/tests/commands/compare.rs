//! `doorstep compare`.

use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::terminal::{SHOP, Terminal, assert_says, metric};

const FAMILIES: [&str; 6] = ["recall", "hit-rate", "precision", "ndcg", "mrr", "map"];

#[test]
fn models_separate_and_baselines_stand_beside_them() -> Result<()> {
    let terminal = Terminal::in_shop_of(1000, 3000)?;
    let report = terminal.json(&format!(
        "compare {SHOP} --split leave-last-two --models popularity,item-knn,next-linear --report report.html"
    ))?;

    let models = report["models"].as_array().context("no list of models")?;
    let names: Vec<&str> = models.iter().filter_map(|m| m["name"].as_str()).collect();
    assert_eq!(
        names,
        [
            "popularity",
            "item-knn",
            "next-linear",
            "recent-popularity",
            "random"
        ]
    );
    for row in models {
        for family in FAMILIES {
            for k in [5, 10, 20] {
                let value = row["metrics"][format!("{family}@{k}")].as_f64();
                assert!(
                    value.is_some_and(|value| (0.0..=1.0).contains(&value)),
                    "{family}@{k} in {row}"
                );
            }
        }
    }

    for row in models {
        let (interval, mean) = (&row["intervals"]["ndcg@10"], &row["metrics"]["ndcg@10"]);
        assert_eq!(&interval["mean"], mean);
        assert!(
            interval["low"].as_f64() < mean.as_f64() && mean.as_f64() < interval["high"].as_f64()
        );
        assert_eq!(row["bytes"].as_u64().is_some(), row["name"] != "random");
        let counted = |strata: &str| -> u64 {
            let strata = row[strata].as_array().into_iter().flatten();
            strata.filter_map(|stratum| stratum["count"].as_u64()).sum()
        };
        // One right answer a case.
        let cases = report["protocol"]["cases"].as_u64();
        assert_eq!(
            (Some(counted("by_history")), Some(counted("by_popularity"))),
            (cases, cases)
        );
    }
    let page = fs::read_to_string(terminal.path("report.html"))?;
    for part in [
        "NDCG@10 by model",
        "Accuracy against coverage",
        "Long tail",
        "next-linear: settings",
    ] {
        assert!(page.contains(part), "no {part:?}");
    }
    for reach in ["http:", "https:", "src=", "<script", "@import", "url("] {
        assert!(!page.contains(reach), "the page reaches out with {reach}");
    }

    let recall = |model| metric(&report, model, "recall@10");
    let (random, popularity) = (recall("random")?, recall("popularity")?);
    let (knn, linear) = (recall("item-knn")?, recall("next-linear")?);
    let figures = format!("{random:.4}, {popularity:.4}, {knn:.4}, {linear:.4}");
    assert!(2.0 * random < popularity, "{figures}");
    assert!(3.0 * popularity < knn, "{figures}");
    assert!(1.03 * knn < linear, "{figures}");
    Ok(())
}

#[test]
fn settings_reach_the_fit_and_the_command_line_wins() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    fs::write(terminal.path("one.toml"), "[item-knn]\nneighbours = 1\n")?;
    let row = |options: &str| -> Result<(Value, Value)> {
        let report = terminal.json(&format!("compare {SHOP} --models item-knn {options}"))?;
        let row = &report["models"][0];
        Ok((row["config"]["neighbours"].clone(), row["metrics"].clone()))
    };
    let default = row("")?;
    let set = row("--set item-knn.neighbours=1")?;
    let config = row("--config one.toml")?;
    let both = row("--config one.toml --set item-knn.neighbours=2")?;
    assert_eq!(set.0, 1);
    assert_eq!(set, config);
    assert_eq!(both.0, 2);
    assert_ne!(both.1, config.1);
    assert_ne!(default.1, set.1);
    assert_eq!(both, row("--set item-knn.neighbours=2")?);
    Ok(())
}

#[test]
fn wrong_settings_are_refused_before_any_file_is_read() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    fs::write(terminal.path("typo.toml"), "[next-linear]\nlamda = 80\n")?;
    let refused = |options: &str| {
        terminal.refused(&format!(
            "compare --interactions absent.csv --models {options}"
        ))
    };
    assert_says(
        &refused("popularity,next-liner")?,
        &["`next-liner`", "did you mean `next-linear`"],
    );
    assert_says(
        &refused("next-linear --set next-linear.lamda=80")?,
        &["`lamda`", "did you mean `lambda`"],
    );
    assert_says(
        &refused("next-linear --config typo.toml")?,
        &["typo.toml", "did you mean `lambda`"],
    );
    assert_says(
        &refused("next-linear --set next-linear.lambda=-1")?,
        &["next-linear.lambda", "-1"],
    );
    assert_says(
        &refused("next-linear --set next-linear.lambda=much")?,
        &["next-linear.lambda", "`much`"],
    );
    assert_says(
        &refused("item-knn --set next-linear.lambda=1")?,
        &["next-linear is not among the models"],
    );
    assert_says(&refused("next-linear")?, &["absent.csv"]);
    Ok(())
}

#[test]
fn models_of_ratings_need_ratings() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    for (file, rating, said) in [
        ("none.csv", "", "the data has none"),
        ("same.csv", ",3", "all of them are 3"),
    ] {
        let mut rows = format!(
            "user,item{}\n",
            if rating.is_empty() { "" } else { ",rating" }
        );
        for row in 0..60 {
            rows += &format!("u{},i{}{rating}\n", row % 10, row % 7);
        }
        fs::write(terminal.path(file), rows)?;
        for command in [
            "compare --models svd",
            "train svd --out bundle",
            "tune bias",
        ] {
            let message = terminal.refused(&format!("{command} --interactions {file}"))?;
            assert_says(&message, &[said, "als or item-knn"]);
        }
    }
    Ok(())
}

#[test]
fn each_model_is_told_as_it_is_done_with_its_figures() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    let compare = format!("compare {SHOP} --models ensemble,hybrid,svd --seeds 0,1");
    let said = terminal.run(&compare)?;
    assert_says(
        &said.stderr,
        &[
            "ensemble: fitting ease, member 3 of 3",
            "ensemble: ndcg@10 0.",
            "hybrid with seed 1: ndcg@10 0.",
            "hybrid: fitting svd",
            "hybrid: fitting tf-idf",
            "svd with seed 1: ndcg@10 0.",
            ", rmse 0.",
            "random: ndcg@10 0.",
        ],
    );
    assert_eq!(terminal.run(&format!("{compare} --quiet"))?.stderr, "");
    Ok(())
}
