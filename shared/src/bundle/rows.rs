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

fn skip_row(cursor: &mut Cursor<'_>) -> Option<()> {
    let neighbours = varint::skip_ascending(cursor)?;
    cursor.take(neighbours * 2).map(|_| ())
}

/// The rows of a shard of `count` that are `wanted`, with their places in it; `None` when the
/// shard breaks the format. Of the others no more is read than where they end, since a query
/// wants one of many.
pub fn rows(
    shard: &[u8],
    count: u32,
    n_items: u32,
    wanted: impl Fn(u32) -> bool,
) -> Option<Vec<(u32, Row)>> {
    let mut cursor = Cursor::new(shard);
    let mut found = Vec::new();
    for place in 0..count {
        match wanted(place) {
            true => found.push((place, next_row(&mut cursor, n_items)?)),
            false => skip_row(&mut cursor)?,
        }
    }
    cursor.is_at_end().then_some(found)
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
            let count = matrix.len() as u32;
            let decoded = rows(&bytes, count, 300, |_| true).unwrap();
            prop_assert_eq!(decoded.len(), matrix.len());
            for ((_, row), expected) in decoded.iter().zip(&matrix) {
                prop_assert_eq!(&row.items, &expected.keys().copied().collect::<Vec<_>>());
                for (&w, &e) in row.weights.iter().zip(expected.values()) {
                    prop_assert!((w - e).abs() <= e.abs() / 2048.0 + 1e-7);
                }
            }
            let odd = |place: u32| place % 2 == 1;
            let expected: Vec<(u32, Row)> = decoded.into_iter().filter(|(place, _)| odd(*place)).collect();
            prop_assert_eq!(rows(&bytes, count, 300, odd), Some(expected));
            for wanted in [true, false] {
                prop_assert!(rows(&bytes[..bytes.len() - 1], count, 300, |_| wanted).is_none());
                prop_assert!(rows(&bytes, count - 1, 300, |_| wanted).is_none());
            }
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            for wanted in [0..2, 1..2, 0..0] {
                let decoded = rows(&bytes, 2, 50, |place| wanted.contains(&place)).unwrap_or_default();
                prop_assert!(decoded.iter().flat_map(|(_, r)| &r.items).all(|&i| i < 50));
                prop_assert!(decoded.iter().flat_map(|(_, r)| &r.weights).all(|w| w.is_finite()));
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
