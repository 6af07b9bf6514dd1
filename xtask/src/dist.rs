//! `cargo xtask dist`: the command, and beside it the engines and scripts that
//! `doorstep publish` puts on a host.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::engine::build_gpu;
use crate::project::{Profile, Project};
use crate::site::{build_page, change, copy_folder};
use crate::step::step;
use crate::tools::Tools;

/// Where the command looks for engines: beside itself.
const ENGINES: &str = "engines";

/// Options of `dist`.
#[derive(clap::Args)]
pub struct Args {
    /// Build the engine for WebGPU too: some minutes, once.
    #[arg(long)]
    webgpu: bool,
    /// Where command and engines go; by default `doorstep/dist` of the target folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Builds the distribution and prints its folder.
pub fn run(args: Args) -> Result<()> {
    let project = Project::locate()?;
    let tools = Tools::locate()?;
    tools.for_site(&project)?;
    let out = std::path::absolute(args.out.unwrap_or_else(|| project.generated("dist")))?;
    let doorstep = step("build the doorstep command", || {
        project.build_doorstep(Profile::Release)
    })?;
    gather_built(&project, &tools, args.webgpu, &out.join(ENGINES))?;
    let name = doorstep.file_name().context("a program has a name")?;
    let target = out.join(name);
    // A command that runs keeps its file, so it is replaced and not written over.
    if target.exists() {
        fs::remove_file(&target).with_context(|| format!("cannot replace {}", target.display()))?;
    }
    fs::copy(&doorstep, &target).with_context(|| format!("cannot write {}", target.display()))?;
    println!("{}", out.display());
    Ok(())
}

/// Builds what other people's pages load, and puts it into a folder.
pub fn gather_built(project: &Project, tools: &Tools, webgpu: bool, out: &Path) -> Result<()> {
    let page = build_page(project, tools)?;
    let gpu = webgpu.then(|| build_gpu(project, tools)).transpose()?;
    gather(&page, gpu.as_deref(), out)
}

/// Puts what other people's pages load into a folder: all of the page but the demo itself.
pub fn gather(page: &Path, gpu: Option<&Path>, out: &Path) -> Result<()> {
    step("gather engines and scripts", || {
        if out.exists() {
            fs::remove_dir_all(out).with_context(|| format!("cannot empty {}", out.display()))?;
        }
        copy_folder(page, out)?;
        fs::remove_dir_all(out.join("demo"))?;
        for entry in fs::read_dir(out)? {
            let path = entry?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "html")
            {
                fs::remove_file(path)?;
            }
        }
        match gpu {
            Some(engine) => copy_folder(engine, out),
            None => without_gpu(out),
        }
    })
}

/// Has `gpu.js` say that its engine was not built, instead of asking for it.
pub fn without_gpu(folder: &Path) -> Result<()> {
    let said = [("const BUILT = true;", "const BUILT = false;")];
    change(&folder.join("gpu.js"), &said)
}
