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
    let with = |models: &str, prepare: &str| {
        let first = ["--train-first", "300", "--allow-patient-overlap"];
        let more = [&first[..], &["--models", models, "--prepare", prepare]];
        report(&images, "0", &more.concat())
    };
    let found = with(MODELS, "crop=false,margin=0,aspect=pad,exposure=asis")?;
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
    // Where patients stand no longer tells them apart once pictures are registered.
    let found = |register: bool| {
        let prepare = format!("margin=0.2,exposure=asis,register={register}");
        auroc(&with("pca-knn", &prepare)?, "pca-knn")
    };
    let (middle, registered) = (found(false)?, found(true)?);
    ensure!(
        registered > middle + 0.005,
        "{middle} in the middle, {registered} registered"
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
    let kept = home.path().join("kept");
    more.extend(["--checkpoints", kept.to_str().context("a path of text")?]);
    let found = report(&folder.join("pictures.csv"), "normal", &more)?;
    // One for each of two seeds, and for two models that of the autoencoder that they begin with.
    ensure!(std::fs::read_dir(&kept)?.count() == 20);
    for model in salads.iter().chain(&deep) {
        ensure!(row(&found, model)?["fits"] == 2, "{model}");
        let figure = auroc(&found, model)?;
        ensure!((0.0..=1.0).contains(&figure), "{model}: {figure}");
    }
    ensure!(found["protocol"]["divisions"][0]["known_abnormal"] == 15);
    let page = home.path().join("page.html");
    let shown = page.to_str().context("a path of text")?;
    let again = [&more[..], &["--resume", "--report", shown]].concat();
    let again = report(&folder.join("pictures.csv"), "normal", &again)?;
    for model in salads.iter().chain(&deep) {
        for part in ["all", "curve"] {
            ensure!(
                row(&again, model)?[part] == row(&found, model)?[part],
                "{part} of {model}"
            );
        }
    }

    // The curves of the first seed, with how pure neighbourhoods are, and a page of all of it.
    let points = row(&found, "salad")?["curve"]["points"].clone();
    let points = points.as_array().context("no curve")?;
    ensure!(points.len() == 3, "{points:?}");
    let last = &points[2];
    ensure!(last["loss"].is_number(), "{last}");
    let purity = last["metrics"]["purity"].as_f64();
    ensure!(
        purity.is_some_and(|own| (0.0..=1.0).contains(&own)),
        "{last}"
    );
    let page = std::fs::read_to_string(&page)?;
    for part in [
        "Learning curves",
        "Entropy",
        "Purity",
        "grade 3",
        "mean-intensity",
    ] {
        ensure!(page.contains(part), "no {part} on the page");
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

/// A network that tells little, but is trained at once.
const BRIEF: [&str; 18] = [
    "--prepare",
    "size=32",
    "--set",
    "salad.pretraining=2",
    "--set",
    "salad.rounds=1",
    "--set",
    "salad.round_epochs=1",
    "--set",
    "salad.channels=2",
    "--set",
    "salad.features=16",
    "--set",
    "salad.halvings=2",
    "--normal",
    "normal",
    "--images",
    "phantoms/pictures.csv",
];

fn run(home: &Path, args: &[&str]) -> Result<(bool, String, String)> {
    let output = doorstep().current_dir(home).args(args).output()?;
    Ok((
        output.status.success(),
        String::from_utf8(output.stdout)?,
        String::from_utf8(output.stderr)?,
    ))
}

fn train(home: &Path, more: &[&str]) -> Result<(bool, String, String)> {
    run(
        home,
        &[&["train", "--quiet", "--json"], more, &BRIEF].concat(),
    )
}

#[test]
fn a_published_model_is_judged_as_it_was_and_is_the_same_each_time() -> Result<()> {
    let home = TempDir::new()?;
    phantoms(&home.path().join("phantoms"))?;
    let registered = ["--prepare", "margin=0.15,register=true"];
    let out = |folder| [&["salad", "--out", folder][..], &registered].concat();
    let (trained, stdout, stderr) = train(home.path(), &out("a"))?;
    ensure!(trained, "{stderr}");
    let manifest: Value = serde_json::from_str(&stdout)?;
    let model = &manifest["models"][0];
    let template = &model["content"]["pictures"]["preparation"]["template"];
    ensure!(
        template
            .as_str()
            .is_some_and(|own| own.len() == 2 * 46 * 46)
    );
    let calibration = &model["content"]["pictures"]["calibration"];
    ensure!(calibration["false_positive_rate"] == 0.05);
    let (again, _, stderr) = train(home.path(), &out("b"))?;
    ensure!(again, "{stderr}");
    let read = |folder: &str| std::fs::read(home.path().join(folder).join("manifest.json"));
    ensure!(
        read("a")? == read("b")?,
        "the same seed gave another bundle"
    );

    // The pictures of the test part score what they did when the model was published.
    let judge = ["evaluate", "a", "--quiet", "--json", "--normal", "normal"];
    let judge = [&judge[..], &["--images", "phantoms/pictures.csv"]].concat();
    let (judged, stdout, stderr) = run(home.path(), &judge)?;
    ensure!(judged, "{stderr}");
    let judged: Value = serde_json::from_str(&stdout)?;
    let pictures = judged[0]["pictures"].as_array().context("no pictures")?;
    ensure!(pictures.len() == 300);
    let threshold = calibration["threshold"].as_f64().context("no threshold")?;
    for own in pictures {
        let score = own["score"].as_f64().context("no score")?;
        ensure!(own["unusual"] == (score > threshold), "{own}");
    }
    let abnormal = pictures.iter().filter(|own| own["label"] != "normal");
    let found = abnormal
        .clone()
        .filter(|own| own["unusual"] == true)
        .count();
    let recall = found as f64 / abnormal.count() as f64;
    let published = model["evaluation"]["metrics"]["recall"].as_f64();
    ensure!(
        published.is_some_and(|own| (own - recall).abs() < 1e-9),
        "{published:?} {recall}"
    );
    ensure!(
        judged[0]["recall"]
            .as_f64()
            .is_some_and(|own| (own - recall).abs() < 1e-9)
    );

    let (shown, stdout, _) = run(home.path(), &["inspect", "a"])?;
    ensure!(
        shown && stdout.contains("inspect (3 prototypes)") && stdout.contains("auroc"),
        "{stdout}"
    );
    Ok(())
}

#[test]
fn a_model_of_one_kind_is_published_without_figures() -> Result<()> {
    let home = TempDir::new()?;
    phantoms(&home.path().join("phantoms"))?;
    std::fs::remove_dir_all(home.path().join("phantoms/abnormal"))?;
    std::fs::remove_file(home.path().join("phantoms/pictures.csv"))?;
    let mut args = BRIEF;
    args[17] = "phantoms";
    let more = [
        "train",
        "salad",
        "--quiet",
        "--json",
        "--out",
        "a",
        "--prototypes",
        "0",
    ];
    let (trained, stdout, stderr) = run(home.path(), &[&more[..], &args].concat())?;
    ensure!(trained, "{stderr}");
    let manifest: Value = serde_json::from_str(&stdout)?;
    let model = &manifest["models"][0];
    ensure!(model["evaluation"].is_null() && model["content"]["pictures"]["prototypes"].is_null());
    ensure!(
        model["content"]["pictures"]["calibration"]["pictures"] == 40,
        "{model}"
    );
    Ok(())
}

#[test]
fn what_cannot_be_published_is_said_before_anything_is_trained() -> Result<()> {
    let home = TempDir::new()?;
    phantoms(&home.path().join("phantoms"))?;
    for (more, why) in [
        (&["pixel-knn"][..], "a browser runs salad"),
        (&["salad", "--false-positive-rate", "0.01"], "the least is"),
        (&["salad", "--false-positive-rate", "1"], "between 0 and 1"),
        (&["salad", "--contamination", "0,0.1"], "one share"),
        (
            &["salad", "--refit", "--split", "every:5"],
            "divided by patient",
        ),
        (&["salad", "--train-first", "3"], "too few"),
        (
            &["salad", "memdae", "--set", "memdae.halvings=7"],
            "memdae has 7 halvings",
        ),
    ] {
        // Settings of salad are refused where it is not named.
        let brief = if more[0] == "salad" {
            &BRIEF[..]
        } else {
            &BRIEF[14..]
        };
        let train = ["train", "--quiet", "--out", "never"];
        let (trained, _, said) = run(home.path(), &[&train[..], more, brief].concat())?;
        ensure!(!trained && said.contains(why), "{more:?}: {said}");
        ensure!(!home.path().join("never").exists());
    }
    let large = [
        "train",
        "salad",
        "--images",
        "phantoms",
        "--normal",
        "normal",
        "--out",
        "never",
        "--set",
        "salad.channels=64",
        "--set",
        "salad.features=2048",
    ];
    let (trained, _, said) = run(home.path(), &large)?;
    let why = "million parameters, 1"; // some hundred MiB, by the shape
    ensure!(
        !trained && said.contains(why) && said.contains("a page reads at most 128"),
        "{said}"
    );
    let (judged, _, said) = run(
        home.path(),
        &["evaluate", "phantoms", "--images", "phantoms"],
    )?;
    ensure!(!judged && said.contains("--normal"), "{said}");
    Ok(())
}
