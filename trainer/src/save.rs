//! Writes a file whole or not at all.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// Whether files can be written at `places`, before the work that would be lost if not: makes a file beside
/// each and removes it.
pub fn check_places<'a>(places: impl IntoIterator<Item = &'a PathBuf>) -> Result<()> {
    for path in places {
        ensure!(
            !path.is_dir(),
            "cannot write {}: it is a folder; name a file",
            path.display()
        );
        let mut trial = path.as_os_str().to_owned();
        trial.push(format!(".trial-{}", std::process::id()));
        File::create_new(&trial)
            .and_then(|_| std::fs::remove_file(&trial))
            .with_context(|| refusal(path))?;
    }
    Ok(())
}

/// Writes `text` beside `path`, then renames, so that an interruption leaves
/// the old file.
pub fn save(path: &Path, text: &str) -> Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".partial");
    std::fs::write(&beside, text)
        .and_then(|()| std::fs::rename(&beside, path))
        .inspect_err(|_| {
            // The first error matters; on a full disk what was written only takes space.
            let _ = std::fs::remove_file(&beside);
        })
        .with_context(|| refusal(path))
}

fn refusal(path: &Path) -> String {
    format!(
        "cannot write {}; name a file in a folder that exists and has room",
        path.display()
    )
}

/// Lets `write` fill a file beside `path`, which takes its name when all is on disk; its length.
pub fn stream(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<u64> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = Path::new(&partial);
    let written = || -> io::Result<u64> {
        let mut out = BufWriter::with_capacity(1 << 16, File::create(partial)?);
        write(&mut out)?;
        out.flush()?;
        let bytes = out.get_ref().metadata()?.len();
        // Else a machine that loses power may have the name before the content.
        out.get_ref().sync_data()?;
        std::fs::rename(partial, path)?;
        Ok(bytes)
    };
    written().or_else(|error| {
        // Whether it can be removed or not, the error to show is the first one.
        let _ = std::fs::remove_file(partial);
        Err(error).with_context(|| format!("cannot write {}", path.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_or_the_error_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        save(&path, "old").unwrap();
        save(&path, "{}").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let taken = folder.path().join("folder");
        std::fs::create_dir(&taken).unwrap();
        save(&taken, "{}").unwrap_err();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
        let bad = folder.path().join("absent").join("report.json");
        let text = format!("{:#}", save(&bad, "{}").unwrap_err());
        assert!(text.contains("absent"), "{text}");
    }

    #[test]
    fn places_are_tried_and_left_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let old = folder.path().join("old.json");
        std::fs::write(&old, "old").unwrap();
        check_places(&[old.clone(), folder.path().join("new.json")]).unwrap();
        assert_eq!(std::fs::read_to_string(&old).unwrap(), "old");
        for bad in [folder.path().join("absent").join("x"), folder.path().into()] {
            let text = check_places([&bad]).unwrap_err().to_string();
            assert!(text.contains(&bad.display().to_string()), "{text}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
