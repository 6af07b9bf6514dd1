//! Where the checkout and its build folders are.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process;

/// The checkout and the folder that cargo builds into.
pub struct Project {
    /// The workspace's root.
    pub root: PathBuf,
    /// Cargo's target folder, wherever the environment or a configuration puts it.
    pub target: PathBuf,
}

impl Project {
    /// The checkout that cargo runs this task in.
    pub fn locate() -> Result<Self> {
        // Asked for at run time: checkouts that share a target folder share this program.
        let package = std::env::var_os("CARGO_MANIFEST_DIR")
            .context("run tasks through cargo: `cargo xtask …`")?;
        let root = Path::new(&package)
            .parent()
            .context("the xtask package lies in the workspace's root")?
            .to_owned();
        let metadata = process::output(process::cargo(&root).args([
            "metadata",
            "--no-deps",
            "--format-version=1",
        ]))?;
        let metadata: serde_json::Value =
            serde_json::from_str(&metadata).context("cannot read what `cargo metadata` printed")?;
        let target = metadata["target_directory"]
            .as_str()
            .context("`cargo metadata` names no target folder")?
            .into();
        Ok(Self { root, target })
    }

    /// A folder below the target folder for what tasks generate.
    pub fn generated(&self, name: &str) -> PathBuf {
        self.target.join("doorstep").join(name)
    }

    /// The version that `Cargo.lock` holds of a package.
    pub fn locked_version(&self, package: &str) -> Result<String> {
        let path = self.root.join("Cargo.lock");
        let lock = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        locked_version(&lock, package)
            .map(str::to_owned)
            .with_context(|| {
                format!("Cargo.lock holds no {package}; run `cargo generate-lockfile`")
            })
    }

    /// Builds the `doorstep` command and returns where it lies.
    pub fn build_doorstep(&self, profile: Profile) -> Result<PathBuf> {
        let mut cargo = process::cargo(&self.root);
        cargo.args(["build", "--locked", "--bin=doorstep"]);
        let folder = match profile {
            // With the features that the tests give its dependencies, which are built once then.
            Profile::Dev => {
                cargo.arg("--workspace");
                "debug"
            }
            Profile::Release => {
                cargo.args(["--package=doorstep-trainer", "--release"]);
                "release"
            }
        };
        process::run_step(&mut cargo)?;
        Ok(self
            .target
            .join(folder)
            .join(format!("doorstep{}", std::env::consts::EXE_SUFFIX)))
    }

    /// Builds an example of the tests, with the features that these have, and returns where it lies.
    pub fn build_test_example(&self, name: &str) -> Result<PathBuf> {
        process::run_step(process::cargo(&self.root).args([
            "build",
            "--locked",
            "--workspace",
            &format!("--example={name}"),
        ]))?;
        let folder = self.target.join("debug").join("examples");
        Ok(folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
    }

    /// Builds an example of the trainer, to be quick, and returns where it lies.
    pub fn build_example(&self, name: &str) -> Result<PathBuf> {
        process::run_step(process::cargo(&self.root).args([
            "build",
            "--locked",
            "--release",
            "--package=doorstep-trainer",
            &format!("--example={name}"),
        ]))?;
        let folder = self.target.join("release").join("examples");
        Ok(folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
    }
}

/// How the command is compiled: quickly, or to be quick.
#[derive(Clone, Copy)]
pub enum Profile {
    /// For the tests: shares its dependencies with them.
    Dev,
    /// For the demo and for figures.
    Release,
}

fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.next()?;
    lines
        .next()?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_that_of_the_exact_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.1\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "wasm"), None);
    }
}
