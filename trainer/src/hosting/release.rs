//! Writes a publication, so that whoever reads the folder in between meets one version.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use doorstep_shared::bundle::{Bundle, Digest, MANIFEST, Manifest};
use serde::Serialize;

use super::engines::{Engines, FIRST, collect};
use super::entry::{ENTRIES, entry};
use super::folder::{copy, lock, remove, sweep};
use super::page;
use super::record::{RECORD, Record, RuntimeFile, integrity};
use super::source::{BundleSource, Link};
use crate::publish::{FolderStore, at_once};
use crate::save::save;

/// The optional service worker. Browsers take it for the same one only under the same name.
const OFFLINE: &str = "offline.js";
/// Digits of the hash in a version's name.
const HASH_DIGITS: usize = 12;

/// A bundle that was opened.
pub(super) struct Opened {
    pub(super) name: String,
    pub(super) folder: PathBuf,
    pub(super) manifest: Manifest,
    /// All that it names.
    files: BTreeSet<String>,
    /// Its most popular item.
    pub(super) item: Option<String>,
}

/// What was published.
#[derive(Debug, Serialize)]
pub struct Published {
    /// The folder of scripts and engines.
    pub version: String,
    /// Which engines are there.
    pub engines: Vec<String>,
    /// Each bundle's folder.
    pub bundles: Vec<String>,
    /// Bundles of the publication before that are none of this one.
    pub dropped: Vec<String>,
    /// What lies in folders of bundles without being named by their manifests, and so isn't here.
    pub left_out: Vec<PathBuf>,
    /// Files and their bytes in all, without what an earlier publication left.
    pub files: usize,
    /// As above.
    pub bytes: u64,
    /// Whether networks can't run on graphics cards, as that engine was not built.
    pub lacks_graphics: bool,
}

/// All that a publication consists of, before a byte of it is written.
pub struct Release {
    version: String,
    engines: Vec<String>,
    lacks_graphics: bool,
    bundles: Vec<Opened>,
    /// What is named by its content: where it goes, and where it comes from.
    lasting: BTreeMap<String, PathBuf>,
    /// What is not, in the order in which it is replaced.
    changing: Vec<(String, String)>,
    runtime: Vec<RuntimeFile>,
    left_out: Vec<PathBuf>,
}

impl Release {
    /// Opens the bundles and finds their engines.
    pub fn plan(bundles: &[BundleSource], engines: &Engines, links: &[Link]) -> Result<Self> {
        let bundles = bundles.iter().map(open).collect::<Result<Vec<_>>>()?;
        let mut names = BTreeSet::new();
        for Opened { name, .. } in &bundles {
            ensure!(
                names.insert(name),
                "two bundles are called `{name}`; name one of them: --bundle other=FOLDER"
            );
        }
        let needed = engines.files(bundles.iter().map(|bundle| &bundle.manifest))?;
        let mut content = Vec::new();
        let mut runtime = Vec::new();
        for file in needed.files {
            let path = engines.folder().join(&file);
            let bytes =
                fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let integrity = integrity(&bytes);
            content.push(format!("{integrity} {file}\n"));
            runtime.push(RuntimeFile {
                path: file,
                bytes: bytes.len() as u64,
                integrity,
            });
        }
        let hash = Digest::of(content.concat().as_bytes()).hex(HASH_DIGITS);
        let version = format!("doorstep-{hash}");
        let mut lasting = BTreeMap::new();
        for file in &mut runtime {
            let source = engines.folder().join(&file.path);
            file.path = format!("{version}/{}", file.path);
            lasting.insert(file.path.clone(), source);
        }
        let of_items = bundles.iter().filter(|bundle| bundle.item.is_some());
        let models = of_items.flat_map(|bundle| &bundle.manifest.models);
        let mut defaults = models.filter(|model| model.default);
        let early = defaults.all(|model| model.engine == FIRST);
        // Scripts before manifests: new ones read old bundles, while old ones may not know what new bundles hold.
        let mut changing: Vec<(String, String)> = ENTRIES
            .iter()
            .flat_map(|file| [(*file).to_owned(), file.replace(".js", ".d.ts")])
            .map(|file| (entry(&version, &file, early), file))
            .map(|(text, file)| (file, text))
            .collect();
        changing.push((OFFLINE.to_owned(), engines.read(OFFLINE)?));
        let mut left_out = Vec::new();
        for bundle in &bundles {
            for file in &bundle.files {
                let path = bundle.folder.join(file);
                lasting.insert(format!("{}/{file}", bundle.name), path);
            }
            let mut there = Vec::new();
            collect(&bundle.folder, "", &mut there)?;
            there.retain(|file| file != MANIFEST && !bundle.files.contains(file));
            there.sort();
            left_out.extend(there.iter().map(|file| bundle.folder.join(file)));
            let path = bundle.folder.join(MANIFEST);
            let manifest = fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            changing.push((format!("{}/{MANIFEST}", bundle.name), manifest));
        }
        for bundle in &bundles {
            for (at, model) in bundle.manifest.models.iter().enumerate() {
                let path = page::model_page(&bundle.name, &model.name);
                changing.push((path, page::model(&version, bundle, at, links)));
            }
        }
        let page = page::page(&version, &bundles, &runtime, links);
        changing.push(("index.html".to_owned(), page));
        Ok(Self {
            version,
            engines: needed.engines,
            lacks_graphics: needed.lacks_graphics,
            bundles,
            lasting,
            changing,
            runtime,
            left_out,
        })
    }

