//! Tables: CSV, TSV and their relatives, with or without a header.

use anyhow::{Context, Result};
use csv::ByteRecord;

use super::{FileLayout, Row, Sink};
use crate::data::args::Columns;
use crate::data::columns::{self, Layout};
use crate::data::quotes;
use crate::data::source::{LineEnds, Source, next_record};
use crate::data::values::{self, TimeUnit};
use crate::data::with_point;

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
    let ends = LineEnds::of(&source);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(table.separator)
        .quoting(table.quoted)
        .has_headers(false)
        .flexible(true)
        .from_reader(source.into_bytes());
    let mut record = ByteRecord::new();
    let mut more = next_record(&mut reader, &mut record, ends)?;
    let width = record.len();
    let (layout, words, time) = if table.has_header {
        let names: Vec<String> = record
            .iter()
            .map(|name| values::text(name).map(str::to_owned))
            .collect::<Result<_, _>>()
            .map_err(anyhow::Error::msg)
            .context("the header")?;
        let layout = columns::of_header(&names, &table.columns)?;
        let untold = columns::untold_time(&names, &layout, &table.columns);
        let told = &mut sink.report.untold_time;
        *told = told.take().or(untold);
        if columns::is_data(&names) {
            let line = names.join(", ");
            sink.report.numbers_for_header(sink.path, &line);
        }
        more = next_record(&mut reader, &mut record, ends)?;
        let time = layout.time.map(|column| names[column].clone());
        (layout, layout.describe(Some(&names)), time)
    } else {
        let layout = columns::of_headerless(width, &table.columns)?;
        let time = layout.time.map(|column| format!("column {column}"));
        (layout, layout.describe(None), time)
    };
    while more {
        let line = ends.line(record.position());
        let row = match quotes::problem(&reader, &record, ends, width) {
            Some(why) => Err(why),
            None => row(&record, &layout, table),
        };
        if row.is_ok() {
            let lines = quotes::lines_like_rows(&record, table.separator);
            sink.report.swallowed(sink.path, line, lines);
        }
        sink.take(line, row)?;
        more = next_record(&mut reader, &mut record, ends)?;
    }
    Ok(FileLayout {
        words,
        has_ratings: layout.rating.is_some(),
        time,
    })
}

fn row<'a>(record: &'a ByteRecord, layout: &Layout, table: &Table) -> Result<Row<'a>, String> {
    Ok(Row {
        user: values::id(&record[layout.user], "user")?,
        item: values::id(&record[layout.item], "item")?,
        rating: layout
            .rating
            .map(|column| {
                let text = values::text(&record[column])?;
                values::rating(&with_point(text, table.separator))
            })
            .transpose()?,
        time: layout
            .time
            .map(|column| values::time(values::text(&record[column])?, table.time_unit))
            .transpose()?,
    })
}
