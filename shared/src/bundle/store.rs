//! Where a bundle's bytes come from and go to.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;

use serde::de::DeserializeOwned;

/// Gets files by their path inside the bundle.
pub trait Store {
    /// Why a file could not be had.
    type Error;

    /// The whole content of `path`. Content longer than `max_bytes` must be
    /// refused (or cut just past it) rather than held in memory.
    fn get(&self, path: &str, max_bytes: u64)
    -> impl Future<Output = Result<Vec<u8>, Self::Error>>;

    /// Parses JSON; the error says what is wrong in words. A store may bring
    /// its platform's own parser, which keeps ours out of the browser engine.
    fn parse_json<T: DeserializeOwned>(&self, bytes: &[u8]) -> Result<T, String> {
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }
}

/// Takes the files of a new bundle.
pub trait Sink {
    /// Writes a whole file, making folders as needed.
    fn put(&mut self, path: &str, bytes: &[u8]) -> io::Result<()>;

    /// Gives a folder that was written to its final name. When that name is
    /// already there it holds the same content, as names carry a digest.
    fn rename(&mut self, from: &str, to: &str) -> io::Result<()>;
}

/// Files in memory, for tests and fuzzing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MemoryStore {
    /// Content by path.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Store for MemoryStore {
    type Error = Infallible;

    /// A missing file reads as empty, which no digest allows.
    async fn get(&self, path: &str, max_bytes: u64) -> Result<Vec<u8>, Infallible> {
        let bytes = self.files.get(path).map_or(&[][..], Vec::as_slice);
        let end = bytes.len().min(max_bytes as usize + 1);
        Ok(bytes[..end].to_vec())
    }
}

impl Sink for MemoryStore {
    fn put(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.files.insert(path.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        let files = std::mem::take(&mut self.files);
        self.files = files
            .into_iter()
            .map(|(path, bytes)| match path.strip_prefix(from) {
                Some(rest) if rest.starts_with('/') => (format!("{to}{rest}"), bytes),
                _ => (path, bytes),
            })
            .collect();
        Ok(())
    }
}
