//! Maps external ids to dense indices and back.

use std::collections::HashMap;

/// Ids in order of first appearance; the position of an id is its index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    ids: Vec<String>,
    index: HashMap<String, u32>,
}

impl Vocabulary {
    /// An empty vocabulary.
    pub fn new() -> Self {
        Self::default()
    }

    /// The index of `id`, giving it the next free one when it is new.
    ///
    /// # Panics
    /// On the 2³²nd distinct id.
    pub fn insert(&mut self, id: &str) -> u32 {
        if let Some(&index) = self.index.get(id) {
            return index;
        }
        let index = u32::try_from(self.ids.len()).expect("a vocabulary holds at most 2^32 - 1 ids");
        self.ids.push(id.to_owned());
        self.index.insert(id.to_owned(), index);
        index
    }

    /// The index of `id`, if it is known.
    pub fn get(&self, id: &str) -> Option<u32> {
        self.index.get(id).copied()
    }

    /// The id at `index`.
    ///
    /// # Panics
    /// When `index` is not below [`Self::len`].
    pub fn id(&self, index: u32) -> &str {
        &self.ids[index as usize]
    }

    /// How many ids there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no id at all.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The ids in index order.
    pub fn ids(&self) -> &[String] {
        &self.ids
    }
}

impl<S: AsRef<str>> FromIterator<S> for Vocabulary {
    fn from_iter<I: IntoIterator<Item = S>>(ids: I) -> Self {
        let mut vocabulary = Self::new();
        for id in ids {
            vocabulary.insert(id.as_ref());
        }
        vocabulary
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_their_order_of_first_appearance() {
        let v: Vocabulary = ["b", "a", "b", "c"].into_iter().collect();
        assert_eq!(v.ids(), ["b", "a", "c"]);
        assert_eq!(v.get("c"), Some(2));
        assert_eq!(v.get("d"), None);
        assert_eq!(v.id(1), "a");
    }
}
