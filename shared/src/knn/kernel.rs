//! Distances from one point to a block of rows at once.

use wide::f32x4;

use super::space::Distance;

/// Rows in a block.
pub const ROWS: usize = 16;
/// Vectors that hold one coordinate of a block.
pub const VECTORS: usize = ROWS / 4;

/// The block's distances, each starting from `start`. A block holds
/// [`VECTORS`] vectors for each coordinate of `query`.
#[inline]
pub fn distances(
    distance: Distance,
    block: &[f32x4],
    query: &[f32],
    start: f32,
) -> [f32x4; VECTORS] {
    match distance {
        // Between coordinates of length √½ half the square of the straight line is the
        // cosine distance. One less a product would lose the digits that tell near rows apart.
        Distance::Euclidean | Distance::Cosine => sums(block, query, start, |row, q| {
            let difference = row - q;
            difference * difference
        }),
        Distance::Manhattan => sums(block, query, start, |row, q| (row - q).abs()),
    }
}

#[inline(always)]
fn sums(
    block: &[f32x4],
    query: &[f32],
    start: f32,
    term: impl Fn(f32x4, f32x4) -> f32x4,
) -> [f32x4; VECTORS] {
    let mut sums = [f32x4::splat(start); VECTORS];
    for (rows, &q) in block.chunks_exact(VECTORS).zip(query) {
        let q = f32x4::splat(q);
        for lane in 0..VECTORS {
            sums[lane] += term(rows[lane], q);
        }
    }
    sums
}

/// Whether any of the distances is at most `limit`.
#[inline]
pub fn any_within(distances: &[f32x4; VECTORS], limit: f32) -> bool {
    let least = distances[1..]
        .iter()
        .fold(distances[0], |least, d| least.fast_min(*d));
    least.to_array().iter().any(|&d| d <= limit)
}
