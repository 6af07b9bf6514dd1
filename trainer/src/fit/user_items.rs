//! The user-item matrix and its co-occurrences.

use super::Training;
use super::sparse_cosine::{Sparse, add_products};
use super::sums::Sums;

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
        let n_items = training.n_items;
        // ends[item] moves from the item's first place to its end.
        let mut ends = vec![0; n_items + 1];
        for event in training.histories.iter().flatten() {
            ends[event.item as usize + 1] += 1;
        }
        for item in 0..n_items {
            ends[item + 1] += ends[item];
        }
        let mut starts = ends.clone();
        let mut users = vec![0; starts[n_items]];
        let mut values = vec![0.0; starts[n_items]];
        for (user, history) in (0..).zip(training.histories) {
            for event in history {
                let item = event.item as usize;
                let end = ends[item];
                let again = end > starts[item] && users[end - 1] == user;
                let place = if again { end - 1 } else { end };
                users[place] = user;
                values[place] = if ratings { event.rating } else { 1.0 };
                ends[item] = place + 1;
            }
        }
        // Items that somebody has repeatedly leave places empty.
        let mut filled = 0;
        for item in 0..n_items {
            let own = starts[item]..ends[item];
            starts[item] = filled;
            filled += own.len();
            users.copy_within(own.clone(), starts[item]);
            values.copy_within(own, starts[item]);
        }
        starts[n_items] = filled;
        users.truncate(filled);
        values.truncate(filled);
        let shape = (training.histories.len(), n_items);
        let by_item = Sparse::new_csc(shape, starts, users, values);
        let by_user = by_item.to_csr();
        Self { by_user, by_item }
    }

    /// Adds row `item` of XᵀX, diagonal included, to `sums`.
    pub fn add_cooccurrences(&self, item: usize, sums: &mut Sums) {
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
            guide: Default::default(),
        };
        let rated = UserItems::new(&training, true);
        let row = |matrix: &UserItems| {
            let (mut sums, mut row) = (Sums::new(3), Vec::new());
            matrix.add_cooccurrences(1, &mut sums);
            sums.drain(|item, sum| row.push((item, sum)));
            row
        };
        assert_eq!(row(&rated), [(0, 6.0), (1, 29.0)]);
        assert_eq!(norms(&rated.by_item), [3.0, 29.0f32.sqrt(), 0.0]);

        assert_eq!(row(&UserItems::new(&training, false)), [(0, 1.0), (1, 2.0)]);
    }
}
