//! What a model takes in a bundle.

use std::io::Write as _;

use anyhow::Result;
use doorstep_shared::knn::{KnnModel, encode};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

/// Definition and rows together, without the ids and names of rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Size {
    /// As stored.
    pub bytes: usize,
    /// As a host sends it, compressed.
    pub gzip: usize,
}

impl Size {
    /// Of a model as it would be stored.
    pub fn of(model: &KnnModel) -> Result<Self> {
        let stored = encode(model);
        let mut gzip = 0;
        for part in [&stored.definition, &stored.rows] {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(part)?;
            gzip += encoder.finish()?.len();
        }
        Ok(Self {
            bytes: stored.definition.len() + stored.rows.len(),
            gzip,
        })
    }
}
