//! Counts by item, as two files' formats: all items in descending order of
//! count, run-length coded; or a ranking of some items.

use super::varint::{self, Cursor};

/// Encodes counts that never increase as pairs of count and run length.
pub fn encode_descending(counts: &[u32]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for run in counts.chunk_by(|a, b| a == b) {
        varint::put(&mut bytes, run[0]);
        varint::put(&mut bytes, run.len() as u32);
    }
    bytes
}

/// Decodes the counts of `n_items` items; `None` when the format is broken.
pub fn decode_descending(bytes: &[u8], n_items: u32) -> Option<Vec<u32>> {
    let mut cursor = Cursor::new(bytes);
    let mut counts = Vec::new();
    while !cursor.is_at_end() {
        let (count, run) = (cursor.varint()?, cursor.varint()?);
        if run as usize > n_items as usize - counts.len() {
            return None;
        }
        counts.resize(counts.len() + run as usize, count);
    }
    (counts.len() == n_items as usize).then_some(counts)
}

/// Encodes a ranking as its length and pairs of item and count.
pub fn encode_ranking(top: &[(u32, u32)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    varint::put(&mut bytes, top.len() as u32);
    for &(item, count) in top {
        varint::put(&mut bytes, item);
        varint::put(&mut bytes, count);
    }
    bytes
}

/// Decodes a ranking; `None` when the format is broken.
pub fn decode_ranking(bytes: &[u8], n_items: u32) -> Option<Vec<(u32, u32)>> {
    let mut cursor = Cursor::new(bytes);
    let length = cursor.varint()? as usize;
    if length > cursor.remaining() {
        return None;
    }
    let pair = |cursor: &mut Cursor<'_>| Some((cursor.varint()?, cursor.varint()?));
    let top: Option<Vec<(u32, u32)>> = (0..length).map(|_| pair(&mut cursor)).collect();
    top.filter(|top| cursor.is_at_end() && top.iter().all(|&(item, _)| item < n_items))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_formats_survive(mut counts in prop::collection::vec(0u32..6, 0..40)) {
            counts.sort_unstable_by(|a, b| b.cmp(a));
            let n = counts.len() as u32;
            prop_assert_eq!(decode_descending(&encode_descending(&counts), n), Some(counts.clone()));
            prop_assert_eq!(decode_descending(&encode_descending(&counts), n + 1), None);
            let ranking: Vec<(u32, u32)> = (0..n).zip(counts).collect();
            prop_assert_eq!(decode_ranking(&encode_ranking(&ranking), n), Some(ranking));
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = decode_descending(&bytes, 30);
            let _ = decode_ranking(&bytes, 30);
        }
    }
}
