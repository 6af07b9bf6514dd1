//! From what was encoded of a history to how likely each item is: on the processor by a product
//! of our own, on a graphics card where the items' vectors lie.

use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor, TensorData};

use super::catalogue::Catalogue;
use super::product::{WHOLE, product_transposed};
use super::{Encoder, Network, Parameter};

/// What an unknown item's logit is lowered by on a device.
const NEVER: f32 = -1e9;

/// The items, as a network of sequences scores them.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "there is one a model")]
pub(super) enum Items {
    /// Their vectors beside those that the network looks up.
    Here(Catalogue),
    /// Next to minus infinity for each unknown item, `[1, items]`, where there is one.
    OnDevice(Option<Tensor<2>>),
}

impl Items {
    /// Of the items' vectors, `[items, width]`, of which those that are 0 are of unknown items.
    pub fn new(vectors: Parameter, device: &Device) -> Self {
        let catalogue = Catalogue::new(&vectors.values, vectors.shape[1]);
        match WHOLE {
            true => Self::Here(catalogue),
            false => Self::OnDevice(lowered(&catalogue, device)),
        }
    }

    /// What is left to the device: all, or nothing. `encoded` is `[1, width]`.
    pub fn forward(&self, encoded: Tensor<2>, network: &Network) -> Tensor<2> {
        let Self::OnDevice(unknown) = self else {
            return encoded;
        };
        let logits = product_transposed(encoded, network.items());
        let logits = match unknown {
            Some(unknown) => logits + unknown.clone(),
            None => logits,
        };
        softmax(logits, 1)
    }

    /// How likely each item is, of what the device gave.
    pub fn finish(&self, values: Vec<f32>) -> Vec<f32> {
        match self {
            Self::Here(catalogue) => catalogue.chances(&values),
            Self::OnDevice(_) => values,
        }
    }
}

fn lowered(catalogue: &Catalogue, device: &Device) -> Option<Tensor<2>> {
    let n = catalogue.len();
    let mut lowered = vec![0.0; n];
    catalogue
        .unknown()
        .iter()
        .for_each(|&item| lowered[item] = NEVER);
    let data = TensorData::new(lowered, [1, n]);
    (!catalogue.unknown().is_empty()).then(|| Tensor::from_data(data, device))
}

#[cfg(test)]
mod tests {
    use super::super::{Architecture, SequenceShape};
    use super::*;

    #[test]
    fn a_device_finds_what_the_processor_finds() {
        let device = Device::flex();
        let shape = SequenceShape {
            width: 3,
            blocks: 1,
            heads: 1,
            inner: 3,
            length: 4,
        };
        let vectors = [0.5, 1.0, -2.0, 0.0, 0.0, 0.0, 1.5, -1.0, 0.25];
        let items = Parameter {
            name: "items".to_owned(),
            shape: vec![3, 3],
            values: vectors.to_vec(),
        };
        let given = super::super::expected(&Architecture::SasRec(shape).blank(3, &device));
        let given = given.into_iter().map(|(name, shape)| match name.as_str() {
            "items" => items.clone(),
            _ => Parameter {
                values: vec![0.0; shape.iter().product()],
                name,
                shape,
            },
        });
        let model =
            super::super::Neural::new(Architecture::SasRec(shape), 3, given.collect(), &device);
        let model = model.unwrap();
        let catalogue = Catalogue::new(&vectors, 3);
        let there = Items::OnDevice(lowered(&catalogue, &device));
        let encoded = Tensor::from_data([[1.0, -0.5, 2.0]], &device);
        let found = there.forward(encoded, model.network().unwrap());
        let found = there.finish(found.into_data().try_to_vec().unwrap());
        let here = Items::Here(catalogue).finish(vec![1.0, -0.5, 2.0]);
        for (found, here) in found.iter().zip(&here) {
            assert!((found - here).abs() < 1e-6, "{found} {here}");
        }
        assert_eq!(here[1], 0.0);
    }
}
