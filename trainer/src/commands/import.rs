//! `doorstep import`: factors trained elsewhere become a bundle.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use doorstep_shared::bundle::{DataSummary, Digest, Publication, PublishedModel};
use doorstep_shared::models::Model;
use doorstep_shared::{ItemRecord, Vocabulary};

use crate::cli::Output;
use crate::data::{Dataset, Interactions, load_items};
use crate::import::{ArrayFile, ModelArgs, read_ids};
use crate::progress::Progress;
use crate::publish::{check_free, check_not_silent, item_records, publish_into, widen};

/// Make a bundle of item factors that another program trained.
///
/// User factors are left out: a visitor's vector is worked out from their
/// history in the page.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  doorstep import --factors als.npz --ids ids.txt --kind als --alpha 40 --out bundle
      the model of the library implicit, saved with model.save('als.npz')
  doorstep import --factors svd.npz --ids ids.txt --kind svd --scale 1 5 --items items.jsonl --out bundle
      Surprise's SVD, saved with np.savez('svd.npz', qi=model.qi, bi=model.bi, global_mean=trainset.global_mean)
  doorstep import --factors net.safetensors --ids ids.txt --kind dot --item-factors items.weight --out bundle
      the embedding of a network")]
pub struct Args {
    /// The factors: npz, npy or safetensors, 16, 32 or 64 bits.
    #[arg(long, value_name = "FILE")]
    factors: PathBuf,
    /// The items' ids in the order of the factors, one a line or as a JSON list.
    #[arg(long, value_name = "FILE")]
    ids: PathBuf,
    /// Files of item records, as for train.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    items: Vec<PathBuf>,
    /// The bundle's folder: absent or empty.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Replace the bundle that is there.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    model: ModelArgs,
}

impl Args {
    /// Checks, reads, publishes, and says what was written.
    pub fn run(self, output: &Output) -> Result<()> {
        let progress = output.progress();
        self.model.check()?;
        check_free(&self.out, self.force)?;
        let ids = read_ids(&self.ids)?;
        let file = ArrayFile::open(&self.factors)?;
        let factors = self.model.model(&file, ids.len(), &progress)?;
        let catalogue = load_items(&self.items, &progress)?;
        if !self.items.is_empty() {
            check_records(&ids, &catalogue, &progress)?;
        }
        let dataset = Dataset {
            interactions: Interactions {
                items: ids,
                ..Interactions::default()
            },
            catalogue,
            ..Dataset::default()
        };
        let records = item_records(&dataset);
        let model = widen(Model::Factors(factors), records.len());
        check_not_silent(&model)?;
        let content = fs::read(&self.factors)
            .with_context(|| format!("cannot read {}", self.factors.display()))?;
        let name = self.factors.file_name().unwrap_or_default();
        let publication = Publication {
            generator: concat!("doorstep ", env!("CARGO_PKG_VERSION")),
            data: DataSummary {
                fingerprint: Digest::of(&content).hex(64),
                interactions: 0,
                fitted_on: format!("factors imported from {}", name.to_string_lossy()),
            },
            records: &records,
            counts: &vec![0; records.len()],
            models: &[PublishedModel {
                model: &model,
                config: None,
                evaluation: None,
            }],
        };
        let manifest = publish_into(&self.out, self.force, &publication)?;
        super::train::report(&self.out, &manifest, output)
    }
}

/// Says how many of the ids have an item record, and refuses records of other items.
fn check_records(ids: &Vocabulary, records: &[ItemRecord], progress: &Progress) -> Result<()> {
    let described: HashSet<&str> = records.iter().map(|record| record.id.as_str()).collect();
    let mut bare = ids
        .ids()
        .iter()
        .filter(|id| !described.contains(id.as_str()));
    let Some(example) = bare.next() else {
        progress.say(format!("all {} ids have an item record", ids.len()));
        return Ok(());
    };
    let (all, matched) = (ids.len(), ids.len() - 1 - bare.count());
    progress.say(format!("{matched} of {all} ids have an item record"));
    let other = records.iter().find(|record| ids.get(&record.id).is_none());
    let kinds = other.map_or(String::new(), |record| {
        format!(
            "; --ids has `{example}`, --items has `{}`: write the ids of the catalogue, as its records do, to the file of --ids",
            record.id
        )
    });
    ensure!(
        matched > 0,
        "none of the {all} ids has an item record{kinds}, or leave --items out"
    );
    if 2 * matched < all {
        crate::progress::tell!(
            "warning: only {matched} of {all} ids have an item record; the others have cards with an id alone{kinds}"
        );
    }
    Ok(())
}
