//! The accumulator that scoring writes to.

/// A dense score for each item, with the list of items touched, so that a query
/// that reaches few items clears and ranks only those.
#[derive(Clone, Debug)]
pub struct Scores {
    values: Vec<f32>,
    seen: Vec<bool>,
    touched: Vec<u32>,
}

impl Scores {
    /// All zero, nothing touched.
    pub fn new(n_items: usize) -> Self {
        Self {
            values: vec![0.0; n_items],
            seen: vec![false; n_items],
            touched: Vec::new(),
        }
    }

    /// Back to all zero, at the cost of what was touched.
    pub fn clear(&mut self) {
        for item in self.touched.drain(..) {
            self.values[item as usize] = 0.0;
            self.seen[item as usize] = false;
        }
    }

    /// Adds `amount` to the score of `item`.
    ///
    /// # Panics
    /// When `item` is not below the number of items.
    #[inline]
    pub fn add(&mut self, item: u32, amount: f32) {
        let i = item as usize;
        self.values[i] += amount;
        if !self.seen[i] {
            self.seen[i] = true;
            self.touched.push(item);
        }
    }

    /// The score of every item, 0 where untouched.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The items that were given a score, in the order of their first.
    pub fn touched(&self) -> &[u32] {
        &self.touched
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_whose_sum_returns_to_zero_is_touched_once() {
        let mut scores = Scores::new(3);
        scores.add(2, 1.0);
        scores.add(2, -1.0);
        scores.add(2, 5.0);
        assert_eq!(scores.touched(), [2]);
        assert_eq!(scores.values(), [0.0, 0.0, 5.0]);
        scores.clear();
        assert_eq!(scores.values(), [0.0; 3]);
        assert!(scores.touched().is_empty());
    }
}
