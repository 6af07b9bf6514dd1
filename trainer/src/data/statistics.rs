//! Size and density of interactions.

use serde::Serialize;

use super::Interaction;

/// What one line of a data table says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Statistics {
    /// Users with an interaction.
    pub users: usize,
    /// Items with an interaction.
    pub items: usize,
    /// Interactions.
    pub actions: usize,
    /// Interactions per cell of the user-item matrix.
    pub density: f64,
    /// Interactions per user.
    pub mean_user_history: f64,
    /// Interactions per item.
    pub mean_item_history: f64,
}

impl Statistics {
    /// Of `rows`, whose indices may have gaps.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Interaction>) -> Self {
        let (mut users, mut items) = (Seen::default(), Seen::default());
        let mut actions = 0;
        for row in rows {
            users.mark(row.user);
            items.mark(row.item);
            actions += 1;
        }
        let per = |n: usize| actions as f64 / n.max(1) as f64;
        Self {
            users: users.count,
            items: items.count,
            actions,
            density: per(users.count) / items.count.max(1) as f64,
            mean_user_history: per(users.count),
            mean_item_history: per(items.count),
        }
    }
}

#[derive(Default)]
struct Seen {
    marks: Vec<bool>,
    count: usize,
}

impl Seen {
    fn mark(&mut self, index: u32) {
        let index = index as usize;
        if index >= self.marks.len() {
            self.marks.resize(index + 1, false);
        }
        self.count += usize::from(!std::mem::replace(&mut self.marks[index], true));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_in_the_indices_do_not_count() {
        let row = |user, item| Interaction {
            user,
            item,
            rating: 1.0,
            time: None,
        };
        let statistics = Statistics::of(&[row(0, 7), row(0, 2), row(9, 7)]);
        assert_eq!((statistics.users, statistics.items), (2, 2));
        assert_eq!(statistics.mean_user_history, 1.5);
        assert_eq!(statistics.density, 0.75);
        assert_eq!(Statistics::of(&[]), Statistics::default());
    }
}
