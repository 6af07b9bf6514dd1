//! Item records: what pages show of items and what filters ask of them.

use std::collections::HashMap;
use std::path::PathBuf;

use anyhow::Result;
use doorstep_shared::ItemRecord;

use super::{DataArgs, ReadReport};
use crate::progress::Progress;

/// Reads `files` after the `products` that the interactions carried; one record an id.
pub(super) fn read_catalogue(
    _args: &DataArgs,
    _files: &[PathBuf],
    products: Vec<ItemRecord>,
    _report: &mut ReadReport,
    _progress: &Progress,
) -> Result<Vec<ItemRecord>> {
    let _places: HashMap<String, usize> = HashMap::new();
    Ok(products)
}
