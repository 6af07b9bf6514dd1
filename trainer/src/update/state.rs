//! What a bundle can be updated from: the interactions as they were read, how they were settled, the
//! models, and the sums over histories. It holds user ids, so it lies beside a bundle and never in one.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use clap::ValueEnum as _;
use doorstep_shared::item_item::Neighbours;
use doorstep_shared::models::ModelConfig;
use doorstep_shared::{ItemRecord, Vocabulary};
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::data::{DataArgs, Dataset, DuplicatePolicy, Interaction, Interactions};
use crate::fit::Matrices;
use crate::publish::WeightsWish;
use crate::staged::{Kind, Staged, resolved, says_format, unfinished};

const FORMAT: &str = "doorstep-state";
const VERSION: u32 = 1;
const ABOUT: &str = "state.json";
const READ: &str = "interactions.safetensors";
const SUMS: &str = "sums.safetensors";
/// Stands for a row without a time.
const NO_TIME: i64 = i64::MIN;

/// All of it.
#[derive(Debug)]
pub struct State {
    /// What was read, before duplicates and filters.
    pub read: Dataset,
    /// What is done to it then.
    pub settling: DataArgs,
    /// The models; the first is the default.
    pub configs: Vec<ModelConfig>,
    /// How networks are stored.
    pub weights: WeightsWish,
    /// Sums over the histories of all interactions.
    pub sums: Matrices,
}

/// `state.json`.
#[derive(Serialize, Deserialize)]
struct About {
    format: String,
    version: u32,
    /// SHA-256 of the manifest of the bundle that it belongs to.
    manifest: String,
    models: Vec<ModelConfig>,
    weights: String,
    duplicates: String,
    min_user: Option<usize>,
    min_item: Option<usize>,
    core: Option<usize>,
    shuffle_ties: Option<u64>,
    has_ratings: bool,
    has_times: bool,
    users: Vec<String>,
    items: Vec<String>,
    catalogue: Vec<ItemRecord>,
}

/// States as folders that are written whole.
pub const STATE: Kind = Kind {
    name: "state",
    option: "--state",
    holds: |folder| says_format(&folder.join(ABOUT), FORMAT),
};

/// Where a bundle's state lies unless somebody says otherwise.
pub fn beside(bundle: &Path) -> Result<PathBuf> {
    let bundle = match bundle.file_name() {
        Some(_) => bundle.to_owned(),
        None => resolved(bundle)?,
    };
    let name = bundle.file_name().context("the root is no bundle")?;
    let mut name = name.to_owned();
    name.push(".state");
    Ok(bundle.with_file_name(name))
}

impl State {
    /// Writes it for the bundle that lies at `bundle` now, all but the move to its place.
    pub fn stage(&self, place: &Path, bundle: &Path, force: bool) -> Result<Staged> {
        let text = |value: Option<clap::builder::PossibleValue>| {
            value.expect("no variant is skipped").get_name().to_owned()
        };
        let interactions = &self.read.interactions;
        let policy = self
            .settling
            .duplicates
            .context("a policy was settled on")?;
        let about = About {
            format: FORMAT.to_owned(),
            version: VERSION,
            manifest: manifest_of(bundle)?,
            models: self.configs.clone(),
            weights: text(self.weights.to_possible_value()),
            duplicates: text(policy.to_possible_value()),
            min_user: self.settling.min_user,
            min_item: self.settling.min_item,
            core: self.settling.core,
            shuffle_ties: self.settling.shuffle_ties,
            has_ratings: interactions.has_ratings,
            has_times: interactions.has_times,
            users: interactions.users.ids().to_vec(),
            items: interactions.items.ids().to_vec(),
            catalogue: self.read.catalogue.clone(),
        };
        let staged = Staged::begin(STATE, place, force)?;
        let folder = staged.path();
        let write = || -> Result<()> {
            fs::create_dir_all(folder)?;
            fs::write(folder.join(READ), rows(&interactions.rows)?)?;
            fs::write(folder.join(SUMS), sums(&self.sums)?)?;
            // The last, as a folder with it is taken for whole.
            Ok(fs::write(folder.join(ABOUT), serde_json::to_vec(&about)?)?)
        };
        write().with_context(|| {
            format!(
                "cannot write the state to {}, so the bundle stays as it was",
                folder.display()
            )
        })?;
        Ok(staged)
    }

