//! The cross-entropy of a softmax over all items, fused: the logits of a few rows at
//! a time become their gradient where they lie, and are never all in memory.
//! Gradients are given beside the loss, so no graph of operations holds them.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

/// Rows whose logits are worked on at once by a thread.
const ROWS: usize = 64;
/// Columns of which a thread sums the items' gradient.
const COLUMNS: usize = 2048;
/// Rows whose logits are in memory at once.
const BLOCK: usize = 512;

/// The loss of some rows and what would change it.
pub struct Loss {
    /// Sum over the rows of −log softmax(h · vᵀ) at the target, in nats.
    pub sum: f64,
    /// Gradient of the mean by the rows, `[rows, width]`.
    pub rows: Vec<f32>,
    /// Gradient of the mean by the vectors, `[vectors, width]`.
    pub vectors: Vec<f32>,
}

/// Of `rows` (`[targets, width]`) against all `vectors` (`[n, width]`). The same
/// bytes on any number of threads.
pub fn cross_entropy(rows: &[f32], vectors: &[f32], width: usize, targets: &[u32]) -> Loss {
    let n = vectors.len() / width;
    let mut loss = Loss {
        sum: 0.0,
        rows: vec![0.0; rows.len()],
        vectors: vec![0.0; vectors.len()],
    };
    let all = MatRef::from_row_major_slice(vectors, n, width);
    let scale = 1.0 / targets.len() as f32;
    let mut logits = vec![0.0; BLOCK.min(targets.len()) * n];
    let blocks = targets.chunks(BLOCK).zip(rows.chunks(BLOCK * width));
    for ((targets, rows), to_rows) in blocks.zip(loss.rows.chunks_mut(BLOCK * width)) {
        let logits = &mut logits[..targets.len() * n];
        // Threads take tasks of fixed size, each of which is added up in one order.
        let tasks = logits
            .par_chunks_mut(ROWS * n)
            .zip(targets.par_chunks(ROWS))
            .zip(rows.par_chunks(ROWS * width))
            .zip(to_rows.par_chunks_mut(ROWS * width));
        let sums = tasks.map(|(((logits, targets), rows), to_rows)| {
            let m = targets.len();
            let rows = MatRef::from_row_major_slice(rows, m, width);
            let own = MatMut::from_row_major_slice_mut(logits, m, n);
            matmul(own, Accum::Replace, rows, all.transpose(), 1.0, Par::Seq);
            let targets = targets.iter().zip(logits.chunks_exact_mut(n));
            let sum: f64 = targets
                .map(|(&target, row)| {
                    let target = target as usize;
                    pulp::Arch::new().dispatch(Softmax { row, target, scale })
                })
                .sum();
            let gradient = MatRef::from_row_major_slice(logits, m, n);
            let to_rows = MatMut::from_row_major_slice_mut(to_rows, m, width);
            matmul(to_rows, Accum::Replace, gradient, all, 1.0, Par::Seq);
            sum
        });
        loss.sum += sums.collect::<Vec<f64>>().iter().sum::<f64>();
        let m = targets.len();
        let gradient = MatRef::from_row_major_slice(logits, m, n);
        let rows = MatRef::from_row_major_slice(rows, m, width);
        let parts = loss.vectors.par_chunks_mut(COLUMNS * width).enumerate();
        parts.for_each(|(part, to_vectors)| {
            let columns = to_vectors.len() / width;
            let own = gradient.subcols(part * COLUMNS, columns).transpose();
            let to_vectors = MatMut::from_row_major_slice_mut(to_vectors, columns, width);
            matmul(to_vectors, Accum::Add, own, rows, 1.0, Par::Seq);
        });
    }
    loss
}

/// Numbers that the loops below work on at once.
const LANES: usize = 16;

/// Turns a row of logits into the gradient of its loss, times `scale`; gives the loss.
struct Softmax<'a> {
    row: &'a mut [f32],
    target: usize,
    scale: f32,
}

impl pulp::WithSimd for Softmax<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> f64 {
        let Self { row, target, scale } = self;
        let right = row[target];
        let (lanes, rest) = row.as_chunks::<LANES>();
        let mut most = [f32::MIN; LANES];
        for group in lanes {
            for lane in 0..LANES {
                most[lane] = most[lane].max(group[lane]);
            }
        }
        let most = most.iter().chain(rest).fold(f32::MIN, |a, b| a.max(*b));
        let (lanes, rest) = row.as_chunks_mut::<LANES>();
        let mut sums = [0.0; LANES];
        for group in lanes {
            for lane in 0..LANES {
                let value = exp(group[lane] - most);
                group[lane] = value;
                sums[lane] += value;
            }
        }
        let mut sum = sums.iter().sum::<f32>();
        for value in rest {
            *value = exp(*value - most);
            sum += *value;
        }
        let factor = scale / sum;
        row.iter_mut().for_each(|value| *value *= factor);
        row[target] -= scale;
        f64::from(most + sum.ln() - right)
    }
}

