//! `cargo xtask demo`: from nothing to a shop in the browser.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::project::{Profile, Project};
use crate::site::{self, Recipe, Shop};
use crate::tools::Tools;

/// Options of `demo`.
#[derive(clap::Args)]
pub struct Args {
    /// Port to serve on; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Build only, don't serve.
    #[arg(long)]
    no_serve: bool,
    /// Show this bundle, made by `doorstep train` or `doorstep import`, instead of the generated shop.
    #[arg(long, value_name = "DIR")]
    bundle: Option<PathBuf>,
    /// The currency of that bundle's prices, such as USD; without it they are plain numbers.
    #[arg(long, value_name = "CODE", requires = "bundle", value_parser = currency)]
    currency: Option<String>,
    /// Build the engine for WebGPU too: some minutes, once.
    #[arg(long)]
    webgpu: bool,
    /// Where the finished site goes.
    #[arg(long, value_name = "DIR", default_value = "dist")]
    out: PathBuf,
}

fn currency(text: &str) -> Result<String, String> {
    let letters = text.len() == 3 && text.chars().all(|c| c.is_ascii_uppercase());
    let code = letters.then(|| text.to_owned());
    code.ok_or_else(|| "give the three capital letters of ISO 4217, such as USD".to_owned())
}

/// Builds the demo site and serves it until interrupted.
pub fn run(args: Args) -> Result<()> {
    let project = Project::locate()?;
    let tools = Tools::locate()?;
    tools.for_site(&project)?;
    let out = std::path::absolute(args.out)?;
    let doorstep = site::build(
        &project,
        &tools,
        &Recipe {
            name: "demo",
            data: &[],
            phantoms: &["--pictures", "1200", "--picture-size", "192"],
            salad: &[],
            profile: Profile::Release,
            out: out.clone(),
            webgpu: args.webgpu,
            shop: args.bundle.map(|bundle| Shop {
                bundle,
                currency: args.currency,
            }),
        },
    )?;
    if args.no_serve {
        println!("{}", out.display());
        return Ok(());
    }
    process::run(
        Command::new(doorstep)
            .arg("serve")
            .arg(&out)
            .args(["--port", &args.port.to_string()]),
    )
}
