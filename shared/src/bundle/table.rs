//! Tables: numbered shards, with index pages that hold the digest of each, so
//! that a reader fetches and verifies only what it needs.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::io;
use std::rc::Rc;

use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use super::{BundleError, Digest, ReadError, Sink, Store};

/// A single verified file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileRef {
    /// Path inside the bundle.
    pub path: String,
    /// Length.
    pub bytes: u64,
    /// Digest of the content.
    pub sha256: Digest,
}

/// What the manifest says of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TableRef {
    /// Folder inside the bundle; its name ends in a digest of the content.
    pub path: String,
    /// Number of shards: `PATH/00000.bin`, `PATH/00001.bin`, …
    pub shards: u32,
    /// Their file name extension: `bin`, or `json` where the content is JSON,
    /// which most hosts compress on the way.
    pub extension: String,
    /// How many shards one index page describes.
    pub shards_per_page: u32,
    /// Size of all shards and index pages together.
    pub bytes: u64,
    /// Digests of the index pages: `PATH/index-0000.bin`, …
    pub pages: Vec<Digest>,
}

/// Most shards that a table may have.
const MAX_SHARDS: u32 = 1 << 20;
/// Longest shard of a table that is read.
const MAX_SHARD_BYTES: u64 = 16 << 20;
/// Longest file that is read whole, such as a network's.
pub const MAX_FILE_BYTES: u64 = 128 << 20;
/// Bytes of shards that a reader keeps for the next query.
const CACHE_BYTES: usize = 16 << 20;
/// How much of a shard's digest its index page holds: 128 bits, for which nobody finds other content.
const ENTRY_BYTES: usize = 16;
/// Up to so many shards, a list reads most index pages: they are larger then, to be fewer.
const FEW_SHARDS: u32 = 1024;

const MISMATCH: &str = "its content does not match its digest";

impl TableRef {
    fn shard_path(&self, shard: u32) -> String {
        format!("{}/{shard:05}.{}", self.path, self.extension)
    }

    fn page_path(&self, page: u32) -> String {
        format!("{}/index-{page:04}.bin", self.path)
    }

    fn page_len(&self, page: u32) -> u32 {
        (self.shards - page * self.shards_per_page).min(self.shards_per_page)
    }
}

/// Whether a file or folder may be called so on any host and in any address.
pub fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !name.is_empty() && !name.starts_with('.') && name.chars().all(plain)
}

/// Refuses paths that lead out of the bundle.
pub fn check_path(path: &str) -> Result<(), BundleError> {
    if path.split('/').all(is_plain) {
        return Ok(());
    }
    Err(BundleError::damaged(
        super::MANIFEST,
        format!("\"{path}\" is not a path inside the bundle"),
    ))
}

/// A file's content, once its length and digest are found right.
pub async fn read_file<S: Store>(
    store: &S,
    file: &FileRef,
) -> Result<Vec<u8>, ReadError<S::Error>> {
    check_path(&file.path)?;
    if file.bytes > MAX_FILE_BYTES {
        return Err(
            BundleError::damaged(&file.path, "it is declared longer than any file may be").into(),
        );
    }
    let bytes = store
        .get(&file.path, file.bytes)
        .await
        .map_err(ReadError::Store)?;
    verify(file, &bytes)?;
    Ok(bytes)
}

fn verify(file: &FileRef, bytes: &[u8]) -> Result<(), BundleError> {
    let (length, found) = (file.bytes, bytes.len() as u64);
    if found != length {
        let found = if found > length {
            "longer".to_owned()
        } else {
            format!("{found} long")
        };
        let why = format!("it should be {length} bytes long and is {found}");
        return Err(BundleError::damaged(&file.path, why));
    }
    if Digest::of(bytes) != file.sha256 {
        return Err(BundleError::damaged(&file.path, MISMATCH));
    }
    Ok(())
}

/// Reads shards, keeping index pages and the shards fetched last.
#[derive(Debug)]
pub struct Table {
    meta: TableRef,
    /// Index pages as read: an entry a shard.
    pages: RefCell<HashMap<u32, Vec<u8>>>,
    cache: RefCell<Cache>,
}

#[derive(Debug, Default)]
struct Cache {
    shards: HashMap<u32, Rc<[u8]>>,
    oldest_first: VecDeque<u32>,
    bytes: usize,
}

