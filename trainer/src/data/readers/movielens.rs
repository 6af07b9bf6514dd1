//! MovieLens ratings: `ratings.csv` with a header, `u.data` with tabs, `ratings.dat` with `::`.

use anyhow::Result;

use super::{FileLayout, Row, Sink, delimited};
use crate::data::args::Columns;
use crate::data::columns::Layout;
use crate::data::source::Source;
use crate::data::values::{self, TimeUnit};

/// Reads whichever of the three it is.
pub(super) fn read(source: Source, sink: &mut Sink<'_>) -> Result<FileLayout> {
    let first = source.first_line();
    if first.contains("::") {
        return read_double_colons(source, sink);
    }
    let has_tabs = first.contains('\t');
    let table = delimited::Table {
        separator: if has_tabs { b'\t' } else { b',' },
        has_header: !has_tabs,
        quoted: !has_tabs,
        columns: Columns::default(),
        time_unit: TimeUnit::SecondsOrMilliseconds,
    };
    delimited::read(source, &table, sink)
}

fn read_double_colons(source: Source, sink: &mut Sink<'_>) -> Result<FileLayout> {
    let mut lines = source.into_lines();
    while let Some((number, line)) = lines.next()? {
        sink.take(number, row(line))?;
    }
    Ok(FileLayout {
        words: Layout::by_position(4).describe(None),
        has_ratings: true,
        time: Some("column 3".to_owned()),
    })
}

fn row(line: &[u8]) -> Result<Row<'_>, String> {
    let fields: Vec<&str> = values::text(line)?.split("::").collect();
    let [user, item, rating, time] = fields[..] else {
        return Err(format!("{} fields where `::` should part 4", fields.len()));
    };
    Ok(Row {
        user: values::id(user.as_bytes(), "user")?,
        item: values::id(item.as_bytes(), "item")?,
        rating: Some(values::rating(rating.trim())?),
        time: Some(values::time(time.trim(), TimeUnit::SecondsOrMilliseconds)?),
    })
}
