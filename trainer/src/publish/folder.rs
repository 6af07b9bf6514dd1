//! Bundles as folders.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use doorstep_shared::bundle::{Manifest, Publication, ReadError, Sink, Store, WriteError, write};
use futures_util::FutureExt;

use crate::staged::{Kind, Staged, says_format};

/// Reads a bundle's files from a folder.
#[derive(Clone, Debug)]
pub struct FolderStore {
    root: PathBuf,
}

impl FolderStore {
    /// A store over `root`, which must hold a manifest.
    pub fn open(root: &Path) -> Result<Self> {
        let manifest = root.join(doorstep_shared::bundle::MANIFEST);
        ensure!(
            manifest.is_file(),
            "{} is not a bundle: it has no manifest.json; make one with `doorstep train MODEL --interactions FILE --out {}`",
            root.display(),
            root.display()
        );
        Ok(Self {
            root: root.to_owned(),
        })
    }
}

impl Store for FolderStore {
    type Error = anyhow::Error;

    async fn get(&self, path: &str, max_bytes: u64) -> Result<Vec<u8>> {
        use std::io::Read;
        let full = self.root.join(path);
        let read = || -> io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            fs::File::open(&full)?
                .take(max_bytes + 1)
                .read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().with_context(|| format!("cannot read {}", full.display()))
    }
}

/// What a native read fails with, as one error.
fn in_words(error: ReadError<anyhow::Error>) -> anyhow::Error {
    match error {
        ReadError::Store(error) => error,
        ReadError::Bundle(error) => error.into(),
    }
}

/// Waits for a read from files, which never has to wait.
pub fn at_once<T>(read: impl Future<Output = Result<T, ReadError<anyhow::Error>>>) -> Result<T> {
    read.now_or_never()
        .expect("files are read at once")
        .map_err(in_words)
}

struct FolderSink {
    root: PathBuf,
}

impl Sink for FolderSink {
    fn put(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let full = self.root.join(path);
        match fs::write(&full, bytes) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(full.parent().expect("a file lies in a folder"))?;
                fs::write(&full, bytes)
            }
            outcome => outcome,
        }
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        let (from, to) = (self.root.join(from), self.root.join(to));
        // Equal names mean equal content, and an empty table has no folder.
        match (from.exists(), to.exists()) {
            (true, true) => fs::remove_dir_all(&from),
            (true, false) => fs::rename(&from, &to),
            (false, _) => Ok(()),
        }
    }
}

/// Bundles as folders that are written whole.
pub const BUNDLE: Kind = Kind {
    name: "bundle",
    option: "--out",
    holds: is_bundle,
};

/// Writes a bundle into `out`. It is complete before it appears there: a run
/// that fails or is interrupted leaves `out` as it was. A folder that is not
/// empty is replaced only with `force`, and only when it holds a bundle.
pub fn publish_into(out: &Path, force: bool, publication: &Publication<'_>) -> Result<Manifest> {
    publish_with(out, force, |sink| write(publication, sink))
}

/// The same with whatever `write` puts into the sink.
pub fn publish_with(
    out: &Path,
    force: bool,
    write: impl FnOnce(&mut dyn Sink) -> Result<Manifest, WriteError>,
) -> Result<Manifest> {
    let (bundle, manifest) = stage(out, force, write)?;
    bundle.settle()?;
    Ok(manifest)
}

/// The same, but for the move to its place.
pub fn stage(
    out: &Path,
    force: bool,
    write: impl FnOnce(&mut dyn Sink) -> Result<Manifest, WriteError>,
) -> Result<(Staged, Manifest)> {
    let staged = Staged::begin(BUNDLE, out, force)?;
    let in_words = |error: WriteError| match error {
        WriteError::Io(error) => anyhow::Error::new(error).context(format!(
            "cannot write the bundle to {}; is the disk full, or the folder not writable?",
            staged.path().display()
        )),
        other => other.into(),
    };
    let mut sink = FolderSink {
        root: staged.path().to_owned(),
    };
    let manifest = write(&mut sink).map_err(in_words)?;
    Ok((staged, manifest))
}

/// Refuses an output folder that can't hold a new bundle, before any work.
pub fn check_free(out: &Path, force: bool) -> Result<()> {
    BUNDLE.check_free(out, force)
}

