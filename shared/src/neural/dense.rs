//! Layers on the processor, where nothing is learnt: xW + b and GELU by loops of our own. What a
//! network reads of one history is small, and Burn's product is made for larger matrices; its GELU
//! takes an error function one by one. Both are most of what a query costs.

use burn::tensor::{Device, Tensor, TensorData};
use wide::f32x4;

use super::catalogue::power;

/// Rows of x that are worked on at once: with as many columns, the sums fit into the sixteen
/// registers that a processor has at least.
const ROWS: usize = 4;
/// Columns of W that are worked on at once: two vectors.
const COLUMNS: usize = 8;

/// Whether these loops take the tensor: it lies in the processor's memory, and no gradient
/// is asked for.
pub(crate) fn is_plain<const D: usize>(x: &Tensor<D>) -> bool {
    #[cfg(feature = "flex")]
    {
        let device = x.device();
        !device.is_autodiff() && device == Device::flex()
    }
    #[cfg(not(feature = "flex"))]
    {
        let _ = x;
        false
    }
}

/// The numbers of a tensor that [`is_plain`], by rows.
pub(super) fn numbers<const D: usize>(x: Tensor<D>) -> Vec<f32> {
    // Flex has them at hand, so this waits for nothing, in a browser too.
    let data = x.into_data();
    data.try_into_vec().expect("networks are of 32-bit floats")
}

/// Numbers by rows as a tensor.
pub(super) fn tensor<const D: usize>(
    numbers: Vec<f32>,
    dims: [usize; D],
    device: &Device,
) -> Tensor<D> {
    Tensor::from_data(TensorData::new(numbers, dims), device)
}

/// `[m, inputs]` by `[inputs, outputs]`, and a bias for each output: `[m, outputs]`.
///
/// A sum begins with the bias and takes its terms in order, on every machine.
pub(super) fn dense(x: &[f32], weight: &[f32], bias: &[f32]) -> Vec<f32> {
    let outputs = bias.len();
    let inputs = weight.len() / outputs;
    let mut y = vec![0.0; x.len() / inputs * outputs];
    let rows = x.chunks(ROWS * inputs).zip(y.chunks_mut(ROWS * outputs));
    for (x, y) in rows {
        match x.len() / inputs {
            ROWS => tiles::<ROWS>(x, weight, bias, y),
            // The last rows, one by one.
            _ => x
                .chunks_exact(inputs)
                .zip(y.chunks_exact_mut(outputs))
                .for_each(|(x, y)| tiles::<1>(x, weight, bias, y)),
        }
    }
    y
}

/// `N` rows of x by all columns.
#[inline]
fn tiles<const N: usize>(x: &[f32], weight: &[f32], bias: &[f32], y: &mut [f32]) {
    let (outputs, inputs) = (bias.len(), x.len() / N);
    let rows: [&[f32]; N] = std::array::from_fn(|row| &x[row * inputs..][..inputs]);
    let whole = outputs - outputs % COLUMNS;
    for column in (0..whole).step_by(COLUMNS) {
        let two = |from: &[f32]| {
            let (a, b) = from[..COLUMNS].split_at(4);
            [a, b].map(|four| f32x4::new([four[0], four[1], four[2], four[3]]))
        };
        let mut sums = [two(&bias[column..]); N];
        for (input, weight) in weight.chunks_exact(outputs).enumerate() {
            let [a, b] = two(&weight[column..]);
            for (sums, row) in sums.iter_mut().zip(rows) {
                let x = f32x4::splat(row[input]);
                sums[0] += x * a;
                sums[1] += x * b;
            }
        }
        for (row, [a, b]) in sums.into_iter().enumerate() {
            let y = &mut y[row * outputs + column..][..COLUMNS];
            y[..4].copy_from_slice(&a.to_array());
            y[4..].copy_from_slice(&b.to_array());
        }
    }
    for column in whole..outputs {
        for (row, x) in rows.into_iter().enumerate() {
            let terms = x.iter().zip(weight.chunks_exact(outputs));
            let sum = terms.fold(bias[column], |sum, (x, weight)| sum + x * weight[column]);
            y[row * outputs + column] = sum;
        }
    }
}

