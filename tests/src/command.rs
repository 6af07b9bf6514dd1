//! The `doorstep` command under test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// A call of the `doorstep` command, ready for arguments.
pub fn doorstep() -> Command {
    Command::new(binary())
}

/// `$DOORSTEP_BIN`, or the command built beside the running test.
///
/// # Panics
/// When the command does not build.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match std::env::var_os("DOORSTEP_BIN") {
        Some(path) => path.into(),
        None => build(),
    })
}

fn build() -> PathBuf {
    let status = cargo()
        .args([
            "build",
            "--quiet",
            "--package=doorstep-trainer",
            "--bin=doorstep",
        ])
        .args((!cfg!(debug_assertions)).then_some("--release"))
        .status()
        .expect("cargo starts");
    assert!(
        status.success(),
        "the doorstep command does not build: {status}"
    );
    // A test runs as TARGET/PROFILE/deps/NAME, the command is TARGET/PROFILE/doorstep.
    let test = std::env::current_exe().expect("a running test has a path");
    let profile = test
        .ancestors()
        .nth(2)
        .expect("a test lies in PROFILE/deps");
    profile.join(format!("doorstep{}", std::env::consts::EXE_SUFFIX))
}

/// `cargo` at the workspace's root.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    cargo
}
