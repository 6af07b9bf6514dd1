//! Item factors that start from vectors brought along, rather than from noise.

use anyhow::{Context as _, Result, anyhow};
use faer::{Mat, MatRef, Side};

use super::Training;
use super::item_vectors::Directions;

/// Puts the first principal components of the items' vectors in place of the
/// noise that `start` (items × rank, by rows) holds, at the noise's own size.
/// Items without a vector, and numbers beyond a vector's width, keep it.
///
/// The vectors are brought to length 1 and centred, as cosines compare them.
pub(super) fn from_item_vectors(training: &Training, rank: usize, start: &mut [f32]) -> Result<()> {
    let vectors = Directions::of(training)
        .filter(|vectors| vectors.items.len() > 1)
        .context(
            "from_item_vectors needs vectors of items: give them with --item-vectors FILE.npz",
        )?;
    let (n, width) = (vectors.items.len(), vectors.width);
    let values = MatRef::from_row_major_slice(&vectors.values, n, width);
    let means: Vec<f32> = (0..width)
        .map(|column| {
            (values
                .col(column)
                .iter()
                .map(|&x| f64::from(x))
                .sum::<f64>()
                / n as f64) as f32
        })
        .collect();
    let centred = Mat::from_fn(n, width, |row, column| {
        values[(row, column)] - means[column]
    });
    let covariance = centred.transpose() * &centred;
    let eigen = covariance
        .self_adjoint_eigen(Side::Lower)
        .map_err(|error| anyhow!("no principal components of the item vectors: {error:?}"))?;
    // They come in ascending order of what they explain.
    let kept = rank.min(width);
    let axes = Mat::from_fn(width, kept, |row, axis| eigen.U()[(row, width - 1 - axis)]);
    let components = centred * axes;
    let size = |squares: f64, n: usize| (squares / n as f64).sqrt();
    let of_start = start.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>();
    let of_components = components.squared_norm_l2();
    let scale = size(of_start, start.len()) / size(f64::from(of_components), n * kept).max(1e-12);
    for (row, &item) in vectors.items.iter().enumerate() {
        // Items that nobody interacted with have no factors.
        let Some(own) = start.get_mut(item as usize * rank..(item as usize + 1) * rank) else {
            continue;
        };
        for (axis, own) in own[..kept].iter_mut().enumerate() {
            *own = (f64::from(components[(row, axis)]) * scale) as f32;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ItemVectors;
    use crate::fit::ItemContent;
    use doorstep_shared::ItemRecord;

    #[test]
    fn what_lies_close_starts_close_and_the_rest_keeps_its_noise() {
        let records: Vec<ItemRecord> = ["a", "b", "c", "d", "e"].map(ItemRecord::bare).into();
        let vectors = ItemVectors {
            ids: ["a", "b", "c", "d"].map(str::to_owned).into(),
            width: 3,
            values: vec![1.0, 0.0, 0.0, 5.0, 0.1, 0.0, 0.0, 1.0, 0.0, 0.0, 3.0, 0.1],
        };
        let training = Training {
            n_items: 5,
            histories: &[],
            content: ItemContent {
                records: &records,
                vectors: Some(&vectors),
            },
            guide: Default::default(),
        };
        let noise: Vec<f32> = (0..20)
            .map(|at| if at % 2 == 0 { 0.1 } else { -0.1 })
            .collect();
        let mut start = noise.clone();
        from_item_vectors(&training, 4, &mut start).unwrap();
        let first = |item: usize| start[item * 4];
        assert!((first(0) - first(1)).abs() < 0.1 * (first(0) - first(2)).abs());
        assert!((first(2) - first(3)).abs() < 0.1 * (first(0) - first(2)).abs());
        // Three numbers wide: the fourth of each item, and all of the fifth's, stay.
        assert!((0..4).all(|item| start[item * 4 + 3] == noise[item * 4 + 3]));
        assert_eq!(start[16..], noise[16..]);
        // The components of an item are as large as the noise was.
        let squares: f32 = (0..4)
            .flat_map(|i| &start[i * 4..i * 4 + 3])
            .map(|x| x * x)
            .sum();
        assert!(((squares / 12.0).sqrt() - 0.1).abs() < 1e-4);
    }

    #[test]
    fn without_vectors_it_is_told_how_to_give_them() {
        let training = Training {
            n_items: 2,
            histories: &[],
            content: ItemContent::default(),
            guide: Default::default(),
        };
        let error = from_item_vectors(&training, 1, &mut [0.1, 0.1]).unwrap_err();
        assert!(
            error.to_string().contains("--item-vectors FILE.npz"),
            "{error}"
        );
    }
}