/// GELU of each number: x Φ(x), where Φ is the normal distribution's.
///
/// Φ(−|x|) by Abramowitz and Stegun 1964, 26.2.17 (which is 7.1.26 for the error function),
/// to 7.5 · 10⁻⁸.
pub(super) fn gelu(numbers: &mut [f32]) {
    let (fours, rest) = numbers.as_chunks_mut::<4>();
    for four in fours {
        *four = gelu_of(f32x4::new(*four)).to_array();
    }
    if !rest.is_empty() {
        let mut last = [0.0; 4];
        last[..rest.len()].copy_from_slice(rest);
        let last = gelu_of(f32x4::new(last)).to_array();
        rest.copy_from_slice(&last[..rest.len()]);
    }
}

#[inline]
fn gelu_of(x: f32x4) -> f32x4 {
    const P: f32x4 = f32x4::splat(0.231_641_9);
    const B1: f32x4 = f32x4::splat(0.319_381_53);
    const B2: f32x4 = f32x4::splat(-0.356_563_78);
    const B3: f32x4 = f32x4::splat(1.781_477_9);
    const B4: f32x4 = f32x4::splat(-1.821_255_9);
    const B5: f32x4 = f32x4::splat(1.330_274_4);
    const HALF: f32x4 = f32x4::splat(0.5);
    const DENSITY: f32x4 = f32x4::splat(0.398_942_28);
    let size = x.abs();
    let t = f32x4::ONE / (f32x4::ONE + P * size);
    let sum = ((((B5 * t + B4) * t + B3) * t + B2) * t + B1) * t;
    let tail = DENSITY * power(-(HALF * size * size)) * sum;
    // x Φ(x) is −|x| Φ(−|x|) where x is below 0, and x more than that elsewhere.
    x.fast_max(f32x4::ZERO) - size * tail
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn products_are_those_of_the_definition(
            m in 0usize..11,
            inputs in 1usize..9,
            outputs in 1usize..21,
            numbers in prop::collection::vec(-2f32..2.0, 400),
        ) {
            let mut own = numbers.into_iter().cycle();
            let mut take = |n: usize| -> Vec<f32> { own.by_ref().take(n).collect() };
            let (x, weight, bias) = (take(m * inputs), take(inputs * outputs), take(outputs));
            let found = dense(&x, &weight, &bias);
            prop_assert_eq!(found.len(), m * outputs);
            for (at, found) in found.iter().enumerate() {
                let (row, column) = (at / outputs, at % outputs);
                let terms = (0..inputs).map(|input| {
                    f64::from(x[row * inputs + input]) * f64::from(weight[input * outputs + column])
                });
                let expected = f64::from(bias[column]) + terms.sum::<f64>();
                prop_assert!((f64::from(*found) - expected).abs() < 1e-5);
            }
        }
    }

    /// Φ by its series, in 64 bits.
    fn normal(x: f64) -> f64 {
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            term *= x * x / f64::from(2 * n + 1);
            sum += term;
        }
        0.5 + sum * (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt()
    }

    #[test]
    fn gelu_is_that_of_64_bits() {
        for at in -700..=703 {
            let x = at as f32 / 100.0;
            let mut numbers = vec![x; 1 + (at & 3) as usize];
            gelu(&mut numbers);
            let expected = f64::from(x) * normal(f64::from(x));
            for found in numbers {
                assert!((f64::from(found) - expected).abs() < 6e-7, "{x}: {found}");
            }
        }
        let mut far = [-100.0, 100.0, 0.0];
        gelu(&mut far);
        assert_eq!(far, [0.0, 100.0, 0.0]);
    }

    #[test]
    fn what_learns_is_left_to_burn() {
        let x = |device: &Device| Tensor::<1>::zeros([1], device);
        assert!(is_plain(&x(&Device::flex())));
        assert!(!is_plain(&x(&Device::flex().autodiff())));
    }
}
