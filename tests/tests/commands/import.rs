//! Factors that other programs saved become bundles, and broken ones don't.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use doorstep_shared::bundle::Bundle;
use doorstep_shared::models::Model;
use doorstep_shared::query::{HistoryEntry, RecommendQuery};
use doorstep_shared::{Event, Recommender, Scores};
use doorstep_trainer::publish::{FolderStore, at_once};
use serde_json::Value;

use crate::terminal::{Terminal, assert_says};

/// What storing a byte a number may change of a score.
const TOLERANCE: f64 = 0.03;

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden/import")
        .join(name)
}

fn import(factors: &str, options: &str) -> String {
    let (factors, ids) = (golden(factors), golden("ids.txt"));
    let (factors, ids) = (factors.display(), ids.display());
    format!("import --factors {factors} --ids {ids} --out bundle --force {options}")
}

/// An npy file of rows × columns equal numbers.
fn npy(rows: usize, columns: usize, value: f32) -> Vec<u8> {
    let header =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
    let padded = format!("{header:117}\n");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((padded.len() as u16).to_le_bytes());
    file.extend(padded.bytes());
    (0..rows * columns).for_each(|_| file.extend(value.to_le_bytes()));
    file
}

fn expected() -> Result<Value> {
    Ok(serde_json::from_str(&fs::read_to_string(golden(
        "golden.json",
    ))?)?)
}

fn history(expected: &Value) -> Result<Vec<(u32, f32)>> {
    Ok(serde_json::from_value(expected["history"].clone())?)
}

#[test]
fn imported_factors_score_as_numpy_says() -> Result<()> {
    let terminal = Terminal::empty()?;
    let expected = expected()?;
    let cases = [
        ("als.npz", "als", "--alpha 2 --regularisation 0.1"),
        ("svd.npz", "svd", "--scale 1 5 --regularisation 0.1"),
        ("net.safetensors", "dot", ""),
    ];
    for (file, kind, options) in cases {
        let said = terminal.run(&import(file, &format!("--kind {kind} {options}")))?;
        assert_says(
            &said.stderr,
            &["ignored: ", "4 × 5", "a bundle holds no users"],
        );
        assert_says(&said.stdout, &["7 items", kind]);
        let bundle = at_once(Bundle::open(FolderStore::open(&terminal.path("bundle"))?))?;
        let ids = at_once(bundle.all_ids())?;
        let place = |item: u32| ids.iter().position(|id| *id == format!("item {item}"));
        let events = history(&expected)?.into_iter().map(|(item, rating)| {
            let item = place(item).context("an id of the list")? as u32;
            Ok(Event {
                item,
                rating,
                time: None,
            })
        });
        let events: Vec<Event> = events.collect::<Result<_>>()?;
        let model = at_once(bundle.whole_model(kind))?;
        assert!(matches!(model, Model::Factors(_)));
        let mut scores = Scores::new(ids.len());
        model.score(&events, &mut scores);
        let wanted: Vec<f64> = serde_json::from_value(expected[kind].clone())?;
        for (item, wanted) in (0..).zip(wanted) {
            let found = f64::from(scores.values()[place(item).context("an id")?]);
            assert!(
                (found - wanted).abs() < TOLERANCE,
                "{kind}: item {item} scores {found}, not {wanted}"
            );
        }
    }
    Ok(())
}

#[test]
fn an_imported_bundle_recommends_explains_and_compares() -> Result<()> {
    let terminal = Terminal::empty()?;
    fs::write(
        terminal.path("items.jsonl"),
        "{\"id\":\"item 2\",\"title\":\"Two\"}\n{\"id\":\"new\",\"title\":\"New\"}\n",
    )?;
    let said = terminal.run(&import("als.npz", "--kind als --items items.jsonl"))?;
    assert_says(
        &said.stderr,
        &[
            "1 of 7 ids have an item record",
            "warning: only 1 of 7",
            "--items has `new`",
        ],
    );
    let bundle = at_once(Bundle::open(FolderStore::open(&terminal.path("bundle"))?))?;
    // Says to pages that the order of the items is no popularity.
    assert_eq!(bundle.manifest().data.interactions, 0);
    let entry = |id: &str| HistoryEntry {
        item: id.to_owned(),
        rating: None,
        time: None,
    };
    let query = RecommendQuery {
        history: vec![entry("item 1"), entry("item 4")],
        explain: true,
        ..Default::default()
    };
    let answer = at_once(bundle.recommend(&query))?;
    let (best, filled) = (&answer.hits[0], answer.hits.last().context("no hit")?);
    let shares: f32 = best
        .because
        .iter()
        .flatten()
        .map(|reason| reason.share)
        .sum();
    assert!((shares - 1.0).abs() < 1e-5, "{best:?}");
    assert!(!best.fallback && filled.fallback);
    let unknown = answer.hits.iter().find(|hit| hit.id == "new");
    assert!(unknown.context("the item without factors")?.fallback);
    let inspected = terminal.run("inspect bundle")?;
    assert_says(
        &inspected.stdout,
        &["als", "item vectors", "similar (8 items)"],
    );
    Ok(())
}

