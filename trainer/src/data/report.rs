//! What reading met on the way: nothing is dropped without being counted here.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::args::{DuplicatePolicy, Format};

/// How many unusable lines are shown in full.
const EXAMPLES: usize = 5;

/// One file that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct FileReport {
    /// The file.
    pub path: PathBuf,
    /// Its format, detected or given.
    pub format: Format,
    /// What the reader made of it, such as its columns.
    pub layout: String,
    /// Interactions read from it.
    pub rows: usize,
}

/// Counts of what was read, merged, dropped and filtered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadReport {
    /// The files of interactions, in order.
    pub files: Vec<FileReport>,
    /// Interactions read, before duplicates and filters.
    pub rows: usize,
    /// Lines of interactions or item records that could not be used.
    pub malformed: usize,
    /// The first few of them, and the first of each of the first few reasons: `file:line: why`.
    pub examples: Vec<String>,
    /// Lines within quoted fields that look like rows of their own.
    pub lines_like_rows: usize,
    /// Where the first of those fields is: `file:line`.
    first_like_rows: String,
    /// The first column that looks like a time and is not read, and the option that reads it.
    pub untold_time: Option<(String, String)>,
    /// Files whose header is of numbers, and that header.
    headers_of_numbers: Vec<String>,
    /// Files whose times are hardly what was meant, and why.
    pub odd_times: Vec<String>,
    /// An id of each side, where no item that anybody interacted with has a record.
    pub unmatched: Option<String>,
    /// Lines of sequence files that continue a user of an earlier line.
    pub repeated_users: usize,
    /// Interactions that the duplicate policy merged into another.
    pub duplicates_merged: usize,
    /// Item records merged into an earlier record of the same id.
    pub items_merged: usize,
    /// Prices that could not be understood; the records were kept without.
    pub unreadable_prices: usize,
    /// The first few of them.
    pub price_examples: Vec<String>,
    /// Users and items left after each round of `--core`.
    pub core_rounds: Vec<(usize, usize)>,
    /// The first few malformed lines of the file that is being read.
    examples_of_file: Vec<String>,
    /// The first few reasons, without what they quote.
    kinds: Vec<String>,
    strict: bool,
}

impl ReadReport {
    /// An empty report; a strict one refuses the first malformed line.
    pub(super) fn new(strict: bool) -> Self {
        Self {
            strict,
            ..Self::default()
        }
    }

    /// From here on lines are those of another file.
    pub(super) fn start_file(&mut self) {
        self.examples_of_file.clear();
    }

    /// Why the file that was read gave nothing.
    pub(super) fn why_nothing(&self) -> String {
        match &self.examples_of_file[..] {
            [] => " it holds a header and no rows".to_owned(),
            examples => format!("\n  {}", examples.join("\n  ")),
        }
    }

    /// Counts a line that could not be used.
    pub(super) fn malformed(&mut self, path: &Path, line: u64, why: &str) -> Result<()> {
        let example = format!("{}:{line}: {why}", path.display());
        if self.strict {
            bail!("--strict: {example}");
        }
        self.malformed += 1;
        if self.examples_of_file.len() < EXAMPLES {
            self.examples_of_file.push(example.clone());
        }
        // What is quoted differs from line to line. One of another kind is shown though there are many already.
        let kind: String = why.split('`').step_by(2).collect();
        let is_new = !self.kinds.contains(&kind) && self.kinds.len() < EXAMPLES;
        if is_new || self.examples.len() < EXAMPLES {
            self.examples.push(example);
        }
        if is_new {
            self.kinds.push(kind);
        }
        Ok(())
    }

    /// Notes that `header` was taken for one.
    pub(super) fn numbers_for_header(&mut self, path: &Path, header: &str) {
        self.headers_of_numbers
            .push(format!("{} holds numbers only ({header})", path.display()));
    }

    /// Counts `lines` of a quoted field of the row at `line` that look like rows.
    pub(super) fn swallowed(&mut self, path: &Path, line: u64, lines: usize) {
        if self.lines_like_rows == 0 && lines > 0 {
            self.first_like_rows = format!("{}:{line}", path.display());
        }
        self.lines_like_rows += lines;
    }

    /// The duplicate policy where none was asked for: a sequence states its repeats on purpose.
    pub(crate) fn usual_policy(&self) -> DuplicatePolicy {
        if self.files.iter().all(|f| f.format == Format::Sequence) {
            DuplicatePolicy::Keep
        } else {
            DuplicatePolicy::Last
        }
    }

