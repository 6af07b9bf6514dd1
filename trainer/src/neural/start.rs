//! What a network's parameters are before the first step.

use burn::module::Module;
use burn::tensor::Device;
use doorstep_shared::neural::{Architecture, Neural, Parameter, expected};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

/// Standard deviation of the first parameters.
const DEVIATION: f32 = 0.02;
/// What the names of the first layer's parameters begin with, where it is in two parts.
const FIRST_LAYER: [&str; 2] = ["perceptron.user", "perceptron.item."];

/// Normalisation multiplies by 1 and adds 0, biases are 0, and everything else is
/// normally distributed around 0.
pub fn start(
    architecture: Architecture,
    n_items: usize,
    rng: &mut ChaCha8Rng,
    device: &Device,
) -> anyhow::Result<Neural> {
    let expected = Neural::expected(architecture, n_items, device)?;
    let parameters = expected.into_iter().map(|(name, shape)| {
        let n = shape.iter().product();
        let values = match name.rsplit('.').next() {
            Some("gamma") => vec![1.0; n],
            Some("beta" | "bias") => vec![0.0; n],
            _ => normal(rng, DEVIATION, n),
        };
        Parameter {
            name,
            shape,
            values,
        }
    });
    Ok(Neural::new(
        architecture,
        n_items,
        parameters.collect(),
        device,
    )?)
}

/// Vectors are normally distributed around 0 with this `deviation`; weights and biases of
/// layers are evenly distributed up to 1/√inputs, those of the first layer's two parts
/// as of one layer that reads two vectors.
pub fn start_pairs<M: Module>(blank: &M, deviation: f32, rng: &mut ChaCha8Rng) -> Vec<Parameter> {
    let expected = expected(blank);
    let inputs = |name: &str| {
        let weight = name.strip_suffix("bias");
        let weight = weight.map_or(name.to_owned(), |layer| format!("{layer}weight"));
        let found = expected.iter().find(|(own, _)| *own == weight);
        let (_, shape) = found.expect("a layer with a bias has weights");
        let parts = match FIRST_LAYER.iter().any(|part| name.starts_with(part)) {
            true => 2,
            false => 1,
        };
        parts * shape[0]
    };
    let parameters = expected.iter().map(|(name, shape)| {
        let n = shape.iter().product();
        let values = match name.rsplit('.').next() {
            Some("weight" | "bias" | "user") => {
                let reach = (inputs(name) as f32).sqrt().recip();
                let even = |_| reach * (rng.next_u32() as f32 / (1u32 << 31) as f32 - 1.0);
                (0..n).map(even).collect()
            }
            _ => normal(rng, deviation, n),
        };
        Parameter {
            name: name.clone(),
            shape: shape.clone(),
            values,
        }
    });
    parameters.collect()
}

/// `n` normally distributed numbers, two from two even ones (Box and Muller 1958).
pub(crate) fn normal(rng: &mut ChaCha8Rng, deviation: f32, n: usize) -> Vec<f32> {
    let mut even = || (f64::from(rng.next_u32()) + 0.5) / 2f64.powi(32);
    let mut values = Vec::with_capacity(n + 1);
    while values.len() < n {
        let (length, turn) = ((-2.0 * even().ln()).sqrt(), std::f64::consts::TAU * even());
        values.push(deviation * (length * turn.cos()) as f32);
        values.push(deviation * (length * turn.sin()) as f32);
    }
    values.truncate(n);
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn numbers_are_normally_distributed() {
        let values = normal(&mut ChaCha8Rng::seed_from_u64(0), DEVIATION, 40_001);
        let share = |most: f32| {
            let within = values.iter().filter(|x| x.abs() < most * DEVIATION);
            within.count() as f32 / values.len() as f32
        };
        assert_eq!(values.len(), 40_001);
        assert!((share(1.0) - 0.6827).abs() < 0.01 && (share(2.0) - 0.9545).abs() < 0.005);
        assert!((values.iter().sum::<f32>() / 4e4).abs() < 0.001);
    }
}