/// Whether a folder holds a manifest of ours; other programs write files of that name too.
fn is_bundle(folder: &Path) -> bool {
    says_format(
        &folder.join(doorstep_shared::bundle::MANIFEST),
        doorstep_shared::bundle::FORMAT,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_shared::ItemRecord;
    use doorstep_shared::bundle::{Bundle, DataSummary, PublishedModel};
    use doorstep_shared::models::{Model, ModelConfig, Popularity};

    fn publish(out: &Path, force: bool, counts: &[u32]) -> Result<Manifest> {
        let records: Vec<ItemRecord> = (0..counts.len())
            .map(|i| ItemRecord::bare(&i.to_string()))
            .collect();
        let model = Model::Popularity(Popularity {
            counts: counts.to_vec(),
        });
        let config = ModelConfig::named("popularity").unwrap();
        let models = [PublishedModel {
            model: &model,
            config: Some(&config),
            evaluation: None,
        }];
        let data = DataSummary {
            fingerprint: String::new(),
            interactions: 1,
            fitted_on: String::new(),
        };
        let publication = Publication {
            generator: "test",
            data,
            records: &records,
            counts,
            models: &models,
        };
        publish_into(out, force, &publication)
    }

    #[test]
    fn a_bundle_replaces_a_bundle_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("bundle");
        publish(&out, false, &[1, 2]).unwrap();
        let refused = publish(&out, false, &[1, 2]).unwrap_err().to_string();
        assert!(refused.contains("--force"), "{refused}");
        publish(&out, true, &[1, 2, 3]).unwrap();
        let bundle = Bundle::open(FolderStore::open(&out).unwrap())
            .now_or_never()
            .unwrap()
            .unwrap();
        assert_eq!(bundle.manifest().catalogue.items, 3);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

        let other = folder.path().join("photos");
        fs::create_dir(&other).unwrap();
        fs::write(other.join("cat.jpg"), "miaow").unwrap();
        assert!(
            publish(&other, true, &[1])
                .unwrap_err()
                .to_string()
                .contains("not a bundle")
        );
        assert!(other.join("cat.jpg").exists());

        // A web application's manifest is not a bundle's.
        fs::write(other.join("manifest.json"), r#"{"name":"Photos"}"#).unwrap();
        let refused = publish(&other, true, &[1]).unwrap_err().to_string();
        assert!(refused.contains("not a bundle"), "{refused}");
    }

    #[test]
    fn a_place_that_cant_be_written_is_told_before_any_work() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("notes.txt");
        fs::write(&file, "a file").unwrap();
        let error = check_free(&file.join("new").join("bundle"), true).unwrap_err();
        let error = format!("{error:#}");
        assert!(error.contains("notes.txt; choose another --out"), "{error}");
        check_free(&folder.path().join("new").join("bundle"), false).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_full_disk_leaves_the_old_bundle_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("bundle");
        publish(&out, false, &[1, 2]).unwrap();
        let before = fs::read(out.join("manifest.json")).unwrap();
        let fill = |sink: &mut dyn Sink| {
            sink.put("models/rows.bin", &[0; 100])?;
            Err(io::Error::from(io::ErrorKind::StorageFull).into())
        };
        let error = format!("{:#}", publish_with(&out, true, fill).unwrap_err());
        assert!(
            error.contains("is the disk full") && error.contains("no storage space"),
            "{error}"
        );
        assert_eq!(fs::read(out.join("manifest.json")).unwrap(), before);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_interrupted_replacement_is_told_and_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("bundle");
        publish(&out, false, &[1, 2]).unwrap();
        // Killed between the two renames of another process.
        let old = folder.path().join("bundle.replaced-1");
        fs::rename(&out, &old).unwrap();
        let error = publish(&out, true, &[1]).unwrap_err().to_string();
        assert!(
            error.contains("bundle.replaced-1") && error.contains("move it back"),
            "{error}"
        );
        fs::rename(&old, &out).unwrap();
        publish(&out, true, &[1]).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_write_leaves_the_old_bundle_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("bundle");
        publish(&out, false, &[1, 2]).unwrap();
        let before = fs::read(out.join("manifest.json")).unwrap();
        // More records than counts: refused in the middle of publishing.
        let records = [ItemRecord::bare("a")];
        let data = DataSummary {
            fingerprint: String::new(),
            interactions: 0,
            fitted_on: String::new(),
        };
        let publication = Publication {
            generator: "test",
            data,
            records: &records,
            counts: &[],
            models: &[],
        };
        assert!(publish_into(&out, true, &publication).is_err());
        assert_eq!(fs::read(out.join("manifest.json")).unwrap(), before);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(publish(&out.join("manifest.json/below"), false, &[1]).is_err());
        let error = FolderStore::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("is not a bundle"), "{error}");
    }
}
