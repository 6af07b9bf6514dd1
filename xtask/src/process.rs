//! Running other programs, with errors that show the command line.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// `cargo`, the one that runs this task.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// `rustc` of the checkout's toolchain.
pub fn rustc(root: &Path) -> Command {
    let mut command = Command::new("rustc");
    command.current_dir(root);
    command
}

/// Runs to the end with the terminal's own input and output.
pub fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    let status = command
        .status()
        .with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` ended with {status}");
    }
    Ok(())
}

/// The same with all output on stderr: of a step on the way to what the task itself prints.
pub fn run_step(command: &mut Command) -> Result<()> {
    run(command.stdout(std::io::stderr()))
}

/// Runs to the end and returns what went to stdout; stderr passes through.
pub fn output(command: &mut Command) -> Result<String> {
    let line = line(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        bail!("`{line}` ended with {}", output.status);
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{line}` printed something that is not UTF-8"))
}

/// The first line a program prints on `--version`, or `None` where it is missing or broken.
pub fn version(program: &Path) -> Option<String> {
    let output = Command::new(program)
        .arg("--version")
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output
        .status
        .success()
        .then(|| text.lines().next().unwrap_or_default().to_owned())
}

/// The command as one would type it.
pub fn line(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| {
            let word = word.to_string_lossy();
            if word.is_empty() || word.contains([' ', '"', '*', '$']) {
                format!("'{word}'")
            } else {
                word.into_owned()
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_shows_the_command_line() {
        let error = run(Command::new("false").arg("two words")).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("`false 'two words'` ended with"),
            "{error}"
        );
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("doorstep-no-such-program")).unwrap_err();
        assert_eq!(error.to_string(), "cannot start `doorstep-no-such-program`");
        assert_eq!(version(Path::new("doorstep-no-such-program")), None);
    }
}
