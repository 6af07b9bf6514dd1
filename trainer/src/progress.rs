//! Progress of long work, on stderr: bars on a terminal, a line now and then
//! on a pipe, nothing with `--quiet`.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A line on stderr. Where nobody reads it any more, it is lost and work goes on: `eprintln!` would panic.
macro_rules! tell {
    ($($line:tt)*) => {{
        use std::io::Write as _;
        _ = writeln!(std::io::stderr(), $($line)*);
    }};
}
pub(crate) use tell;

/// Where progress goes. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    quiet: bool,
    /// Whether lines are left out, being one of many.
    bars_only: bool,
    /// Those that are shown, one below the other.
    bars: MultiProgress,
}

impl Progress {
    /// On stderr, or nowhere when `quiet`.
    pub fn new(quiet: bool) -> Self {
        Self {
            quiet,
            ..Self::default()
        }
    }

    /// The same for one of many like it: its bars stand with the others', and its
    /// lines, which nobody could tell apart, are left out.
    pub fn aside(&self) -> Self {
        Self {
            bars_only: true,
            ..self.clone()
        }
    }

    /// A bar over `total` steps, called `label`; finish it with [`ProgressBar::finish_and_clear`].
    pub fn bar(&self, label: impl Into<String>, total: u64) -> ProgressBar {
        let bar = self.shown(ProgressBar::new(total));
        let style = "{msg:30} {bar:30} {human_pos}/{human_len} {eta}";
        bar.set_style(ProgressStyle::with_template(style).expect("a valid template"));
        bar.set_message(label.into());
        bar
    }

    /// A bar over `total` bytes read.
    pub fn bytes(&self, label: impl Into<String>, total: u64) -> ProgressBar {
        let bar = self.shown(ProgressBar::new(total));
        let style = "{msg:30} {bar:30} {bytes}/{total_bytes} {eta}";
        bar.set_style(ProgressStyle::with_template(style).expect("a valid template"));
        bar.set_message(label.into());
        bar
    }

    /// A spinner for a step of unknown length.
    pub fn spinner(&self, label: impl Into<String>) -> ProgressBar {
        let bar = self.shown(ProgressBar::new_spinner());
        bar.set_message(label.into());
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    }

    /// Whether anybody sees its lines: work that only feeds them can be left out.
    pub fn is_shown(&self) -> bool {
        !self.quiet && !self.bars_only
    }

    /// A line that stays, such as the counts of a filter's round.
    pub fn say(&self, line: impl AsRef<str>) {
        if self.is_shown() {
            self.bars.suspend(|| tell!("{}", line.as_ref()));
        }
    }

    /// What is found now and then during long work: a line on a terminal, an object of
    /// JSON for a program that reads.
    pub fn report(&self, line: impl FnOnce() -> String, json: impl FnOnce() -> String) {
        if self.is_shown() {
            self.say(match std::io::stderr().is_terminal() {
                true => line(),
                false => json(),
            });
        }
    }

    fn shown(&self, bar: ProgressBar) -> ProgressBar {
        match self.quiet {
            true => {
                bar.set_draw_target(ProgressDrawTarget::hidden());
                bar
            }
            false => self.bars.add(bar),
        }
    }
}
