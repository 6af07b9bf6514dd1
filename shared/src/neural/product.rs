//! Products of matrices, as networks that score take them.
//!
//! Burn's product for a graphics card chooses among many ways at run time, so an engine with it
//! carries all of them and compiles heavy kernels: a quarter of its size, and seconds before a
//! first answer. The networks of a bundle are small; there, the terms are added up instead.

use burn::tensor::Tensor;

/// Whether Burn's own product is taken: everywhere but in engine gpu.
pub(crate) const WHOLE: bool = cfg!(feature = "flex");

/// AB: `[…, m, k]` by `[…, k, n]`. Where the leading sizes differ, those of one are 1.
pub(crate) fn product<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> Tensor<D> {
    if WHOLE { a.matmul(b) } else { by_terms(a, b) }
}

/// ABᵀ: `[…, m, k]` by `[…, n, k]`. Where the leading sizes differ, those of one are 1.
pub(crate) fn product_transposed<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> Tensor<D> {
    if WHOLE {
        a.matmul(b.swap_dims(D - 2, D - 1))
    } else {
        by_terms_transposed(a, b)
    }
}

/// [`product`]; all its terms are in memory at once, k times the result.
fn by_terms<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> Tensor<D> {
    let (rows, columns) = (a.dims(), b.dims());
    let (m, k, n) = (rows[D - 2], rows[D - 1], columns[D - 1]);
    let a = a.reshape([leading(rows), m, k, 1]);
    let terms = a * b.reshape([leading(columns), 1, k, n]);
    terms.sum_dim(2).reshape(shape(rows, columns, n))
}

/// [`product_transposed`]; all its terms are in memory at once, k times the result.
fn by_terms_transposed<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> Tensor<D> {
    let (rows, columns) = (a.dims(), b.dims());
    let (m, k, n) = (rows[D - 2], rows[D - 1], columns[D - 2]);
    let a = a.reshape([leading(rows), m, 1, k]);
    let terms = a * b.reshape([leading(columns), 1, n, k]);
    terms.sum_dim(3).reshape(shape(rows, columns, n))
}

/// How many matrices there are.
fn leading<const D: usize>(dims: [usize; D]) -> usize {
    dims[..D - 2].iter().product()
}

/// The shape of a product with `n` columns.
fn shape<const D: usize>(rows: [usize; D], columns: [usize; D], n: usize) -> [usize; D] {
    let mut shape = rows;
    for (size, other) in shape.iter_mut().zip(columns).take(D - 2) {
        *size = (*size).max(other);
    }
    shape[D - 1] = n;
    shape
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, TensorData};

    /// Multiples of 1/4, of which sums are exact.
    fn numbers<const D: usize>(dims: [usize; D], step: usize) -> Tensor<D> {
        let n = dims.iter().product::<usize>();
        let values = (0..n).map(|at| (at * step % 17) as f32 / 4.0 - 2.0);
        Tensor::from_data(TensorData::new(values.collect(), dims), &Device::flex())
    }

    #[test]
    fn terms_add_up_to_the_product() {
        for (rows, columns) in [([3, 5], [5, 4]), ([1, 1], [1, 7])] {
            let (a, b) = (numbers(rows, 5), numbers(columns, 7));
            same(a, b);
        }
        for (r, s) in [(2, 2), (3, 1), (1, 3)] {
            same(numbers([r, 4, 6], 5), numbers([s, 6, 3], 7));
        }
        same(numbers([2, 3, 4, 5], 5), numbers([2, 3, 5, 4], 7));
    }

    /// By value: a sum of one term may be the 0 that is negative.
    fn same<const D: usize>(a: Tensor<D>, b: Tensor<D>) {
        let told = |x: Tensor<D>| (x.dims(), x.into_data().try_to_vec::<f32>().unwrap());
        let whole = told(a.clone().matmul(b.clone()));
        assert_eq!(told(by_terms(a.clone(), b.clone())), whole);
        let transposed = b.swap_dims(D - 2, D - 1);
        assert_eq!(told(by_terms_transposed(a, transposed)), whole);
    }
}
