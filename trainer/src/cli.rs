//! The command line: parse, then run one command.

use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::{Arg, Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::commands::{
    compare, demo, evaluate, import, inspect, models, prepare, publish, serve, train, tune,
};
use crate::needs::{self, Need};
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

impl Command {
    /// Its options that say something only beside others.
    fn needs(&self) -> &'static [Need] {
        match self {
            Self::Compare(_) => compare::NEEDS,
            Self::Train(_) => train::NEEDS,
            Self::Evaluate(_) => evaluate::NEEDS,
            Self::Tune(_) => tune::NEEDS,
            Self::Prepare(_)
            | Self::Import(_)
            | Self::Inspect(_)
            | Self::Models(_)
            | Self::Publish(_)
            | Self::Serve(_)
            | Self::Demo(_) => &[],
        }
    }
}

/// What the words of a command line ask for; an error where they contradict each other.
fn parse<T: Into<OsString> + Clone>(
    words: impl IntoIterator<Item = T>,
) -> Result<Cli, clap::Error> {
    let mut command = command();
    let matches = command.try_get_matches_from_mut(words)?;
    let cli = Cli::from_arg_matches(&matches)?;
    if let Some((name, matches)) = matches.subcommand() {
        let command = command.find_subcommand_mut(name);
        needs::check(command.expect("it was named"), matches, cli.command.needs())?;
    }
    Ok(cli)
}

/// Runs the command line and says how it went: 0 done, 1 failed, 2 misused.
pub fn run() -> ExitCode {
    let cli = parse(std::env::args_os()).unwrap_or_else(|error| error.exit());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_that_nothing_would_take_up_is_refused_with_what_it_needs() {
        let train = "train ease --interactions a.csv --out b";
        let compare = "compare --models ease --interactions a.csv";
        let update = "train --update b --interactions a.csv";
        for (line, option, needs) in [
            (train, "--target x", "--target needs --table"),
            (train, "--exclude x", "--exclude needs --table"),
            (train, "--classify", "--classify needs --table"),
            (train, "--missing impute", "--missing needs --table"),
            (
                train,
                "--reference-year 2020",
                "--reference-year needs --table",
            ),
            (train, "--normal x", "--normal needs --images"),
            (train, "--mura", "--mura needs --images"),
            (train, "--prototypes 3", "--prototypes needs --images"),
            (train, "--trials 3", "--trials needs --auto"),
            (train, "--minutes 3", "--minutes needs --auto"),
            (
                train,
                "--relevant-at 4",
                "--relevant-at needs --split or --auto",
            ),
            (compare, "--target x", "--target needs --table"),
            (compare, "--classify", "--classify needs --table"),
            (compare, "--missing drop", "--missing needs --table"),
            (compare, "--normal x", "--normal needs --images"),
            (update, "--trials 3", "--trials needs --auto"),
            (update, "--minutes 3", "--minutes needs --auto"),
            (
                update,
                "--relevant-at 4",
                "--relevant-at needs --split or --auto",
            ),
            (update, "--target x", "--target needs --table"),
            (update, "--normal x", "--normal needs --images"),
            (update, "--weights f16", "cannot be used with"),
            (
                "evaluate b --interactions a.csv",
                "--normal x",
                "--normal needs --images",
            ),
            (
                "evaluate b --interactions a.csv",
                "--target x",
                "--target needs --table",
            ),
            (
                "tune ease --interactions a.csv",
                "--seed 3",
                "--seed needs --trials or --space",
            ),
        ] {
            let words = |line: &str| parse(format!("doorstep {line}").split_whitespace()).err();
            assert!(words(line).is_none(), "{line} is refused");
            let line = format!("{line} {option}");
            let message = words(&line).expect(&line).to_string();
            assert!(message.contains(needs), "{line}: {message}");
        }
    }

    #[test]
    fn an_option_beside_what_it_needs_is_taken() {
        for line in [
            "train knn --table a.csv --target x --classify --missing impute --out b",
            "train salad --images a --normal x --prototypes 3 --out b",
            "train --auto --interactions a.csv --trials 3 --minutes 3 --relevant-at 4 --out b",
            "train ease --interactions a.csv --split random --relevant-at 4 --weights f16 --out b",
            "compare --models knn --table a.csv --target x",
            "compare --models salad --images a --normal x",
            "evaluate b --images a --normal x",
            "tune ease --interactions a.csv --trials 3 --seed 3",
            "tune --space a.toml --interactions a.csv --seed 3",
        ] {
            let refused = parse(format!("doorstep {line}").split_whitespace()).err();
            assert!(refused.is_none(), "{line}: {}", refused.unwrap());
        }
    }
}
