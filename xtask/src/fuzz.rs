//! Fuzzing the bundle reader with libFuzzer, on the stable toolchain.
//!
//! The compiler's coverage pass is set by hand: address sanitizing would need
//! a nightly compiler and finds nothing in a reader without `unsafe`. Overflow
//! and debug assertions are on, so arithmetic slips end the run.

use std::fs;

use anyhow::{Context, Result};

use crate::process;
use crate::project::Project;

const COVERAGE: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 \
    -Cdebug-assertions -Coverflow-checks";

/// Runs the target for `seconds`, from the committed corpus and what earlier runs found.
pub fn run(project: &Project, seconds: u32) -> Result<()> {
    let package = project.root.join("tests/fuzz");
    let found = project.generated("fuzz-corpus");
    let artifacts = project.generated("fuzz-artifacts");
    for folder in [&found, &artifacts] {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
    }
    // Naming the host keeps the coverage flags away from build scripts and macros.
    let host = process::output(process::rustc(&project.root).args(["--print=host-tuple"]))?;
    process::run(
        process::cargo(&package)
            .env("RUSTFLAGS", COVERAGE)
            .env("CARGO_TARGET_DIR", project.generated("fuzz-target"))
            .args([
                "run",
                "--release",
                "--locked",
                "--target",
                host.trim(),
                "--",
            ])
            .arg(&found)
            .arg(package.join("corpus"))
            .args([
                &format!("-max_total_time={seconds}"),
                "-max_len=65536",
                "-timeout=5",
                "-rss_limit_mb=1024",
                "-print_final_stats=1",
            ])
            .arg(format!("-artifact_prefix={}/", artifacts.display())),
    )
    .with_context(|| {
        format!(
            "a failing input, if there is one, lies in {}",
            artifacts.display()
        )
    })
}
