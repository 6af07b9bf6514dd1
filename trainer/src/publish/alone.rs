//! A bundle of one model, to see what the model takes.

use std::io;

use anyhow::{Context as _, Result};
use doorstep_shared::ItemRecord;
use doorstep_shared::bundle::{DataSummary, Publication, PublishedModel, Sink, write};
use doorstep_shared::models::{Model, ModelConfig};

/// Takes a bundle's files and keeps none.
struct Nowhere;

impl Sink for Nowhere {
    fn put(&mut self, _: &str, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn rename(&mut self, _: &str, _: &str) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes of the model's own files, as `doorstep train` would write them.
/// `counts` are the training interactions of each item.
pub fn bytes_in_bundle(model: &Model, config: &ModelConfig, counts: &[u32]) -> Result<u64> {
    write_alone(model, config, counts, &mut Nowhere)
}

/// Writes a bundle of that one model, whose items are called `0`, `1`, … and have no
/// records; gives the bytes of the model's own files.
pub fn write_alone(
    model: &Model,
    config: &ModelConfig,
    counts: &[u32],
    sink: &mut dyn Sink,
) -> Result<u64> {
    let records: Vec<ItemRecord> = (0..counts.len())
        .map(|item| ItemRecord::bare(&item.to_string()))
        .collect();
    let publication = Publication {
        generator: "",
        data: DataSummary {
            fingerprint: String::new(),
            interactions: 0,
            fitted_on: String::new(),
        },
        records: &records,
        counts,
        models: &[PublishedModel {
            model,
            config: Some(config),
            evaluation: None,
        }],
    };
    let manifest = write(&publication, sink)?;
    let entry = manifest.models.first().context("a model is published")?;
    Ok(entry.bytes)
}
