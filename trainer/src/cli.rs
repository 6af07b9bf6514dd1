//! The command line: parse, then run one command.

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::{Arg, Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::commands::{
    compare, demo, evaluate, import, inspect, models, prepare, publish, serve, train, tune,
};
use crate::progress::Progress;

/// Train recommenders offline, publish them as static files, run them in the visitor's browser.
#[derive(Parser)]
#[command(name = "doorstep", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    output: Output,
}

/// How a command speaks: the options that every command has.
#[derive(Args, Clone, Debug, Default)]
pub struct Output {
    /// Print the result as JSON on stdout.
    #[arg(long, global = true)]
    pub json: bool,
    /// No progress on stderr; warnings and errors still appear.
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

impl Output {
    /// Writes a result to stdout. A reader that has seen enough is no error.
    pub fn print(&self, text: &str) -> anyhow::Result<()> {
        let mut stdout = std::io::stdout().lock();
        match stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush())
        {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(anyhow::Error::new(error).context("cannot write to stdout"))
            }
            _ => Ok(()),
        }
    }

    /// Where progress goes.
    pub fn progress(&self) -> Progress {
        Progress::new(self.quiet)
    }
}

#[derive(Subcommand)]
enum Command {
    Compare(compare::Args),
    Prepare(prepare::Args),
    Train(train::Args),
    Evaluate(evaluate::Args),
    Import(import::Args),
    Inspect(inspect::Args),
    Models(models::Args),
    Publish(publish::Args),
    Serve(serve::Args),
    Tune(tune::Args),
    Demo(demo::Args),
}

/// The command line. A negative number is always a value, so that an option
/// that takes none of them says so itself.
fn command() -> clap::Command {
    let numbers = |arg: Arg| {
        let takes_value = arg.get_action().takes_values();
        arg.allow_negative_numbers(takes_value)
    };
    Cli::command().mut_subcommands(|command| command.mut_args(numbers))
}

/// Runs the command line and says how it went: 0 done, 1 failed, 2 misused.
pub fn run() -> ExitCode {
    let cli = Cli::from_arg_matches(&command().get_matches()).unwrap_or_else(|error| error.exit());
    let output = &cli.output;
    let outcome = match cli.command {
        Command::Compare(args) => args.run(output),
        Command::Prepare(args) => args.run(output),
        Command::Train(args) => args.run(output),
        Command::Evaluate(args) => args.run(output),
        Command::Import(args) => args.run(output),
        Command::Inspect(args) => args.run(output),
        Command::Models(args) => args.run(output),
        Command::Publish(args) => args.run(output),
        Command::Serve(args) => args.run(output),
        Command::Tune(args) => args.run(output),
        Command::Demo(args) => args.run(output),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            crate::progress::tell!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
