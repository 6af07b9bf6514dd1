//! Item records: what pages show of items and what filters ask of them. One file a format.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use doorstep_shared::{ItemRecord, Vocabulary};

use super::ReadReport;
use super::source::Source;
use crate::progress::Progress;

mod json_lines;
mod movielens;
pub(super) mod price;
mod table;

/// Reads `files` after the `products` that the interactions carried. One record an id: the first wins,
/// later ones fill its gaps.
pub(super) fn read_catalogue(
    files: &[PathBuf],
    products: Vec<ItemRecord>,
    report: &mut ReadReport,
    progress: &Progress,
) -> Result<Vec<ItemRecord>> {
    let mut catalogue = Catalogue::default();
    for product in products {
        // Products repeat with every review: no surprise, so not counted.
        catalogue.merge(product);
    }
    for path in files {
        report.start_file();
        let source = Source::open(path, progress)?;
        let mut sink = ItemSink {
            catalogue: &mut catalogue,
            report,
            path,
            records: 0,
        };
        let first = source.first_line();
        let kind = if first.trim_start().starts_with('{') {
            json_lines::read(source, &mut sink)?;
            "JSON lines".to_owned()
        } else if movielens::is_movies(&first) {
            movielens::read(source, &mut sink)?;
            "MovieLens".to_owned()
        } else {
            table::read(source, &mut sink)?
        };
        let records = sink.records;
        ensure!(
            records > 0,
            "{} has no usable item record as {kind}:{}",
            path.display(),
            report.why_nothing()
        );
        progress.say(format!(
            "read {records} item records from {} as {kind}",
            path.display()
        ));
    }
    Ok(catalogue.records)
}

/// The records of an update, and how many of the `known` it changes: `new` ones win, `known` ones and
/// `products` that came with interactions fill gaps. Those `known` keep their order.
pub(super) fn renewed(
    known: Vec<ItemRecord>,
    products: Vec<ItemRecord>,
    new: Vec<ItemRecord>,
) -> (Vec<ItemRecord>, usize) {
    let lists = [&known, &products, &new];
    let ids = lists.into_iter().flatten().map(|record| record.id.as_str());
    let order: Vocabulary = ids.collect();
    let mut catalogue = Catalogue::default();
    for record in new.into_iter().chain(known.clone()).chain(products) {
        catalogue.merge(record);
    }
    let mut records = catalogue.records;
    records.sort_by_key(|record| order.get(&record.id));
    let pairs = records.iter().zip(&known);
    let changed = pairs.filter(|(now, before)| now != before).count();
    (records, changed)
}

/// Takes the records of one file.
struct ItemSink<'a> {
    catalogue: &'a mut Catalogue,
    report: &'a mut ReadReport,
    path: &'a Path,
    records: usize,
}

impl ItemSink<'_> {
    /// Takes a record, or counts the line as malformed.
    fn take(&mut self, line: u64, record: Result<ItemRecord, String>) -> Result<()> {
        match record {
            Ok(record) => {
                self.records += 1;
                self.report.items_merged += usize::from(self.catalogue.merge(record));
                Ok(())
            }
            Err(why) => self.report.malformed(self.path, line, &why),
        }
    }
}

/// Records in order of first appearance.
#[derive(Default)]
struct Catalogue {
    records: Vec<ItemRecord>,
    places: HashMap<String, usize>,
}

impl Catalogue {
    /// Adds a record; says whether there was one of its id, whose gaps it fills instead.
    fn merge(&mut self, new: ItemRecord) -> bool {
        let Some(&place) = self.places.get(&new.id) else {
            self.places.insert(new.id.clone(), self.records.len());
            self.records.push(new);
            return false;
        };
        let old = &mut self.records[place];
        old.title = old.title.take().or(new.title);
        old.price = old.price.or(new.price);
        old.rating = old.rating.or(new.rating);
        old.image = old.image.take().or(new.image);
        old.url = old.url.take().or(new.url);
        old.description = old.description.take().or(new.description);
        for (attribute, values) in new.attributes {
            old.attributes.entry(attribute).or_insert(values);
        }
        true
    }
}

/// Adds to an attribute of `record` the values that it doesn't have.
fn add_values(
    record: &mut ItemRecord,
    attribute: &str,
    values: impl IntoIterator<Item = impl AsRef<str>>,
) {
    for value in values {
        let value = value.as_ref().trim();
        if value.is_empty() {
            continue;
        }
        let held = record.attributes.entry(attribute.to_owned()).or_default();
        if !held.iter().any(|known| known == value) {
            held.push(value.to_owned());
        }
    }
}

/// `text` without white space around it, unless nothing is left.
fn present(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod mod_test;