/// e^x for x ≤ 0, to 2e-7 of itself, without a branch: 2^k · e^r with |r| ≤ ln 2 / 2,
/// the latter by its Taylor series.
#[inline(always)]
fn exp(x: f32) -> f32 {
    /// Adding it rounds to a whole number.
    const ROUND: f32 = 12_582_912.0;
    /// ln 2 in two parts, the first of few bits.
    const LN_2: (f32, f32) = (0.693_359_4, -2.121_944_4e-4);
    let x = x.max(-87.0);
    let k = (x * std::f32::consts::LOG2_E + ROUND) - ROUND;
    let r = (x - k * LN_2.0) - k * LN_2.1;
    let series = 1.0 / 120.0 + r * (1.0 / 720.0);
    let series = 0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * series));
    let value = 1.0 + r * (1.0 + r * series);
    f32::from_bits((value.to_bits() as i32 + ((k as i32) << 23)) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::Rng;

    #[test]
    fn exp_is_the_exponential() {
        for step in 0..=8000 {
            let x = -f64::from(step) / 100.0;
            let found = f64::from(exp(x as f32));
            assert!(
                (found / f64::from(x as f32).exp() - 1.0).abs() < 3e-7,
                "{x}"
            );
        }
        assert!(exp(-1e9) < 1e-37 && exp(0.0) == 1.0);
    }

    /// Rows, vectors and targets, of `width` 5.
    fn case(n_rows: usize, n_vectors: usize) -> (Vec<f32>, Vec<f32>, Vec<u32>) {
        let mut rng = ChaCha8Rng::seed_from_u64(n_rows as u64);
        let mut draw = |n: usize| -> Vec<f32> {
            let even = |_| (rng.next_u32() >> 8) as f32 / (1 << 23) as f32 - 1.0;
            (0..n).map(even).collect()
        };
        let (rows, vectors) = (draw(n_rows * 5), draw(n_vectors * 5));
        let targets = (0..n_rows)
            .map(|row| (row * 7 % n_vectors) as u32)
            .collect();
        (rows, vectors, targets)
    }

    /// The definition in double precision: the sum and both gradients of the mean.
    fn plain(rows: &[f32], vectors: &[f32], targets: &[u32]) -> (f64, Vec<f64>, Vec<f64>) {
        let (mut to_rows, mut to_vectors) = (vec![0.0; rows.len()], vec![0.0; vectors.len()]);
        let mut sum = 0.0;
        for (r, (row, &target)) in rows.chunks(5).zip(targets).enumerate() {
            let dot = |v: &[f32]| {
                row.iter()
                    .zip(v)
                    .map(|(a, b)| f64::from(*a) * f64::from(*b))
                    .sum()
            };
            let logits: Vec<f64> = vectors.chunks(5).map(dot).collect();
            let total: f64 = logits.iter().map(|x| x.exp()).sum();
            sum += total.ln() - logits[target as usize];
            for (v, logit) in logits.iter().enumerate() {
                let hit = f64::from(u8::from(v == target as usize));
                let gradient = (logit.exp() / total - hit) / targets.len() as f64;
                for k in 0..5 {
                    to_rows[r * 5 + k] += gradient * f64::from(vectors[v * 5 + k]);
                    to_vectors[v * 5 + k] += gradient * f64::from(row[k]);
                }
            }
        }
        (sum, to_rows, to_vectors)
    }

    #[test]
    fn equals_the_definition() {
        for (n_rows, n_vectors) in [(1, 1), (3, 40), (600, 2100)] {
            let (rows, vectors, targets) = case(n_rows, n_vectors);
            let found = cross_entropy(&rows, &vectors, 5, &targets);
            let (sum, to_rows, to_vectors) = plain(&rows, &vectors, &targets);
            assert!((found.sum / sum.max(1e-9) - 1.0).abs() < 1e-5 || sum < 1e-9);
            let near = |found: &[f32], expected: &[f64]| {
                let pairs = found.iter().zip(expected);
                pairs
                    .map(|(a, b)| (f64::from(*a) - b).abs())
                    .fold(0.0, f64::max)
                    < 1e-6
            };
            assert!(near(&found.rows, &to_rows) && near(&found.vectors, &to_vectors));
        }
    }

    #[test]
    fn threads_change_no_byte() {
        let (rows, vectors, targets) = case(700, 5000);
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let loss = pool
                .build()
                .unwrap()
                .install(|| cross_entropy(&rows, &vectors, 5, &targets));
            (loss.sum, loss.rows, loss.vectors)
        };
        assert_eq!(with(1), with(3));
    }
}
