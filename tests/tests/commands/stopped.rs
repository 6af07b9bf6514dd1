//! Work that somebody stops, or no longer listens to.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::networks::walks;
use crate::terminal::{SHOP, Terminal, assert_says};

/// Presses Ctrl-C after so many epochs; gives whether the command succeeded and what it said.
fn stopped_after(terminal: &Terminal, line: &str, epochs_seen: usize) -> Result<(bool, String)> {
    let mut seen = 0;
    stopped_when(terminal, line, |line| {
        seen += usize::from(line.starts_with('{'));
        seen == epochs_seen && line.starts_with('{')
    })
}

/// Presses Ctrl-C when a line of stderr says so.
fn stopped_when(
    terminal: &Terminal,
    line: &str,
    mut is_time: impl FnMut(&str) -> bool,
) -> Result<(bool, String)> {
    let mut command = terminal.command(line);
    let mut child = command
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()?;
    let mut said = String::new();
    for line in BufReader::new(child.stderr.take().context("it is piped")?).lines() {
        let line = line?;
        if is_time(&line) {
            let pid = child.id().to_string();
            assert!(
                Command::new("kill")
                    .args(["-INT", &pid])
                    .status()?
                    .success()
            );
        }
        said += &format!("{line}\n");
    }
    Ok((child.wait()?.success(), said))
}

#[test]
fn what_is_stopped_is_published_with_the_best_so_far() -> Result<()> {
    let terminal = walks()?;
    let endless = "--set sasrec.width=16 --set sasrec.blocks=1 --set sasrec.batch=8 --set sasrec.epochs=400 --interactions walks.txt";
    let manifest = |out: &str| -> Result<Value> {
        let manifest = fs::read(terminal.path(out).join("manifest.json"))?;
        Ok(serde_json::from_slice(&manifest)?)
    };
    // While it is judged: what was judged is published, not fitted again.
    let judged = format!(
        "train sasrec {endless} --set sasrec.patience=400 --split leave-last-two --refit --out judged"
    );
    let (fine, said) = stopped_after(&terminal, &judged, 2)?;
    assert!(fine, "{said}");
    assert_says(&said, &["stopped before all was fitted again", "--resume"]);
    let found = manifest("judged")?;
    assert_eq!(
        found["data"]["fitted_on"],
        "the training part of leave-last-two"
    );
    assert!(found["models"][0]["evaluation"]["metrics"]["ndcg@10"].is_number());
    // A network that has not begun is left out.
    let two = judged.replace("train sasrec", "train sasrec bsarec");
    let (fine, said) = stopped_after(&terminal, &two.replace("judged", "two"), 2)?;
    assert!(fine, "{said}");
    assert_says(
        &said,
        &["bsarec is left out", "stopped before its first epoch ended"],
    );
    let found = manifest("two")?;
    let models = found["models"].as_array().context("no models")?;
    assert!(
        models.len() == 1 && models[0]["name"] == "sasrec",
        "{found}"
    );
    // While it is fitted again.
    let again = format!(
        "train sasrec {} --set sasrec.patience=0 --split leave-last-two --refit --out again",
        endless.replace("epochs=400", "epochs=20")
    );
    let (fine, said) = stopped_after(&terminal, &again, 21)?;
    assert!(fine, "{said}");
    assert_eq!(
        manifest("again")?["data"]["fitted_on"],
        "the training part of leave-last-two",
        "{said}"
    );
    // While the number of epochs is looked for.
    let whole = format!("train sasrec {endless} --set sasrec.patience=400 --out whole");
    let (fine, said) = stopped_after(&terminal, &whole, 2)?;
    assert!(fine, "{said}");
    assert_says(&said, &["all but each user's last item is kept"]);
    let fitted_on = manifest("whole")?["data"]["fitted_on"].clone();
    assert_eq!(
        fitted_on,
        "all interactions, by a training that was stopped"
    );
    Ok(())
}

#[test]
fn a_trial_that_is_cut_short_is_not_kept() -> Result<()> {
    let terminal = walks()?;
    let tune = |epochs: &str| {
        format!(
            "tune sasrec --interactions walks.txt --grid epochs={epochs} --state state.json \
             --set sasrec.width=16 --set sasrec.blocks=1 --set sasrec.batch=8 --set sasrec.patience=0"
        )
    };
    let second = |line: &str| {
        let is_it = line.starts_with("trial 2 of 3");
        if is_it {
            // Some epochs in, where there is something that could be taken for a trial.
            std::thread::sleep(Duration::from_secs(2));
        }
        is_it
    };
    let (fine, said) = stopped_when(&terminal, &tune("1,100000,90000"), second)?;
    assert!(!fine, "{said}");
    assert_says(
        &said,
        &[
            "stopped before all trials were done",
            "goes on from those in state.json",
        ],
    );
    assert!(!said.contains("trial 3 of 3"), "{said}");
    let state: Value = serde_json::from_slice(&fs::read(terminal.path("state.json"))?)?;
    let kept = state["trials"].as_array().context("no trials")?;
    assert!(
        kept.len() == 1 && kept[0]["config"]["epochs"] == 1,
        "{state:#}"
    );
    let said = terminal.run(&tune("1,2"))?;
    assert_says(
        &said.stderr,
        &["1 of 2 trials are done already", "trial 2 of 2"],
    );
    Ok(())
}

#[test]
fn a_stopped_training_of_pictures_says_so_and_is_gone_on_with() -> Result<()> {
    let terminal = Terminal::empty()?;
    terminal.run("demo --quiet --phantoms ph --pictures 60 --picture-size 32")?;
    let train = "train salad memdae --images ph/pictures.csv --normal normal --false-positive-rate 0.3 --prepare size=32 \
                 --set salad.pretraining=150 --set salad.rounds=0 --set salad.channels=2 --set salad.halvings=2 \
                 --set memdae.pretraining=1 --set memdae.rounds=0 --out xray --checkpoints kept";
    let fitted_on = || -> Result<String> {
        let manifest = fs::read(terminal.path("xray").join("manifest.json"))?;
        let manifest: Value = serde_json::from_slice(&manifest)?;
        let models = manifest["models"].as_array().context("no models")?;
        let names = models.iter().filter_map(|own| own["name"].as_str());
        let fitted_on = manifest["data"]["fitted_on"].as_str();
        Ok(format!(
            "{} {}",
            names.collect::<Vec<_>>().join(" "),
            fitted_on.context("it is told")?
        ))
    };
    let (fine, said) = stopped_after(&terminal, train, 2)?;
    assert!(fine, "{said}");
    assert_says(
        &said,
        &[
            "memdae is left out",
            "stopped before training was done",
            "--resume",
        ],
    );
    let found = fitted_on()?;
    assert!(
        found.starts_with("salad 1") && found.ends_with("by a training that was stopped"),
        "{found}"
    );
    let said = terminal.run(&format!("{train} --resume --force"))?;
    assert_says(&said.stderr, &["salad: going on after epoch "]);
    let found = fitted_on()?;
    assert!(
        found.starts_with("salad memdae ") && !found.contains("stopped"),
        "{found}"
    );
    Ok(())
}

#[test]
fn nobody_need_read_what_is_said() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    let line = format!("train item-knn popularity {SHOP} --out bundle");
    let mut command = terminal.command(&line);
    let mut child = command
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()?;
    // The reader goes before a word is said.
    drop(child.stderr.take());
    assert!(child.wait()?.success());
    assert!(terminal.path("bundle").join("manifest.json").is_file());
    Ok(())
}
