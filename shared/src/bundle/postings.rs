//! Posting lists: which items have an attribute value or a title word. Indices
//! are popularity ranks, so every list starts with its most popular items.

use std::collections::BTreeMap;
use std::io;

use super::key_table::{KeyTable, write_key_table};
use super::manifest::{AttributeRef, AttributeValue};
use super::table::TableRef;
use super::varint::{self, Cursor};
use super::{ReadError, Sink, Store, text};
use crate::ItemRecord;

/// An unfinished word finds only this many of the most popular items.
const PREFIX_ITEMS: usize = 1000;
/// The manifest lists an attribute's values up to this many.
const LISTED_VALUES: usize = 100;
/// Aimed size of a shard.
const SHARD_BYTES: u64 = 8 << 10;

/// Reads posting lists.
#[derive(Debug)]
pub struct Postings {
    table: KeyTable,
    n_items: u32,
}

impl Postings {
    /// Checks what the manifest says before anything is fetched.
    pub fn new(meta: &TableRef, n_items: u32) -> Result<Self, super::BundleError> {
        Ok(Self {
            table: KeyTable::new(meta)?,
            n_items,
        })
    }

    /// The items under each key, ascending; empty where a key is unknown.
    pub async fn get<S: Store>(
        &self,
        store: &S,
        keys: &[String],
    ) -> Result<Vec<Vec<u32>>, ReadError<S::Error>> {
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let decode = |cursor: &mut Cursor<'_>| varint::ascending(cursor, self.n_items);
        let lists = self.table.get(store, &keys, decode).await?;
        Ok(lists.into_iter().map(Option::unwrap_or_default).collect())
    }

    /// The items whose titles hold every word of `words`, the last of which may
    /// be unfinished; ascending.
    pub async fn search<S: Store>(
        &self,
        store: &S,
        words: &[String],
    ) -> Result<Vec<u32>, ReadError<S::Error>> {
        let Some((last, whole)) = words.split_last() else {
            return Ok(Vec::new());
        };
        let mut keys = vec![text::word_key(last), text::prefix_key(last)];
        keys.extend(whole.iter().map(|word| text::word_key(word)));
        let lists = self.get(store, &keys).await?;
        let (unfinished, whole) = lists.split_at(2);
        let mut found = unfinished.concat();
        found.sort_unstable();
        found.dedup();
        Ok(whole
            .iter()
            .fold(found, |found, list| intersection(&found, list)))
    }
}

/// Items in both ascending lists.
pub fn intersection(a: &[u32], b: &[u32]) -> Vec<u32> {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short
        .iter()
        .copied()
        .filter(|item| long.binary_search(item).is_ok())
        .collect()
}

/// Writes the posting lists of `records` (by index) and says which attributes
/// there are. `None` where no record has attributes or a title.
pub fn write_postings(
    sink: &mut dyn Sink,
    records: &[ItemRecord],
    max_shards: u32,
) -> io::Result<(Option<TableRef>, Vec<AttributeRef>)> {
    let mut lists: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    let mut attributes: BTreeMap<&str, BTreeMap<&str, u32>> = BTreeMap::new();
    let push = |list: &mut Vec<u32>, item| {
        if list.last() != Some(&item) {
            list.push(item);
        }
    };
    for (item, record) in (0..).zip(records) {
        for (name, values) in &record.attributes {
            for value in values {
                let list = lists.entry(text::attribute_key(name, value)).or_default();
                if list.last() != Some(&item) {
                    list.push(item);
                    *attributes
                        .entry(name)
                        .or_default()
                        .entry(value)
                        .or_default() += 1;
                }
            }
        }
        for word in record.title.as_deref().map(text::words).unwrap_or_default() {
            push(lists.entry(text::word_key(&word)).or_default(), item);
            for prefix in text::prefix_keys(&word) {
                let list = lists.entry(prefix).or_default();
                if list.len() < PREFIX_ITEMS {
                    push(list, item);
                }
            }
        }
    }
    if lists.is_empty() {
        return Ok((None, Vec::new()));
    }
    let pairs = lists.into_iter().map(|(key, list)| {
        let mut value = Vec::new();
        varint::put_ascending(&mut value, &list);
        (key, value)
    });
    let table = write_key_table(
        sink,
        "catalog/postings",
        pairs.collect(),
        SHARD_BYTES,
        max_shards,
    )?;
    Ok((
        Some(table),
        attributes.into_iter().map(attribute_ref).collect(),
    ))
}

fn attribute_ref((name, counts): (&str, BTreeMap<&str, u32>)) -> AttributeRef {
    let values = counts.iter().map(|(&value, &count)| AttributeValue {
        value: value.to_owned(),
        count,
    });
    AttributeRef {
        name: name.to_owned(),
        distinct: counts.len() as u32,
        values: (counts.len() <= LISTED_VALUES).then(|| values.collect()),
    }
}
