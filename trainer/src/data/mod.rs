//! Reads interactions and item records from files.
//!
//! [`load`] is the one way in: it detects each file's format, streams its rows,
//! counts what it can't use, and applies the duplicate policy, the filters and
//! the tie shuffle, in that order. Times are seconds since 1970 from here on.

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};
use doorstep_shared::{Event, ItemRecord, Vocabulary};
use sha2::{Digest, Sha256};

use crate::progress::Progress;

mod args;
mod columns;
mod dates;
mod detect;
mod directory;
mod duplicates;
pub mod filters;
mod items;
mod json;
mod quotes;
mod readers;
mod report;
mod separated;
mod source;
mod statistics;
mod ties;
mod values;
mod vectors;

pub use args::{Columns, DataArgs, DuplicatePolicy, Format};
pub use report::{FileReport, ReadReport};
pub(crate) use separated::{separator, with_point};
pub(crate) use source::decompressed;
pub use statistics::Statistics;
pub use vectors::ItemVectors;

/// One row of a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interaction {
    /// User index.
    pub user: u32,
    /// Item index.
    pub item: u32,
    /// Rating on the data's own scale; 1 where the data has none.
    pub rating: f32,
    /// Seconds since 1970, where the data has them.
    pub time: Option<i64>,
}

/// What users did, in file order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Interactions {
    /// User ids; every user has at least one row.
    pub users: Vocabulary,
    /// Item ids; every item has at least one row.
    pub items: Vocabulary,
    /// In file order, files one after another; fewer than 2³².
    pub rows: Vec<Interaction>,
    /// Whether ratings were read, or are all 1.
    pub has_ratings: bool,
    /// Whether every row has a time, or none.
    pub has_times: bool,
}

/// Interactions with the records of their items.
#[derive(Clone, Debug, Default)]
pub struct Dataset {
    /// What users did.
    pub interactions: Interactions,
    /// Item records in the order of their files, one an id; items without a record are absent,
    /// and there may be records that nobody interacted with.
    pub catalogue: Vec<ItemRecord>,
    /// Vectors of items that were brought along.
    pub vectors: Option<ItemVectors>,
    /// What reading met on the way.
    pub report: ReadReport,
}

impl Dataset {
    /// SHA-256 in hexadecimal over what was read of items: their records and vectors.
    pub fn fingerprint_of_items(&self) -> Result<String> {
        let mut hash = Sha256::new();
        hash.update((self.catalogue.len() as u64).to_le_bytes());
        for record in &self.catalogue {
            let record = serde_json::to_vec(record)?;
            hash.update((record.len() as u64).to_le_bytes());
            hash.update(record);
        }
        if let Some(vectors) = &self.vectors {
            hash.update((vectors.width as u64).to_le_bytes());
            hash.update((vectors.ids.len() as u64).to_le_bytes());
            for id in &vectors.ids {
                hash.update((id.len() as u64).to_le_bytes());
                hash.update(id);
            }
            for value in &vectors.values {
                hash.update(value.to_le_bytes());
            }
        }
        Ok(hexadecimal(hash))
    }
}

fn hexadecimal(hash: Sha256) -> String {
    let bytes = hash.finalize();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Interactions {
    /// SHA-256 in hexadecimal over ids and rows: equal data, equal fingerprint, whatever file it came from.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for vocabulary in [&self.users, &self.items] {
            hash.update((vocabulary.len() as u64).to_le_bytes());
            for id in vocabulary.ids() {
                hash.update((id.len() as u64).to_le_bytes());
                hash.update(id);
            }
        }
        hash.update((self.rows.len() as u64).to_le_bytes());
        for row in &self.rows {
            hash.update(row.user.to_le_bytes());
            hash.update(row.item.to_le_bytes());
            hash.update(row.rating.to_le_bytes());
            hash.update([u8::from(row.time.is_some())]);
            hash.update(row.time.unwrap_or_default().to_le_bytes());
        }
        hexadecimal(hash)
    }

    /// The history of each user, by user index, oldest first; simultaneous interactions, and all of
    /// them where the data has no times, stand in file order.
    pub fn histories(&self) -> Vec<Vec<Event>> {
        let mut lengths = vec![0usize; self.users.len()];
        for row in &self.rows {
            lengths[row.user as usize] += 1;
        }
        let mut histories: Vec<Vec<Event>> = lengths.into_iter().map(Vec::with_capacity).collect();
        for row in &self.rows {
            histories[row.user as usize].push(row.event());
        }
        for history in &mut histories {
            history.sort_by_key(|event| event.time);
        }
        histories
    }

    /// Drops the rows that `keep` refuses, then the users and items left without any; the rest keep their order.
    pub fn retain(&mut self, keep: impl FnMut(&Interaction) -> bool) {
        self.rows.retain(keep);
        let users = Renumbering::of(&self.users, self.rows.iter().map(|row| row.user));
        let items = Renumbering::of(&self.items, self.rows.iter().map(|row| row.item));
        for row in &mut self.rows {
            row.user = users.new_index[row.user as usize];
            row.item = items.new_index[row.item as usize];
        }
        self.users = users.vocabulary;
        self.items = items.vocabulary;
    }
}

impl Interaction {
    /// The row as an event of its user's history.
    pub fn event(&self) -> Event {
        Event {
            item: self.item,
            rating: self.rating,
            time: self.time,
        }
    }
}

/// A vocabulary without the ids that no row uses any more.
struct Renumbering {
    vocabulary: Vocabulary,
    new_index: Vec<u32>,
}

