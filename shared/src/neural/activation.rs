//! What stands between a network's layers, four numbers at a time where they lie in this program's
//! memory and nothing records what is done to them: Burn takes a power, or an error function, of one
//! number after the other.

use burn::tensor::{Tensor, activation};
use wide::f32x4;

use super::power::{LEAST, power};
use super::product::WHOLE;

/// x Φ(x) with the normal distribution's Φ (Hendrycks and Gimpel 2016, "Gaussian Error Linear Units").
pub(super) fn gelu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    if !is_here(&x) {
        return activation::gelu(x);
    }
    in_place(x, |values| by_fours(values, f32x4::ZERO, gelu_of))
}

/// eˣ over the sum of eˣ, of the last dimension.
pub(super) fn softmax<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    if !is_here(&x) {
        return activation::softmax(x, D - 1);
    }
    let last = x.dims()[D - 1];
    in_place(x, |values| {
        values.chunks_exact_mut(last).for_each(softmax_of);
    })
}

/// Whether the numbers can be worked on in place.
fn is_here<const D: usize>(x: &Tensor<D>) -> bool {
    #[cfg(feature = "flex")]
    if WHOLE {
        let device = x.device();
        return device == burn::tensor::Device::flex() && !device.is_autodiff();
    }
    let _ = x;
    WHOLE
}

/// Changes a tensor's numbers where they are; a copy of them where another tensor has them too.
fn in_place<const D: usize>(x: Tensor<D>, change: impl FnOnce(&mut [f32])) -> Tensor<D> {
    let device = x.device();
    let mut data = x.into_data();
    change(data.as_mut_slice().expect("networks are of 32-bit floats"));
    Tensor::from_data(data, &device)
}

/// Changes numbers by fours; the last four are filled up with `more`.
fn by_fours(values: &mut [f32], more: f32x4, mut of: impl FnMut(f32x4) -> f32x4) {
    let (fours, rest) = values.as_chunks_mut::<4>();
    for four in fours {
        *four = of(f32x4::new(*four)).to_array();
    }
    if !rest.is_empty() {
        let mut last = more.to_array();
        last[..rest.len()].copy_from_slice(rest);
        rest.copy_from_slice(&of(f32x4::new(last)).to_array()[..rest.len()]);
    }
}

/// Φ by the error function, that after Abramowitz and Stegun 1964, 7.1.26, whose error is at most 1.5 · 10⁻⁷.
fn gelu_of(x: f32x4) -> f32x4 {
    const SCALE: f32x4 = f32x4::splat(0.327_591_1 * std::f32::consts::FRAC_1_SQRT_2);
    const FIRST: f32x4 = f32x4::splat(0.5 * 0.254_829_6);
    const SECOND: f32x4 = f32x4::splat(0.5 * -0.284_496_72);
    const THIRD: f32x4 = f32x4::splat(0.5 * 1.421_413_8);
    const FOURTH: f32x4 = f32x4::splat(0.5 * -1.453_152);
    const FIFTH: f32x4 = f32x4::splat(0.5 * 1.061_405_4);
    const HALF: f32x4 = f32x4::splat(-0.5);
    let t = f32x4::ONE / (f32x4::ONE + SCALE * x.abs());
    let sum = ((FIFTH * t + FOURTH) * t + THIRD) * t + SECOND;
    // 1 − Φ(|x|).
    let beyond = (sum * t + FIRST) * t * power(HALF * x * x);
    let is_negative = x.simd_lt(f32x4::ZERO);
    x * is_negative.select(beyond, f32x4::ONE - beyond)
}

/// The same as in [`softmax`], of one row. What is below the largest by more than 87 comes to 0, not to
/// numbers so small that products with them take a processor many times as long.
fn softmax_of(row: &mut [f32]) {
    let mut largest = f32x4::splat(f32::MIN);
    by_fours(row, largest, |four| {
        largest = largest.fast_max(four);
        four
    });
    let largest = f32x4::splat(largest.to_array().into_iter().fold(f32::MIN, f32::max));
    let mut sums = f32x4::ZERO;
    by_fours(row, f32x4::splat(f32::NEG_INFINITY), |four| {
        let below = four - largest;
        let found = below.simd_gt(LEAST) & power(below);
        sums += found;
        found
    });
    let factor = f32x4::splat(sums.reduce_add().recip());
    by_fours(row, f32x4::ZERO, |four| four * factor);
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    fn close(found: Tensor<2>, expected: Tensor<2>, error: f32) {
        let [found, expected] = [found, expected].map(|x| x.into_data().try_to_vec::<f32>());
        for (found, expected) in found.unwrap().iter().zip(expected.unwrap()) {
            assert!((found - expected).abs() <= error, "{found} {expected}");
        }
    }

    /// Numbers from −12 to 12 in rows of 7, which no four fills.
    fn numbers() -> Tensor<2> {
        let values = (0..7 * 343).map(|at| (at * 1_009 % 2_401) as f32 / 100.0 - 12.0);
        Tensor::from_data(TensorData::new(values.collect(), [343, 7]), &Device::flex())
    }

    #[test]
    fn in_place_they_are_what_they_are_on_any_device() {
        close(gelu(numbers()), activation::gelu(numbers()), 1e-6);
        close(softmax(numbers()), activation::softmax(numbers(), 1), 1e-6);
        assert!(is_here(&numbers()));
    }

    #[test]
    fn where_operations_are_recorded_gradients_go_through() {
        let x = Tensor::<2>::from_data([[1.0, -2.0, 0.5]], &Device::flex().autodiff());
        let x = x.require_grad();
        assert!(!is_here(&x));
        let gradients = softmax(gelu(x.clone())).powi_scalar(2).sum().backward();
        let found = x.grad(&gradients).unwrap().into_data();
        assert!(found.try_to_vec::<f32>().unwrap().iter().all(|x| *x != 0.0));
    }

    #[test]
    fn a_tensor_that_is_used_elsewhere_keeps_its_numbers() {
        let x = numbers();
        let before = x.clone().into_data();
        let _ = gelu(x.clone());
        assert_eq!(x.into_data(), before);
    }

    #[test]
    fn what_may_not_be_seen_counts_for_nothing() {
        let mut row = [-1e9, 2.0, 2.0, -1e9, -90.0];
        softmax_of(&mut row);
        assert_eq!(row, [0.0, 0.5, 0.5, 0.0, 0.0]);
    }
}