    /// Reads the state of the bundle at `bundle`.
    ///
    /// # Errors
    /// Where there is none, it is damaged, or it is of another publication.
    pub fn load(folder: &Path, bundle: &Path) -> Result<Self> {
        let shown = folder.display();
        let manifest = manifest_of(bundle).ok();
        if let Some(manifest) = &manifest
            && !names(folder, manifest)
        {
            // Killed after the bundle took its place and before its state did.
            let mut left = unfinished(folder).into_iter();
            if let Some(own) = left.find(|left| names(left, manifest)) {
                let own = own.display();
                bail!(
                    "the state of {} is still {own}, as a run was interrupted: remove {shown} if it is there, then call {own} {shown}",
                    bundle.display()
                );
            }
        }
        ensure!(
            folder.join(ABOUT).is_file(),
            "there is no state in {shown}: train with --state {shown} to have the bundle updated later, or name the folder with --state"
        );
        let damaged = || format!("{shown} is damaged; train the bundle again with --state");
        let about: About =
            serde_json::from_slice(&fs::read(folder.join(ABOUT))?).with_context(damaged)?;
        if about.format != FORMAT || about.version != VERSION {
            bail!("{shown} is of another version; train the bundle again with --state");
        }
        ensure!(
            about.manifest == manifest_of(bundle)?,
            "{shown} is the state of another publication than {}: a bundle is updated from its own state only; train it again with --state",
            bundle.display()
        );
        let policy = DuplicatePolicy::from_str(&about.duplicates, false);
        let weights = WeightsWish::from_str(&about.weights, false);
        let users: Vocabulary = about.users.iter().collect();
        let items: Vocabulary = about.items.iter().collect();
        let rows = read_rows(&fs::read(folder.join(READ))?, users.len(), items.len());
        let read = Dataset {
            interactions: Interactions {
                users,
                items,
                rows: rows.with_context(damaged)?,
                has_ratings: about.has_ratings,
                has_times: about.has_times,
            },
            catalogue: about.catalogue,
            ..Dataset::default()
        };
        Ok(Self {
            read,
            settling: DataArgs {
                duplicates: Some(policy.map_err(anyhow::Error::msg).with_context(damaged)?),
                min_user: about.min_user,
                min_item: about.min_item,
                core: about.core,
                shuffle_ties: about.shuffle_ties,
                ..DataArgs::default()
            },
            configs: about.models,
            weights: weights.map_err(anyhow::Error::msg).with_context(damaged)?,
            sums: read_sums(&fs::read(folder.join(SUMS))?).with_context(damaged)?,
        })
    }
}

/// Whether the state in `folder` is of the bundle with this manifest.
fn names(folder: &Path, manifest: &str) -> bool {
    let about = fs::read(folder.join(ABOUT)).ok();
    let about = about.and_then(|bytes| serde_json::from_slice::<About>(&bytes).ok());
    about.is_some_and(|about| about.manifest == manifest)
}

