//! Tables by index range: shard n holds the entries of the indices from
//! n · `per_shard` on.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::table::{Table, TableRef};
use super::{BundleError, MANIFEST, ReadError, Store};

/// What the manifest says of a table by index range.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RangeTableRef {
    /// The shards.
    pub table: TableRef,
    /// Indices in one shard; the last may hold fewer.
    pub per_shard: u32,
}

/// Most indices that one shard may hold: what a shard unpacks to is bounded.
pub const MAX_PER_SHARD: u32 = 4096;

/// A shard and the first index in it.
pub struct Range {
    /// Index of the shard's first entry.
    pub first: u32,
    /// How many entries it holds.
    pub len: u32,
    /// Verified content.
    pub content: Rc<[u8]>,
    /// Its number.
    pub shard: u32,
}

/// Reads entries by index.
#[derive(Debug)]
pub struct RangeTable {
    table: Table,
    per_shard: u32,
    n_items: u32,
}

impl RangeTable {
    /// Checks that the shards cover `n_items` indices exactly.
    pub fn new(meta: &RangeTableRef, n_items: u32) -> Result<Self, BundleError> {
        let sized = (1..=MAX_PER_SHARD).contains(&meta.per_shard);
        if !sized || meta.table.shards != n_items.div_ceil(meta.per_shard) {
            let why = format!("{} does not cover the {n_items} items", meta.table.path);
            return Err(BundleError::damaged(MANIFEST, why));
        }
        Ok(Self {
            table: Table::new(&meta.table)?,
            per_shard: meta.per_shard,
            n_items,
        })
    }

    /// Whether the shard that holds an index is at hand and need not be fetched.
    #[cfg(feature = "tables")]
    pub fn keeps(&self, index: u32) -> bool {
        self.table.keeps(index / self.per_shard)
    }

    /// The shards that hold `indices`, each once, in ascending order.
    pub async fn get<S: Store>(
        &self,
        store: &S,
        indices: impl IntoIterator<Item = u32>,
    ) -> Result<Vec<Range>, ReadError<S::Error>> {
        let mut shards: Vec<u32> = indices.into_iter().map(|i| i / self.per_shard).collect();
        shards.sort_unstable();
        shards.dedup();
        let contents = self.table.get(store, &shards).await?;
        let ranges = shards.into_iter().zip(contents).map(|(shard, content)| {
            let first = shard * self.per_shard;
            Range {
                first,
                len: (self.n_items - first).min(self.per_shard),
                content,
                shard,
            }
        });
        Ok(ranges.collect())
    }

    /// The error of a range whose verified content breaks the format.
    pub fn malformed(&self, range: &Range) -> BundleError {
        self.table.malformed(range.shard)
    }

    /// The same of the range that holds an index.
    pub fn malformed_at(&self, index: u32) -> BundleError {
        self.table.malformed(index / self.per_shard)
    }
}