impl Cache {
    fn insert(&mut self, shard: u32, content: Rc<[u8]>) {
        self.bytes += content.len();
        match self.shards.insert(shard, content) {
            Some(same) => self.bytes -= same.len(),
            None => self.oldest_first.push_back(shard),
        }
        while self.bytes > CACHE_BYTES && self.oldest_first.len() > 1 {
            let oldest = self.oldest_first.pop_front();
            if let Some(old) = oldest.and_then(|shard| self.shards.remove(&shard)) {
                self.bytes -= old.len();
            }
        }
    }
}

impl Table {
    /// Checks what the manifest says before anything is fetched.
    pub fn new(meta: &TableRef) -> Result<Self, BundleError> {
        check_path(&meta.path)?;
        let consistent = meta.shards <= MAX_SHARDS
            && ["bin", "json"].contains(&meta.extension.as_str())
            && (1..=4096).contains(&meta.shards_per_page)
            && meta.pages.len() as u32 == meta.shards.div_ceil(meta.shards_per_page);
        if !consistent {
            let why = format!("what it says of {} does not fit together", meta.path);
            return Err(BundleError::damaged(super::MANIFEST, why));
        }
        Ok(Self {
            meta: meta.clone(),
            pages: RefCell::default(),
            cache: RefCell::default(),
        })
    }

    /// Its shards and index pages, by their paths inside the bundle.
    pub fn paths(&self) -> impl Iterator<Item = String> {
        let pages = 0..self.meta.pages.len() as u32;
        let pages = pages.map(|page| self.meta.page_path(page));
        pages.chain((0..self.meta.shards).map(|shard| self.meta.shard_path(shard)))
    }

    /// Number of shards.
    pub fn shards(&self) -> u32 {
        self.meta.shards
    }

    /// The error of a shard whose verified content breaks the format.
    pub fn malformed(&self, shard: u32) -> BundleError {
        BundleError::damaged(self.meta.shard_path(shard), "its content breaks the format")
    }

    /// Whether a shard is at hand and need not be fetched.
    #[cfg(feature = "tables")]
    pub fn keeps(&self, shard: u32) -> bool {
        self.cache.borrow().shards.contains_key(&shard)
    }

    /// The verified content of each wanted shard, fetched side by side. The
    /// caller names each shard once and only shards that exist.
    pub async fn get<S: Store>(
        &self,
        store: &S,
        wanted: &[u32],
    ) -> Result<Vec<Rc<[u8]>>, ReadError<S::Error>> {
        let mut contents: Vec<Option<Rc<[u8]>>> = {
            let cache = self.cache.borrow();
            let kept = wanted.iter().map(|shard| cache.shards.get(shard).cloned());
            kept.collect()
        };
        let missing = wanted
            .iter()
            .zip(&contents)
            .filter(|(_, kept)| kept.is_none());
        let missing: Vec<u32> = missing.map(|(&shard, _)| shard).collect();
        let pages = self.missing_pages(&missing);
        // Side by side: a shard's page is only needed to verify it.
        let page_paths = pages.iter().map(|&page| self.meta.page_path(page));
        let shard_paths = missing.iter().map(|&shard| self.meta.shard_path(shard));
        let longest = self.meta.bytes.min(MAX_SHARD_BYTES);
        let arriving = page_paths
            .chain(shard_paths)
            .map(|path| async move { store.get(&path, longest).await });
        let mut fetched = try_join_all(arriving).await.map_err(ReadError::Store)?;
        let shards = fetched.split_off(pages.len());
        for (page, content) in pages.into_iter().zip(fetched) {
            verify(&self.page(page), &content)?;
            self.pages.borrow_mut().insert(page, content);
        }
        for (&shard, content) in missing.iter().zip(&shards) {
            self.verify(shard, content)?;
        }
        let mut cache = self.cache.borrow_mut();
        let gaps = contents.iter_mut().filter(|content| content.is_none());
        for ((gap, shard), content) in gaps.zip(missing).zip(shards) {
            let content: Rc<[u8]> = content.into();
            cache.insert(shard, content.clone());
            *gap = Some(content);
        }
        Ok(contents.into_iter().flatten().collect())
    }