    /// Everything that was lost or changed without being asked for, one sentence each.
    /// Merged duplicates count when nobody chose the policy.
    pub fn warnings(&self, policy_is_default: bool) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.malformed > 0 {
            let more = match self.malformed - self.examples.len() {
                0 => String::new(),
                n => format!("\n  … and {n} more"),
            };
            warnings.push(format!(
                "{} skipped:\n  {}{more}",
                counted(self.malformed, "malformed line"),
                self.examples.join("\n  ")
            ));
        }
        if self.lines_like_rows > 0 {
            warnings.push(format!(
                "{} within quotes like rows of their own, read as text: is a quote not closed? \
                 Look at {}",
                counted(self.lines_like_rows, "line"),
                self.first_like_rows
            ));
        }
        if let Some((name, option)) = &self.untold_time {
            warnings.push(format!(
                "no column is taken for the time, so what users did first is by the order of the file; if \
                 {name} says when, add {option} (or time=none to leave it so)"
            ));
        }
        for header in &self.headers_of_numbers {
            warnings.push(format!(
                "the first line of {header} and is taken for a header: if it is data, add --no-header"
            ));
        }
        for times in &self.odd_times {
            warnings.push(format!(
                "{times}; write seconds or milliseconds since 1970 or dates such as 2023-05-01, or ignore times \
                 with --columns time=none"
            ));
        }
        if let Some(ids) = &self.unmatched {
            warnings.push(format!(
                "no item of the interactions has a record: ids must be the same to the letter ({ids})"
            ));
        }
        if self.repeated_users > 0 {
            warnings.push(format!(
                "{} of sequence files continue a user of an earlier line: merged in order",
                counted(self.repeated_users, "line")
            ));
        }
        if self.duplicates_merged > 0 && policy_is_default {
            warnings.push(format!(
                "{} of one user with one item merged, the latest kept (choose with --duplicates)",
                counted(self.duplicates_merged, "repeated interaction")
            ));
        }
        if self.items_merged > 0 {
            warnings.push(format!(
                "{} of an id seen before: the first wins, its gaps are filled",
                counted(self.items_merged, "item record")
            ));
        }
        if self.unreadable_prices > 0 {
            warnings.push(format!(
                "{} not understood, such as {}: those items have no price",
                counted(self.unreadable_prices, "price"),
                self.price_examples.join(", ")
            ));
        }
        warnings
    }
}

/// `1 line`, `2 lines`.
fn counted(n: usize, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_malformed_lines_are_shown_and_the_rest_counted() {
        let mut report = ReadReport::new(false);
        for line in 1..=7 {
            report
                .malformed(Path::new("a.csv"), line, "no user")
                .unwrap();
        }
        let [warning] = &report.warnings(true)[..] else {
            panic!("one warning expected")
        };
        assert!(warning.contains("7 malformed lines skipped"), "{warning}");
        assert!(warning.contains("a.csv:1: no user"), "{warning}");
        assert!(warning.contains("and 2 more"), "{warning}");
        assert!(!warning.contains("a.csv:6"), "{warning}");
    }

    #[test]
    fn a_reason_that_is_rare_is_shown_beside_many_of_another() {
        let mut report = ReadReport::new(false);
        let mut skip = |line, why: &str| report.malformed(Path::new("a.csv"), line, why).unwrap();
        (1..=9).for_each(|line| skip(line, &format!("rating `{line}x` is not a number")));
        skip(10, "no item");
        skip(11, "no item");
        assert_eq!(report.examples.len(), 6);
        assert_eq!(report.examples[5], "a.csv:10: no item");
    }

    #[test]
    fn a_strict_report_stops_at_the_first() {
        let error = ReadReport::new(true)
            .malformed(Path::new("a.csv"), 3, "no item")
            .unwrap_err();
        assert_eq!(error.to_string(), "--strict: a.csv:3: no item");
    }

    #[test]
    fn merged_duplicates_are_no_warning_where_the_policy_was_chosen() {
        let report = ReadReport {
            duplicates_merged: 3,
            ..ReadReport::default()
        };
        assert_eq!(report.warnings(true).len(), 1);
        assert!(report.warnings(false).is_empty());
    }
}
