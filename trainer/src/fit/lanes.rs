//! Vectors in lanes: padded with zeros to whole groups of numbers that a
//! processor works on at once. The order of every sum is fixed, so results do
//! not depend on which instructions there are. Call from inside
//! `pulp::Arch::dispatch`, which compiles these loops for the best of them,
//! with an operation whose `call` is always inlined: a closure may not be.

/// Numbers in a group.
pub(super) const LANES: usize = 16;

/// A group.
pub(super) type Lanes = [f32; LANES];

/// `n` vectors of `rank` numbers, padded.
pub(super) fn pad(vectors: &[f32], n: usize, rank: usize) -> Vec<Lanes> {
    let groups = rank.div_ceil(LANES);
    let mut padded = vec![[0.0; LANES]; n * groups];
    let rows = padded.chunks_exact_mut(groups);
    for (row, own) in rows.zip(vectors.chunks_exact(rank)) {
        row.as_flattened_mut()[..rank].copy_from_slice(own);
    }
    padded
}

/// The vectors without their padding.
pub(super) fn unpad(padded: &[Lanes], rank: usize) -> Vec<f32> {
    let rows = padded.chunks_exact(rank.div_ceil(LANES));
    rows.flat_map(|row| &row.as_flattened()[..rank])
        .copied()
        .collect()
}

/// a·b.
#[inline(always)]
pub(super) fn dot(a: &[Lanes], b: &[Lanes]) -> f32 {
    let mut sums = [0.0f32; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
        width /= 2;
    }
    sums[0]
}

/// Adds `factor` · `x` to `to`.
#[inline(always)]
pub(super) fn add_scaled(to: &mut [Lanes], factor: f32, x: &[Lanes]) {
    for (to, x) in to.iter_mut().zip(x) {
        // Copies, as a compiler that can't tell the two apart works lane by lane.
        let (mut sum, x) = (*to, *x);
        for lane in 0..LANES {
            sum[lane] += factor * x[lane];
        }
        *to = sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn padding_changes_no_sum(rank in 1usize..40, numbers in prop::collection::vec(-3i8..4, 80)) {
            let numbers: Vec<f32> = numbers.into_iter().map(f32::from).collect();
            let padded = pad(&numbers[..2 * rank], 2, rank);
            prop_assert_eq!(unpad(&padded, rank), &numbers[..2 * rank]);
            let (a, b) = padded.split_at(rank.div_ceil(LANES));
            let expected: f32 = (0..rank).map(|at| numbers[at] * numbers[rank + at]).sum();
            prop_assert_eq!(dot(a, b), expected);
            let mut sum = a.to_vec();
            add_scaled(&mut sum, 2.0, b);
            for (at, found) in unpad(&sum, rank).into_iter().enumerate() {
                prop_assert_eq!(found, numbers[at] + 2.0 * numbers[rank + at]);
            }
        }
    }
}
