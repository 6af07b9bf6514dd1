//! Tables: CSV, TSV and their relatives, with or without a header.

use anyhow::{Context, Result};
use csv::ByteRecord;

use super::{FileLayout, Row, Sink};
use crate::data::args::Columns;
use crate::data::columns::{self, Layout};
use crate::data::source::{Source, SourceReader};
use crate::data::values::{self, TimeUnit};

/// How a table is written.
pub(super) struct Table {
    pub(super) separator: u8,
    pub(super) has_header: bool,
    /// Whether `"` quotes a field.
    pub(super) quoted: bool,
    pub(super) columns: Columns,
    pub(super) time_unit: TimeUnit,
}

/// Reads a table row by row.
pub(super) fn read(source: Source, table: &Table, sink: &mut Sink<'_>) -> Result<FileLayout> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(table.separator)
        .quoting(table.quoted)
        .has_headers(false)
        .flexible(true)
        .from_reader(source.into_bytes());
    let mut record = ByteRecord::new();
    let mut more = reader.read_byte_record(&mut record)?;
    let width = record.len();
    let (layout, words) = if table.has_header {
        let names: Vec<String> = record
            .iter()
            .map(|name| values::text(name).map(str::to_owned))
            .collect::<Result<_, _>>()
            .map_err(anyhow::Error::msg)
            .context("the header")?;
        let layout = columns::of_header(&names, &table.columns)?;
        more = reader.read_byte_record(&mut record)?;
        (layout, layout.describe(Some(&names)))
    } else {
        let layout = columns::of_headerless(width, &table.columns)?;
        (layout, layout.describe(None))
    };
    while more {
        let line = record.position().map_or(0, csv::Position::line);
        let row = if is_cut_off(&reader, &record) {
            Err("it runs to the end of the file: is a quote not closed?".to_owned())
        } else if record.len() == width {
            row(&record, &layout, table.time_unit)
        } else {
            let last_line = reader.position().line().saturating_sub(1);
            Err(wrong_width(record.len(), width, line, last_line))
        };
        sink.take(line, row)?;
        more = reader.read_byte_record(&mut record)?;
    }
    Ok(FileLayout {
        words,
        has_ratings: layout.rating.is_some(),
        has_times: layout.time.is_some(),
    })
}

fn row<'a>(record: &'a ByteRecord, layout: &Layout, unit: TimeUnit) -> Result<Row<'a>, String> {
    Ok(Row {
        user: values::id(&record[layout.user], "user")?,
        item: values::id(&record[layout.item], "item")?,
        rating: layout
            .rating
            .map(|column| values::rating(values::text(&record[column])?))
            .transpose()?,
        time: layout
            .time
            .map(|column| values::time(values::text(&record[column])?, unit))
            .transpose()?,
    })
}

/// Whether the file ended within quotes. A last field that spans lines must end with one.
fn is_cut_off(reader: &csv::Reader<SourceReader>, record: &ByteRecord) -> bool {
    let spans_lines = |field: &[u8]| field.contains(&b'\n');
    record.iter().next_back().is_some_and(spans_lines)
        && reader.get_ref().end().is_some_and(|last| last != b'"')
}

fn wrong_width(found: usize, expected: usize, first_line: u64, last_line: u64) -> String {
    let quote = if last_line > first_line {
        format!("; it runs to line {last_line}: is a quote not closed?")
    } else {
        String::new()
    };
    format!("{found} fields where the first line has {expected}{quote}")
}
