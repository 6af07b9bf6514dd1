//! Tables: numbered shards, with index pages that hold the length and the
//! digest of each, so that a reader fetches and verifies only what it needs.

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
/// Longest shard or file that is read.
pub const MAX_FILE_BYTES: u64 = 16 << 20;
/// Bytes of shards that a reader keeps for the next query.
const CACHE_BYTES: usize = 16 << 20;
/// Length of one shard's entry in an index page: u32 length, digest.
const ENTRY_BYTES: usize = 4 + 32;

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

/// Refuses paths that lead out of the bundle.
pub fn check_path(path: &str) -> Result<(), BundleError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let safe = |part: &str| !part.is_empty() && !part.starts_with('.') && part.chars().all(plain);
    if path.split('/').all(safe) {
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

/// The same of several files, fetched side by side.
async fn read_files<S: Store>(
    store: &S,
    files: &[FileRef],
) -> Result<Vec<Vec<u8>>, ReadError<S::Error>> {
    try_join_all(files.iter().map(|file| read_file(store, file))).await
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
        let why = "its content does not match its digest";
        return Err(BundleError::damaged(&file.path, why));
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
        self.load_pages(store, &missing).await?;
        let files: Vec<FileRef> = missing.iter().map(|&shard| self.shard(shard)).collect();
        let fetched = read_files(store, &files).await?;
        let mut cache = self.cache.borrow_mut();
        let gaps = contents.iter_mut().filter(|content| content.is_none());
        for ((gap, shard), content) in gaps.zip(missing).zip(fetched) {
            let content: Rc<[u8]> = content.into();
            cache.insert(shard, content.clone());
            *gap = Some(content);
        }
        Ok(contents.into_iter().flatten().collect())
    }

    async fn load_pages<S: Store>(
        &self,
        store: &S,
        shards: &[u32],
    ) -> Result<(), ReadError<S::Error>> {
        let mut numbers: Vec<u32> = shards
            .iter()
            .map(|s| s / self.meta.shards_per_page)
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.retain(|page| !self.pages.borrow().contains_key(page));
        let files: Vec<FileRef> = numbers.iter().map(|&page| self.page(page)).collect();
        let pages = read_files(store, &files).await?;
        self.pages
            .borrow_mut()
            .extend(numbers.into_iter().zip(pages));
        Ok(())
    }

    fn page(&self, page: u32) -> FileRef {
        FileRef {
            path: self.meta.page_path(page),
            bytes: u64::from(self.meta.page_len(page)) * ENTRY_BYTES as u64,
            sha256: self.meta.pages[page as usize],
        }
    }

    /// What the shard's index page, which is at hand, says of it.
    fn shard(&self, shard: u32) -> FileRef {
        let per_page = self.meta.shards_per_page;
        let pages = self.pages.borrow();
        let entry = &pages[&(shard / per_page)][(shard % per_page) as usize * ENTRY_BYTES..];
        let (length, digest) = entry[..ENTRY_BYTES].split_at(4);
        FileRef {
            path: self.meta.shard_path(shard),
            bytes: u32::from_le_bytes(length.try_into().expect("four bytes")).into(),
            sha256: Digest(digest.try_into().expect("32 bytes")),
        }
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
        if content.len() as u64 > MAX_FILE_BYTES || self.partial.shards == MAX_SHARDS {
            let why = format!(
                "{}: a shard is over 16 MiB, or there are over 2^20 of them",
                self.name
            );
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
        }
        self.sink
            .put(&self.partial.shard_path(self.partial.shards), content)?;
        self.entries.extend((content.len() as u32).to_le_bytes());
        self.entries.extend(Digest::of(content).0);
        self.partial.shards += 1;
        self.partial.bytes += content.len() as u64;
        Ok(())
    }

    /// Writes the index pages and gives the folder its final name.
    pub fn finish(mut self) -> io::Result<TableRef> {
        // A query reads about ten shards: pages of half the square root of
        // their number balance the pages it fetches against the manifest.
        let per_page = (f64::from(self.partial.shards).sqrt() / 2.0).clamp(16.0, 128.0) as u32;
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
