//! Options that say something only beside others.
//!
//! clap's `requires` is waived where what it asks for conflicts with what was given, so
//! `--target` without `--table` would be ignored in silence beside `--interactions`.

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, Error, Id};

/// An option, or the name of a struct of options, and those of which it needs one.
pub type Need = (&'static str, &'static [&'static str]);

/// Refuses an option of `command` without any of those that it needs.
pub fn check(command: &mut Command, matches: &ArgMatches, needs: &[Need]) -> Result<(), Error> {
    let given = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
    let alone = needs.iter().find_map(|(what, one_of)| {
        // clap keeps the options of a struct as a group of its name.
        let mut groups = command.get_groups();
        let options = match groups.find(|group| group.get_id().as_str() == *what) {
            Some(group) => group.get_args().map(Id::as_str).collect(),
            None => vec![*what],
        };
        let fine = one_of.iter().any(|id| given(id));
        let option = options.into_iter().find(|id| !fine && given(id))?;
        Some((typed(command, option), one_of))
    });
    let Some((option, one_of)) = alone else {
        return Ok(());
    };
    let one_of: Vec<String> = one_of.iter().map(|id| typed(command, id)).collect();
    let message = format!("{option} needs {}", one_of.join(" or "));
    Err(command.error(ErrorKind::MissingRequiredArgument, message))
}

/// An option as one types it.
fn typed(command: &Command, id: &str) -> String {
    let mut options = command.get_arguments();
    let option = options.find(|option| option.get_id().as_str() == id);
    let long = option.and_then(Arg::get_long);
    format!("--{}", long.expect("an option of the command"))
}
