//! Content models from files to answers: an item that nobody has interacted
//! with is recommended, and what can't work is refused in words.

use std::fs;

use anyhow::{Context, Result, ensure};
use doorstep_shared::bundle::Bundle;
use doorstep_shared::query::{RecommendQuery, SimilarQuery};
use doorstep_shared::{Event, Recommender, Scores};
use doorstep_trainer::publish::{FolderStore, at_once};
use serde_json::json;

use crate::terminal::{SHOP, Terminal, metric};

/// A shop with one more item, like an old one in its text, that nobody bought.
fn shop_with_a_new_item() -> Result<(Terminal, String)> {
    let terminal = Terminal::in_shop()?;
    let path = terminal.path("items.jsonl");
    let items = fs::read_to_string(&path)?;
    let first: serde_json::Value = serde_json::from_str(items.lines().next().context("no item")?)?;
    let old = first["id"].as_str().context("no id")?.to_owned();
    let mut new = first.clone();
    new["id"] = json!("brand-new");
    fs::write(&path, format!("{items}{new}\n"))?;
    Ok((terminal, old))
}

#[test]
fn an_item_that_nobody_bought_is_similar_and_recommended() -> Result<()> {
    let (terminal, old) = shop_with_a_new_item()?;
    fs::write(
        terminal.path("ensemble.toml"),
        "[[ensemble.members]]\nweight = 0.5\nmodel = \"item-knn\"\n\
         [[ensemble.members]]\nweight = 0.5\nmodel = \"tf-idf\"\n",
    )?;
    for options in [
        "",
        "--split leave-last-two",
        "--split leave-last-two --refit",
    ] {
        let out = format!("bundle{}", options.len());
        terminal.run(&format!(
            "train tf-idf ensemble --config ensemble.toml {SHOP} {options} --out {out}"
        ))?;
        let bundle = at_once(Bundle::open(FolderStore::open(&terminal.path(&out))?))?;
        for model in ["tf-idf", "ensemble"] {
            let query = json!({ "item": old, "k": 5, "model": model });
            let query: SimilarQuery = serde_json::from_value(query)?;
            let similar = at_once(bundle.similar(&query))?;
            let ids: Vec<&str> = similar.hits.iter().map(|hit| hit.id.as_str()).collect();
            ensure!(ids.contains(&"brand-new"), "{options} {model}: {ids:?}");
            let query = json!({
                "history": [{ "item": "brand-new" }], "k": 3, "model": model, "explain": true
            });
            let query: RecommendQuery = serde_json::from_value(query)?;
            let hits = at_once(bundle.recommend(&query))?.hits;
            ensure!(hits[0].id == old && !hits[0].fallback, "{hits:?}");
            let because = hits[0].because.as_ref().context("no explanation")?;
            ensure!(because[0].id == "brand-new" && because[0].share == 1.0);
        }
    }
    Ok(())
}

#[test]
fn an_ensembles_members_share_the_files_of_models_published_beside_it() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    let manifest = terminal.json(&format!(
        "train ensemble ease item-knn next-linear {SHOP} --out bundle"
    ))?;
    let members = &manifest["models"][0]["content"]["ensemble"];
    ensure!(
        members.as_array().is_some_and(|members| members.len() == 3),
        "{members}"
    );
    let alone = &manifest["models"][1]["content"];
    ensure!(members[2]["content"] == *alone, "{members} {alone}");
    let report = terminal.json(&format!("evaluate bundle {SHOP}"))?;
    ensure!(metric(&report, "ensemble", "recall@10")? > 0.0);
    Ok(())
}

