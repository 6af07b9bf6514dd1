//! Models of tables through the `doorstep` command: judged, published, judged
//! again as published; and what it says of input that it can't use.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use anyhow::{Context, Result, ensure};
use doorstep_shared::bundle::{Bundle, Labels};
use doorstep_tests::command::doorstep;
use doorstep_tests::table;
use doorstep_trainer::publish::{FolderStore, at_once};
use serde_json::Value;
use tempfile::TempDir;

/// Runs `doorstep` on a table with the options that suit [`table::csv`].
fn run(command: &[&str], table: &Path, more: &[&str]) -> Result<Output> {
    Ok(doorstep()
        .args(command)
        .args(["--quiet", "--json", "--table"])
        .arg(table)
        .args(more)
        .output()?)
}

fn json(command: &[&str], table: &Path, more: &[&str]) -> Result<Value> {
    let output = run(command, table, more)?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{command:?} failed: {said}");
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// What the command says when it refuses.
fn refusal(table: &Path, more: &[&str]) -> Result<String> {
    let output = run(&["compare", "--models", "knn"], table, more)?;
    ensure!(!output.status.success(), "{more:?} was accepted");
    // A model that can't be fitted is told in the report; there is no other here.
    let report: Option<Value> = serde_json::from_slice(&output.stdout).ok();
    let figures = report.is_some_and(|report| report["models"] != Value::Array(Vec::new()));
    ensure!(!figures, "{more:?} printed figures");
    Ok(String::from_utf8(output.stderr)?)
}

fn write(folder: &TempDir, name: &str, content: &str) -> Result<PathBuf> {
    let path = folder.path().join(name);
    fs::write(&path, content)?;
    Ok(path)
}

/// A model's figure in a report.
fn figure(report: &Value, model: &str, name: &str) -> Result<f64> {
    let models = report["models"].as_array().context("no models")?;
    let row = models.iter().find(|row| row["name"] == model);
    let value = row.with_context(|| format!("no {model}"))?["metrics"][name].as_f64();
    value.with_context(|| format!("{model} has no finite {name}"))
}

#[test]
fn what_is_judged_is_what_is_published() -> Result<()> {
    let folder = TempDir::new()?;
    let songs = write(&folder, "songs.csv", &table::csv())?;
    let page = folder.path().join("report.html");
    let report = ["--report", page.to_str().context("a path of ASCII")?];
    let compared = json(
        &["compare", "--models", "knn,knn-local"],
        &songs,
        &[&table::OPTIONS[..], &report].concat(),
    )?;
    let page = fs::read_to_string(page)?;
    ensure!(page.starts_with("<!doctype html>") && page.contains("knn-local predicts energy best"));
    let bundle = folder.path().join("bundle");
    let out = bundle.to_str().context("a path of ASCII")?;
    let options = [&table::OPTIONS[..], &["--out", out]].concat();
    json(&["train", "knn", "knn-local"], &songs, &options)?;

    let inspected = doorstep()
        .args(["inspect", out, "--json"])
        .output()
        .context("inspect")?;
    ensure!(inspected.status.success());
    let inspected = String::from_utf8(inspected.stdout)?;
    ensure!(inspected.contains("knn-local") && inspected.contains("tables"));

    let evaluated = json(&["evaluate", out], &songs, &table::OPTIONS)?;
    for model in ["knn", "knn-local"] {
        let fitted = figure(&compared, model, "r2")?;
        let stored = figure(&evaluated, model, "r2")?;
        ensure!(fitted > 0.8 && fitted < 1.0, "{model}: R² {fitted}");
        // Rows are stored with a byte for each number.
        ensure!(
            (fitted - stored).abs() < 5e-3,
            "{model}: R² {fitted} fitted, {stored} as published"
        );
    }
    let plain = figure(&compared, "knn", "rmse")?;
    let local = figure(&compared, "knn-local", "rmse")?;
    ensure!(local < plain, "knn-local {local} is no better than {plain}");
    Ok(())
}

#[test]
fn a_published_table_holds_no_row_of_the_test_part() -> Result<()> {
    let folder = TempDir::new()?;
    let songs = write(&folder, "songs.csv", &table::csv())?;
    let bundle = folder.path().join("bundle");
    let out = bundle.to_str().context("a path of ASCII")?;
    let options = [&table::OPTIONS[..], &["--out", out]].concat();
    json(&["train", "knn"], &songs, &options)?;
    let manifest: Value = serde_json::from_slice(&fs::read(bundle.join("manifest.json"))?)?;
    ensure!(manifest["models"][0]["engine"] == "tables");
    let rows = table::ROWS - table::ROWS / 5;
    ensure!(manifest["models"][0]["content"]["knn"]["count"] == rows);
    Ok(())
}

#[test]
fn rows_are_found_by_their_names_and_named_without_reading_where_asked() -> Result<()> {
    let folder = TempDir::new()?;
    let bundle = folder.path().join("bundle");
    let mut csv = String::from("id,artist,track,tempo,energy\n");
    for row in 0..3_000 {
        let (artist, track) = (row % 7, row / 7);
        csv += &format!(
            "song:{row},Band {artist},Track No {track},{row},{}\n",
            row % 11
        );
    }
    let options = ["--target", "energy", "--id", "id", "--name", "artist,track"];
    table::publish(&csv, &["knn"], &options, &bundle)?;
    let bundle = at_once(Bundle::open(FolderStore::open(&bundle)?))?;
    let find = |text: &str, k| at_once(bundle.knn_find(None, text, k));
    let rows = at_once(bundle.knn_rows(None, &[0, 2_999], Labels::AtHand))?;
    ensure!(
        rows.iter()
            .all(|row| row.id.is_empty() && row.name.is_empty())
    );
    let found = find("band 3 TRACK no 41", 1_000)?;
    ensure!(found.len() == 11, "41 and 410 to 419, not {found:?}");
    ensure!(
        found
            .iter()
            .all(|row| row.name.starts_with("Band 3") && row.name.contains("No 41"))
    );
    ensure!(find("band 3 TRACK no 41", 2)?[..] == found[..2]);
    ensure!(find("", 5)?.is_empty() && find("song", 5)?.is_empty());
    ensure!(find("band", 0).is_err() && find("band", 1_001).is_err());
    let rows = at_once(bundle.knn_rows(None, &[0, 2_999], Labels::AtHand))?;
    ensure!(rows.iter().all(|row| row.name.starts_with("Band")));
    Ok(())
}

#[test]
fn input_that_is_of_no_use_is_refused_with_the_remedy() -> Result<()> {
    let folder = TempDir::new()?;
    let songs = write(&folder, "songs.csv", &table::csv())?;
    let cases: [(&[&str], &[&str]); 6] = [
        (&["--target", "enrgy"], &["enrgy", "energy"]),
        (&[], &["--target"]),
        (&["--target", "id"], &["id", "song", "--classify"]),
        (
            &["--target", "energy", "--set", "knn.neighbours=500"],
            &["500", "neighbours"],
        ),
        (
            &["--target", "energy", "--config", "models.toml"],
            &["--config", "--set"],
        ),
        (
            &["--target", "energy", "--categorical", "id,missing"],
            &["missing"],
        ),
    ];
    for (options, expected) in cases {
        let said = refusal(&songs, &[options, &["--split", "every:5"]].concat())?;
        for word in expected {
            ensure!(said.contains(word), "{options:?}: no {word} in {said}");
        }
        ensure!(!said.contains("panicked"), "{said}");
    }
    Ok(())
}

#[test]
fn unseen_categories_and_equal_rows_are_told_and_published_as_judged() -> Result<()> {
    let folder = TempDir::new()?;
    let clean = table::csv();
    let mut lines = clean.lines();
    let mut csv = format!("{}\n", lines.next().context("a header")?);
    let rows: Vec<&str> = lines.collect();
    for (at, row) in rows.iter().enumerate() {
        // Every fifth row is test: its key becomes one that training lacks, or it repeats a
        // training row, at distance 0 from it.
        let row = match at {
            4 | 9 => {
                let cells: Vec<&str> = row.split(',').collect();
                [cells[0], cells[1], cells[2], "11", cells[4]].join(",")
            }
            14 | 19 => rows[at - 1].to_owned(),
            _ => (*row).to_owned(),
        };
        csv += &format!("{row}\n");
    }
    let songs = write(&folder, "odd.csv", &csv)?;
    let weights = ["--set", "knn.weights=distance"];
    let options = [&table::OPTIONS[..], &weights].concat();
    let compared = json(&["compare", "--models", "knn"], &songs, &options)?;
    let notes = compared["protocol"]["notes"].to_string();
    for expected in ["column key: 2 rows held out", "kept: 2"] {
        ensure!(notes.contains(expected), "no {expected} in {notes}");
    }
    let out = folder.path().join("bundle");
    let out = out.to_str().context("a path of ASCII")?;
    json(
        &["train", "knn"],
        &songs,
        &[&options[..], &["--out", out]].concat(),
    )?;
    let evaluated = json(&["evaluate", out], &songs, &table::OPTIONS)?;
    let [fitted, stored] = [compared, evaluated].map(|report| figure(&report, "knn", "r2"));
    let (fitted, stored) = (fitted?, stored?);
    ensure!((fitted - stored).abs() < 5e-3, "{fitted} and {stored}");
    Ok(())
}

#[test]
fn numbers_too_large_to_reckon_with_are_refused_or_missing() -> Result<()> {
    let folder = TempDir::new()?;
    let clean = table::csv();
    let large = |cell: usize| {
        let mut rows: Vec<String> = clean.lines().map(str::to_owned).collect();
        let mut cells: Vec<&str> = rows[8].split(',').collect();
        cells[cell] = "1e39";
        rows[8] = cells.join(",");
        rows.join("\n")
    };
    let target = write(&folder, "target.csv", &large(4))?;
    let said = refusal(&target, &table::OPTIONS)?;
    ensure!(
        said.contains("`1e39` in data row 8") && said.contains("±1e15"),
        "{said}"
    );
    let feature = write(&folder, "feature.csv", &large(1))?;
    let report = json(&["compare", "--models", "knn"], &feature, &table::OPTIONS)?;
    ensure!(report["data"]["rows"] == table::ROWS - 1);
    ensure!(figure(&report, "knn", "r2")?.is_finite());
    Ok(())
}

#[test]
fn broken_cells_and_constant_columns_are_told_and_survived() -> Result<()> {
    let folder = TempDir::new()?;
    let clean = table::csv();
    let mut lines = clean.lines();
    let header = lines.next().context("a header")?;
    let mut csv = format!("{header},constant\n");
    for (row, line) in lines.enumerate() {
        let line = match row {
            3 => line.replacen(&table::tempo(3), "NaN", 1),
            7 => line.replacen(&table::tempo(7), "fast", 1),
            _ => line.to_owned(),
        };
        csv += &format!("{line},1\n");
    }
    let songs = write(&folder, "broken.csv", &csv)?;
    let options = [&table::OPTIONS[..], &["--numeric", "tempo,constant"]].concat();
    let report = json(&["compare", "--models", "knn"], &songs, &options)?;
    figure(&report, "knn", "r2")?;
    let notes = report["protocol"]["notes"].to_string();
    for expected in ["tempo", "fast", "left out: 2", "constant"] {
        ensure!(notes.contains(expected), "no {expected} in {notes}");
    }
    let imputing = [&options[..], &["--missing", "impute"]].concat();
    let imputed = json(&["compare", "--models", "knn"], &songs, &imputing)?;
    ensure!(imputed["data"]["rows"] == table::ROWS);
    ensure!(report["data"]["rows"] == table::ROWS - 2);
    Ok(())
}
