//! `train --update`: what it publishes is what training from scratch on everything publishes.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use doorstep_tests::command::doorstep;
use doorstep_tests::random::Random;
use doorstep_tests::site;
use tempfile::TempDir;

const MODELS: [&str; 6] = [
    "next-linear",
    "ease",
    "item-knn",
    "popularity",
    "ensemble",
    "bias",
];

/// Lines of `user,item,rating,time`; later parts have users and items of their own, too.
fn part(seed: u64, users: usize, items: usize, from: usize) -> String {
    let mut random = Random::new(seed);
    let mut csv = String::from("user,item,rating,time\n");
    for n in 0..400 {
        let (user, item) = (random.below(users), random.below(items));
        csv += &format!("u{user},i{item},{},{}\n", 1 + random.below(5), from + n);
    }
    csv
}

fn run(home: &Path, args: &[&str]) -> Result<(bool, String)> {
    let output = doorstep().current_dir(home).args(args).output()?;
    Ok((output.status.success(), String::from_utf8(output.stderr)?))
}

fn train(home: &Path, files: &[&str], more: &[&str]) -> Result<()> {
    let args = [&["train"], &MODELS[..], &["--interactions"], files, more].concat();
    let (trained, said) = run(home, &args)?;
    ensure!(trained, "{said}");
    Ok(())
}

fn same(a: &Path, b: &Path) -> Result<()> {
    let names = |folder: &Path| -> Result<Vec<String>> {
        let files = site::files(folder)?;
        let names = files
            .iter()
            .map(|file| Ok(file.strip_prefix(folder)?.display().to_string()));
        let mut names: Vec<String> = names.collect::<Result<_>>()?;
        names.sort();
        Ok(names)
    };
    let all = names(a)?;
    ensure!(all == names(b)? && all.len() > 5, "other files");
    for name in all {
        ensure!(
            std::fs::read(a.join(&name))? == std::fs::read(b.join(&name))?,
            "{name} differs"
        );
    }
    Ok(())
}

#[test]
fn an_update_is_what_training_from_scratch_gives() -> Result<()> {
    for more in [&[][..], &["--min-item", "3"], &["--duplicates", "mean"]] {
        let home = TempDir::new()?;
        let home = home.path();
        std::fs::write(home.join("old.csv"), part(1, 60, 200, 0))?;
        std::fs::write(home.join("new.csv"), part(2, 70, 220, 500))?;
        std::fs::write(home.join("newer.csv"), part(3, 5, 230, 900))?;
        std::fs::write(
            home.join("items.jsonl"),
            "{\"id\":\"i3\",\"title\":\"Three\"}\n{\"id\":\"x\",\"title\":\"New\"}\n",
        )?;
        train(
            home,
            &["old.csv"],
            &[&["--out", "b", "--state", "b.state"], more].concat(),
        )?;
        let (updated, said) = run(
            home,
            &["train", "--update", "b", "--interactions", "new.csv"],
        )?;
        ensure!(updated, "{said}");
        ensure!(
            said.contains("have something new") || said.contains("added up again"),
            "{said}"
        );
        // Another place, and from there on again.
        let next = [
            "train",
            "--update",
            "b",
            "--interactions",
            "newer.csv",
            "--items",
            "items.jsonl",
            "--out",
            "c",
        ];
        let (updated, said) = run(home, &next)?;
        ensure!(updated, "{said}");
        train(
            home,
            &["old.csv", "new.csv"],
            &[&["--out", "scratch"], more].concat(),
        )?;
        same(&home.join("b"), &home.join("scratch"))?;
        let all = [&["--items", "items.jsonl", "--out", "all"], more].concat();
        train(home, &["old.csv", "new.csv", "newer.csv"], &all)?;
        same(&home.join("c"), &home.join("all"))?;
        ensure!(
            site::files(&home.join("b"))?
                .iter()
                .all(|file| !file.ends_with("state.json"))
        );
        ensure!(home.join("b.state").is_dir() && home.join("c.state").is_dir());
    }
    Ok(())
}