/// The list of a query scores as the model read back whole does, members' ranges
/// included, and an unrated history counts as one of the highest ratings.
#[test]
fn a_hybrid_answers_from_a_bundle_as_it_was_fitted() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    let manifest = terminal.json(&format!(
        "train hybrid {SHOP} --split leave-last-two --out bundle"
    ))?;
    let judged = &manifest["models"][0]["evaluation"]["metrics"]["ndcg@10"];
    let report = terminal.json(&format!(
        "evaluate bundle {SHOP} --split leave-last-two --relevant-at 4"
    ))?;
    let again = metric(&report, "hybrid", "ndcg@10")?;
    let judged = judged.as_f64().context("no figure")?;
    ensure!((judged - again).abs() < 0.01, "{judged} then {again}");

    let bundle = at_once(Bundle::open(FolderStore::open(&terminal.path("bundle"))?))?;
    let ids = at_once(bundle.all_ids())?;
    let query = json!({ "history": [{ "item": ids[0] }, { "item": ids[1] }], "k": 10 });
    let query: RecommendQuery = serde_json::from_value(query)?;
    let hits = at_once(bundle.recommend(&query))?.hits;
    let history = [0, 1].map(|item| Event {
        rating: 5.0,
        ..Event::implicit(item)
    });
    let model = at_once(bundle.whole_model("hybrid"))?;
    let mut scores = Scores::new(ids.len());
    model.score(&history, &mut scores);
    for hit in &hits {
        let item = ids.iter().position(|id| *id == hit.id).context("an id")?;
        let expected = scores.values()[item];
        ensure!((hit.score - expected).abs() < 1e-5, "{hit:?} {expected}");
    }
    Ok(())
}

#[test]
fn a_catalogue_without_interactions_has_similar_items() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    terminal.run("train tf-idf --items items.jsonl --out bundle")?;
    let bundle = at_once(Bundle::open(FolderStore::open(&terminal.path("bundle"))?))?;
    let ids = at_once(bundle.all_ids())?;
    let query: SimilarQuery = serde_json::from_value(json!({ "item": ids[0], "k": 5 }))?;
    ensure!(at_once(bundle.similar(&query))?.hits.len() == 5);
    for (line, expected) in [
        (
            "train tf-idf ease --items items.jsonl",
            "ease learns from interactions",
        ),
        (
            "train tf-idf --items items.jsonl --split leave-last-two",
            "leave it out",
        ),
        ("train tf-idf", "no file of interactions"),
    ] {
        let said = terminal.refused(&format!("{line} --out other"))?;
        ensure!(said.contains(expected), "{line}: {said}");
    }
    Ok(())
}

#[test]
fn what_cannot_work_is_refused_in_words() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    let refused = |line: &str, expected: &str| -> Result<()> {
        let said = terminal.refused(line)?;
        ensure!(said.contains(expected), "{line}: {said}");
        Ok(())
    };
    let bare = "--interactions interactions.csv --models";
    for (model, expected) in [
        ("tf-idf", "no item has a text in title"),
        ("item-vectors", "--item-vectors FILE.npz"),
    ] {
        let said = terminal.fails_after_printing(&format!("compare {bare} {model}"))?;
        ensure!(said.stderr.contains(expected), "{model}: {}", said.stderr);
        let message = terminal.refused(&format!(
            "train {model} --interactions interactions.csv --out bundle"
        ))?;
        ensure!(message.contains(expected), "{model}: {message}");
    }
    let weights = "[[ensemble.members]]\nweight = 0.5\nmodel = \"ease\"\n\
                   [[ensemble.members]]\nweight = 0.7\nmodel = \"popularity\"\n";
    let config = |text: &str| fs::write(terminal.path("e.toml"), text);
    config(weights)?;
    let ensemble = format!("compare {bare} ensemble --config e.toml");
    refused(&ensemble, "0.5 + 0.7 = 1.2")?;
    config(&weights.replace("ease", "eease"))?;
    refused(&ensemble, "eease")?;
    config("[ensemble]\nmembers = []\n")?;
    refused(&ensemble, "one model or more, not none")?;
    let misspelt = "tf-idf --set tf-idf.fields=title,brnd";
    let warning = "tf-idf.fields: no item record has a text in brnd; records have ";
    let said = terminal.run(&format!("train {SHOP} --out bundle --quiet {misspelt}"))?;
    ensure!(said.stderr.contains(warning), "{}", said.stderr);
    let said = terminal.run(&format!("compare {SHOP} --models {misspelt}"))?;
    ensure!(said.stdout.contains(warning), "{}", said.stdout);
    // More neighbours than items: all of them.
    terminal.run(&format!(
        "compare {SHOP} --models tf-idf,item-knn --set tf-idf.neighbours=100000 --set item-knn.neighbours=100000"
    ))?;
    Ok(())
}
