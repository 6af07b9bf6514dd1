//! Skipping work whose inputs did not change.
//!
//! A stamp is a text file beside a generated folder that lists what the folder
//! was made from: the command, and each input file with its size and time of
//! change. Equal text means that there is nothing to do.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result};

use crate::step::{skipped, step};

/// What a generated folder is made from.
#[derive(Default)]
pub struct Inputs(String);

impl Inputs {
    /// Adds a line of text: a command line, a version.
    pub fn text(mut self, text: &str) -> Self {
        self.0.push_str(text);
        self.0.push('\n');
        self
    }

    /// Adds a file, or all files below a folder, by size and time of change.
    pub fn path(mut self, path: &Path) -> Result<Self> {
        let mut files = Vec::new();
        collect(path, &mut files)?;
        files.sort();
        for file in files {
            let about =
                fs::metadata(&file).with_context(|| format!("cannot read {}", file.display()))?;
            let changed = about.modified()?.duration_since(UNIX_EPOCH)?.as_nanos();
            self.0
                .push_str(&format!("{} {} {changed}\n", file.display(), about.len()));
        }
        Ok(self)
    }
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let entries = fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))?;
    for entry in entries {
        collect(&entry?.path(), files)?;
    }
    Ok(())
}

/// Runs `make` as a step unless `folder` was made from the same inputs before.
pub fn make_folder(
    name: &str,
    folder: &Path,
    inputs: Inputs,
    make: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let parent = folder.parent().context("a generated folder has a parent")?;
    fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    let _lock = lock(folder)?;
    let stamp = beside(folder, ".stamp");
    if folder.is_dir() && fs::read_to_string(&stamp).is_ok_and(|text| text == inputs.0) {
        skipped(name, "its inputs did not change");
        return Ok(());
    }
    step(name, || {
        // An interrupted run leaves no stamp, so the next one starts over.
        unless_missing(fs::remove_file(&stamp), &stamp)?;
        unless_missing(fs::remove_dir_all(folder), folder)?;
        make()?;
        fs::write(&stamp, &inputs.0).with_context(|| format!("cannot write {}", stamp.display()))
    })
}

/// Waits until no other process makes the folder, and keeps others from it as long as it is held.
fn lock(folder: &Path) -> Result<File> {
    let path = beside(folder, ".lock");
    let cannot = || format!("cannot lock {}", path.display());
    let file = File::create(&path).with_context(cannot)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            eprintln!(
                "  waiting for another task, which makes {}",
                folder.display()
            );
            file.lock().with_context(cannot)?;
        }
        Err(TryLockError::Error(error)) => return Err(error).with_context(cannot),
    }
    Ok(file)
}

fn beside(folder: &Path, ending: &str) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn unless_missing(removed: std::io::Result<()>, path: &Path) -> Result<()> {
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn work_is_done_once_until_an_input_changes_or_the_folder_is_gone() {
        let place = std::env::temp_dir().join(format!("doorstep-stamp-{}", std::process::id()));
        fs::create_dir_all(&place).unwrap();
        let (input, folder) = (place.join("input"), place.join("made"));
        let runs = Cell::new(0);
        let make = || {
            let inputs = Inputs::default().text("v1").path(&input).unwrap();
            make_folder("make", &folder, inputs, || {
                runs.set(runs.get() + 1);
                Ok(fs::create_dir(&folder)?)
            })
            .unwrap();
            runs.get()
        };
        fs::write(&input, "a").unwrap();
        assert_eq!((make(), make()), (1, 1));
        fs::write(&input, "longer").unwrap();
        assert_eq!((make(), make()), (2, 2));
        fs::remove_dir(&folder).unwrap();
        assert_eq!((make(), make()), (3, 3));
        fs::remove_dir_all(&place).unwrap();
    }

    #[test]
    fn two_at_once_make_it_once() {
        let place = std::env::temp_dir().join(format!("doorstep-locked-{}", std::process::id()));
        let folder = place.join("made");
        let runs = std::sync::atomic::AtomicUsize::new(0);
        let make = || {
            make_folder("make", &folder, Inputs::default(), || {
                runs.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                std::thread::sleep(std::time::Duration::from_millis(50));
                Ok(fs::create_dir(&folder)?)
            })
            .unwrap();
        };
        std::thread::scope(|scope| {
            scope.spawn(make);
            scope.spawn(make);
        });
        assert_eq!(runs.into_inner(), 1);
        fs::remove_dir_all(&place).unwrap();
    }

    #[test]
    fn failed_work_is_done_again() {
        let place = std::env::temp_dir().join(format!("doorstep-failed-{}", std::process::id()));
        let folder = place.join("made");
        for _ in 0..2 {
            let outcome = make_folder("fail", &folder, Inputs::default(), || {
                fs::create_dir(&folder)?;
                anyhow::bail!("no")
            });
            assert!(outcome.is_err());
        }
        fs::remove_dir_all(&place).unwrap();
    }
}
