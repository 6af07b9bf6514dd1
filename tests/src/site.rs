//! The small site that browser tests drive, and damaged copies of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::command::cargo;

/// `$DOORSTEP_SITE`, or the site that `cargo xtask test` would have built.
///
/// # Panics
/// When the site does not build.
pub fn folder() -> &'static Path {
    static SITE: OnceLock<PathBuf> = OnceLock::new();
    SITE.get_or_init(|| match std::env::var_os("DOORSTEP_SITE") {
        Some(path) => path.into(),
        None => build(),
    })
}

/// What `doorstep publish` takes its engines from: built with the site, beside it.
pub fn engines() -> PathBuf {
    folder().with_file_name("test-engines")
}

/// The folder that `cargo xtask npm` packs: built with the site, beside it.
pub fn npm_package() -> PathBuf {
    folder().with_file_name("test-npm")
}

fn build() -> PathBuf {
    let output = cargo()
        .args(["xtask", "test-site"])
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo starts");
    assert!(
        output.status.success(),
        "the test site does not build: {}",
        output.status
    );
    let path = String::from_utf8(output.stdout).expect("the site's path is UTF-8");
    path.trim_end().into()
}

/// A copy of the site that a test may change; it is removed with this value.
pub struct Copy(TempDir);

impl Copy {
    /// Copies the whole site.
    pub fn new() -> Result<Self> {
        let copy = Self(TempDir::new()?);
        copy_folder(folder(), copy.path())?;
        Ok(copy)
    }

    /// The copy's root.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Applies a change to the bytes of every file below `folder` that `choose` accepts.
    ///
    /// # Errors
    /// When no file was chosen: the test would then pass for the wrong reason.
    pub fn change(
        &self,
        folder: &str,
        choose: impl Fn(&str) -> bool,
        change: impl Fn(Vec<u8>) -> Option<Vec<u8>>,
    ) -> Result<()> {
        let mut changed = 0;
        for file in files(&self.path().join(folder))? {
            let relative = file
                .strip_prefix(self.path())?
                .to_string_lossy()
                .into_owned();
            if !choose(&relative) {
                continue;
            }
            match change(fs::read(&file)?) {
                Some(bytes) => fs::write(&file, bytes)?,
                None => fs::remove_file(&file)?,
            }
            changed += 1;
        }
        ensure!(changed > 0, "no file below {folder} was changed");
        Ok(())
    }
}

/// All files below a folder, sorted.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Copies a folder with all that is in it.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    for file in files(from)? {
        let target = to.join(file.strip_prefix(from)?);
        let parent = target.parent().context("a file lies in a folder")?;
        fs::create_dir_all(parent)?;
        fs::copy(&file, &target)?;
    }
    Ok(())
}
