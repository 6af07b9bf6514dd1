//! What a publication put into its folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path};

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorstep_shared::bundle::{Digest, MANIFEST};
use serde::{Deserialize, Serialize};

use super::folder::PARTIAL;

/// The record's file.
pub const RECORD: &str = "publication.json";
const FORMAT: &str = "doorstep-publication";

/// A file that no bundle's manifest vouches for.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct RuntimeFile {
    /// Relative to the publication's folder.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// For the attribute `integrity` of an element that loads it.
    pub integrity: String,
}

/// What lies in a publication's folder.
#[derive(Debug, Deserialize, Serialize)]
pub struct Record {
    /// Tells it from other programs' files.
    pub format: String,
    /// The folder of the present scripts and engines.
    pub version: String,
    /// What is in that folder.
    pub runtime: Vec<RuntimeFile>,
    /// What keeps its name from one publication to the next.
    pub changing: Vec<RuntimeFile>,
    /// All files of this publication.
    pub files: BTreeSet<String>,
    /// What only the publication before named, for pages that are still open.
    pub former: BTreeSet<String>,
}

impl Record {
    /// Of a publication of this version.
    pub fn new(version: &str, runtime: Vec<RuntimeFile>) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: version.to_owned(),
            runtime,
            changing: Vec::new(),
            files: BTreeSet::new(),
            former: BTreeSet::new(),
        }
    }

    /// The folders of bundles.
    pub fn bundles(&self) -> BTreeSet<String> {
        let paths = self.changing.iter().map(|file| Path::new(&file.path));
        let manifests = paths.filter(|path| path.ends_with(MANIFEST));
        let folders = manifests.filter_map(Path::parent);
        folders.map(|folder| folder.display().to_string()).collect()
    }

    /// The record of a folder; `None` where there is nothing yet.
    ///
    /// # Errors
    /// Where the folder holds something else.
    pub fn of(folder: &Path) -> Result<Option<Self>> {
        if !folder.exists() {
            return Ok(None);
        }
        let mut entries = fs::read_dir(folder)
            .with_context(|| format!("{} is not a folder", folder.display()))?;
        // All that there is of a first run that was interrupted as it began.
        let partial = format!("{RECORD}{PARTIAL}");
        if entries.all(|entry| entry.is_ok_and(|own| *own.file_name() == *partial)) {
            return Ok(None);
        }
        let text = fs::read_to_string(folder.join(RECORD)).ok();
        let record = text.and_then(|text| serde_json::from_str::<Self>(&text).ok());
        let record = record.filter(|record| record.format == FORMAT);
        ensure!(
            record.is_some(),
            "{} holds something that no `doorstep publish` put there; choose another --out",
            folder.display()
        );
        if let Some(path) = record.iter().find_map(Self::outside) {
            bail!(
                "{} of {} names `{path}`, which is not inside the folder: it was changed since; choose another --out",
                RECORD,
                folder.display()
            );
        }
        Ok(record)
    }

    /// A path that leads out of the folder, whose files are written and removed by the record.
    fn outside(&self) -> Option<&str> {
        let is_inside = |path: &str| {
            let mut parts = Path::new(path).components().peekable();
            parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
        };
        let own = self.runtime.iter().chain(&self.changing);
        own.map(|file| &file.path)
            .chain(&self.files)
            .chain(&self.former)
            .find(|path| !is_inside(path))
            .map(String::as_str)
    }
}

/// A digest as elements and import maps take it.
pub fn integrity(bytes: &[u8]) -> String {
    format!("sha256-{}", STANDARD.encode(Digest::of(bytes).0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_what_browsers_compare() {
        // `printf '' | openssl dgst -sha256 -binary | base64`
        assert_eq!(
            integrity(b""),
            "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        );
    }

    #[test]
    fn a_folder_of_something_else_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Record::of(folder.path()).unwrap().is_none());
        assert!(Record::of(&folder.path().join("absent")).unwrap().is_none());
        let partial = folder.path().join("publication.json.partial");
        fs::write(&partial, "{").unwrap();
        assert!(Record::of(folder.path()).unwrap().is_none());
        fs::remove_file(partial).unwrap();
        fs::write(folder.path().join(RECORD), "{\"format\":\"other\"}").unwrap();
        let error = Record::of(folder.path()).unwrap_err().to_string();
        assert!(error.contains("choose another --out"), "{error}");
    }

    #[test]
    fn a_record_that_leads_out_of_its_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["../thesis", "shop/../../thesis", "/etc/hosts", ""] {
            let mut record = Record::new("doorstep-0", Vec::new());
            record.former.insert(path.to_owned());
            let text = serde_json::to_string(&record).unwrap();
            fs::write(folder.path().join(RECORD), text).unwrap();
            let error = Record::of(folder.path()).unwrap_err().to_string();
            assert!(error.contains(&format!("names `{path}`")), "{error}");
        }
    }
}