/// SHA-256 of a bundle's manifest.
fn manifest_of(bundle: &Path) -> Result<String> {
    let path = bundle.join(doorstep_shared::bundle::MANIFEST);
    let bytes = fs::read(&path)
        .with_context(|| format!("{} is no bundle: it has no manifest", bundle.display()))?;
    let digest = Sha256::digest(bytes);
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn bytes<const N: usize>(values: impl Iterator<Item = [u8; N]>) -> Vec<u8> {
    values.flatten().collect()
}

/// Named arrays as one file.
fn file(arrays: Vec<(String, Dtype, usize, Vec<u8>)>) -> Result<Vec<u8>> {
    let views = arrays.iter().map(|(name, dtype, length, bytes)| {
        Ok((name, TensorView::new(*dtype, vec![*length], bytes)?))
    });
    Ok(serialize(views.collect::<Result<Vec<_>>>()?, None)?)
}

fn rows(rows: &[Interaction]) -> Result<Vec<u8>> {
    let of = |name: &str, dtype, bytes| (name.to_owned(), dtype, rows.len(), bytes);
    file(vec![
        of(
            "user",
            Dtype::U32,
            bytes(rows.iter().map(|own| own.user.to_le_bytes())),
        ),
        of(
            "item",
            Dtype::U32,
            bytes(rows.iter().map(|own| own.item.to_le_bytes())),
        ),
        of(
            "rating",
            Dtype::F32,
            bytes(rows.iter().map(|own| own.rating.to_le_bytes())),
        ),
        of(
            "time",
            Dtype::I64,
            bytes(
                rows.iter()
                    .map(|own| own.time.unwrap_or(NO_TIME).to_le_bytes()),
            ),
        ),
    ])
}

/// The numbers of one array.
fn numbers<const N: usize, T>(
    file: &SafeTensors,
    name: &str,
    number: impl Fn([u8; N]) -> T,
) -> Result<Vec<T>> {
    let view = file.tensor(name)?;
    let (values, rest) = view.data().as_chunks::<N>();
    ensure!(rest.is_empty(), "{name} has another type of numbers");
    Ok(values.iter().map(|own| number(*own)).collect())
}

fn read_rows(bytes: &[u8], n_users: usize, n_items: usize) -> Result<Vec<Interaction>> {
    let file = SafeTensors::deserialize(bytes)?;
    let users = numbers(&file, "user", u32::from_le_bytes)?;
    let items = numbers(&file, "item", u32::from_le_bytes)?;
    let ratings = numbers(&file, "rating", f32::from_le_bytes)?;
    let times = numbers(&file, "time", i64::from_le_bytes)?;
    let lengths = [items.len(), ratings.len(), times.len()];
    ensure!(lengths == [users.len(); 3], "arrays of several lengths");
    let mut rows = Vec::with_capacity(users.len());
    for (at, &user) in users.iter().enumerate() {
        let item = items[at];
        let known = (user as usize) < n_users && (item as usize) < n_items;
        ensure!(known, "a row of an unknown user or item");
        rows.push(Interaction {
            user,
            item,
            rating: ratings[at],
            time: (times[at] != NO_TIME).then_some(times[at]),
        });
    }
    Ok(rows)
}

fn sums(sums: &Matrices) -> Result<Vec<u8>> {
    let mut arrays = Vec::new();
    for (name, matrix) in sums {
        let starts = matrix.proper_indptr();
        let starts = starts.iter().map(|own| (*own as u64).to_le_bytes());
        let items = matrix.indices().iter().map(|own| own.to_le_bytes());
        let values = matrix.data().iter().map(|own| own.to_le_bytes());
        let n = matrix.nnz();
        arrays.push((
            format!("{name}:starts"),
            Dtype::U64,
            matrix.rows() + 1,
            bytes(starts),
        ));
        arrays.push((format!("{name}:items"), Dtype::U32, n, bytes(items)));
        arrays.push((format!("{name}:values"), Dtype::F32, n, bytes(values)));
    }
    file(arrays)
}

fn read_sums(bytes: &[u8]) -> Result<Matrices> {
    let file = SafeTensors::deserialize(bytes)?;
    let mut sums = Matrices::new();
    for name in file.names() {
        let Some(name) = name.strip_suffix(":starts") else {
            continue;
        };
        let starts = numbers(&file, &format!("{name}:starts"), u64::from_le_bytes)?;
        let items = numbers(&file, &format!("{name}:items"), u32::from_le_bytes)?;
        let values = numbers(&file, &format!("{name}:values"), f32::from_le_bytes)?;
        let starts: Vec<usize> = starts.into_iter().map(|own| own as usize).collect();
        let n = starts.len().saturating_sub(1);
        let matrix = Neighbours::try_new((n, n), starts, items, values);
        let matrix = matrix.map_err(|(.., error)| error)?;
        sums.insert(name.to_owned(), matrix);
    }
    Ok(sums)
}

#[cfg(test)]
#[path = "state_test.rs"]
mod tests;
