//! Networks that nobody trained: their numbers are chance, the arithmetic is the same.

use std::path::Path;

use anyhow::Result;
use doorstep_shared::ItemRecord;
use doorstep_shared::bundle::{DataSummary, MemoryStore, Publication, PublishedModel, write};
use doorstep_shared::models::Model;
use doorstep_shared::neural::{
    Architecture, Device, FilterShape, Neural, PairFoldIn, PairShape, Parameter, SAMPLE,
    SequenceShape, Weights,
};

use crate::random::Random;

/// All networks, of their default widths.
pub const ARCHITECTURES: [Architecture; 4] = [
    Architecture::SasRec(SHAPE),
    Architecture::BsaRec(
        SHAPE,
        FilterShape {
            cutoff: 5,
            alpha: 0.7,
        },
    ),
    Architecture::Ncf(PairShape {
        width: 64,
        inner: 128,
        second: 64,
        ratings: None,
        fold_in: FOLD_IN,
    }),
    Architecture::MetadataMf(PairShape {
        width: 50,
        inner: 128,
        second: 0,
        ratings: None,
        fold_in: FOLD_IN,
    }),
];

const FOLD_IN: PairFoldIn = PairFoldIn {
    steps: 30,
    regularisation: 1.0,
    negatives: 4.0,
};

/// What those of sequences have in common.
pub const SHAPE: SequenceShape = SequenceShape {
    width: 64,
    blocks: 2,
    heads: 1,
    inner: 64,
    length: 50,
};

/// The id of an item of [`publish`].
pub fn id(item: usize) -> String {
    format!("item-{item:05}")
}

/// A network over `n_items`, of numbers about as large as training makes them.
pub fn network(architecture: Architecture, n_items: usize) -> Result<Neural> {
    let device = Device::flex();
    let mut random = Random::new(4);
    let mut parameters = Vec::new();
    for (name, shape) in Neural::expected(architecture, n_items, &device)? {
        let (centre, spread) = match name.as_str() {
            name if name.ends_with("gamma") => (1.0, 0.1),
            name if name.ends_with("weight") => (0.0, 0.2),
            _ => (0.0, 0.3),
        };
        let value = |at: usize| match name == SAMPLE {
            true => f32::from(u8::from(at.is_multiple_of(12))),
            false => centre + spread * (2.0 * random.share() - 1.0),
        };
        let values = (0..shape.iter().product::<usize>()).map(value).collect();
        parameters.push(Parameter {
            name,
            values,
            shape,
        });
    }
    Ok(Neural::new(architecture, n_items, parameters, &device)?)
}

/// Publishes all networks over `n_items`, all equally popular, in the folder `out`: every
/// other in bytes.
pub fn publish(n_items: usize, out: &Path) -> Result<()> {
    let mut models = Vec::new();
    for (at, architecture) in ARCHITECTURES.into_iter().enumerate() {
        let weights = match at % 2 {
            0 => Weights::Half,
            _ => Weights::Bytes { lost: None },
        };
        let network = network(architecture, n_items)?.with_weights(weights);
        models.push(Model::Neural(Box::new(network)));
    }
    publish_models(&models, n_items, out)
}

/// Publishes `models` over `n_items`, all equally popular, in the folder `out`.
pub fn publish_models(models: &[Model], n_items: usize, out: &Path) -> Result<()> {
    let records: Vec<ItemRecord> = (0..n_items).map(|i| ItemRecord::bare(&id(i))).collect();
    let published = models.iter().map(|model| PublishedModel {
        model,
        config: None,
        evaluation: None,
    });
    let publication = Publication {
        generator: "test",
        data: DataSummary {
            interactions: n_items as u64,
            ..DataSummary::default()
        },
        records: &records,
        counts: &vec![1; n_items],
        models: &published.collect::<Vec<_>>(),
    };
    let mut store = MemoryStore::default();
    write(&publication, &mut store)?;
    for (path, bytes) in &store.files {
        let path = out.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(out))?;
        std::fs::write(path, bytes)?;
    }
    Ok(())
}
