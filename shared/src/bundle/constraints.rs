//! Which items a query admits, and what it multiplies their scores by.

use std::collections::HashMap;

use super::postings::intersection;

/// Allow list, filter, deny list and boosts, resolved to indices.
#[derive(Debug, Default)]
pub struct Constraints {
    /// Admitted items, ascending; all where `None`.
    allowed: Option<Vec<u32>>,
    /// Refused items, ascending.
    denied: Vec<u32>,
    boosts: HashMap<u32, f32>,
}

impl Constraints {
    /// Admits only items of `ascending` (and of any list given before).
    pub fn restrict(&mut self, ascending: Vec<u32>) {
        self.allowed = Some(match self.allowed.take() {
            Some(before) => intersection(&before, &ascending),
            None => ascending,
        });
    }

    /// Refuses these items.
    pub fn deny(&mut self, items: impl IntoIterator<Item = u32>) {
        self.denied.extend(items);
        self.denied.sort_unstable();
        self.denied.dedup();
    }

    /// Multiplies the scores of these items; factors of several boosts multiply.
    pub fn boost(&mut self, items: impl IntoIterator<Item = u32>, factor: f32) {
        for item in items {
            *self.boosts.entry(item).or_insert(1.0) *= factor;
        }
    }

    /// Whether `item` may be shown.
    pub fn admits(&self, item: u32) -> bool {
        let allowed = self.allowed.as_ref();
        allowed.is_none_or(|list| list.binary_search(&item).is_ok())
            && self.denied.binary_search(&item).is_err()
    }

    /// What the score of `item` is multiplied by.
    pub fn factor(&self, item: u32) -> f32 {
        self.boosts.get(&item).copied().unwrap_or(1.0)
    }

    /// Admitted items, ascending: the most popular first.
    pub fn admitted(&self, n_items: u32) -> Box<dyn Iterator<Item = u32> + '_> {
        let candidates: Box<dyn Iterator<Item = u32>> = match &self.allowed {
            Some(list) => Box::new(list.iter().copied()),
            None => Box::new(0..n_items),
        };
        Box::new(candidates.filter(|item| self.denied.binary_search(item).is_err()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_combine() {
        let mut c = Constraints::default();
        c.restrict(vec![1, 3, 5, 7]);
        c.restrict(vec![3, 4, 5]);
        c.deny([5, 0]);
        c.boost([3], 2.0);
        c.boost([3, 4], 1.5);
        assert_eq!(c.admitted(9).collect::<Vec<_>>(), [3]);
        assert_eq!((0..9).filter(|&i| c.admits(i)).collect::<Vec<_>>(), [3]);
        assert_eq!((c.factor(3), c.factor(0)), (3.0, 1.0));
    }
}
