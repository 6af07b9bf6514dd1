//! `user item item …`: a line a user, items oldest first, separated by white space.

use anyhow::Result;

use super::{FileLayout, Row, Sink};
use crate::data::source::Source;
use crate::data::values;

/// Reads a sequence file. A user of several lines goes on where the earlier line stopped.
pub(super) fn read(source: Source, sink: &mut Sink<'_>) -> Result<FileLayout> {
    let mut lines = source.into_lines();
    while let Some((number, line)) = lines.next()? {
        let line = match values::text(line) {
            Ok(line) => line,
            Err(why) => {
                sink.take(number, Err(why))?;
                continue;
            }
        };
        let mut ids = line.split_whitespace();
        let Some(user) = ids.next() else {
            // Blank to Unicode, such as a line of U+0085; ASCII's blank lines don't come here.
            continue;
        };
        let mut items = ids.peekable();
        if items.peek().is_none() {
            sink.take(number, Err("a user without items".into()))?;
            continue;
        }
        if sink.interactions.users.get(user).is_some() {
            sink.report.repeated_users += 1;
        }
        for item in items {
            let row = Row {
                user,
                item,
                rating: None,
                time: None,
            };
            sink.take(number, Ok(row))?;
        }
    }
    Ok(FileLayout {
        words: "user, then items in order".into(),
        has_ratings: false,
        time: None,
    })
}
