//! Tables by index range whose entries differ in length: what is found out once of a shard is where
//! each entry begins, since a query wants one of many, and reading past the others takes longest.

use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;

use super::range_table::{RangeTable, RangeTableRef};
use super::{BundleError, ReadError, Store};

/// Where the entries of a shard begin, and where one more would; `None` when it breaks the format.
pub type Beginnings = fn(&[u8]) -> Option<Vec<u32>>;

/// Reads entries by index.
#[derive(Debug)]
pub struct EntryTable {
    ranges: RangeTable,
    beginnings_of: Beginnings,
    /// By shard; four bytes an entry, kept though the shard may not be.
    known: RefCell<Vec<Option<Rc<[u32]>>>>,
}

/// The bytes of one entry.
pub struct Entry {
    shard: Rc<[u8]>,
    begin: u32,
    end: u32,
}

impl Deref for Entry {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.shard[self.begin as usize..self.end as usize]
    }
}

impl EntryTable {
    /// Checks that the shards cover `n_items` indices exactly.
    pub fn new(
        meta: &RangeTableRef,
        n_items: u32,
        beginnings_of: Beginnings,
    ) -> Result<Self, BundleError> {
        Ok(Self {
            ranges: RangeTable::new(meta, n_items)?,
            beginnings_of,
            known: RefCell::new(vec![None; meta.table.shards as usize]),
        })
    }

    /// The entries of `indices`, each once, by ascending index.
    pub async fn get<S: Store>(
        &self,
        store: &S,
        mut indices: Vec<u32>,
    ) -> Result<Vec<(u32, Entry)>, ReadError<S::Error>> {
        indices.sort_unstable();
        indices.dedup();
        let mut entries = Vec::with_capacity(indices.len());
        let mut rest = indices.iter().copied().peekable();
        for range in self.ranges.get(store, indices.iter().copied()).await? {
            let known = &mut self.known.borrow_mut()[range.shard as usize];
            let beginnings = match known {
                Some(known) => known,
                None => {
                    let found = (self.beginnings_of)(&range.content);
                    let found = found.filter(|found| found.len() == range.len as usize + 1);
                    let found = found.ok_or_else(|| self.ranges.malformed(&range))?;
                    known.insert(found.into())
                }
            };
            while let Some(index) = rest.next_if(|&index| index < range.first + range.len) {
                let place = (index - range.first) as usize;
                let entry = Entry {
                    shard: range.content.clone(),
                    begin: beginnings[place],
                    end: beginnings[place + 1],
                };
                entries.push((index, entry));
            }
        }
        Ok(entries)
    }

    /// The error of an entry whose verified content breaks the format.
    pub fn malformed(&self, index: u32) -> BundleError {
        self.ranges.malformed_at(index)
    }
}