    /// The index pages of `shards` that are not at hand, each once.
    fn missing_pages(&self, shards: &[u32]) -> Vec<u32> {
        let per_page = self.meta.shards_per_page;
        let mut pages: Vec<u32> = shards.iter().map(|shard| shard / per_page).collect();
        pages.sort_unstable();
        pages.dedup();
        pages.retain(|page| !self.pages.borrow().contains_key(page));
        pages
    }

    fn page(&self, page: u32) -> FileRef {
        FileRef {
            path: self.meta.page_path(page),
            bytes: u64::from(self.meta.page_len(page)) * ENTRY_BYTES as u64,
            sha256: self.meta.pages[page as usize],
        }
    }

    /// Holds a shard to its index page, which is at hand.
    fn verify(&self, shard: u32, content: &[u8]) -> Result<(), BundleError> {
        let per_page = self.meta.shards_per_page;
        let pages = self.pages.borrow();
        let entry = &pages[&(shard / per_page)][(shard % per_page) as usize * ENTRY_BYTES..];
        if Digest::of(content).0[..ENTRY_BYTES] == entry[..ENTRY_BYTES] {
            return Ok(());
        }
        Err(BundleError::damaged(self.meta.shard_path(shard), MISMATCH))
    }
}

/// Writes a table's shards in order, then its index pages.
pub struct TableWriter<'a> {
    sink: &'a mut dyn Sink,
    name: String,
    partial: TableRef,
    entries: Vec<u8>,
}

impl<'a> TableWriter<'a> {
    /// A table whose final folder is `name` followed by a digest, and whose
    /// shards have the file name extension `extension`.
    pub fn new(sink: &'a mut dyn Sink, name: &str, extension: &str) -> Self {
        Self {
            sink,
            name: name.to_owned(),
            partial: TableRef {
                path: format!("{name}-partial"),
                shards: 0,
                extension: extension.to_owned(),
                shards_per_page: 1,
                bytes: 0,
                pages: Vec::new(),
            },
            entries: Vec::new(),
        }
    }

    /// Appends a shard.
    pub fn push(&mut self, content: &[u8]) -> io::Result<()> {
        if content.len() as u64 > MAX_SHARD_BYTES || self.partial.shards == MAX_SHARDS {
            let why = format!(
                "{}: a shard is over 16 MiB, or there are over 2^20 of them",
                self.name
            );
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
        }
        self.sink
            .put(&self.partial.shard_path(self.partial.shards), content)?;
        self.entries.extend(&Digest::of(content).0[..ENTRY_BYTES]);
        self.partial.shards += 1;
        self.partial.bytes += content.len() as u64;
        Ok(())
    }

    /// Writes the index pages and gives the folder its final name.
    pub fn finish(mut self) -> io::Result<TableRef> {
        let per_page = if self.partial.shards <= FEW_SHARDS {
            256
        } else {
            128
        };
        self.partial.shards_per_page = per_page;
        for (number, page) in self
            .entries
            .chunks(per_page as usize * ENTRY_BYTES)
            .enumerate()
        {
            self.sink
                .put(&self.partial.page_path(number as u32), page)?;
            self.partial.pages.push(Digest::of(page));
            self.partial.bytes += page.len() as u64;
        }
        // Over all that an address below the folder depends on.
        let layout = format!("{per_page} {}", self.partial.extension);
        let hash = Digest::of(&[&self.entries, layout.as_bytes()].concat()).hex(12);
        let path = format!("{}-{hash}", self.name);
        self.sink.rename(&self.partial.path, &path)?;
        Ok(TableRef {
            path,
            ..self.partial
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::MemoryStore;
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn shards_that_no_longer_fit_the_cache_are_fetched_again() {
        let mut store = MemoryStore::default();
        let mut writer = TableWriter::new(&mut store, "t", "bin");
        let content = |n: u8| vec![n; CACHE_BYTES / 2];
        for n in 0..3 {
            writer.push(&content(n)).unwrap();
        }
        let meta = writer.finish().unwrap();
        let table = Table::new(&meta).unwrap();
        for wanted in [&[2][..], &[0, 2], &[0, 1, 2], &[1, 0]] {
            let found = table.get(&store, wanted).now_or_never().unwrap().unwrap();
            let first: Vec<u32> = found.iter().map(|shard| shard[0].into()).collect();
            assert_eq!(first, wanted);
            assert!(table.cache.borrow().bytes <= CACHE_BYTES);
        }
    }
}
