//! Ids and names of the training rows, in shards.

use std::io;

use crate::bundle::Sink;
use crate::bundle::range_table::RangeTableRef;
use crate::bundle::table::TableWriter;
use crate::bundle::varint::{self, Cursor};

/// Rows whose ids and names share a shard.
const LABELS_PER_SHARD: u32 = 1024;

/// A shard of labels, ids before names: each as the number of bytes that it
/// shares with the one before it, and the rest.
fn encode_labels(ids: &[String], names: &[String]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for texts in [ids, names] {
        let mut before = "";
        for at in 0..ids.len() {
            let text = texts.get(at).map_or("", String::as_str);
            let same = before.bytes().zip(text.bytes()).take_while(|(a, b)| a == b);
            let mut shared = same.count();
            while !text.is_char_boundary(shared) {
                shared -= 1;
            }
            varint::put(&mut bytes, shared as u32);
            varint::put(&mut bytes, (text.len() - shared) as u32);
            bytes.extend(&text.as_bytes()[shared..]);
            before = text;
        }
    }
    bytes
}

/// Hands the next `count` texts to `see`, with their places; `None` where
/// there are fewer or `see` refuses one.
fn read_texts(
    cursor: &mut Cursor<'_>,
    count: usize,
    mut see: impl FnMut(usize, &[u8]) -> Option<()>,
) -> Option<()> {
    let mut text: Vec<u8> = Vec::new();
    for place in 0..count {
        let (shared, length) = (cursor.varint()? as usize, cursor.varint()? as usize);
        if shared > text.len() {
            return None;
        }
        text.truncate(shared);
        text.extend(cursor.take(length)?);
        see(place, &text)?;
    }
    Some(())
}

/// Ids and names of the places `wanted` of a shard of `count` rows, in that order.
pub(super) fn decode_labels(
    shard: &[u8],
    count: usize,
    wanted: &[usize],
) -> Option<Vec<(String, String)>> {
    let mut cursor = Cursor::new(shard);
    let mut labels = vec![(String::new(), String::new()); wanted.len()];
    for names in [false, true] {
        read_texts(&mut cursor, count, |place, text| {
            let here = labels
                .iter_mut()
                .zip(wanted)
                .filter(|(_, at)| **at == place);
            for (label, _) in here {
                let own = if names { &mut label.1 } else { &mut label.0 };
                *own = std::str::from_utf8(text).ok()?.to_owned();
            }
            Some(())
        })?;
    }
    Some(labels)
}

/// The places of a shard of `count` rows whose names (or ids, where there is no
/// name) `wanted` accepts, ascending.
pub(super) fn find_labels(
    shard: &[u8],
    count: usize,
    wanted: impl Fn(&str) -> bool,
) -> Option<Vec<usize>> {
    let ids = Cursor::new(shard);
    let mut names = ids;
    read_texts(&mut names, count, |_, _| Some(()))?;
    let (mut found, mut nameless) = (Vec::new(), Vec::new());
    read_texts(&mut names, count, |place, name| {
        if name.is_empty() {
            nameless.push(place);
        } else if wanted(std::str::from_utf8(name).ok()?) {
            found.push(place);
        }
        Some(())
    })?;
    if !nameless.is_empty() {
        read_texts(&mut ids.clone(), count, |place, id| {
            if nameless.binary_search(&place).is_ok() && wanted(std::str::from_utf8(id).ok()?) {
                found.push(place);
            }
            Some(())
        })?;
        found.sort_unstable();
    }
    Some(found)
}

/// Writes the labels of rows with these ids; `names` is as long or empty.
pub(super) fn write_labels(
    ids: &[String],
    names: &[String],
    sink: &mut dyn Sink,
) -> io::Result<RangeTableRef> {
    let mut table = TableWriter::new(sink, "models/labels", "bin");
    for (shard, ids) in ids.chunks(LABELS_PER_SHARD as usize).enumerate() {
        let first = shard * LABELS_PER_SHARD as usize;
        let names = names.get(first..first + ids.len()).unwrap_or_default();
        table.push(&encode_labels(ids, names))?;
    }
    Ok(RangeTableRef {
        table: table.finish()?,
        per_shard: LABELS_PER_SHARD,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_survive_and_truncations_do_not() {
        let ids: Vec<String> = ["song:é1", "song:è2", "song:3"].map(String::from).to_vec();
        let names = vec!["One".to_owned(), String::new(), "三".to_owned()];
        let bytes = encode_labels(&ids, &names);
        let expected: Vec<_> = ids.iter().cloned().zip(names).collect();
        assert_eq!(decode_labels(&bytes, 3, &[0, 1, 2]), Some(expected));
        for length in 0..bytes.len() {
            assert_eq!(decode_labels(&bytes[..length], 3, &[1]), None, "{length}");
        }
        let nameless = decode_labels(&encode_labels(&ids, &[]), 3, &[2, 0]).unwrap();
        assert!(nameless.iter().all(|(_, name)| name.is_empty()));
    }

    #[test]
    fn rows_are_found_by_name_and_those_without_one_by_id() {
        let ids: Vec<String> = ["song:1", "song:2", "song:3"].map(String::from).to_vec();
        let names = vec!["One".to_owned(), String::new(), "One more".to_owned()];
        let bytes = encode_labels(&ids, &names);
        let find = |part: &str| find_labels(&bytes, 3, |text| text.contains(part));
        assert_eq!(find("One"), Some(vec![0, 2]));
        assert_eq!(find("song"), Some(vec![1]));
        assert_eq!(find(""), Some(vec![0, 1, 2]));
        assert_eq!(find_labels(&bytes[..bytes.len() - 1], 3, |_| true), None);
    }
}
