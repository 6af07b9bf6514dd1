//! Rows of a sparse item-item matrix: neighbour indices as gaps, weights as
//! half-precision floats.

use half::f16;

use super::varint::{self, Cursor};

/// One row: neighbours in ascending order with their weights.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Item indices, ascending.
    pub items: Vec<u32>,
    /// Weights, finite.
    pub weights: Vec<f32>,
}

/// Appends a row; false, with nothing appended, when a weight does not fit into
/// half precision.
pub fn put_row(bytes: &mut Vec<u8>, items: &[u32], weights: &[f32]) -> bool {
    if !weights.iter().all(|&w| f16::from_f32(w).is_finite()) {
        return false;
    }
    varint::put_ascending(bytes, items);
    for &weight in weights {
        bytes.extend(f16::from_f32(weight).to_le_bytes());
    }
    true
}

/// What [`put_row`] wrote; `None` when it breaks the format.
pub fn row(bytes: &[u8], n_items: u32) -> Option<Row> {
    let mut cursor = Cursor::new(bytes);
    let items = varint::ascending(&mut cursor, n_items)?;
    let weights = cursor
        .take(items.len() * 2)?
        .chunks_exact(2)
        .map(|pair| f16::from_le_bytes([pair[0], pair[1]]).to_f32())
        .collect::<Vec<f32>>();
    let sound = cursor.is_at_end() && weights.iter().all(|w| w.is_finite());
    sound.then_some(Row { items, weights })
}

/// Where the rows of a shard begin, and where one more would; `None` when it breaks the format.
pub fn beginnings(shard: &[u8]) -> Option<Vec<u32>> {
    let mut cursor = Cursor::new(shard);
    let mut beginnings = vec![0];
    while !cursor.is_at_end() {
        let neighbours = varint::skip_ascending(&mut cursor)?;
        cursor.take(neighbours.checked_mul(2)?)?;
        beginnings.push((shard.len() - cursor.remaining()) as u32);
    }
    Some(beginnings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_survive_to_half_precision(
            matrix in prop::collection::vec(prop::collection::btree_map(0u32..300, -2.0f32..2.0, 0..12), 1..6)
        ) {
            let mut bytes = Vec::new();
            for row in &matrix {
                let items: Vec<u32> = row.keys().copied().collect();
                let weights: Vec<f32> = row.values().copied().collect();
                prop_assert!(put_row(&mut bytes, &items, &weights));
            }
            let beginnings = beginnings(&bytes).unwrap();
            prop_assert_eq!(beginnings.len(), matrix.len() + 1);
            for (ends, expected) in beginnings.windows(2).zip(&matrix) {
                let own = &bytes[ends[0] as usize..ends[1] as usize];
                let decoded = row(own, 300).unwrap();
                prop_assert_eq!(&decoded.items, &expected.keys().copied().collect::<Vec<_>>());
                for (&w, &e) in decoded.weights.iter().zip(expected.values()) {
                    prop_assert!((w - e).abs() <= e.abs() / 2048.0 + 1e-7);
                }
                prop_assert!(row(&own[..own.len() - 1], 300).is_none());
                prop_assert!(row(&[own, &[0]].concat(), 300).is_none());
                prop_assert!(decoded.items.last().is_none_or(|&last| row(own, last).is_none()));
            }
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let beginnings = beginnings(&bytes).unwrap_or_default();
            prop_assert!(beginnings.iter().all(|&at| at as usize <= bytes.len()));
            for ends in beginnings.windows(2) {
                if let Some(row) = row(&bytes[ends[0] as usize..ends[1] as usize], 50) {
                    prop_assert!(row.items.iter().all(|&i| i < 50));
                    prop_assert!(row.weights.iter().all(|w| w.is_finite()));
                }
            }
        }
    }

    #[test]
    fn a_weight_beyond_half_precision_is_refused() {
        let mut bytes = Vec::new();
        assert!(!put_row(&mut bytes, &[0], &[1e6]));
        assert!(!put_row(&mut bytes, &[0], &[f32::NAN]));
        assert!(bytes.is_empty());
    }
}