impl Renumbering {
    fn of(old: &Vocabulary, used: impl Iterator<Item = u32>) -> Self {
        let mut occurs = vec![false; old.len()];
        for index in used {
            occurs[index as usize] = true;
        }
        let mut vocabulary = Vocabulary::new();
        let new_index = occurs
            .iter()
            .zip(old.ids())
            .map(|(&occurs, id)| {
                if occurs {
                    vocabulary.insert(id)
                } else {
                    u32::MAX
                }
            })
            .collect();
        Self {
            vocabulary,
            new_index,
        }
    }
}

/// Reads item records alone, and prints on stderr what was merged or dropped.
pub fn load_items(files: &[PathBuf], progress: &Progress) -> Result<Vec<ItemRecord>> {
    let mut report = ReadReport::default();
    let catalogue = items::read_catalogue(files, Vec::new(), &mut report, progress)?;
    for warning in report.warnings(false) {
        crate::progress::tell!("warning: {warning}");
    }
    Ok(catalogue)
}

/// Reads a catalogue that nobody has interacted with yet: item records, and
/// vectors where `args` names a file of them.
pub fn load_catalogue(args: &DataArgs, progress: &Progress) -> Result<Dataset> {
    let mut dataset = Dataset::default();
    dataset.catalogue =
        items::read_catalogue(&args.items, Vec::new(), &mut dataset.report, progress)?;
    let warnings = dataset.report.warnings(false);
    finish(dataset, warnings, args)
}

/// Reads everything that `args` names and prints on stderr what was detected, merged, dropped or filtered.
pub fn load(args: &DataArgs, progress: &Progress) -> Result<Dataset> {
    settle(read(args, Vec::new(), progress)?, args, progress)
}

/// What the files hold, before duplicates and filters. Item records go on from those `known`, which
/// newer ones of a file of items replace.
pub fn read(args: &DataArgs, known: Vec<ItemRecord>, progress: &Progress) -> Result<Dataset> {
    args.check()?;
    let (interaction_files, item_files) = directory::resolve(args, progress)?;
    let mut dataset = readers::read_interactions(args, &interaction_files, progress)?;
    let products = std::mem::take(&mut dataset.catalogue);
    let report = &mut dataset.report;
    dataset.catalogue = if known.is_empty() {
        items::read_catalogue(&item_files, products, report, progress)?
    } else {
        let new = items::read_catalogue(&item_files, Vec::new(), report, progress)?;
        let (catalogue, changed) = items::renewed(known, products, new);
        if changed > 0 {
            progress.say(format!(
                "{changed} item records are newer than those of the bundle"
            ));
        }
        catalogue
    };
    Ok(dataset)
}

/// What is done to `read` interactions: the duplicate policy, the filters and the tie shuffle.
pub fn settle(mut dataset: Dataset, args: &DataArgs, progress: &Progress) -> Result<Dataset> {
    ensure!(
        u32::try_from(dataset.interactions.rows.len()).is_ok(),
        "more than {} interactions; filter or divide the files first",
        u32::MAX
    );
    let Dataset {
        interactions,
        report,
        ..
    } = &mut dataset;
    let policy = args.duplicates.unwrap_or(report.usual_policy());
    report.duplicates_merged = duplicates::apply(interactions, policy)?;
    filters::apply(args, interactions, report, progress)?;
    if let Some(seed) = args.shuffle_ties {
        let moved = ties::shuffle(interactions, seed)?;
        progress.say(format!(
            "shuffled {moved} interactions that share a timestamp with another of their user (seed {seed})"
        ));
    }
    ensure!(
        !dataset.interactions.rows.is_empty(),
        "no interaction is left after the filters; lower --min-user, --min-item or --core"
    );
    if !dataset.catalogue.is_empty() {
        let items = &dataset.interactions.items;
        let records = dataset.catalogue.iter();
        let described = records.filter(|r| items.get(&r.id).is_some()).count();
        if described == 0 {
            dataset.report.unmatched = items.ids().first().map(|id| {
                let record = &dataset.catalogue[0].id;
                format!("{id} among the interactions, {record} among the records")
            });
        }
        if dataset.catalogue.iter().all(|record| record.url.is_none()) {
            progress.say("no item record has a url, so what a widget shows leads nowhere");
        }
        let images = dataset
            .catalogue
            .iter()
            .filter_map(|record| record.image.as_deref());
        let mut relative = images.filter(|image| !image.starts_with('/') && !image.contains(':'));
        if let Some(first) = relative.next() {
            progress.say(format!(
                "{} item records have a relative image, such as {first}: a page looks for it beside itself; write /{first} \
                 where cards stand on pages of several folders",
                1 + relative.count()
            ));
        }
        progress.say(format!(
            "{described} of {} items have a record",
            items.len()
        ));
    }
    let warnings = dataset.report.warnings(args.duplicates.is_none());
    finish(dataset, warnings, args)
}

/// Adds the vectors, and tells what there is to warn of.
fn finish(mut dataset: Dataset, mut warnings: Vec<String>, args: &DataArgs) -> Result<Dataset> {
    if let Some(path) = &args.item_vectors {
        let vectors = ItemVectors::read(path)?;
        warnings.extend(vectors.unknown_to(&dataset)?);
        dataset.vectors = Some(vectors);
    }
    if args.strict && !warnings.is_empty() {
        bail!("--strict: {}", warnings.join("; "));
    }
    for warning in warnings {
        crate::progress::tell!("warning: {warning}");
    }
    Ok(dataset)
}

#[cfg(test)]
mod bad_input_test;
#[cfg(test)]
mod mod_test;
#[cfg(test)]
mod times_test;
