//! `cargo xtask check`: what a contributor runs before a commit.

use std::net::{TcpStream, ToSocketAddrs};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::fuzz;
use crate::process;
use crate::project::Project;
use crate::step::{skipped, step};
use crate::tools::{Tools, WASM_TARGET};

/// Options of `check`.
#[derive(clap::Args)]
pub struct Args {
    /// Also fuzz the bundle reader.
    #[arg(long)]
    fuzz: bool,
    /// How long to fuzz.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, requires = "fuzz")]
    fuzz_seconds: u32,
}

/// Runs every check, and names all that failed at the end.
pub fn run(args: Args) -> Result<()> {
    let project = Project::locate()?;
    let tools = Tools::locate()?;
    tools.wasm_target(&project)?;
    let typos = tools.typos()?;
    let deny = tools.cargo_deny()?;
    let cargo = |arguments: &[&str]| process::run(process::cargo(&project.root).args(arguments));

    let mut failed = Vec::new();
    let mut check = |name: &'static str, work: &dyn Fn() -> Result<()>| {
        if let Err(error) = step(name, work) {
            eprintln!("  {error:#}");
            failed.push(name);
        }
    };
    check("format", &|| cargo(&["fmt", "--all", "--check"]));
    check("spelling", &|| {
        process::run(Command::new(&typos).current_dir(&project.root))
    });
    check("licences, bans and sources", &|| {
        deny_check(&deny, &project, &["licenses", "bans", "sources"])
    });
    if reachable("github.com:443") {
        check("advisories", &|| {
            deny_check(&deny, &project, &["advisories"])
        });
    } else {
        skipped(
            "advisories",
            "their database at github.com cannot be reached from here",
        );
    }
    check("lints", &|| {
        cargo(&[
            "clippy",
            "--locked",
            "--workspace",
            "--all-targets",
            "--",
            "-Dwarnings",
        ])
    });
    for (name, features) in [
        ("shared and web for wasm32, engine core", ""),
        ("shared and web for wasm32, engine tables", "tables"),
        ("shared and web for wasm32, engine cpu", "neural"),
        ("shared and web for wasm32, engine gpu", "webgpu"),
    ] {
        check(name, &|| {
            cargo(&[
                "check",
                "--locked",
                "--target",
                WASM_TARGET,
                "-p",
                "doorstep-shared",
                "-p",
                "doorstep-web",
                "--features",
                features,
            ])
        });
    }
    check("documentation", &|| {
        process::run(
            process::cargo(&project.root)
                .env("RUSTDOCFLAGS", "-Dwarnings")
                .args([
                    "doc",
                    "--locked",
                    "--workspace",
                    "--no-deps",
                    "--document-private-items",
                ]),
        )
    });
    if args.fuzz {
        check("fuzz the bundle reader", &|| {
            fuzz::run(&project, args.fuzz_seconds)
        });
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("failed: {}", failed.join(", "))
}

fn deny_check(deny: &std::path::Path, project: &Project, what: &[&str]) -> Result<()> {
    process::run(
        Command::new(deny)
            .current_dir(&project.root)
            .args(["--locked", "check", "--hide-inclusion-graph"])
            .args(what),
    )
}

fn reachable(address: &str) -> bool {
    address.to_socket_addrs().is_ok_and(|mut addresses| {
        addresses.any(|a| TcpStream::connect_timeout(&a, Duration::from_secs(3)).is_ok())
    })
}
