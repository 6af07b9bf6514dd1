//! `doorstep prepare` against its Python twin: the committed golden files always, and fresh messy logs
//! where there is a python3.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use doorstep_trainer::data::{self, DataArgs, DuplicatePolicy};
use doorstep_trainer::prepare::{Cores, Prepared, prepare};
use doorstep_trainer::progress::Progress;

const FILES: [&str; 4] = [
    "train_new.txt",
    "validation_new.txt",
    "test_new.txt",
    "all_data.txt",
];

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/sequence")
}

fn prepare_file(log: &Path, out: &Path) -> Result<Prepared> {
    let args = DataArgs {
        duplicates: Some(DuplicatePolicy::Keep),
        strict: true,
        ..DataArgs::file(log)
    };
    let data = data::load(&args, &Progress::new(true))?;
    let cores = Cores { train: 4, all: 5 };
    prepare(&data.interactions, cores, out, false)
}

fn assert_same_files(found: &Path, expected: &Path) -> Result<()> {
    for name in FILES {
        let read = |folder: &Path| {
            fs::read(folder.join(name)).with_context(|| format!("{name} in {}", folder.display()))
        };
        ensure!(read(found)? == read(expected)?, "{name} differs");
    }
    Ok(())
}

fn twin(arguments: [&str; 3]) -> Result<()> {
    let output = Command::new("python3")
        .arg(golden().join("prepare.py"))
        .args(arguments)
        .output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the twin failed:\n{errors}");
    Ok(())
}

#[test]
fn the_golden_files_are_reproduced_byte_for_byte() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("out");
    let prepared = prepare_file(&golden().join("log.csv"), &out)?;
    assert_same_files(&out, &golden().join("expected"))?;
    for file in &prepared.files {
        assert!(file.lines > 20, "{} shows too little", file.name);
        let text = fs::read_to_string(out.join(file.name))?;
        assert_eq!(text.lines().count(), file.lines);
    }
    assert!(
        prepared.train.rounds.len() > 3,
        "the log needs a core of several rounds"
    );
    Ok(())
}

#[test]
fn fresh_logs_agree_with_the_python_twin() -> Result<()> {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: no python3; the committed golden files are checked all the same");
        return Ok(());
    }
    for seed in 100..112 {
        let folder = tempfile::tempdir()?;
        let path = |name: &str| folder.path().join(name);
        let log = path("log.csv");
        twin(["generate", &seed.to_string(), &log.to_string_lossy()])?;
        twin([
            "prepare",
            &log.to_string_lossy(),
            &path("twin").to_string_lossy(),
        ])?;
        prepare_file(&log, &path("ours"))?;
        assert_same_files(&path("ours"), &path("twin")).with_context(|| format!("seed {seed}"))?;
    }
    Ok(())
}
