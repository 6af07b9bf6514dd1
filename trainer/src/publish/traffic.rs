//! What a visitor downloads: queries on freshly opened bundles, the bytes counted.

use std::cell::RefCell;

use anyhow::Result;
use doorstep_shared::bundle::{Bundle, Store};
use doorstep_shared::query::{HistoryEntry, RecommendQuery};
use serde::Serialize;

use super::at_once;

/// How many histories and items are tried to say what a query downloads.
const TRIALS: usize = 25;
/// How many items each tried history has.
pub const HISTORY: usize = 10;

/// What one kind of query downloads on a first visit, beyond engine and manifest.
#[derive(Clone, Debug, Serialize)]
pub struct Download {
    /// Of the queries tried.
    pub median_bytes: u64,
    /// Of the dearest query.
    pub largest_bytes: u64,
    /// Of the queries tried.
    pub median_files: u64,
}

/// Counts what is read of the files below a folder.
pub struct Counting<S> {
    store: S,
    /// What their paths begin with.
    folder: &'static str,
    read: RefCell<(u64, u64)>,
}

impl<S> Counting<S> {
    /// Of all files whose path begins with `folder`.
    pub fn new(store: S, folder: &'static str) -> Self {
        let read = RefCell::default();
        Self {
            store,
            folder,
            read,
        }
    }
}

impl<S: Store<Error = anyhow::Error>> Store for Counting<S> {
    type Error = anyhow::Error;

    async fn get(&self, path: &str, max_bytes: u64) -> Result<Vec<u8>> {
        let bytes = self.store.get(path, max_bytes).await?;
        if path.starts_with(self.folder) {
            let (total, files) = *self.read.borrow();
            *self.read.borrow_mut() = (total + bytes.len() as u64, files + 1);
        }
        Ok(bytes)
    }
}

/// Places of a catalogue for [`measure`], in groups of [`HISTORY`].
pub fn tried(n_items: usize) -> Vec<usize> {
    (0..TRIALS * HISTORY).map(|n| spread(n, n_items)).collect()
}

/// The same, one for each query of one item.
pub fn tried_alone(n_items: usize) -> Vec<usize> {
    (0..TRIALS).map(|n| spread(n, n_items)).collect()
}

/// What a list for a history of [`HISTORY`] items downloads; `ids` are not empty.
pub fn of_lists<S: Store<Error = anyhow::Error>>(
    ids: &[String],
    open: &impl Fn() -> Result<Bundle<Counting<S>>>,
) -> Result<Download> {
    measure(&tried(ids.len()), HISTORY, open, |bundle, items| {
        let entry = |&i: &usize| HistoryEntry {
            item: ids[i].clone(),
            rating: None,
            time: None,
        };
        let query = RecommendQuery {
            history: items.iter().map(entry).collect(),
            ..Default::default()
        };
        at_once(bundle.recommend(&query)).map(drop)
    })
}

/// Runs `query` on a freshly opened bundle for each group of `size` items.
pub fn measure<S: Store<Error = anyhow::Error>>(
    items: &[usize],
    size: usize,
    open: &impl Fn() -> Result<Bundle<Counting<S>>>,
    query: impl Fn(&Bundle<Counting<S>>, &[usize]) -> Result<()>,
) -> Result<Download> {
    let mut bytes = Vec::new();
    let mut files = Vec::new();
    for group in items.chunks(size) {
        let bundle = open()?;
        *bundle.store().read.borrow_mut() = (0, 0);
        query(&bundle, group)?;
        let (read, count) = *bundle.store().read.borrow();
        bytes.push(read);
        files.push(count);
    }
    bytes.sort_unstable();
    files.sort_unstable();
    Ok(Download {
        median_bytes: bytes[bytes.len() / 2],
        largest_bytes: bytes[bytes.len() - 1],
        median_files: files[files.len() / 2],
    })
}

/// Item indices all over the catalogue, popular ones more often: the square of
/// a low-discrepancy sequence.
fn spread(n: usize, n_items: usize) -> usize {
    let fraction = (n as f64 * 0.618_033_988_749_895).fract();
    ((fraction * fraction * n_items as f64) as usize).min(n_items.saturating_sub(1))
}
