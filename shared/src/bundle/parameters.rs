//! A network's parameters as a safetensors file: in half precision, or matrices as bytes with
//! a scale for each row (`NAME.scale`) and the rest in half precision.

use half::f16;
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};

use crate::neural::{Parameter, Weights};

/// Follows the name of a matrix of bytes in that of its scales.
const SCALE: &str = ".scale";
/// Rows shorter than this are not worth a scale of their own.
const LEAST_ROW: usize = 8;

/// A file, and what it lost.
pub struct Encoded {
    /// The file's content.
    pub content: Vec<u8>,
    /// √(Σ (stored − trained)² / Σ trained²).
    pub error: f64,
}

/// Encodes all parameters; else the row of one that has a number which half precision can't hold.
pub fn encode(parameters: &[Parameter], weights: Weights) -> Result<Encoded, usize> {
    let mut tensors = Vec::new();
    let (mut error, mut size) = (0.0, 0.0);
    for Parameter {
        name,
        shape,
        values,
    } in parameters
    {
        let row = values.len() / shape[0];
        let by_rows = shape.len() > 1 && row >= LEAST_ROW;
        let mut bytes = Vec::new();
        let mut add = |value: f32, stored: f32| {
            error += (f64::from(value) - f64::from(stored)).powi(2);
            size += f64::from(value).powi(2);
        };
        if by_rows && matches!(weights, Weights::Bytes { .. }) {
            let mut scales = Vec::new();
            for row in values.chunks_exact(row) {
                let largest = row.iter().fold(0.0, |most: f32, x| most.max(x.abs()));
                let scale = largest / 127.0;
                scales.extend(scale.to_le_bytes());
                for &value in row {
                    // 0 / 0 where the whole row is 0; NaN becomes 0.
                    let byte = (value / scale).round() as i8;
                    bytes.push(byte as u8);
                    add(value, f32::from(byte) * scale);
                }
            }
            let rows = vec![shape[0]];
            tensors.push((name.clone() + SCALE, Dtype::F32, rows, scales));
            tensors.push((name.clone(), Dtype::I8, shape.clone(), bytes));
            continue;
        }
        for (at, &value) in values.iter().enumerate() {
            let half = f16::from_f32(value);
            if !half.is_finite() {
                return Err(at / row);
            }
            bytes.extend(half.to_le_bytes());
            add(value, half.to_f32());
        }
        tensors.push((name.clone(), Dtype::F16, shape.clone(), bytes));
    }
    let views = tensors.iter().map(|(name, dtype, shape, bytes)| {
        let view = TensorView::new(*dtype, shape.clone(), bytes);
        (name, view.expect("the bytes are those of the shape"))
    });
    Ok(Encoded {
        content: serialize(views, None).expect("names and sizes are plain"),
        error: f64::sqrt(error / f64::max(size, f64::MIN_POSITIVE)),
    })
}

/// The parameters of a file whose numbers have `bits` bits, 8 or 16; else why not.
pub fn decode(bytes: &[u8], bits: u32) -> Result<Vec<Parameter>, String> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let mut parameters = Vec::new();
    for (name, view) in file.iter() {
        let values = match view.dtype() {
            Dtype::F16 => {
                let halves = view.data().as_chunks().0.iter();
                halves
                    .map(|&half| f16::from_le_bytes(half).to_f32())
                    .collect()
            }
            Dtype::I8 if bits == 8 => {
                let scales = file.tensor(&[name, SCALE].concat()).ok();
                unscaled(&view, scales).ok_or_else(|| {
                    [
                        "its tensor ",
                        name,
                        " is of bytes without a scale for each row",
                    ]
                    .concat()
                })?
            }
            Dtype::F32 if is_scale(&file, name) => continue,
            _ => return Err(["its tensor ", name, " has another type of numbers"].concat()),
        };
        parameters.push(Parameter {
            name: name.to_owned(),
            shape: view.shape().to_vec(),
            values,
        });
    }
    Ok(parameters)
}

/// Whether a tensor holds the scales of one of bytes.
fn is_scale(file: &SafeTensors<'_>, name: &str) -> bool {
    let of = name.strip_suffix(SCALE);
    of.is_some_and(|of| file.tensor(of).is_ok_and(|of| of.dtype() == Dtype::I8))
}

