//! `cargo xtask test`: every test there is.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::browser;
use crate::dist::gather_built;
use crate::npm::complete;
use crate::process;
use crate::project::{Profile, Project};
use crate::site::{self, Recipe};
use crate::step::{skipped, step};
use crate::tools::Tools;

/// Data large enough for models to differ, small enough to train in seconds.
const SMALL: [&str; 6] = ["--items", "300", "--users", "600", "--songs", "600"];

/// Pictures so many that normal ones are left to calibrate with.
const PICTURES: [&str; 4] = ["--pictures", "300", "--picture-size", "64"];
/// A model of them that tells little, but is there at once, and has all that scores can be made of.
const SALAD: [&str; 8] = [
    "--known-abnormal",
    "2",
    "--set",
    "salad.pretraining=2",
    "--set",
    "salad.rounds=1",
    "--set",
    "salad.round_epochs=1",
];

/// Options of `test`.
#[derive(clap::Args)]
pub struct Args {
    /// What to hand on to `cargo test`, such as `-p doorstep-shared` or a test's name.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    cargo: Vec<String>,
}

/// Builds the test site, then runs the workspace's tests against it.
pub fn run(args: Args) -> Result<()> {
    let project = Project::locate()?;
    let tools = Tools::locate()?;
    let browser = browser::find()?;
    tools.for_site(&project)?;
    let axe = tools.axe_core()?;
    if axe.is_none() {
        skipped(
            "accessibility rules",
            "npm is not installed; the accessibility test will say so",
        );
    }
    let selection = if args.cargo.is_empty() {
        vec!["--workspace".to_owned()]
    } else {
        args.cargo
    };
    let mut cargo = process::cargo(&project.root);
    cargo.args(["test", "--locked"]).args(selection);
    let (site, doorstep) = build_site(&project, &tools)?;
    cargo
        .env("DOORSTEP_BIN", doorstep)
        .env("DOORSTEP_SITE", site)
        .env("CHROMIUM", browser.chromium)
        .env("CHROMEDRIVER", browser.driver);
    if let Some(axe) = axe {
        cargo.env("DOORSTEP_AXE", axe);
    }
    if let Some(esbuild) = tools.esbuild()? {
        cargo.env("DOORSTEP_ESBUILD", esbuild);
    }
    if let Some(compiler) = tools.typescript()? {
        cargo.env("DOORSTEP_TSC", compiler);
    }
    match firefox(&tools) {
        Ok((firefox, driver)) => {
            cargo.env("FIREFOX", firefox).env("GECKODRIVER", driver);
        }
        Err(why) => skipped("Firefox", &format!("{why:#}; its tests will say so")),
    }
    step("run the tests", || process::run(&mut cargo))
}

/// Firefox and what steers it. All else is tested without them, too.
fn firefox(tools: &Tools) -> Result<(PathBuf, PathBuf)> {
    let firefox = browser::firefox()?.context("it is not installed")?;
    let driver = match env::var_os("GECKODRIVER") {
        Some(driver) => driver.into(),
        None => tools.geckodriver()?,
    };
    Ok((firefox, driver))
}

/// Builds the site for a test that was started without this task.
pub fn print_site() -> Result<()> {
    let project = Project::locate()?;
    let tools = Tools::locate()?;
    tools.for_site(&project)?;
    let (site, _) = build_site(&project, &tools)?;
    println!("{}", site.display());
    Ok(())
}

fn build_site(project: &Project, tools: &Tools) -> Result<(PathBuf, PathBuf)> {
    let out = project.generated("test-site");
    let doorstep = site::build(
        project,
        tools,
        &Recipe {
            name: "test",
            data: &SMALL,
            phantoms: &PICTURES,
            salad: &SALAD,
            profile: Profile::Dev,
            out: out.clone(),
            webgpu: true,
            shop: None,
        },
    )?;
    // The npm package lies beside the site, as do the engines that it was published with.
    let package = project.generated("test-npm");
    gather_built(project, tools, true, &package)?;
    complete(project, &package)?;
    Ok((out, doorstep))
}
