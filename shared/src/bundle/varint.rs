//! Unsigned integers in 7-bit groups, least significant first (LEB128).

/// Appends `value` in one to five bytes.
pub fn put(bytes: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Reads integers and byte strings off the front of a slice.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// At the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Whether nothing is left.
    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next integer; `None` when the bytes end early or exceed 32 bits.
    #[inline]
    pub fn varint(&mut self) -> Option<u32> {
        let mut value = 0u32;
        for group in 0..5 {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            let bits = u32::from(byte & 0x7f);
            if group == 4 && bits > 0x0f {
                return None;
            }
            value |= bits << (7 * group);
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// The next `length` bytes; `None` when fewer are left.
    pub fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    /// Passes over `count` integers; `None` where the bytes end early. Whether they fit into 32
    /// bits is not looked at.
    fn skip(&mut self, count: usize) -> Option<()> {
        let mut left = count;
        let mut length = 0;
        while left > 0 {
            left -= usize::from(*self.rest.get(length)? < 0x80);
            length += 1;
        }
        self.rest = &self.rest[length..];
        Some(())
    }

    /// How many bytes are left.
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }
}

/// Appends ascending indices as their count and the gaps between them.
pub fn put_ascending(bytes: &mut Vec<u8>, ascending: &[u32]) {
    put(bytes, ascending.len() as u32);
    let mut next = 0;
    for &index in ascending {
        put(bytes, index - next);
        next = index + 1;
    }
}

/// Reads what [`put_ascending`] wrote; `None` unless every index is below `limit`.
pub fn ascending(cursor: &mut Cursor<'_>, limit: u32) -> Option<Vec<u32>> {
    let count = cursor.varint()? as usize;
    if count > cursor.remaining() {
        return None;
    }
    let mut next = 0u32;
    let mut indices = Vec::with_capacity(count);
    for _ in 0..count {
        let index = next.checked_add(cursor.varint()?)?;
        if index >= limit {
            return None;
        }
        indices.push(index);
        next = index + 1;
    }
    Some(indices)
}

/// Passes over what [`put_ascending`] wrote, and says how many there are; `None` where the bytes
/// end early.
pub fn skip_ascending(cursor: &mut Cursor<'_>) -> Option<usize> {
    let count = cursor.varint()? as usize;
    cursor.skip(count)?;
    Some(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn integers_survive(values in prop::collection::vec(any::<u32>(), 0..20)) {
            let mut bytes = Vec::new();
            values.iter().for_each(|&v| put(&mut bytes, v));
            let mut cursor = Cursor::new(&bytes);
            for v in values {
                prop_assert_eq!(cursor.varint(), Some(v));
            }
            prop_assert!(cursor.is_at_end());
            prop_assert_eq!(cursor.varint(), None);
        }

        #[test]
        fn ascending_indices_survive(set in prop::collection::btree_set(0u32..5000, 0..50)) {
            let indices: Vec<u32> = set.into_iter().collect();
            let mut bytes = Vec::new();
            put_ascending(&mut bytes, &indices);
            prop_assert_eq!(ascending(&mut Cursor::new(&bytes), 5000), Some(indices.clone()));
            if let Some(&last) = indices.last() {
                prop_assert_eq!(ascending(&mut Cursor::new(&bytes), last), None);
            }
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Some(indices) = ascending(&mut Cursor::new(&bytes), 1000) {
                prop_assert!(indices.is_sorted_by(|a, b| a < b));
                prop_assert!(indices.iter().all(|&i| i < 1000));
            }
        }
    }
}
