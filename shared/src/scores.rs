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
        if self.touched.len() == self.values.len() {
            self.values.fill(0.0);
            self.seen.fill(false);
            self.touched.clear();
        }
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

    /// Adds to the score of every item, of which `amounts` are the first or all.
    ///
    /// # Panics
    /// When there are more amounts than items.
    pub fn add_all(&mut self, amounts: &[f32]) {
        let n = amounts.len();
        let values = &mut self.values[..n];
        values.iter_mut().zip(amounts).for_each(|(v, a)| *v += a);
        let seen = &mut self.seen[..n];
        match self.touched.is_empty() {
            true => self.touched.extend(0..n as u32),
            false => {
                let unseen = (0..n as u32).filter(|&item| !seen[item as usize]);
                self.touched.extend(unseen);
            }
        }
        seen.fill(true);
    }

    /// The score of every item, 0 where untouched.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Each item that was given a score, in the order of their first, with its score.
    pub fn entries(&self) -> impl Iterator<Item = (u32, f32)> + Clone {
        let value = |&item: &u32| (item, self.values[item as usize]);
        self.touched.iter().map(value)
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
    fn adding_to_all_is_adding_to_each() {
        let [mut at_once, mut each] = [Scores::new(5), Scores::new(5)];
        for before in [&[][..], &[2, 4]] {
            for &item in before {
                at_once.add(item, 0.5);
                each.add(item, 0.5);
            }
            let amounts = [1.0, -2.0, 3.0, 0.0];
            at_once.add_all(&amounts);
            (0..).zip(amounts).for_each(|(item, a)| each.add(item, a));
            assert_eq!(at_once.values(), each.values());
            assert_eq!(at_once.touched(), each.touched());
            at_once.clear();
            each.clear();
            assert_eq!(at_once.values(), [0.0; 5]);
        }
        at_once.add_all(&[1.0; 5]);
        at_once.clear();
        assert!(at_once.touched().is_empty() && at_once.values() == [0.0; 5]);
        at_once.add(1, 1.0);
        assert_eq!(at_once.touched(), [1]);
    }

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
