//! A folder with a small generated shop, and `doorstep` typed in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use doorstep_tests::command::doorstep;
use doorstep_tests::site::files;
use serde_json::Value;
use tempfile::TempDir;

/// The options that name the shop's files.
pub const SHOP: &str = "--interactions interactions.csv --items items.jsonl";

/// A terminal in a folder of its own, which is removed with this value.
pub struct Terminal(TempDir);

/// What a command that succeeded printed.
pub struct Said {
    pub stdout: String,
    pub stderr: String,
}

impl Terminal {
    /// In an empty folder.
    pub fn empty() -> Result<Self> {
        Ok(Self(TempDir::new()?))
    }

    /// In the folder of a shop of 300 items and 600 users.
    pub fn in_shop() -> Result<Self> {
        Self::in_shop_of(300, 600)
    }

    /// In the folder of a larger or smaller shop.
    pub fn in_shop_of(items: u32, users: u32) -> Result<Self> {
        let terminal = Self::empty()?;
        terminal.run(&format!(
            "demo --items {items} --users {users} --seed 5 --out ."
        ))?;
        Ok(terminal)
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `doorstep` with the words of `line`, not yet started.
    pub fn command(&self, line: &str) -> Command {
        let mut command = doorstep();
        command
            .current_dir(self.0.path())
            .args(line.split_whitespace());
        command
    }

    /// Runs a command that must succeed.
    pub fn run(&self, line: &str) -> Result<Said> {
        let output = self.command(line).output()?;
        let said = Said {
            stdout: String::from_utf8(output.stdout)?,
            stderr: String::from_utf8(output.stderr)?,
        };
        ensure!(
            output.status.success(),
            "`doorstep {line}` failed with {}:\n{}",
            output.status,
            said.stderr
        );
        Ok(said)
    }

    /// Runs a command that must succeed, and reads the JSON that it prints.
    pub fn json(&self, line: &str) -> Result<Value> {
        let said = self.run(&format!("{line} --json"))?;
        serde_json::from_str(&said.stdout)
            .with_context(|| format!("`doorstep {line} --json` printed {}", said.stdout))
    }

    /// Runs a command that must fail in an orderly way, and returns its message.
    pub fn refused(&self, line: &str) -> Result<String> {
        let output = self.command(line).output()?;
        let message = String::from_utf8(output.stderr)?;
        ensure!(
            output.status.code() == Some(1),
            "`doorstep {line}` ended with {}, not with 1:\n{message}",
            output.status
        );
        let errors = message.lines().filter(|line| line.starts_with("error: "));
        ensure!(
            errors.count() == 1,
            "`doorstep {line}` must fail with one error, not with\n{message}"
        );
        ensure!(
            output.stdout.is_empty(),
            "`doorstep {line}` failed, yet printed a result"
        );
        Ok(message)
    }

    /// Runs a command that must print a result and yet end with 1.
    pub fn fails_after_printing(&self, line: &str) -> Result<Said> {
        let output = self.command(line).output()?;
        let said = Said {
            stdout: String::from_utf8(output.stdout)?,
            stderr: String::from_utf8(output.stderr)?,
        };
        ensure!(
            output.status.code() == Some(1) && !said.stdout.is_empty(),
            "`doorstep {line}` ended with {}:\n{}",
            output.status,
            said.stderr
        );
        Ok(said)
    }

    /// Every file below a folder, by its path in there.
    pub fn contents(&self, folder: &str) -> Result<BTreeMap<String, Vec<u8>>> {
        let root = self.path(folder);
        files(&root)?
            .into_iter()
            .map(|file| Ok((relative(&file, &root)?, fs::read(&file)?)))
            .collect()
    }
}

/// Fails with the whole message unless it has all of `parts`.
pub fn assert_says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "no {part:?} in: {message}");
    }
}

/// The metric of one model in the JSON of `compare` and `evaluate`.
pub fn metric(report: &Value, model: &str, name: &str) -> Result<f64> {
    let models = report["models"].as_array().context("no list of models")?;
    let row = models.iter().find(|row| row["name"] == model);
    row.and_then(|row| row["metrics"][name].as_f64())
        .with_context(|| format!("no {name} of {model} in {report:#}"))
}

fn relative(file: &Path, root: &Path) -> Result<String> {
    let path = file.strip_prefix(root)?.to_string_lossy();
    Ok(path.replace(std::path::MAIN_SEPARATOR, "/"))
}