#[test]
fn an_update_tells_of_bad_lines_and_renews_records() -> Result<()> {
    let home = TempDir::new()?;
    let home = home.path();
    std::fs::write(home.join("old.csv"), part(1, 60, 50, 0))?;
    std::fs::write(home.join("items.csv"), "id,title,price\ni1,One,5\n")?;
    let more = ["--items", "items.csv", "--out", "b/", "--state", "b.state"];
    train(home, &["old.csv"], &more)?;
    let bad = "user,item,rating,time\nu1,i2,4,900\nu2,,3,901\nu3,i3,many,902\n";
    std::fs::write(home.join("new.csv"), bad)?;
    std::fs::write(home.join("items.csv"), "id,price\ni1,9\n")?;
    // As a shell completes the name of a folder.
    let update = ["train", "--update", "b/", "--interactions", "new.csv"];
    let (updated, said) = run(home, &[&update[..], &["--items", "items.csv"]].concat())?;
    ensure!(updated, "{said}");
    ensure!(said.contains("2 malformed lines skipped"), "{said}");
    ensure!(said.contains("1 item records are newer"), "{said}");
    let records = site::files(&home.join("b/catalog"))?
        .iter()
        .map(|file| Ok(String::from_utf8_lossy(&std::fs::read(file)?).into_owned()))
        .collect::<Result<Vec<_>>>()?;
    let records = records.concat();
    let record = records.split("\"i1\"").nth(1).context("no record")?;
    let record = record.split('}').next().context("it ends")?;
    ensure!(record.contains("One") && record.contains("9"), "{record}");
    Ok(())
}

#[test]
fn a_state_takes_no_place_of_something_else() -> Result<()> {
    let home = TempDir::new()?;
    let home = home.path();
    std::fs::write(home.join("old.csv"), part(1, 60, 50, 0))?;
    std::fs::create_dir(home.join("work"))?;
    std::fs::write(home.join("work/thesis.txt"), "years of it")?;
    for (state, why) in [
        ("work", "not empty"),
        (".", "lie in each other"),
        ("old.csv", "not a folder"),
        ("old.csv/state", "cannot write to the folder"),
        ("./b/state", "never be published"),
        ("work/../b/state", "never be published"),
    ] {
        for force in [&[][..], &["--force"]] {
            let args = [
                "train",
                "popularity",
                "--interactions",
                "old.csv",
                "--out",
                "b",
                "--state",
                state,
            ];
            let (trained, said) = run(home, &[&args[..], force].concat())?;
            let why = if force.is_empty() { why } else { "error" };
            ensure!(!trained && said.contains(why), "{state}: {said}");
            ensure!(!said.contains("fitting"), "{state}: {said}");
        }
    }
    ensure!(std::fs::read_to_string(home.join("work/thesis.txt"))? == "years of it");
    ensure!(!home.join("b").exists());
    Ok(())
}

#[test]
fn what_cannot_be_updated_is_said() -> Result<()> {
    let home = TempDir::new()?;
    let home = home.path();
    std::fs::write(home.join("old.csv"), part(1, 60, 50, 0))?;
    std::fs::write(home.join("bare.csv"), "user,item\nu1,i1\nu2,i2\n")?;
    let foreign = part(2, 60, 50, 0)
        .replace(",i", ",x")
        .replace(",xtem", ",item")
        .replace("\nu", "\nv");
    std::fs::write(home.join("foreign.csv"), foreign)?;
    train(home, &["old.csv"], &["--out", "without"])?;
    train(home, &["old.csv"], &["--out", "b", "--state", "b.state"])?;
    train(
        home,
        &["old.csv"],
        &["--out", "other", "--duplicates", "keep"],
    )?;
    for (args, why) in [
        (
            &["--update", "without", "--interactions", "old.csv"][..],
            "there is no state",
        ),
        (
            &["--update", "nowhere", "--interactions", "old.csv"],
            "there is no state",
        ),
        (
            &[
                "--update",
                "other",
                "--state",
                "b.state",
                "--interactions",
                "old.csv",
            ],
            "another publication",
        ),
        (
            &["--update", "b", "--interactions", "bare.csv"],
            "no ratings",
        ),
        (
            &["--update", "b", "--interactions", "foreign.csv"],
            "is it another data set's",
        ),
        (
            &["--update", "b", "--interactions", "old.csv", "--core", "2"],
            "as the bundle was trained with",
        ),
        (
            &[
                "--update",
                "b",
                "--interactions",
                "old.csv",
                "--set",
                "ease.lambda=2",
            ],
            "leave --set",
        ),
        (
            &["--update", "b", "--interactions", "missing.csv"],
            "missing.csv",
        ),
        (
            &[
                "ease",
                "--interactions",
                "old.csv",
                "--out",
                "d",
                "--state",
                "d/state",
            ],
            "never be published",
        ),
        (
            &[
                "ease",
                "--interactions",
                "old.csv",
                "--out",
                "d",
                "--state",
                "s",
                "--split",
                "leave-last-two",
            ],
            "then train it with --state alone",
        ),
    ] {
        let before = std::fs::read(home.join("b/manifest.json"))?;
        let (done, said) = run(home, &[&["train"], args].concat())?;
        ensure!(!done && said.contains(why), "{args:?}: {said}");
        ensure!(std::fs::read(home.join("b/manifest.json"))? == before);
    }
    Ok(())
}
