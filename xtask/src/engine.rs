//! Engine *gpu*: built beside the page, because it takes longer than all the rest
//! and changes with less of it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::project::Project;
use crate::stamp::{Inputs, make_folder};
use crate::tools::{Tools, WASM_TARGET};

const NAME: &str = "doorstep-gpu";

/// Compiles the engine and returns the folder with its two files.
pub fn build_gpu(project: &Project, tools: &Tools) -> Result<PathBuf> {
    let folder = project.generated("gpu-engine");
    let mut inputs = Inputs::default().text(&project.locked_version("wasm-bindgen")?);
    for path in [
        ".cargo",
        "Cargo.lock",
        "Cargo.toml",
        "rust-toolchain.toml",
        "shared",
        "web",
    ] {
        inputs = inputs.path(&project.root.join(path))?;
    }
    let name = "build engine gpu, for WebGPU (some minutes where nothing of it was built before)";
    make_folder(name, &folder, inputs, || {
        process::run_step(
            process::cargo(&project.root)
                .args(["build", "--locked", "--target", WASM_TARGET])
                .args(["--profile", "engine", "-p", "doorstep-web"])
                .args(["--bin", NAME, "--features", "webgpu"]),
        )?;
        let built = project.target.join(WASM_TARGET).join("engine");
        process::run_step(
            Command::new("wasm-bindgen")
                .env("PATH", tools.path()?)
                .args(["--target", "web", "--no-typescript", "--out-dir"])
                .arg(&folder)
                .arg(built.join(NAME).with_extension("wasm")),
        )
    })?;
    Ok(folder)
}
