//! What training makes small (Bozorgtabar et al. 2020, equations 1 to 3).

use burn::tensor::{Tensor, TensorData};

/// Stands for minus infinity where a row of the bank is not meant.
const NEVER: f32 = -1e9;

/// L_mse: ‖x − x̂‖², the sum over a picture's pixels, 0 for those that are not `meant`; the mean over all
/// pictures.
pub(super) fn reconstruction(pictures: Tensor<4>, made: Tensor<4>, meant: &[bool]) -> Tensor<1> {
    let [n, ..] = pictures.dims();
    let mut off = pictures - made;
    if meant.contains(&false) {
        let weights = meant.iter().map(|&own| f32::from(u8::from(own)));
        let weights = TensorData::new(weights.collect::<Vec<f32>>(), [n, 1, 1, 1]);
        off = off.clone() * Tensor::from_data(weights, &off.device());
    }
    (off.clone() * off).sum().div_scalar(n as f32)
}

/// L_ss and L_agg in one: for each row of `features`, `[pictures, features]`, −log of the chance
/// that it is taken for one of its own rows of the bank, `members`. With the picture's own row
/// alone that is equation 1, with its neighbours' too equation 2; the mean over the pictures.
///
/// `bank` is `[rows, features]` and constant; chances are a softmax over all of its rows.
pub(super) fn membership(
    features: Tensor<2>,
    bank: Tensor<2>,
    members: &[Vec<u32>],
    temperature: f32,
) -> Tensor<1> {
    let ([pictures, _], [rows, _]) = (features.dims(), bank.dims());
    let logits = features.matmul(bank.transpose()).div_scalar(temperature);
    let mut others = vec![NEVER; pictures * rows];
    for (others, own) in others.chunks_exact_mut(rows).zip(members) {
        own.iter().for_each(|&row| others[row as usize] = 0.0);
    }
    let others = TensorData::new(others, [pictures, rows]);
    let others = Tensor::from_data(others, &logits.device());
    (log_sum_exp(logits.clone()) - log_sum_exp(logits + others)).mean()
}

/// log Σ exp of each row.
fn log_sum_exp(rows: Tensor<2>) -> Tensor<2> {
    let most = rows.clone().max_dim(1).detach();
    (rows - most.clone()).exp().sum_dim(1).log() + most
}

/// The bank after a step: m ← normalise((1 − t)m + tz) for the rows of the step's pictures.
pub(super) fn renewed(bank: &mut [f32], features: &[f32], pictures: &[usize], share: f32) {
    let width = features.len() / pictures.len();
    for (&row, new) in pictures.iter().zip(features.chunks_exact(width)) {
        let own = &mut bank[row * width..][..width];
        for (m, z) in own.iter_mut().zip(new) {
            *m = (1.0 - share) * *m + share * z;
        }
        let square: f64 = own.iter().map(|m| f64::from(*m) * f64::from(*m)).sum();
        // Opposite vectors may leave nothing; then the new one counts alone.
        match square.sqrt() {
            length if length > 1e-6 => own
                .iter_mut()
                .for_each(|m| *m = (f64::from(*m) / length) as f32),
            _ => own.copy_from_slice(new),
        }
    }
}