fn unscaled(bytes: &TensorView<'_>, scales: Option<TensorView<'_>>) -> Option<Vec<f32>> {
    let scales = scales.filter(|scales| scales.dtype() == Dtype::F32)?;
    let rows = *bytes.shape().first()?;
    if scales.shape() != [rows] || bytes.data().is_empty() {
        return None;
    }
    let row = bytes.data().len() / rows;
    let scales = scales.data().as_chunks().0.iter();
    let mut values = Vec::with_capacity(bytes.data().len());
    for (&scale, row) in scales.zip(bytes.data().chunks_exact(row)) {
        let scale = f32::from_le_bytes(scale);
        values.extend(row.iter().map(|&byte| f32::from(byte as i8) * scale));
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BYTES: Weights = Weights::Bytes { lost: None };

    fn parameter(name: &str, shape: &[usize], values: &[f32]) -> Parameter {
        Parameter {
            name: name.to_owned(),
            shape: shape.to_vec(),
            values: values.to_vec(),
        }
    }

    proptest! {
        #[test]
        fn bytes_are_off_by_half_a_step_at_most(
            values in prop::collection::vec(-9f32..9.0, 40),
            short in prop::collection::vec(-9f32..9.0, 6),
        ) {
            let mut values = values;
            values[10..20].fill(0.0);
            let all = [
                parameter("items", &[4, 10], &values),
                parameter("bias", &[6], &short),
                parameter("narrow", &[3, 2], &short),
            ];
            let encoded = encode(&all, BYTES).unwrap();
            let mut found = decode(&encoded.content, 8).unwrap();
            found.sort_by_key(|own| all.iter().position(|other| other.name == own.name));
            let (mut error, mut size) = (0.0, 0.0);
            for (own, found) in all.iter().zip(&found) {
                prop_assert_eq!((&own.name, &own.shape), (&found.name, &found.shape));
                let row = own.values.len() / own.shape[0];
                for (own, found) in own.values.chunks(row).zip(found.values.chunks(row)) {
                    let most = own.iter().fold(0f32, |most, x| most.max(x.abs()));
                    for (own, found) in own.iter().zip(found) {
                        prop_assert!((own - found).abs() <= 0.5001 * most / 127.0);
                        error += f64::from(own - found).powi(2);
                        size += f64::from(*own).powi(2);
                    }
                }
            }
            prop_assert!((encoded.error - (error / size).sqrt()).abs() < 1e-6);
            prop_assert!(found[0].values[10..20].iter().all(|x| *x == 0.0));
            // What was read is stored again without a further loss.
            prop_assert!(encode(&found, BYTES).unwrap().error < 1e-6);
        }

        #[test]
        fn arbitrary_bytes_are_no_trouble(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            for bits in [8, 16] {
                let _ = decode(&bytes, bits);
            }
        }
    }

    #[test]
    fn bytes_need_their_bits_and_their_scales() {
        let all = [parameter("items", &[2, 8], &[0.5; 16])];
        let content = encode(&all, BYTES).unwrap().content;
        let message = decode(&content, 16).unwrap_err();
        assert!(message.contains("another type"), "{message}");
        let tensors = |scales: &[u8], rows: usize, name: &str| {
            let bytes = TensorView::new(Dtype::I8, vec![2, 8], &[1; 16]).unwrap();
            let scales = TensorView::new(Dtype::F32, vec![rows], scales).unwrap();
            serialize([("items", bytes), (name, scales)], None).unwrap()
        };
        assert!(decode(&tensors(&[0; 8], 2, "items.scale"), 8).is_ok());
        for (damaged, why) in [
            (tensors(&[0; 4], 1, "items.scale"), "without a scale"),
            (tensors(&[0; 8], 2, "scale"), "items"),
            (tensors(&[0; 8], 2, "other.scale"), "items"),
        ] {
            let message = decode(&damaged, 8).unwrap_err();
            assert!(
                message.contains(why) || message.contains("scale"),
                "{message}"
            );
        }
        assert_eq!(
            encode(&[parameter("b", &[3], &[0.0, 1.0, 7e4])], BYTES).err(),
            Some(2)
        );
    }
}
