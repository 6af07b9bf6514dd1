//! One file a format of interactions; each streams its rows into a [`Sink`].

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail, ensure};
use doorstep_shared::ItemRecord;

use super::args::{Columns, DataArgs, Format};
use super::report::{FileReport, ReadReport};
use super::source::Source;
use super::values::TimeUnit;
use super::{Dataset, Interaction, Interactions, dates, detect, separator};
use crate::progress::Progress;

mod amazon_histories;
mod amazon_reviews;
mod delimited;
mod json_lines;
mod movielens;
mod sequence;

/// One row before its ids have indices.
struct Row<'a> {
    user: &'a str,
    item: &'a str,
    rating: Option<f32>,
    time: Option<i64>,
}

/// Takes the rows of one file.
struct Sink<'a> {
    interactions: &'a mut Interactions,
    /// Products met on the way, where the format carries them.
    products: &'a mut Vec<ItemRecord>,
    report: &'a mut ReadReport,
    path: &'a Path,
}

impl Sink<'_> {
    /// Takes a row, or counts the line as malformed.
    fn take(&mut self, line: u64, row: Result<Row<'_>, String>) -> Result<()> {
        match row {
            Ok(row) => {
                let user = self.interactions.users.insert(row.user);
                let item = self.interactions.items.insert(row.item);
                self.interactions.rows.push(Interaction {
                    user,
                    item,
                    rating: row.rating.unwrap_or(1.0),
                    time: row.time,
                });
                Ok(())
            }
            Err(why) => self.report.malformed(self.path, line, &why),
        }
    }
}

/// Reads the files one after another.
pub(super) fn read_interactions(
    args: &DataArgs,
    files: &[PathBuf],
    progress: &Progress,
) -> Result<Dataset> {
    let mut dataset = Dataset {
        report: ReadReport::new(args.strict),
        ..Dataset::default()
    };
    let mut kinds: Vec<(bool, bool)> = Vec::new();
    for path in files {
        dataset.report.start_file();
        let source = Source::open(path, progress)?;
        let format = match args.format {
            Format::Auto => detect::format(path, &source.head_lines(), args)?,
            given => given,
        };
        let before = dataset.interactions.rows.len();
        let mut sink = Sink {
            interactions: &mut dataset.interactions,
            products: &mut dataset.catalogue,
            report: &mut dataset.report,
            path,
        };
        let mut layout = read_file(source, format, args, &mut sink)
            .with_context(|| format!("reading {}", path.display()))?;
        let own = &mut dataset.interactions.rows[before..];
        let rows = own.len();
        ensure!(
            rows > 0,
            "{} has no usable line as {format}:{}",
            path.display(),
            dataset.report.why_nothing()
        );
        if dates::read_compact(own) {
            layout.words += " written as 20230501";
        }
        if let Some(span) = dates::span(own) {
            layout.words += &format!(", {span}");
        }
        let from = layout.time.as_deref().unwrap_or_default();
        if let Some(what) = dates::doubt(own, now()) {
            dataset
                .report
                .odd_times
                .push(format!("times of {} ({from}) {what}", path.display()));
        }
        progress.say(format!(
            "read {rows} interactions from {} as {format}: {}",
            path.display(),
            layout.words
        ));
        kinds.push((layout.has_ratings, layout.time.is_some()));
        dataset.report.rows += rows;
        dataset.report.files.push(FileReport {
            path: path.clone(),
            format,
            layout: layout.words,
            rows,
        });
    }
    for (what, has) in [
        ("rating", (|kind: &(bool, bool)| kind.0) as fn(&_) -> _),
        ("time", |kind: &(bool, bool)| kind.1),
    ] {
        let Some(other) = kinds.iter().position(|kind| has(kind) != has(&kinds[0])) else {
            continue;
        };
        let (with, without) = if has(&kinds[0]) {
            (0, other)
        } else {
            (other, 0)
        };
        bail!(
            "{} has {what}s and {} has none; read them separately, or ignore the column with --columns {what}=none",
            files[with].display(),
            files[without].display()
        );
    }
    (
        dataset.interactions.has_ratings,
        dataset.interactions.has_times,
    ) = kinds[0];
    Ok(dataset)
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs() as i64)
}

/// What a reader found in a file.
struct FileLayout {
    words: String,
    has_ratings: bool,
    /// What times are read from, where there are any.
    time: Option<String>,
}

fn read_file(
    source: Source,
    format: Format,
    args: &DataArgs,
    sink: &mut Sink<'_>,
) -> Result<FileLayout> {
    let table = |separator, has_header, time_unit| delimited::Table {
        separator,
        has_header,
        quoted: true,
        columns: args.columns.clone().unwrap_or_default(),
        time_unit,
    };
    let guessed = TimeUnit::SecondsOrMilliseconds;
    let first = source.first_line();
    let is_table = match format {
        Format::Csv | Format::Tsv | Format::Amazon2014 => true,
        Format::Amazon2023 => !first.trim_start().starts_with('{'),
        _ => false,
    };
    ensure!(
        is_table || !args.no_header,
        "--no-header is for tables, and this is read as {format}; leave it out, or say --format csv"
    );
    ensure!(
        is_table || format == Format::JsonLines || args.columns.is_none(),
        "--columns is for tables and JSON lines, and this is read as {format}; leave it out, or say --format csv"
    );
    match format {
        Format::Auto => bail!("the format was not detected"),
        Format::Sequence => sequence::read(source, sink),
        Format::Csv => {
            let separator = separator(&first);
            delimited::read(source, &table(separator, !args.no_header, guessed), sink)
        }
        Format::Tsv => delimited::read(source, &table(b'\t', !args.no_header, guessed), sink),
        Format::JsonLines => json_lines::read(
            source,
            args.columns.as_ref().unwrap_or(&Columns::default()),
            sink,
        ),
        Format::Amazon2014 => delimited::read(source, &table(b',', false, guessed), sink),
        Format::Amazon2018 => amazon_reviews::read_2018(source, sink),
        Format::Amazon2023 if !is_table => amazon_reviews::read_2023(source, sink),
        Format::Amazon2023 => {
            let milliseconds = table(b',', !args.no_header, TimeUnit::Milliseconds);
            delimited::read(source, &milliseconds, sink)
        }
        Format::AmazonHistories => amazon_histories::read(source, sink),
        Format::Movielens => movielens::read(source, sink),
    }
}
