//! Reads all of a bundle, as whoever puts it on a host does beforehand.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::reader::Bundle;
use super::resolve::Outcome;
use super::table::{FileRef, Table, TableRef, read_file};
use super::{BundleError, MANIFEST, Store};

/// Shards that are held at once.
const SHARDS_AT_ONCE: u32 = 64;

/// The tables and files that a part of a manifest names, whatever they are for.
fn named(part: &Value, tables: &mut Vec<TableRef>, files: &mut Vec<FileRef>) {
    if let Ok(table) = TableRef::deserialize(part) {
        tables.push(table);
    } else if let Ok(file) = FileRef::deserialize(part) {
        files.push(file);
    } else if let Value::Object(fields) = part {
        fields.values().for_each(|part| named(part, tables, files));
    } else if let Value::Array(parts) = part {
        parts.iter().for_each(|part| named(part, tables, files));
    }
}

impl<S: Store> Bundle<S> {
    /// Holds every file that the manifest names to its digest, and gives their paths.
    ///
    /// # Errors
    /// With the first that is missing or damaged.
    pub async fn verify(&self) -> Outcome<BTreeSet<String>, S> {
        let manifest: Value = serde_json::from_slice(self.manifest_json())
            .map_err(|error| BundleError::damaged(MANIFEST, error.to_string()))?;
        let (mut tables, mut files) = (Vec::new(), Vec::new());
        named(&manifest, &mut tables, &mut files);
        let mut paths = BTreeSet::new();
        for meta in &tables {
            for first in (0..meta.shards).step_by(SHARDS_AT_ONCE as usize) {
                // A table of its own each time, so that nothing that was read is kept.
                let shards: Vec<u32> = (first..meta.shards.min(first + SHARDS_AT_ONCE)).collect();
                Table::new(meta)?.get(self.store(), &shards).await?;
            }
            paths.extend(Table::new(meta)?.paths());
        }
        for file in &files {
            read_file(self.store(), file).await?;
            paths.insert(file.path.clone());
        }
        Ok(paths)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::super::sample::{bundle_error, open, published};
    use super::*;

    #[test]
    fn every_file_counts() {
        let (whole, _) = published();
        let verified = |store| open(store).unwrap().verify().now_or_never().unwrap();
        let paths = verified(whole.clone()).unwrap();
        let all = whole.files.keys().filter(|path| *path != MANIFEST);
        assert!(paths.iter().eq(all), "{paths:?}");
        let changes: [fn(&mut Vec<u8>); 2] = [
            |bytes| bytes.truncate(bytes.len() - 1),
            |bytes| bytes[0] ^= 1,
        ];
        for path in whole.files.keys().filter(|path| *path != MANIFEST) {
            for change in changes {
                let mut store = whole.clone();
                change(store.files.get_mut(path).unwrap());
                let error = bundle_error(verified(store).unwrap_err()).to_string();
                assert!(error.contains(path.as_str()), "{path}: {error}");
            }
        }
    }
}
