//! The project's tasks: `cargo xtask demo`, `dist`, `npm`, `test`, `check` and `bench`.
//!
//! A task installs the tools that it misses into a folder of its own and says
//! so; nothing but rustup (and Chromium with its driver, for the tests) has to
//! be there first.

mod bench;
mod browser;
mod check;
mod demo;
mod dist;
mod engine;
mod fuzz;
mod npm;
mod process;
mod project;
mod site;
mod stamp;
mod step;
mod strip;
mod test;
mod tools;
mod training;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Doorstep's tasks.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Generate the default data, train, build the page, serve it on loopback.
    Demo(demo::Args),
    /// Build the command with the engines that `doorstep publish` puts on a host.
    Dist(dist::Args),
    /// Pack scripts and engines as an npm package.
    Npm(npm::Args),
    /// Run every test: unit, commands, native = wasm, and a real browser.
    Test(test::Args),
    /// What to run before a commit: format, lints, spelling, licences, wasm, docs.
    Check(check::Args),
    /// Measure the published figures beside their peers and print the ratios.
    Bench(bench::Args),
    /// Build the small site that the browser tests drive and print its folder.
    #[command(hide = true)]
    TestSite,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().task {
        Task::Demo(args) => demo::run(args),
        Task::Dist(args) => dist::run(args),
        Task::Npm(args) => npm::run(args),
        Task::Test(args) => test::run(args),
        Task::Check(args) => check::run(args),
        Task::Bench(args) => bench::run(args),
        Task::TestSite => test::print_site(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
