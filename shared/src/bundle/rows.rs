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

fn next_row(cursor: &mut Cursor<'_>, n_items: u32) -> Option<Row> {
    let items = varint::ascending(cursor, n_items)?;
    let weights = cursor
        .take(items.len() * 2)?
        .chunks_exact(2)
        .map(|pair| f16::from_le_bytes([pair[0], pair[1]]).to_f32())
        .collect::<Vec<f32>>();
    weights
        .iter()
        .all(|w| w.is_finite())
        .then_some(Row { items, weights })
}

/// All `count` rows of a shard; `None` when it breaks the format.
pub fn rows(shard: &[u8], count: u32, n_items: u32) -> Option<Vec<Row>> {
    let mut cursor = Cursor::new(shard);
    let rows: Option<Vec<Row>> = (0..count).map(|_| next_row(&mut cursor, n_items)).collect();
    rows.filter(|_| cursor.is_at_end())
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
            let decoded = rows(&bytes, matrix.len() as u32, 300).unwrap();
            for (row, expected) in decoded.iter().zip(&matrix) {
                prop_assert_eq!(&row.items, &expected.keys().copied().collect::<Vec<_>>());
                for (&w, &e) in row.weights.iter().zip(expected.values()) {
                    prop_assert!((w - e).abs() <= e.abs() / 2048.0 + 1e-7);
                }
            }
            prop_assert!(rows(&bytes[..bytes.len() - 1], matrix.len() as u32, 300).is_none());
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            if let Some(decoded) = rows(&bytes, 2, 50) {
                prop_assert!(decoded.iter().flat_map(|r| &r.items).all(|&i| i < 50));
                prop_assert!(decoded.iter().flat_map(|r| &r.weights).all(|w| w.is_finite()));
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
