//! Folders that are written beside their place and moved there whole.

use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

/// What a folder is written for.
#[derive(Clone, Copy)]
pub struct Kind {
    /// What it is called.
    pub name: &'static str,
    /// The option that says where.
    pub option: &'static str,
    /// Whether a folder holds one; nothing else is ever replaced.
    pub holds: fn(&Path) -> bool,
}

impl Kind {
    /// Refuses a place that holds something else, or can't be written, before any work. Says what an
    /// interrupted run left beside it.
    pub fn check_free(self, place: &Path, force: bool) -> Result<()> {
        let Self {
            name,
            option,
            holds,
        } = self;
        self.check_writable(place)?;
        for left in left_beside(place, PARTIAL) {
            crate::progress::tell!(
                "warning: {} is of a run that was interrupted, or still writes; remove it if none runs",
                left.display()
            );
        }
        if !place.exists() {
            let old = left_beside(place, REPLACED);
            ensure!(
                old.is_empty(),
                "a run was interrupted as it replaced {0}, whose old content is {1}: move it back to {0}, or remove it",
                place.display(),
                old[0].display()
            );
            return Ok(());
        }
        let entries =
            fs::read_dir(place).with_context(|| format!("{} is not a folder", place.display()))?;
        if entries.count() == 0 {
            return Ok(());
        }
        ensure!(
            force,
            "{} is not empty; choose another {option}, or replace it with --force",
            place.display()
        );
        ensure!(
            holds(place),
            "{} holds something that is not a {name}; --force replaces {name}s only",
            place.display()
        );
        Ok(())
    }

    /// Makes a folder and removes it where that of `place` is to be written, or where its parents are to be.
    fn check_writable(self, place: &Path) -> Result<()> {
        let trial = beside(place, "trial");
        let mut parents = trial.ancestors().skip(1);
        let nearest = parents.find(|parent| parent.exists());
        let within = nearest.unwrap_or(Path::new("."));
        let trial = within.join(trial.file_name().expect("it was given a name"));
        let tried = fs::create_dir(&trial).and_then(|()| fs::remove_dir(&trial));
        tried.with_context(|| {
            format!(
                "cannot write to the folder {}; choose another {}",
                within.display(),
                self.option
            )
        })
    }
}

const PARTIAL: &str = "partial";
const REPLACED: &str = "replaced";

/// A folder that is being written. It is removed unless it takes its place.
pub struct Staged {
    kind: Kind,
    folder: PathBuf,
    place: PathBuf,
}

impl Staged {
    /// Where to write what shall be at `place`, which must be free or, with `force`, hold one of its kind.
    pub fn begin(kind: Kind, place: &Path, force: bool) -> Result<Self> {
        kind.check_free(place, force)?;
        let folder = beside(place, PARTIAL);
        ensure!(
            !folder.exists(),
            "{} is in the way; remove it",
            folder.display()
        );
        Ok(Self {
            kind,
            folder,
            place: place.to_owned(),
        })
    }

    /// The folder until then, which is not there yet.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Moves it to its place. What was there is gone only after that.
    pub fn settle(self) -> Result<()> {
        let Self {
            kind,
            folder,
            place,
        } = &self;
        let old = beside(place, REPLACED);
        ensure!(!old.exists(), "{} is in the way; remove it", old.display());
        let replaces = place.exists();
        if replaces {
            fs::rename(place, &old)
                .with_context(|| format!("cannot replace {}", place.display()))?;
        }
        if let Err(error) = fs::rename(folder, place) {
            if replaces {
                fs::rename(&old, place)
                    .with_context(|| format!("the old {} is now {}", kind.name, old.display()))?;
            }
            let what = format!("cannot move the {} to {}", kind.name, place.display());
            return Err(anyhow::Error::new(error).context(what));
        }
        if replaces {
            fs::remove_dir_all(&old).with_context(|| format!("cannot remove {}", old.display()))?;
        }
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // The error that led here matters; what is left of the attempt only takes space.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Whether the JSON file at `path` says that it is of this format.
pub fn says_format(path: &Path, format: &str) -> bool {
    let text = fs::read(path).ok();
    let parsed = text.and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    parsed.is_some_and(|about| about["format"] == format)
}

/// The path without links, `.` and `..`, also where nothing is there yet.
pub fn resolved(path: &Path) -> Result<PathBuf> {
    let path = std::path::absolute(path)?;
    let found = path
        .ancestors()
        .find_map(|own| Some((own, own.canonicalize().ok()?)));
    let (above, mut whole) = found.with_context(|| format!("{} is nowhere", path.display()))?;
    for part in path.strip_prefix(above)?.components() {
        match part {
            Component::ParentDir => {
                whole.pop();
            }
            part => whole.push(part),
        }
    }
    Ok(whole)
}

/// Folders of interrupted runs that were to take this place.
pub fn unfinished(place: &Path) -> Vec<PathBuf> {
    left_beside(place, PARTIAL)
}

/// A folder beside `place` that is ours alone.
fn beside(place: &Path, suffix: &str) -> PathBuf {
    let mut name = prefix_beside(place, suffix);
    name.push(std::process::id().to_string());
    place.with_file_name(name)
}

fn prefix_beside(place: &Path, suffix: &str) -> OsString {
    let name = place.file_name().unwrap_or_else(|| "bundle".as_ref());
    let mut prefix = name.to_owned();
    prefix.push(format!(".{suffix}-"));
    prefix
}

/// Folders [`beside`] `place` of any process, in the order of their names.
fn left_beside(place: &Path, suffix: &str) -> Vec<PathBuf> {
    let prefix = prefix_beside(place, suffix);
    let folder = match place.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let ours = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.as_encoded_bytes());
        name.is_some_and(|name| name.starts_with(prefix.as_encoded_bytes()))
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut left: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(ours).collect();
    left.sort();
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_resolved_where_nothing_is_there_yet() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().canonicalize().unwrap();
        fs::create_dir(home.join("b")).unwrap();
        for way in ["b/state", "./b/./state", "new/../b/state", "b/new/../state"] {
            assert_eq!(
                resolved(&home.join(way)).unwrap(),
                home.join("b/state"),
                "{way}"
            );
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(home.join("b"), home.join("link")).unwrap();
            assert_eq!(
                resolved(&home.join("link/state")).unwrap(),
                home.join("b/state")
            );
        }
    }
}
