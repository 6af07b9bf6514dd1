//! Tables by key: a hash of the key picks the shard, which holds pairs of key
//! and value.

use super::table::{Table, TableRef, TableWriter};
use super::varint::{self, Cursor};
use super::{BundleError, ReadError, Sink, Store};

use std::io;

/// FNV-1a, 64 bit: the same on every machine, which the format needs.
fn hash(key: &str) -> u64 {
    key.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn shard_of(key: &str, shards: u32) -> u32 {
    (hash(key) % u64::from(shards)) as u32
}

/// Reads values by key.
#[derive(Debug)]
pub struct KeyTable {
    table: Table,
}

impl KeyTable {
    /// Checks what the manifest says before anything is fetched.
    pub fn new(meta: &TableRef) -> Result<Self, BundleError> {
        Ok(Self {
            table: Table::new(meta)?,
        })
    }

    /// The value of each key, decoded by `decode`, or `None` for a key that the
    /// table does not have. A value that `decode` refuses is a damaged shard.
    pub async fn get<S: Store, T>(
        &self,
        store: &S,
        keys: &[&str],
        decode: impl Fn(&mut Cursor<'_>) -> Option<T>,
    ) -> Result<Vec<Option<T>>, ReadError<S::Error>> {
        if self.table.shards() == 0 {
            return Ok(keys.iter().map(|_| None).collect());
        }
        let shard_of_key: Vec<u32> = keys
            .iter()
            .map(|key| shard_of(key, self.table.shards()))
            .collect();
        let mut shards = shard_of_key.clone();
        shards.sort_unstable();
        shards.dedup();
        let contents = self.table.get(store, &shards).await?;
        let mut values = Vec::with_capacity(keys.len());
        for (key, shard) in keys.iter().zip(&shard_of_key) {
            let position = shards
                .binary_search(shard)
                .expect("every key's shard was fetched");
            let malformed = || self.table.malformed(*shard);
            let value = find(&contents[position], key).ok_or_else(malformed)?;
            let value = match value {
                Some(bytes) => Some(decode(&mut Cursor::new(bytes)).ok_or_else(malformed)?),
                None => None,
            };
            values.push(value);
        }
        Ok(values)
    }
}

/// `None` when the shard breaks the format, `Some(None)` when it lacks the key.
fn find<'a>(shard: &'a [u8], key: &str) -> Option<Option<&'a [u8]>> {
    let mut cursor = Cursor::new(shard);
    while !cursor.is_at_end() {
        let length = cursor.varint()? as usize;
        let found = cursor.take(length)?;
        let length = cursor.varint()? as usize;
        let value = cursor.take(length)?;
        if found == key.as_bytes() {
            return Some(Some(value));
        }
    }
    Some(None)
}

/// Writes pairs of key and value into shards of about `shard_bytes`, at most
/// `max_shards` of them. Keys are distinct.
pub fn write_key_table(
    sink: &mut dyn Sink,
    name: &str,
    mut pairs: Vec<(String, Vec<u8>)>,
    shard_bytes: u64,
    max_shards: u32,
) -> io::Result<TableRef> {
    let bytes: u64 = pairs
        .iter()
        .map(|(k, v)| (k.len() + v.len() + 2) as u64)
        .sum();
    let shards = bytes.div_ceil(shard_bytes).clamp(1, max_shards.into()) as u32;
    pairs.sort_unstable();
    let mut contents = vec![Vec::new(); shards as usize];
    for (key, value) in &pairs {
        let content = &mut contents[shard_of(key, shards) as usize];
        varint::put(content, key.len() as u32);
        content.extend_from_slice(key.as_bytes());
        varint::put(content, value.len() as u32);
        content.extend_from_slice(value);
    }
    let mut writer = TableWriter::new(sink, name, "bin");
    for content in &contents {
        writer.push(content)?;
    }
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::super::MemoryStore;
    use super::*;
    use futures_util::FutureExt;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(hash(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash("foobar"), 0x8594_4171_f739_67e8);
    }

    proptest! {
        #[test]
        fn finds_what_a_map_finds(
            pairs in prop::collection::btree_map("[a-f]{0,3}", 0u32..1000, 0..60),
            asked in prop::collection::vec("[a-g]{0,3}", 0..20),
        ) {
            let pairs: BTreeMap<String, u32> = pairs;
            let encoded = pairs.iter().map(|(k, v)| {
                let mut value = Vec::new();
                varint::put(&mut value, *v);
                (k.clone(), value)
            });
            let mut store = MemoryStore::default();
            let meta = write_key_table(&mut store, "t", encoded.collect(), 40, 8).unwrap();
            let table = KeyTable::new(&meta).unwrap();
            let keys: Vec<&str> = asked.iter().map(String::as_str).collect();
            let found = table.get(&store, &keys, |cursor: &mut Cursor<'_>| cursor.varint()).now_or_never().unwrap().unwrap();
            let expected: Vec<Option<u32>> = keys.iter().map(|&k| pairs.get(k).copied()).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
