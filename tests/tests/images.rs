//! Models of pictures through the `doorstep` command: generated phantoms are judged, bad
//! input is refused, and figures on real radiographs are what they were.

use std::path::Path;
use std::process::Output;

use anyhow::{Context, Result, ensure};
use doorstep_tests::command::doorstep;
use serde_json::Value;
use tempfile::TempDir;

const MODELS: &str = "pca-knn,pixel-knn,isolation-forest,one-class-svm";

fn compare(images: &Path, normal: &str, more: &[&str]) -> Result<Output> {
    Ok(doorstep()
        .args([
            "compare", "--quiet", "--json", "--normal", normal, "--images",
        ])
        .arg(images)
        .args(more)
        .output()?)
}

fn report(images: &Path, normal: &str, more: &[&str]) -> Result<Value> {
    let output = compare(images, normal, more)?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{more:?} failed: {said}");
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn refusal(images: &Path, normal: &str, more: &[&str]) -> Result<String> {
    let more = [&["--models", "pixel-knn"], more].concat();
    let output = compare(images, normal, &more)?;
    ensure!(!output.status.success(), "{more:?} was accepted");
    ensure!(output.stdout.is_empty(), "{more:?} printed figures");
    Ok(String::from_utf8(output.stderr)?)
}

fn row<'a>(report: &'a Value, model: &str) -> Result<&'a Value> {
    let rows = report["models"].as_array().context("no models")?;
    let row = rows.iter().find(|row| row["name"] == model);
    row.with_context(|| format!("no {model}"))
}

fn auroc(report: &Value, model: &str) -> Result<f64> {
    let figure = row(report, model)?["all"]["auroc"]["mean"].as_f64();
    figure.with_context(|| format!("{model} has no AUROC"))
}

fn phantoms(folder: &Path) -> Result<()> {
    let output = doorstep()
        .args([
            "demo",
            "--quiet",
            "--pictures",
            "300",
            "--picture-size",
            "32",
            "--phantoms",
        ])
        .arg(folder)
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "demo failed: {said}");
    Ok(())
}

#[test]
fn phantoms_are_judged_by_list_and_by_folder() -> Result<()> {
    let home = TempDir::new()?;
    let folder = home.path().join("phantoms");
    phantoms(&folder)?;
    let list = folder.join("pictures.csv");
    let seeds = [
        "--models",
        MODELS,
        "--seeds",
        "0,1,2",
        "--prepare",
        "size=32",
    ];
    let found = report(&list, "normal", &seeds)?;
    ensure!(auroc(&found, "pixel-knn")? > 0.7);
    for control in [
        "mean-intensity",
        "border",
        "mean-intensity, unprepared",
        "border, unprepared",
    ] {
        ensure!(row(&found, control)?["control"] == true);
    }
    let forest = row(&found, "isolation-forest")?;
    ensure!(forest["fits"] == 3 && forest["labels"].as_array().map(Vec::len) == Some(5));
    ensure!(forest["grades"].as_array().map(Vec::len) == Some(3));
    ensure!(
        forest["protocol"]
            .as_str()
            .is_some_and(|p| p.starts_with("one-class"))
    );
    ensure!(report(&list, "normal", &seeds)?["models"][0]["all"] == found["models"][0]["all"]);

    let shares = [
        "--models",
        "pixel-knn",
        "--contamination",
        "0,0.1",
        "--train-first",
        "100",
    ];
    let found = report(&folder, "normal", &shares)?;
    let protocol = |at: usize| found["protocol"]["divisions"][at]["protocol"].to_string();
    ensure!(protocol(0).contains("one-class") && protocol(1).contains("contaminated with 11"));
    Ok(())
}

#[test]
fn what_cannot_be_judged_is_said() -> Result<()> {
    let home = TempDir::new()?;
    let folder = home.path().join("phantoms");
    phantoms(&folder)?;
    let said = refusal(&folder, "healthy", &[])?;
    ensure!(
        said.contains("there are abnormal (100), normal (200)"),
        "{said}"
    );
    let said = refusal(&folder, "normal", &["--train-first", "200"])?;
    ensure!(said.contains("has 0 normal ones of 100"), "{said}");
    let said = refusal(&folder, "normal", &["--prepare", "size=9000"])?;
    ensure!(said.contains("preparation.size"), "{said}");
    let said = refusal(&folder, "normal", &["--report", "page.html"])?;
    ensure!(said.contains("--report"), "{said}");
    let one = home.path().join("one");
    std::fs::create_dir_all(&one)?;
    std::fs::rename(folder.join("normal"), one.join("normal"))?;
    let said = refusal(&one, "normal", &[])?;
    ensure!(said.contains("telling normal from abnormal"), "{said}");
    std::fs::write(one.join("normal").join("bad.png"), "no picture")?;
    let said = refusal(&one, "normal", &["--strict"])?;
    ensure!(
        said.contains("bad.png: is neither PNG, JPEG nor DICOM"),
        "{said}"
    );
    Ok(())
}

