//! Named arrays of numbers from the files that other programs write: NumPy's
//! npz and npy, and safetensors.

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use half::{bf16, f16};
use npyz::{NpyFile, Order};
use safetensors::{Dtype, SafeTensors};

/// An array of any shape, the last axis fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Its name in the file.
    pub name: String,
    /// Length of each axis; empty for a single number.
    pub shape: Vec<usize>,
    /// All finite.
    pub values: Vec<f32>,
}

/// A file of arrays, whose numbers are read one array at a time.
pub struct ArrayFile {
    path: PathBuf,
    bytes: Vec<u8>,
    kind: Kind,
    /// Name and shape of each array, by name.
    pub list: Vec<(String, Vec<usize>)>,
}

#[derive(Clone, Copy)]
enum Kind {
    Npz,
    Npy,
    SafeTensors,
}

impl ArrayFile {
    /// Reads what `path` holds, whatever it is called.
    pub fn open(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let kind = match bytes.as_slice() {
            [b'P', b'K', ..] => Kind::Npz,
            [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => Kind::Npy,
            [_, _, _, _, _, _, _, _, b'{', ..] => Kind::SafeTensors,
            _ => bail!(
                "{} is neither npz, npy nor safetensors; save the factors as one of these",
                path.display()
            ),
        };
        let mut file = Self {
            path: path.to_owned(),
            bytes,
            kind,
            list: Vec::new(),
        };
        file.list = file
            .shapes()
            .with_context(|| format!("{} is damaged", path.display()))?;
        file.list.sort();
        ensure!(!file.list.is_empty(), "{} holds no array", path.display());
        Ok(file)
    }

    /// The arrays with their shapes, for a message.
    pub fn shown(&self) -> String {
        let shown =
            |(name, shape): &(String, Vec<usize>)| format!("{name} ({})", dimensions(shape));
        self.list.iter().map(shown).collect::<Vec<_>>().join(", ")
    }

    fn shapes(&self) -> Result<Vec<(String, Vec<usize>)>> {
        let mut list = Vec::new();
        match self.kind {
            Kind::Npz => {
                let mut archive = zip::ZipArchive::new(Cursor::new(&self.bytes))?;
                for at in 0..archive.len() {
                    let entry = archive.by_index(at)?;
                    if let Some(name) = entry.name()?.strip_suffix(".npy").map(str::to_owned) {
                        list.push((name, npy_shape(&NpyFile::new(entry)?)));
                    }
                }
            }
            Kind::Npy => {
                let name = self.path.file_stem().unwrap_or_default();
                let shape = npy_shape(&NpyFile::new(self.bytes.as_slice())?);
                list.push((name.to_string_lossy().into_owned(), shape));
            }
            Kind::SafeTensors => {
                for (name, tensor) in SafeTensors::deserialize(&self.bytes)?.iter() {
                    list.push((name.to_owned(), tensor.shape().to_vec()));
                }
            }
        }
        Ok(list)
    }

    /// The numbers of the array called `name`.
    ///
    /// # Errors
    /// When there is none, it holds no floating-point numbers, or one of them is
    /// not finite in single precision.
    pub fn read(&self, name: &str) -> Result<Array> {
        let listed = self.list.iter().find(|(known, _)| known == name);
        let (_, shape) = listed.with_context(|| {
            let path = self.path.display();
            format!("{path} has no array {name}; it has {}", self.shown())
        })?;
        let values = self
            .values(name)
            .with_context(|| format!("array {name} of {}", self.path.display()))?;
        if let Some(at) = values.iter().position(|x| !x.is_finite()) {
            let row = at / shape.iter().skip(1).product::<usize>().max(1);
            bail!(
                "array {name} of {} holds {} in row {row} (from 0); train it again so that all numbers are finite",
                self.path.display(),
                values[at]
            );
        }
        Ok(Array {
            name: name.to_owned(),
            shape: shape.clone(),
            values,
        })
    }

    fn values(&self, name: &str) -> Result<Vec<f32>> {
        match self.kind {
            Kind::Npz => {
                let mut archive = zip::ZipArchive::new(Cursor::new(&self.bytes))?;
                npy_values(NpyFile::new(archive.by_name(&format!("{name}.npy"))?)?)
            }
            Kind::Npy => npy_values(NpyFile::new(self.bytes.as_slice())?),
            Kind::SafeTensors => {
                let tensors = SafeTensors::deserialize(&self.bytes)?;
                let tensor = tensors.tensor(name)?;
                let data = tensor.data();
                Ok(match tensor.dtype() {
                    Dtype::F64 => numbers(data, |x| f64::from_le_bytes(x) as f32),
                    Dtype::F32 => numbers(data, f32::from_le_bytes),
                    Dtype::F16 => numbers(data, |x| f16::from_le_bytes(x).to_f32()),
                    Dtype::BF16 => numbers(data, |x| bf16::from_le_bytes(x).to_f32()),
                    other => return Err(no_floats(&format!("{other:?}"))),
                })
            }
        }
    }
}

/// `30 × 4`; `one number` where there is no axis.
pub fn dimensions(shape: &[usize]) -> String {
    if shape.is_empty() {
        return "one number".to_owned();
    }
    let lengths: Vec<String> = shape.iter().map(usize::to_string).collect();
    lengths.join(" × ")
}

fn numbers<const N: usize>(data: &[u8], number: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    data.as_chunks::<N>().0.iter().map(|&x| number(x)).collect()
}

fn no_floats(kind: &str) -> anyhow::Error {
    anyhow!("it holds {kind}, and factors are floating-point numbers of 16, 32 or 64 bits")
}

fn npy_shape<R: Read>(file: &NpyFile<R>) -> Vec<usize> {
    file.shape().iter().map(|&length| length as usize).collect()
}

fn npy_values<R: Read>(file: NpyFile<R>) -> Result<Vec<f32>> {
    let (order, shape) = (file.order(), npy_shape(&file));
    let kind = file.dtype().descr();
    let values: Vec<f32> = match kind.trim_matches('\'').get(1..) {
        Some("f8") => file
            .into_vec::<f64>()?
            .into_iter()
            .map(|x| x as f32)
            .collect(),
        Some("f4") => file.into_vec()?,
        Some("f2") => file
            .into_vec::<f16>()?
            .into_iter()
            .map(f16::to_f32)
            .collect(),
        _ => return Err(no_floats(&kind)),
    };
    Ok(match (order, shape.as_slice()) {
        (Order::Fortran, &[rows, columns]) => (0..rows * columns)
            .map(|at| values[at % columns * rows + at / columns])
            .collect(),
        _ => values,
    })
}
