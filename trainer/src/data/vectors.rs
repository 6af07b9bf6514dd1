//! Vectors of items that were made elsewhere, from an archive of NumPy.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use half::f16;
use npyz::{NpyFile, Order};
use zip::ZipArchive;

use super::Dataset;

/// A vector for each of some items.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemVectors {
    /// Item ids, each once.
    pub ids: Vec<String>,
    /// Length of each vector, at least 1.
    pub width: usize,
    /// The vectors one after another, finite.
    pub values: Vec<f32>,
}

impl ItemVectors {
    /// Reads an .npz file with `ids` (texts or whole numbers) and `vectors`
    /// (ids × width, floating point), as `np.savez(FILE, ids=…, vectors=…)` writes it.
    pub fn read(path: &Path) -> Result<Self> {
        let read = || {
            let mut archive = ZipArchive::new(File::open(path)?)
                .context("it is not an archive of NumPy; write it with np.savez")?;
            let ids = ids(array(&mut archive, "ids")?)?;
            let (shape, values) = numbers(array(&mut archive, "vectors")?)?;
            Self::new(ids, shape, values)
        };
        read().with_context(|| format!("cannot take item vectors from {}", path.display()))
    }

    fn new(ids: Vec<String>, shape: Vec<u64>, values: Vec<f32>) -> Result<Self> {
        let rows = match shape[..] {
            [rows, width] if width > 0 => rows,
            _ => bail!("`vectors` has the shape {shape:?}; it must be ids × width"),
        };
        ensure!(
            rows == ids.len() as u64,
            "`vectors` has {rows} rows and `ids` {} ids; each id must have one row",
            ids.len()
        );
        let width = shape[1] as usize;
        let mut seen = HashSet::new();
        let repeated = ids.iter().find(|id| !seen.insert(id.as_str()));
        if let Some(id) = repeated {
            bail!("the id `{id}` occurs twice in `ids`");
        }
        let odd = values.iter().position(|value| !value.is_finite());
        if let Some(at) = odd {
            let (id, column) = (&ids[at / width], at % width);
            bail!(
                "the vector of `{id}` holds {} in column {column}",
                values[at]
            );
        }
        Ok(Self { ids, width, values })
    }

    /// The vector in row `row`.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.width..(row + 1) * self.width]
    }

    /// A warning of ids that neither the interactions nor the item records
    /// know, if there are any; an error if they know none.
    pub(super) fn unknown_to(&self, dataset: &Dataset) -> Result<Option<String>> {
        let records: HashSet<&str> = dataset.catalogue.iter().map(|r| r.id.as_str()).collect();
        let items = &dataset.interactions.items;
        let known = |id: &&String| items.get(id).is_some() || records.contains(id.as_str());
        let mut unknown = self.ids.iter().filter(|id| !known(id));
        let Some(example) = unknown.next() else {
            return Ok(None);
        };
        let count = 1 + unknown.count();
        ensure!(
            count < self.ids.len(),
            "none of the {count} ids of --item-vectors (such as `{example}`) is an item of the data"
        );
        Ok(Some(format!(
            "{count} of {} ids of --item-vectors (such as `{example}`) are no items of the data; their vectors are ignored",
            self.ids.len()
        )))
    }
}

/// The array called `name`, in memory.
fn array(archive: &mut ZipArchive<File>, name: &str) -> Result<NpyFile<std::io::Cursor<Vec<u8>>>> {
    let file = npyz::npz::file_name_from_array_name(name);
    let files: Vec<_> = archive.file_names().filter_map(Result::ok).collect();
    if !files.iter().any(|other| *other == file) {
        let names = files
            .iter()
            .filter_map(|file| npyz::npz::array_name_from_file_name(file));
        let names = names.collect::<Vec<_>>().join(", ");
        bail!("it has no array `{name}`; it has: {names}");
    }
    let mut bytes = Vec::new();
    archive.by_name(&file)?.read_to_end(&mut bytes)?;
    NpyFile::new(std::io::Cursor::new(bytes)).with_context(|| format!("array `{name}`"))
}

/// Texts, or whole numbers as text.
fn ids(array: NpyFile<impl Read>) -> Result<Vec<String>> {
    let kind = array.dtype().descr();
    ensure!(
        array.shape().len() == 1,
        "`ids` has the shape {:?}; it must be one list",
        array.shape()
    );
    let array = match array.try_data::<String>() {
        Ok(texts) => return Ok(texts.collect::<Result<_, _>>()?),
        Err(array) => array,
    };
    let array = match array.try_data::<i64>() {
        Ok(numbers) => {
            return Ok(numbers
                .map(|n| n.map(|n| n.to_string()))
                .collect::<Result<_, _>>()?);
        }
        Err(array) => array,
    };
    let array = match array.try_data::<i32>() {
        Ok(numbers) => {
            return Ok(numbers
                .map(|n| n.map(|n| n.to_string()))
                .collect::<Result<_, _>>()?);
        }
        Err(array) => array,
    };
    let bytes = array.try_data::<Vec<u8>>().map_err(|_| {
        anyhow!("`ids` is of type {kind}; save it as text: np.asarray(ids, dtype=str)")
    })?;
    let text = |bytes: std::io::Result<Vec<u8>>| Ok(String::from_utf8(bytes?)?);
    bytes
        .map(text)
        .collect::<Result<_>>()
        .context("an id is no UTF-8")
}

/// Shape and numbers, the last axis fastest.
fn numbers(array: NpyFile<impl Read>) -> Result<(Vec<u64>, Vec<f32>)> {
    let (shape, order, kind) = (array.shape().to_vec(), array.order(), array.dtype().descr());
    let array = match array.try_data::<f32>() {
        Ok(values) => {
            return Ok((
                shape.clone(),
                by_row(&shape, order, values.collect::<Result<_, _>>()?),
            ));
        }
        Err(array) => array,
    };
    let array = match array.try_data::<f64>() {
        Ok(values) => {
            let values = values
                .map(|v| v.map(|v| v as f32))
                .collect::<Result<_, _>>()?;
            return Ok((shape.clone(), by_row(&shape, order, values)));
        }
        Err(array) => array,
    };
    let values = array.try_data::<f16>().map_err(|_| {
        anyhow!(
            "`vectors` is of type {kind}; save it as float32: np.asarray(vectors, dtype=np.float32)"
        )
    })?;
    let values = values
        .map(|v| v.map(f16::to_f32))
        .collect::<Result<_, _>>()?;
    Ok((shape.clone(), by_row(&shape, order, values)))
}

fn by_row(shape: &[u64], order: Order, values: Vec<f32>) -> Vec<f32> {
    match (shape, order) {
        (&[rows, width], Order::Fortran) => {
            let (rows, width) = (rows as usize, width as usize);
            let cells = (0..rows).flat_map(|row| (0..width).map(move |column| (row, column)));
            cells
                .map(|(row, column)| values[column * rows + row])
                .collect()
        }
        _ => values,
    }
}

#[cfg(test)]
#[path = "vectors_test.rs"]
mod tests;
