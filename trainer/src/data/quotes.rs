//! Signs that a `"` of a table opens a field and nobody closes it: the lines after it are then read as
//! that field's text.

use csv::{ByteRecord, Reader};

use super::source::{LineEnds, SourceReader};

/// What is wrong with `record`, of which `width` fields are expected, if anything is.
pub(super) fn problem(
    reader: &Reader<SourceReader>,
    record: &ByteRecord,
    ends: LineEnds,
    width: usize,
) -> Option<String> {
    if is_cut_off(reader, record) {
        return Some("it runs to the end of the file: is a quote not closed?".to_owned());
    }
    let (first_line, last_line) = (ends.line(record.position()), ends.last_line(reader));
    (record.len() != width).then(|| wrong_width(record.len(), width, first_line, last_line))
}

/// Lines within quoted fields of `record` that have as many separators as a row of their own: a
/// quote left open that pairs with the quote of a later row leaves no other trace.
pub(super) fn lines_like_rows(record: &ByteRecord, separator: u8) -> usize {
    let is_like_row = |line: &&[u8]| {
        let separators = line.iter().filter(|&&byte| byte == separator).count();
        separators > 0 && separators + 1 >= record.len()
    };
    record
        .iter()
        .flat_map(|field| field.split(|&byte| byte == b'\n').skip(1))
        .filter(is_like_row)
        .count()
}

/// Whether the file ended within quotes. A last field that spans lines must end with one.
fn is_cut_off(reader: &Reader<SourceReader>, record: &ByteRecord) -> bool {
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