    /// Writes it into `out`, beside what the publication before put there.
    ///
    /// # Errors
    /// Where `out` holds something else, or can't be written; what visitors see is as it was then.
    pub fn write(self, out: &Path) -> Result<Published> {
        let _lock = lock(out)?;
        let before = Record::of(out)?;
        if let Some(before) = &before {
            sweep(out, before)?;
        }
        let mut record = Record::new(&self.version, self.runtime);
        record.changing = self
            .changing
            .iter()
            .map(|(path, text)| RuntimeFile {
                path: path.clone(),
                bytes: text.len() as u64,
                integrity: integrity(text.as_bytes()),
            })
            .collect();
        record.files = self.lasting.keys().cloned().collect();
        record
            .files
            .extend(self.changing.iter().map(|(path, _)| path.clone()));
        // Said before it is done, so that what an interrupted run leaves is known to the next.
        let mut begun = Record::new("", Vec::new());
        begun.former = record.files.clone();
        if let Some(before) = &before {
            begun.version.clone_from(&before.version);
            begun.runtime.clone_from(&before.runtime);
            begun.changing.clone_from(&before.changing);
            begun.files.clone_from(&before.files);
            begun.former.extend(before.former.iter().cloned());
        }
        write_record(out, &begun)?;
        let mut bytes = 0;
        for (path, source) in &self.lasting {
            bytes += copy(source, &out.join(path))?;
        }
        for (path, text) in &self.changing {
            bytes += text.len() as u64;
            let target = out.join(path);
            let folder = target.parent().expect("a file lies in a folder");
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
            save(&target, text)?;
        }
        let (mut stale, mut dropped) = (BTreeSet::new(), Vec::new());
        if let Some(before) = before {
            dropped.extend(before.bundles().difference(&record.bundles()).cloned());
            // The same publication again takes nothing from pages that are open.
            record.former = match before.files == record.files {
                true => before.former.clone(),
                false => &before.files - &record.files,
            };
            stale = &(&before.former - &record.files) - &record.former;
        }
        write_record(out, &record)?;
        for path in stale {
            remove(out, &path)?;
        }
        Ok(Published {
            version: self.version,
            engines: self.engines,
            bundles: self.bundles.into_iter().map(|bundle| bundle.name).collect(),
            dropped,
            left_out: self.left_out,
            files: record.files.len(),
            bytes,
            lacks_graphics: self.lacks_graphics,
        })
    }
}

fn open(source: &BundleSource) -> Result<Opened> {
    let bundle = at_once(Bundle::open(FolderStore::open(&source.folder)?))
        .with_context(|| source.folder.display().to_string())?;
    let files = at_once(bundle.verify()).with_context(|| source.folder.display().to_string())?;
    let ids = at_once(bundle.all_ids())?;
    Ok(Opened {
        name: source.name.clone(),
        folder: source.folder.clone(),
        manifest: bundle.manifest().clone(),
        files,
        item: ids.into_iter().next(),
    })
}

fn write_record(out: &Path, record: &Record) -> Result<()> {
    save(
        &out.join(RECORD),
        &format!("{}\n", serde_json::to_string_pretty(record)?),
    )
}

#[cfg(test)]
#[path = "release_test.rs"]
mod tests;
