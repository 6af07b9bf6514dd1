//! Where engines and scripts come from: a folder that `cargo xtask dist` fills.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use doorstep_shared::bundle::Manifest;

/// Where the command looks, beside itself.
const BESIDE: &str = "engines";
const REMEDY: &str = "run `cargo xtask dist` in a checkout, which puts the command and its engines into one folder, and use that command or name its folder `engines` with --engines";
/// Scripts load this one before they know what a bundle needs.
pub(super) const FIRST: &str = "core";
/// The engine of networks, and what runs them on a graphics card.
const NETWORKS: &str = "cpu";
const GRAPHICS: &str = "gpu";

/// A folder of engines and scripts.
#[derive(Debug)]
pub struct Engines {
    folder: PathBuf,
}

impl Engines {
    /// The folder `given`, else the one beside the running command.
    ///
    /// # Errors
    /// Where there is none, with how to make one.
    pub fn find(given: Option<&Path>) -> Result<Self> {
        let folder = match given {
            Some(folder) => folder.to_owned(),
            None => {
                let command = std::env::current_exe()
                    .context("cannot tell where this command lies; pass --engines DIR")?;
                command.with_file_name(BESIDE)
            }
        };
        let engines = Self { folder };
        for file in ["widgets.js", "worker.js"] {
            engines.require(file)?;
        }
        Ok(engines)
    }

    /// Where they lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The files, by their paths in the folder, that bundles with these manifests need: all
    /// scripts, since they are small and most are loaded on demand, and of the engines the first
    /// one and those of the models.
    pub fn files<'a>(&self, manifests: impl IntoIterator<Item = &'a Manifest>) -> Result<Needed> {
        let mut names: BTreeSet<String> = BTreeSet::from([FIRST.to_owned()]);
        for manifest in manifests {
            names.extend(manifest.models.iter().map(|model| model.engine.clone()));
        }
        for name in &names {
            for file in files_of(name) {
                self.require(&file)?;
            }
        }
        let networks = names.contains(NETWORKS);
        let has_graphics = files_of(GRAPHICS)
            .iter()
            .all(|file| self.folder.join(file).is_file());
        if networks && has_graphics {
            names.insert(GRAPHICS.to_owned());
        }
        let mut files = Vec::new();
        collect(&self.folder, "", &mut files)?;
        let wanted: BTreeSet<String> = names.iter().flat_map(|name| files_of(name)).collect();
        files.retain(|file| wanted.contains(file) || !is_engine(file));
        files.sort();
        Ok(Needed {
            files,
            engines: names.into_iter().collect(),
            lacks_graphics: networks && !has_graphics,
        })
    }

    /// A script's text.
    pub fn read(&self, file: &str) -> Result<String> {
        self.require(file)?;
        let path = self.folder.join(file);
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    fn require(&self, file: &str) -> Result<()> {
        ensure!(
            self.folder.join(file).is_file(),
            "{} holds no {file}; {REMEDY}",
            self.folder.display()
        );
        Ok(())
    }
}

/// What bundles need of a folder of engines.
#[derive(Debug)]
pub struct Needed {
    /// Paths in the folder.
    pub files: Vec<String>,
    /// Names of the engines.
    pub engines: Vec<String>,
    /// Whether there are networks and no engine for graphics cards.
    pub lacks_graphics: bool,
}

fn files_of(engine: &str) -> [String; 2] {
    [
        format!("doorstep-{engine}.js"),
        format!("doorstep-{engine}_bg.wasm"),
    ]
}

fn is_engine(file: &str) -> bool {
    file.starts_with("doorstep-") && (file.ends_with(".js") || file.ends_with(".wasm"))
}

/// All files below a folder, as paths parted by `/`.
pub(super) fn collect(folder: &Path, prefix: &str, files: &mut Vec<String>) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_str().with_context(|| {
            format!(
                "{} has a name that no address can have",
                entry.path().display()
            )
        })?;
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
