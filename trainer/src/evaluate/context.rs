//! What evaluation needs besides model and cases.

use std::collections::HashMap;

use doorstep_shared::{Event, ItemRecord};

use super::diversity::Similarity;

/// The cut-offs k of METRIC@k where nothing else is asked.
pub const CUTOFFS: [usize; 3] = [5, 10, 20];

/// What evaluation needs besides model and cases.
#[derive(Clone, Debug)]
pub struct Context {
    /// Catalogue size.
    pub n_items: usize,
    /// Training interactions of each item, for novelty and popularity bias.
    pub popularity: Vec<u32>,
    /// How alike two items are, for intra-list diversity.
    pub similarity: Similarity,
    /// The cut-offs k, ascending.
    pub cutoffs: Vec<usize>,
    /// Whether items of the history are candidates too.
    pub include_seen: bool,
}

impl Context {
    /// The usual protocol: [`CUTOFFS`], items of the history excluded, popularity from the training
    /// histories `train`; similarity from the attributes of `records` (by item index) where there
    /// are any, else from training co-occurrence.
    pub fn of(n_items: usize, train: &[Vec<Event>], records: &[ItemRecord]) -> Self {
        let mut popularity = vec![0; n_items];
        for event in train.iter().flatten() {
            popularity[event.item as usize] += 1;
        }
        let similarity =
            attributes(records).unwrap_or_else(|| Similarity::co_occurrence(n_items, train));
        Self::new(popularity, similarity)
    }

    /// The usual protocol with the given popularity and similarity.
    pub fn new(popularity: Vec<u32>, similarity: Similarity) -> Self {
        Self {
            n_items: popularity.len(),
            popularity,
            similarity,
            cutoffs: CUTOFFS.to_vec(),
            include_seen: false,
        }
    }
}

/// Numbers the attribute values; `None` where no record has any.
fn attributes(records: &[ItemRecord]) -> Option<Similarity> {
    let mut numbers: HashMap<(&str, &str), u32> = HashMap::new();
    let mut sets = Vec::with_capacity(records.len());
    for record in records {
        let mut set = Vec::new();
        for (name, values) in &record.attributes {
            for value in values {
                let next = numbers.len() as u32;
                set.push(*numbers.entry((name, value)).or_insert(next));
            }
        }
        set.sort_unstable();
        set.dedup();
        sets.push(set);
    }
    (!numbers.is_empty()).then_some(Similarity::Attributes(sets))
}
