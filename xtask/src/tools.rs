//! The tools that tasks need, installed on demand into a folder of the user's.
//!
//! The folder is `$DOORSTEP_TOOLS`, by default `doorstep/tools` in the user's
//! cache. Nothing is installed system-wide and nothing is installed twice.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::project::Project;
use crate::step::step;

/// The target that the browser engine is compiled for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

const TRUNK: &str = "0.21.14";
const TYPOS: &str = "1.52.0";
const CARGO_DENY: &str = "0.20.2";
const AXE_CORE: &str = "4.14.1";
const ESBUILD: &str = "0.28.2";
const HNSWLIB_WASM: &str = "0.8.2";
const ONNXRUNTIME_WEB: &str = "1.30.0";
const TYPESCRIPT: &str = "7.0.2";
const GECKODRIVER: &str = "0.36.0";

/// The folder of installed tools.
pub struct Tools {
    folder: PathBuf,
}

/// A program that cargo can install.
struct Program<'a> {
    package: &'a str,
    binary: &'a str,
    version: &'a str,
    /// Whether the package's own lock file still builds.
    locked: bool,
}

impl Tools {
    /// The tools' folder for this user.
    pub fn locate() -> Result<Self> {
        let folder = match (env::var_os("DOORSTEP_TOOLS"), env::var_os("XDG_CACHE_HOME")) {
            (Some(folder), _) => folder.into(),
            (None, Some(cache)) => PathBuf::from(cache).join("doorstep/tools"),
            (None, None) => env::home_dir()
                .context("there is no home folder: set DOORSTEP_TOOLS to a folder for tools")?
                .join(".cache/doorstep/tools"),
        };
        Ok(Self {
            folder: std::path::absolute(folder)?,
        })
    }

    /// `PATH` with the installed tools first.
    pub fn path(&self) -> Result<OsString> {
        let old = env::var_os("PATH").unwrap_or_default();
        let all = std::iter::once(self.bin()).chain(env::split_paths(&old));
        env::join_paths(all).context("PATH holds a folder name that cannot be used")
    }

    /// What building the page needs: the wasm target, trunk, wasm-bindgen.
    pub fn for_site(&self, project: &Project) -> Result<()> {
        self.wasm_target(project)?;
        self.program(Program {
            package: "trunk",
            binary: "trunk",
            version: TRUNK,
            locked: true,
        })?;
        let version = project.locked_version("wasm-bindgen")?;
        self.program(Program {
            package: "wasm-bindgen-cli",
            binary: "wasm-bindgen",
            version: &version,
            // Its lock file names a pre-release that is no longer published.
            locked: false,
        })?;
        Ok(())
    }

    /// Adds the wasm target to the toolchain of the checkout.
    pub fn wasm_target(&self, project: &Project) -> Result<()> {
        let libraries = process::output(process::rustc(&project.root).args([
            "--print=target-libdir",
            "--target",
            WASM_TARGET,
        ]))?;
        if Path::new(libraries.trim()).is_dir() {
            return Ok(());
        }
        step(&format!("add the {WASM_TARGET} target"), || {
            process::run_step(Command::new("rustup").current_dir(&project.root).args([
                "target",
                "add",
                WASM_TARGET,
            ]))
            .context("install rustup from https://rustup.rs, then try again")
        })
    }

    /// The spelling checker.
    pub fn typos(&self) -> Result<PathBuf> {
        self.program(Program {
            package: "typos-cli",
            binary: "typos",
            version: TYPOS,
            locked: true,
        })
    }

    /// The checker of licences, sources and advisories.
    pub fn cargo_deny(&self) -> Result<PathBuf> {
        self.program(Program {
            package: "cargo-deny",
            binary: "cargo-deny",
            version: CARGO_DENY,
            locked: true,
        })
    }

    /// The accessibility rules that the browser tests inject, or `None` where npm is missing.
    pub fn axe_core(&self) -> Result<Option<PathBuf>> {
        self.npm("axe-core", AXE_CORE, "axe.min.js")
    }

    /// The folder of an index of nearest neighbours, or `None` where npm is missing.
    pub fn hnswlib_wasm(&self) -> Result<Option<PathBuf>> {
        self.npm("hnswlib-wasm", HNSWLIB_WASM, "dist")
    }

    /// A bundler that takes the npm package, or `None` where npm is missing.
    pub fn esbuild(&self) -> Result<Option<PathBuf>> {
        self.npm("esbuild", ESBUILD, "bin/esbuild")
    }

    /// A compiler that reads the package's types, or `None` where npm is missing.
    pub fn typescript(&self) -> Result<Option<PathBuf>> {
        self.npm("typescript", TYPESCRIPT, "bin/tsc")
    }