/// The pictures as they are, by the figures that scikit-learn gave of them.
#[test]
fn radiographs_are_judged_as_by_scikit_learn() -> Result<()> {
    let Some(data) = std::env::var_os("DOORSTEP_DATA") else {
        eprintln!("skipped: DOORSTEP_DATA is not set");
        return Ok(());
    };
    let images = Path::new(&data).join("chest-xray/cxr_64.npz");
    let first = ["--train-first", "300"];
    let said = refusal(&images, "0", &first)?;
    ensure!(
        said.contains("16 pictures to judge by are of patients"),
        "{said}"
    );
    let plain = "crop=false,margin=0,aspect=pad,exposure=asis";
    let options = [
        &first[..],
        &[
            "--allow-patient-overlap",
            "--models",
            MODELS,
            "--prepare",
            plain,
        ],
    ];
    let found = report(&images, "0", &options.concat())?;
    ensure!(found["protocol"]["divisions"][0]["overlap"] == 16);
    ensure!(found["protocol"]["divisions"][0]["test"] == 824);
    for (model, expected) in [("pca-knn", 0.632), ("isolation-forest", 0.724)] {
        let auroc = auroc(&found, model)?;
        ensure!((auroc - expected).abs() < 0.02, "{model}: {auroc}");
    }
    let pneumonia = row(&found, "mean-intensity")?["labels"][1]["auroc"]["mean"].as_f64();
    ensure!(
        pneumonia.is_some_and(|auroc| (auroc - 0.725).abs() < 0.001),
        "{pneumonia:?}"
    );
    Ok(())
}

/// Networks briefly trained: that all of them are fitted, that what is known to be abnormal leaves
/// the test, and that the same seed gives the same figures.
#[test]
fn networks_are_judged_beside_all_others() -> Result<()> {
    let home = TempDir::new()?;
    let folder = home.path().join("phantoms");
    phantoms(&folder)?;
    let salads = [
        "salad",
        "salad-without-aggregation",
        "salad-without-reconstruction",
        "memdae",
        "autoencoder",
    ];
    let deep = ["deep-svdd", "deep-sad", "supervised-resnet18"];
    let mut set = Vec::new();
    for model in salads {
        let own = ["pretraining=2", "rounds=1", "round_epochs=1"];
        set.extend(own.map(|own| format!("{model}.{own}")));
    }
    set.extend(deep.map(|model| format!("{model}.epochs=2")));
    for model in salads.iter().chain(&deep) {
        set.extend(["halvings=5", "channels=2", "features=16"].map(|own| format!("{model}.{own}")));
    }
    let models = [&salads[..], &deep].concat().join(",");
    let mut more = vec![
        "--models",
        &models,
        "--prepare",
        "size=32",
        "--known-abnormal",
        "3",
    ];
    more.extend(["--train-first", "60", "--seeds", "0,1"]);
    set.iter().for_each(|own| more.extend(["--set", own]));
    let found = report(&folder.join("pictures.csv"), "normal", &more)?;
    for model in salads.iter().chain(&deep) {
        ensure!(row(&found, model)?["fits"] == 2, "{model}");
        let figure = auroc(&found, model)?;
        ensure!((0.0..=1.0).contains(&figure), "{model}: {figure}");
    }
    ensure!(found["protocol"]["divisions"][0]["known_abnormal"] == 15);
    let again = report(&folder.join("pictures.csv"), "normal", &more)?;
    for model in salads.iter().chain(&deep) {
        ensure!(
            row(&again, model)?["all"] == row(&found, model)?["all"],
            "{model}"
        );
    }

    let alone = ["--models", "supervised-resnet18"];
    let output = compare(&folder, "normal", &alone)?;
    let said = String::from_utf8(output.stderr)?;
    ensure!(
        !output.status.success() && said.contains("known to be abnormal"),
        "{said}"
    );
    let deep = ["--models", "salad", "--prepare", "size=33"];
    let said = String::from_utf8(compare(&folder, "normal", &deep)?.stderr)?;
    ensure!(
        said.contains("can't be halved so often") && said.contains("--prepare"),
        "{said}"
    );
    Ok(())
}
