//! Finding Chromium and its driver, which the tests need and we don't install.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::process;

/// A browser and the driver that steers it.
pub struct Browser {
    /// Chromium or Chrome.
    pub chromium: PathBuf,
    /// ChromeDriver of the same version.
    pub driver: PathBuf,
}

const REMEDY: &str = "the browser tests need Chromium and its driver; on Debian and Ubuntu: \
    `sudo apt-get install chromium chromium-driver` (Ubuntu: chromium-browser chromium-chromedriver); \
    or set CHROMIUM and CHROMEDRIVER to the programs";

/// Finds both programs, by `$CHROMIUM` and `$CHROMEDRIVER` or by their usual names.
pub fn find() -> Result<Browser> {
    Ok(Browser {
        chromium: program(
            "CHROMIUM",
            &["chromium", "chromium-browser", "google-chrome"],
        )?,
        driver: program("CHROMEDRIVER", &["chromedriver"])?,
    })
}

/// Firefox, by `$FIREFOX` or its usual names, where it is installed.
pub fn firefox() -> Result<Option<PathBuf>> {
    let names = ["firefox", "firefox-esr"];
    match env::var_os("FIREFOX") {
        Some(_) => program("FIREFOX", &names).map(Some),
        None => Ok(program("FIREFOX", &names).ok()),
    }
}

fn program(variable: &str, names: &[&str]) -> Result<PathBuf> {
    if let Some(path) = env::var_os(variable) {
        let path = PathBuf::from(path);
        process::version(&path).with_context(|| {
            format!(
                "{variable} is set to {}, which does not run",
                path.display()
            )
        })?;
        return Ok(path);
    }
    // The driver wants the browser's whole path.
    let search = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&search).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file() && process::version(path).is_some())
        .with_context(|| format!("found no {} that runs: {REMEDY}", names.join(" or ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_browser_gives_the_remedy() {
        let error = program("DOORSTEP_UNSET", &["doorstep-no-such-browser"]).unwrap_err();
        assert!(
            error.to_string().contains("apt-get install chromium"),
            "{error}"
        );
    }
}