    /// What steers Firefox.
    pub fn geckodriver(&self) -> Result<PathBuf> {
        self.program(Program {
            package: "geckodriver",
            binary: "geckodriver",
            version: GECKODRIVER,
            locked: true,
        })
    }

    /// The folder of what runs ONNX in a browser, or `None` where npm is missing.
    pub fn onnxruntime_web(&self) -> Result<Option<PathBuf>> {
        self.npm("onnxruntime-web", ONNXRUNTIME_WEB, "dist")
    }

    /// A file or folder of an npm package, or `None` where npm is missing.
    fn npm(&self, package: &str, version: &str, part: &str) -> Result<Option<PathBuf>> {
        let folder = self.folder.join(format!("{package}-{version}"));
        let part = folder.join("node_modules").join(package).join(part);
        if part.exists() {
            return Ok(Some(part));
        }
        if process::version(Path::new("npm")).is_none() {
            return Ok(None);
        }
        let mut npm = Command::new("npm");
        npm.args([
            "install",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
            "--prefix",
        ])
        .arg(&folder)
        .arg(format!("{package}@{version}"));
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        step(&format!("install {package} {version}"), || {
            process::run_step(&mut npm)
        })?;
        Ok(Some(part))
    }

    /// A Python with the peers of our benchmarks and what they rest on.
    pub fn python(&self) -> Result<PathBuf> {
        const PACKAGES: [&str; 8] = [
            "numpy",
            "scipy",
            "pandas",
            "scikit-learn",
            "implicit",
            "scikit-surprise",
            "onnx",
            "torch",
        ];
        let folder = self.folder.join("python");
        let python = folder.join("bin/python");
        let ready = |python: &Path| {
            Command::new(python)
                .args([
                    "-c",
                    "import numpy, scipy, pandas, sklearn, implicit, surprise, onnx, torch",
                ])
                .output()
                .is_ok_and(|output| output.status.success())
        };
        if ready(&python) {
            return Ok(python);
        }
        step("install the peers of the benchmarks by pip", || {
            process::run_step(Command::new("python3").args(["-m", "venv"]).arg(&folder))
                .context("install Python 3 with its venv module, then try again")?;
            process::run_step(
                Command::new(&python)
                    .args(["-m", "pip", "install", "--quiet"])
                    .args(PACKAGES),
            )
        })?;
        Ok(python)
    }

    fn bin(&self) -> PathBuf {
        self.folder.join("bin")
    }

    /// Finds a program of exactly this version, here or on PATH, or installs it.
    fn program(&self, wanted: Program) -> Result<PathBuf> {
        let ours = self.bin().join(wanted.binary);
        for candidate in [ours.clone(), wanted.binary.into()] {
            if process::version(&candidate).is_some_and(|found| is_version(&found, wanted.version))
            {
                return Ok(candidate);
            }
        }
        // With the checkout's toolchain but outside of it, and in cargo's own temporary
        // target folder, so that an install never waits for a build.
        let mut install = process::cargo(&env::temp_dir());
        install.env_remove("CARGO_TARGET_DIR").args([
            "install",
            wanted.package,
            "--version",
            wanted.version,
        ]);
        if wanted.locked {
            install.arg("--locked");
        }
        install.arg("--root").arg(&self.folder);
        let name = format!("install {} {}", wanted.package, wanted.version);
        step(&format!("{name} (once; this takes minutes)"), || {
            process::run_step(&mut install).with_context(|| {
                format!(
                    "could not {name}; to try by hand: {}",
                    process::line(&install)
                )
            })
        })?;
        let found = process::version(&ours).unwrap_or_default();
        if !is_version(&found, wanted.version) {
            bail!(
                "{} says `{found}` where {} was just installed; remove {} and try again",
                ours.display(),
                wanted.version,
                self.folder.display()
            );
        }
        Ok(ours)
    }
}

/// Whether a `--version` line such as `trunk 0.21.14 (…)` is of that version.
fn is_version(line: &str, version: &str) -> bool {
    line.split_whitespace().any(|word| word == version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_match_whole_words() {
        assert!(is_version("wasm-bindgen 0.2.130", "0.2.130"));
        assert!(is_version("trunk 0.21.14 (abc)", "0.21.14"));
        assert!(!is_version("wasm-bindgen 0.2.1301", "0.2.130"));
        assert!(!is_version("", "0.2.130"));
    }

    #[test]
    fn the_tools_come_first_on_path() {
        let tools = Tools {
            folder: "/t".into(),
        };
        let path = tools.path().unwrap();
        assert_eq!(
            env::split_paths(&path).next(),
            Some(PathBuf::from("/t/bin"))
        );
    }
}
