//! What `doorstep publish` makes of the site's bundles.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use tempfile::TempDir;

use crate::command::doorstep;
use crate::site;

/// The shop's data with another model: what `publish` takes it by, and its folder, removed with that value.
pub fn shop_of(model: &str) -> Result<(String, TempDir)> {
    let folder = TempDir::new()?;
    let bundle = folder.path().join("bundle");
    let data = site::folder().with_file_name("test-data");
    let output = doorstep()
        .args(["train", model, "--interactions"])
        .arg(data.join("interactions.csv"))
        .arg("--items")
        .arg(data.join("items.jsonl"))
        .arg("--out")
        .arg(&bundle)
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{said}");
    Ok((format!("shop={}", bundle.display()), folder))
}

/// A folder for a host with a publication in it; removed with this value.
pub struct Publication {
    folder: TempDir,
    at: String,
}

impl Publication {
    /// Publishes the shop and the songs of the test site in the folder `at` of a host.
    pub fn new(at: &str) -> Result<Self> {
        let publication = Self {
            folder: TempDir::new()?,
            at: at.to_owned(),
        };
        let shop = format!("shop={}", site::folder().join("bundle").display());
        let songs = site::folder().join("songs").display().to_string();
        publication.publish(&[shop, songs])?;
        Ok(publication)
    }

    /// Publishes these bundles in the same place.
    pub fn publish(&self, bundles: &[String]) -> Result<()> {
        self.publish_from(bundles, &site::engines())
    }

    /// The same with engines that have one more script, and so another version.
    pub fn publish_with(&self, bundles: &[String], script: &str) -> Result<()> {
        let engines = TempDir::new()?;
        site::copy_folder(&site::engines(), engines.path())?;
        fs::write(engines.path().join(script), "export {};")?;
        self.publish_from(bundles, engines.path())
    }

    fn publish_from(&self, bundles: &[String], engines: &Path) -> Result<()> {
        let output = doorstep()
            .arg("publish")
            .args(bundles.iter().flat_map(|bundle| ["--bundle", bundle]))
            .arg("--engines")
            .arg(engines)
            .arg("--out")
            .arg(self.root())
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{said}");
        Ok(())
    }

    /// The host's folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The publication's folder.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join(&self.at)
    }

    /// Writes a page beside the publication.
    pub fn page(&self, name: &str, html: &str) -> Result<()> {
        Ok(fs::write(self.folder.path().join(name), html)?)
    }

    /// The folder of scripts and engines.
    pub fn version(&self) -> Result<String> {
        let record = fs::read(self.root().join("publication.json"))?;
        let record: serde_json::Value = serde_json::from_slice(&record)?;
        Ok(record["version"].as_str().unwrap_or_default().to_owned())
    }
}
