//! A publication's folder: who may write there, and how a file comes and goes.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::record::Record;
use crate::progress::tell;

/// What a file is called until it is whole, after its name; `save` calls it so, too.
pub(super) const PARTIAL: &str = ".partial";

/// Keeps other runs from writing into `out` while the value lives. The folder itself is locked, so
/// that nothing lies on the host or beside the folder afterwards.
///
/// # Errors
/// At once where another run writes there.
pub(super) fn lock(out: &Path) -> Result<Option<File>> {
    fs::create_dir_all(out).with_context(|| format!("cannot create {}", out.display()))?;
    let locked = File::open(out).map_err(TryLockError::Error);
    match locked.and_then(|folder| folder.try_lock().map(|()| folder)) {
        Ok(folder) => Ok(Some(folder)),
        Err(TryLockError::WouldBlock) => bail!(
            "another `doorstep publish` is writing into {}; publish again when it has ended",
            out.display()
        ),
        // As on some network drives, where publishing must go on.
        Err(TryLockError::Error(error)) => {
            tell!(
                "warning: {} can't be locked ({error}); let nothing else publish into it meanwhile",
                out.display()
            );
            Ok(None)
        }
    }
}

/// Removes what a run left half written that was interrupted: until the next one has ended, all
/// that it was about to write is in the record as former.
pub(super) fn sweep(out: &Path, before: &Record) -> Result<()> {
    for path in &before.former {
        remove(out, &format!("{path}{PARTIAL}"))?;
    }
    Ok(())
}

/// Copies a file that is named by its content, unless it is there; its length.
pub(super) fn copy(source: &Path, target: &Path) -> Result<u64> {
    let bytes = fs::read(source).with_context(|| format!("cannot read {}", source.display()))?;
    if fs::read(target).is_ok_and(|there| there == bytes) {
        return Ok(bytes.len() as u64);
    }
    let written = || -> std::io::Result<()> {
        fs::create_dir_all(target.parent().expect("a file lies in a folder"))?;
        let mut partial = target.as_os_str().to_owned();
        partial.push(PARTIAL);
        let whole = fs::write(&partial, &bytes).and_then(|()| fs::rename(&partial, target));
        whole.inspect_err(|_| {
            // The first error matters; on a full disk what was written only takes space.
            let _ = fs::remove_file(&partial);
        })
    };
    written().with_context(|| {
        format!(
            "cannot write {}; is the disk full, or the folder not writable?",
            target.display()
        )
    })?;
    Ok(bytes.len() as u64)
}

/// Removes a file, and the folders that are empty then.
pub(super) fn remove(out: &Path, path: &str) -> Result<()> {
    let file = out.join(path);
    match fs::remove_file(&file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot remove {}", file.display()));
        }
        _ => {}
    }
    let mut folder = file.parent();
    while let Some(empty) = folder.filter(|folder| *folder != out) {
        if fs::remove_dir(empty).is_err() {
            break; // something is left in it
        }
        folder = empty.parent();
    }
    Ok(())
}
