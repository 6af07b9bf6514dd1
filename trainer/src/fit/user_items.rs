//! The user-item matrix and its co-occurrences.

use doorstep_shared::Scores;

use super::Training;
use super::sparse_cosine::{Sparse, add_products};

/// X, once by user and once by item.
pub(super) struct UserItems {
    /// users × items, by row.
    pub by_user: Sparse,
    /// The same matrix, by column.
    pub by_item: Sparse,
}

impl UserItems {
    /// Ones, or ratings. Of an item that a user has repeatedly, the last counts.
    pub fn new(training: &Training, ratings: bool) -> Self {
        let mut starts = vec![0];
        let (mut items, mut values) = (Vec::new(), Vec::new());
        let mut row: Vec<(u32, f32)> = Vec::new();
        for history in training.histories {
            row.clear();
            let newest_first = history.iter().rev();
            row.extend(newest_first.map(|e| (e.item, if ratings { e.rating } else { 1.0 })));
            row.sort_by_key(|(item, _)| *item);
            row.dedup_by_key(|(item, _)| *item);
            items.extend(row.iter().map(|(item, _)| *item));
            values.extend(row.iter().map(|(_, value)| *value));
            starts.push(items.len());
        }
        let shape = (training.histories.len(), training.n_items);
        let by_user = Sparse::new(shape, starts, items, values);
        let by_item = by_user.to_csc();
        Self { by_user, by_item }
    }

    /// Adds row `item` of XᵀX, diagonal included, to `sums`.
    pub fn add_cooccurrences(&self, item: usize, sums: &mut Scores) {
        add_products(&self.by_item, &self.by_user, item, sums);
    }
}

#[cfg(test)]
mod tests {
    use super::super::sparse_cosine::norms;
    use super::*;
    use doorstep_shared::Event;

    #[test]
    fn cooccurrences_are_rows_of_the_gram_matrix() {
        let event = |item, rating| Event {
            item,
            rating,
            time: None,
        };
        let histories = vec![
            vec![event(0, 9.0), event(1, 2.0), event(0, 3.0)],
            vec![event(1, 5.0)],
            vec![],
        ];
        let training = Training {
            n_items: 3,
            histories: &histories,
            content: Default::default(),
        };
        let rated = UserItems::new(&training, true);
        let mut sums = Scores::new(3);
        rated.add_cooccurrences(1, &mut sums);
        assert_eq!(sums.values(), [6.0, 29.0, 0.0]);
        assert_eq!(norms(&rated.by_item), [3.0, 29.0f32.sqrt(), 0.0]);

        sums.clear();
        UserItems::new(&training, false).add_cooccurrences(1, &mut sums);
        assert_eq!(sums.values(), [1.0, 2.0, 0.0]);
    }
}
