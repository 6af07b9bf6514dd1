//! From fitted models and item records to a bundle on disk.

mod alone;
mod bundled;
mod folder;
mod seen;
mod silent;
pub mod traffic;
mod weights;
mod widen;

pub use alone::{bytes_in_bundle, write_alone};
pub use bundled::{Bundled, JUDGED, figures, training_part, until_stopped};
pub use folder::{FolderStore, at_once, check_free, publish_into, publish_with, stage};
pub use seen::seen;
pub use silent::check_not_silent;
pub use weights::WeightsWish;
pub use widen::widen;

use std::collections::{HashMap, HashSet};

use doorstep_shared::ItemRecord;

use crate::data::{Dataset, Interactions};

/// The record of every item: first those of the interactions, by item index,
/// then those that nobody has interacted with yet. An item without a record
/// gets a bare one.
pub fn item_records(dataset: &Dataset) -> Vec<ItemRecord> {
    let by_id: HashMap<&str, &ItemRecord> = dataset
        .catalogue
        .iter()
        .map(|record| (record.id.as_str(), record))
        .collect();
    let items = &dataset.interactions.items;
    let known = items.ids().iter().map(|id| match by_id.get(id.as_str()) {
        Some(record) => (*record).clone(),
        None => ItemRecord::bare(id),
    });
    let mut seen: HashSet<&str> = HashSet::new();
    let new = dataset
        .catalogue
        .iter()
        .filter(|record| items.get(&record.id).is_none() && seen.insert(&record.id));
    known.chain(new.cloned()).collect()
}

/// How many interactions each item has.
pub fn item_counts(interactions: &Interactions) -> Vec<u32> {
    let mut counts = vec![0; interactions.items.len()];
    for row in &interactions.rows {
        counts[row.item as usize] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_follow_the_interactions_and_then_the_catalogue() {
        let titled = |id: &str| ItemRecord {
            title: Some(id.to_uppercase()),
            ..ItemRecord::bare(id)
        };
        let dataset = Dataset {
            interactions: Interactions {
                items: ["b", "x", "a"].into_iter().collect(),
                ..Interactions::default()
            },
            catalogue: vec![titled("a"), titled("new"), titled("b"), titled("new")],
            ..Dataset::default()
        };
        let expected = [
            titled("b"),
            ItemRecord::bare("x"),
            titled("a"),
            titled("new"),
        ];
        assert_eq!(item_records(&dataset), expected);
    }
}
