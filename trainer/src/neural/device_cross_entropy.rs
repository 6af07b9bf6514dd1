//! The cross-entropy of a softmax over all items by Burn's own operations, for devices
//! whose memory is their own: what `cross_entropy.rs` is to the processor.

use anyhow::Result;
use burn::tensor::activation::log_softmax;
use burn::tensor::{IndexingUpdateOp, Int, Tensor, TensorData};

/// Most logits that are in the device's memory at once: 256 MiB.
const LOGITS: usize = 1 << 26;

/// The loss of some rows and what would change it.
pub struct DeviceLoss {
    /// Sum over the rows of −log softmax(h · vᵀ) at the target, in nats.
    pub sum: f64,
    /// Gradient of the mean by the rows, `[rows, width]`.
    pub rows: Tensor<2>,
    /// Gradient of the mean by the vectors, `[vectors, width]`.
    pub vectors: Tensor<2>,
}

/// Of `rows` (`[targets, width]`) against all `vectors` (`[n, width]`); neither records
/// operations.
pub fn device_cross_entropy(
    rows: Tensor<2>,
    vectors: Tensor<2>,
    targets: &[u32],
) -> Result<DeviceLoss> {
    let [n, _] = vectors.dims();
    let device = vectors.device();
    let scale = 1.0 / targets.len() as f32;
    let mut to_rows = Vec::new();
    let mut to_vectors = vectors.zeros_like();
    let mut sum = Tensor::<1>::zeros([1], &device);
    let block = (LOGITS / n).max(1);
    for (at, targets) in targets.chunks(block).enumerate() {
        let m = targets.len();
        let rows = rows.clone().narrow(0, at * block, m);
        let targets = targets.iter().map(|&target| target as i32).collect();
        let targets = Tensor::<2, Int>::from_data(TensorData::new(targets, [m, 1]), &device);
        let logs = log_softmax(rows.clone().matmul(vectors.clone().transpose()), 1);
        sum = sum - logs.clone().gather(1, targets.clone()).sum();
        let less = Tensor::<2>::full([m, 1], -scale, &device);
        let gradient =
            logs.exp()
                .mul_scalar(scale)
                .scatter(1, targets, less, IndexingUpdateOp::Add);
        to_rows.push(gradient.clone().matmul(vectors.clone()));
        to_vectors = to_vectors + gradient.transpose().matmul(rows);
    }
    let sum = sum.try_into_data()?.try_to_vec::<f32>()?;
    Ok(DeviceLoss {
        sum: f64::from(sum[0]),
        rows: Tensor::cat(to_rows, 0),
        vectors: to_vectors,
    })
}

#[cfg(test)]
mod tests {
    use super::super::cross_entropy::cross_entropy;
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn equals_that_of_the_processor() {
        let (n_rows, n_vectors, width) = (37, 90, 8);
        let numbers = |n: usize| -> Vec<f32> { (0..n).map(|i| (i as f32 * 1.7).sin()).collect() };
        let (rows, vectors) = (numbers(n_rows * width), numbers(n_vectors * width));
        let targets: Vec<u32> = (0..n_rows as u32).map(|row| row * 7 % 90).collect();
        let own = cross_entropy(&rows, &vectors, width, &targets);
        let device = Device::flex();
        let tensor = |values, n| -> Tensor<2> {
            Tensor::from_data(TensorData::new(values, [n, width]), &device)
        };
        let found =
            device_cross_entropy(tensor(rows, n_rows), tensor(vectors, n_vectors), &targets);
        let found = found.unwrap();
        assert!((found.sum / own.sum - 1.0).abs() < 1e-5, "{}", found.sum);
        for (found, own) in [(found.rows, own.rows), (found.vectors, own.vectors)] {
            let found = found.into_data().try_to_vec::<f32>().unwrap();
            let far = found.iter().zip(&own).map(|(a, b)| (a - b).abs());
            assert!(far.fold(0.0, f32::max) < 1e-6);
        }
    }
}
