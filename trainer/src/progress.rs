//! Progress of long work, on stderr: a bar on a terminal, a line now and then
//! on a pipe, nothing with `--quiet`.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Where progress goes. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    quiet: bool,
}

impl Progress {
    /// On stderr, or nowhere when `quiet`.
    pub fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// A bar over `total` steps, called `label`; finish it with [`ProgressBar::finish_and_clear`].
    pub fn bar(&self, label: impl Into<String>, total: u64) -> ProgressBar {
        let bar = self.hidden_if_quiet(ProgressBar::new(total));
        let style = "{msg:30} {bar:30} {human_pos}/{human_len} {eta}";
        bar.set_style(ProgressStyle::with_template(style).expect("a valid template"));
        bar.set_message(label.into());
        bar
    }

    /// A bar over `total` bytes read.
    pub fn bytes(&self, label: impl Into<String>, total: u64) -> ProgressBar {
        let bar = self.hidden_if_quiet(ProgressBar::new(total));
        let style = "{msg:30} {bar:30} {bytes}/{total_bytes} {eta}";
        bar.set_style(ProgressStyle::with_template(style).expect("a valid template"));
        bar.set_message(label.into());
        bar
    }

    /// A spinner for a step of unknown length.
    pub fn spinner(&self, label: impl Into<String>) -> ProgressBar {
        let bar = self.hidden_if_quiet(ProgressBar::new_spinner());
        bar.set_message(label.into());
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    }

    /// Whether anybody sees it: work that only feeds it can be left out.
    pub fn is_shown(&self) -> bool {
        !self.quiet
    }

    /// A line that stays, such as the counts of a filter's round.
    pub fn say(&self, line: impl AsRef<str>) {
        if !self.quiet {
            eprintln!("{}", line.as_ref());
        }
    }

    fn hidden_if_quiet(&self, bar: ProgressBar) -> ProgressBar {
        if self.quiet {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        bar
    }
}