#[test]
fn records_of_other_items_are_refused() -> Result<()> {
    let terminal = Terminal::empty()?;
    let record = |id: &str| format!("{{\"id\":\"{id}\"}}\n");
    fs::write(
        terminal.path("other.jsonl"),
        [record("B01"), record("B02")].concat(),
    )?;
    let line = import("als.npz", "--kind als --items other.jsonl");
    assert_says(
        &terminal.refused(&line)?,
        &["none of the 7 ids", "`B01`", "leave --items out"],
    );
    assert!(!terminal.path("bundle").exists());
    let all: String = (0..7).map(|at| record(&format!("item {at}"))).collect();
    fs::write(terminal.path("all.jsonl"), all)?;
    let said = terminal.run(&import("als.npz", "--kind als --items all.jsonl"))?;
    assert_says(&said.stderr, &["all 7 ids have an item record"]);
    assert!(!said.stderr.contains("warning"), "{}", said.stderr);
    Ok(())
}

#[test]
fn an_array_is_found_by_its_shape_or_named() -> Result<()> {
    let terminal = Terminal::empty()?;
    terminal.run(&import("vectors.npy", "--kind dot"))?;
    let message = terminal.refused(&import("als.npz", "--kind dot --item-factors items"))?;
    assert_says(
        &message,
        &[
            "no array items",
            "item_factors (7 × 5)",
            "user_factors (4 × 5)",
        ],
    );
    let message = terminal.refused(&import("als.npz", "--kind dot --item-factors user_factors"))?;
    assert_says(&message, &["user_factors has 4 rows and there are 7 ids"]);
    Ok(())
}

#[test]
fn broken_input_is_refused_and_says_why() -> Result<()> {
    let terminal = Terminal::empty()?;
    let refusals = [
        (
            "nan.npz",
            "--kind als",
            &["item_factors", "NaN in row 3"][..],
        ),
        (
            "whole.npz",
            "--kind als",
            &["item_factors", "i8", "floating-point"],
        ),
        (
            "ids.txt",
            "--kind als",
            &["ids.txt is neither npz, npy nor safetensors"],
        ),
        ("als.npz", "--kind svd", &["--kind svd needs --scale"]),
        (
            "als.npz",
            "--kind svd --scale 1 5",
            &["--mean", "global_mean"],
        ),
        (
            "svd.npz",
            "--kind svd --scale 5 1",
            &["the lowest and then the highest"],
        ),
        (
            "als.npz",
            "--kind dot --alpha 2",
            &["--alpha means nothing with --kind dot"],
        ),
        (
            "als.npz",
            "--kind als --alpha -3",
            &["--alpha must be a positive number, not -3"],
        ),
        (
            "als.npz",
            "--kind als --regularisation 0",
            &["--regularisation must be a positive"],
        ),
    ];
    for (file, options, parts) in refusals {
        assert_says(&terminal.refused(&import(file, options))?, parts);
        assert!(!terminal.path("bundle").exists());
    }
    for (name, value, part) in [
        ("zero.npy", 0.0, "all item vectors are 0"),
        ("huge.npy", 1e19, "beyond what a page can hold"),
    ] {
        fs::write(terminal.path(name), npy(7, 5, value))?;
        let ids = golden("ids.txt").display().to_string();
        let line = format!("import --factors {name} --ids {ids} --kind dot --out bundle");
        assert_says(&terminal.refused(&line)?, &[part]);
        assert!(!terminal.path("bundle").exists());
    }
    let whole = fs::read(golden("als.npz"))?;
    fs::write(terminal.path("cut.npz"), &whole[..whole.len() / 2])?;
    let lists = [
        ("short.txt", "a\nb\n", "has 7 rows and there are 2 ids"),
        (
            "twice.txt",
            "a\nb\nc\nb\ne\nf\ng\n",
            "b is there twice, as id 2 and id 4",
        ),
        ("empty.txt", "a\n\nc\n", "id 2 is empty"),
        ("bad.json", "[\"a\", true]", "true is no id"),
        ("turned.txt", "a\nb\nc\nd\ne\n", "transposed"),
    ];
    let factors = golden("als.npz").display().to_string();
    for (name, text, part) in lists {
        fs::write(terminal.path(name), text)?;
        let line = format!("import --factors {factors} --ids {name} --kind als --out bundle");
        assert_says(&terminal.refused(&line)?, &[part]);
    }
    let ids = golden("ids.txt").display().to_string();
    let line = format!("import --factors cut.npz --ids {ids} --kind als --out bundle");
    assert_says(&terminal.refused(&line)?, &["cut.npz is damaged"]);
    Ok(())
}
