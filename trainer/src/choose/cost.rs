//! What a model costs a visitor.

use anyhow::Result;
use doorstep_shared::bundle::{Bundle, MemoryStore, Store};
use doorstep_shared::models::{Model, ModelConfig};

use crate::publish::traffic::{Counting, of_lists};
use crate::publish::{at_once, write_alone};

/// Where a bundle keeps what is a model's own.
const MODELS: &str = "models/";

/// What a model costs a visitor, in bytes of its own files.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    /// What a first list downloads of them: the median over histories of ten items.
    pub first_list: u64,
    /// All of them.
    pub whole: u64,
}

/// A bundle in memory, lent to several readers.
struct Lent<'a>(&'a MemoryStore);

impl Store for Lent<'_> {
    type Error = anyhow::Error;

    async fn get(&self, path: &str, max_bytes: u64) -> Result<Vec<u8>> {
        Ok(self.0.get(path, max_bytes).await?)
    }
}

impl Cost {
    /// Of a model over items with these training interactions.
    pub fn of(model: &Model, config: &ModelConfig, counts: &[u32]) -> Result<Self> {
        let mut bundle = MemoryStore::default();
        let whole = write_alone(model, config, counts, &mut bundle)?;
        let open = || at_once(Bundle::open(Counting::new(Lent(&bundle), MODELS)));
        // Items stand by popularity in a bundle, and so must the ids that histories are made of.
        let ids = at_once(open()?.all_ids())?;
        Ok(Self {
            first_list: of_lists(&ids, &open)?.median_bytes,
            whole,
        })
    }
}
