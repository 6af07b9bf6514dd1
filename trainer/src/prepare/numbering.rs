//! Numbers the users and items of a core from 1.

use crate::data::Interaction;
use crate::data::filters::Core;

/// Whose rows give items their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WhoNumbersItems {
    /// Users of the core: as for the training part.
    CoreUsers,
    /// Every user, in the core or not: as for `all_data.txt`. Users before the first core user thus
    /// shift the numbers, though no line shows them.
    AllUsers,
}

/// A core's users and items with their numbers, and the users' histories in those numbers.
pub(super) struct Numbering {
    /// By user index; 0 outside the core.
    user_numbers: Vec<u32>,
    /// By item index; 0 outside the core.
    item_numbers: Vec<u32>,
    /// Item numbers of all users, user after user, each oldest first.
    items: Vec<u32>,
    /// Where each user's items end, by user number; the first entry is 0.
    ends: Vec<usize>,
}

impl Numbering {
    /// Users are walked in the order of their first row. A core user takes the next user number; each
    /// core item takes the next item number when a walked user meets it first, rows in file order.
    /// Only then is each history put in order of time, ties staying in file order.
    pub(super) fn of(
        rows: &[Interaction],
        core: &Core,
        who_numbers_items: WhoNumbersItems,
    ) -> Self {
        let places = Places::of(rows, core.users.len());
        let mut numbering = Self {
            user_numbers: vec![0; core.users.len()],
            item_numbers: vec![0; core.items.len()],
            items: Vec::new(),
            ends: vec![0],
        };
        let mut item_count = 0;
        let mut history: Vec<(Option<i64>, u32)> = Vec::new();
        for places in places.by_user() {
            let user = rows[places[0] as usize].user as usize;
            let is_core = core.users[user];
            if !is_core && who_numbers_items == WhoNumbersItems::CoreUsers {
                continue;
            }
            history.clear();
            for &place in places {
                let row = &rows[place as usize];
                if !core.items[row.item as usize] {
                    continue;
                }
                let number = &mut numbering.item_numbers[row.item as usize];
                if *number == 0 {
                    item_count += 1;
                    *number = item_count;
                }
                history.push((row.time, *number));
            }
            if is_core {
                history.sort_by_key(|&(time, _)| time);
                numbering
                    .items
                    .extend(history.iter().map(|&(_, item)| item));
                numbering.user_numbers[user] = numbering.ends.len() as u32;
                numbering.ends.push(numbering.items.len());
            }
        }
        numbering
    }

    /// How many users have a number: 1 to this.
    pub(super) fn users(&self) -> usize {
        self.ends.len() - 1
    }

    /// Whether the row's user and item both have numbers.
    pub(super) fn knows(&self, row: &Interaction) -> bool {
        self.user(row) != 0 && self.item(row) != 0
    }

    /// The number of the row's user; 0 if it has none.
    pub(super) fn user(&self, row: &Interaction) -> u32 {
        self.user_numbers.get(row.user as usize).map_or(0, |&n| n)
    }

    /// The number of the row's item; 0 if it has none.
    pub(super) fn item(&self, row: &Interaction) -> u32 {
        self.item_numbers.get(row.item as usize).map_or(0, |&n| n)
    }

    /// Item numbers of the user with number `user`, oldest first.
    pub(super) fn history(&self, user: u32) -> &[u32] {
        let user = user as usize;
        &self.items[self.ends[user - 1]..self.ends[user]]
    }

    /// All users by number with their histories.
    pub(super) fn histories(&self) -> impl Iterator<Item = (u32, &[u32])> {
        (1..=self.users() as u32).map(|user| (user, self.history(user)))
    }
}

/// Places of rows, grouped by user.
struct Places {
    places: Vec<u32>,
    ends: Vec<usize>,
}

impl Places {
    /// Users in order of first appearance, rows of each in file order.
    fn of(rows: &[Interaction], n_users: usize) -> Self {
        let mut rank = vec![u32::MAX; n_users];
        let mut counts: Vec<usize> = Vec::new();
        for row in rows {
            let rank = &mut rank[row.user as usize];
            if *rank == u32::MAX {
                *rank = counts.len() as u32;
                counts.push(0);
            }
            counts[*rank as usize] += 1;
        }
        let mut next = Vec::with_capacity(counts.len());
        let mut total = 0;
        for count in counts {
            next.push(total);
            total += count;
        }
        let mut places = vec![0; rows.len()];
        for (place, row) in rows.iter().enumerate() {
            let next = &mut next[rank[row.user as usize] as usize];
            places[*next] = place as u32;
            *next += 1;
        }
        Self { places, ends: next }
    }

    fn by_user(&self) -> impl Iterator<Item = &[u32]> {
        let mut start = 0;
        self.ends
            .iter()
            .map(move |&end| &self.places[std::mem::replace(&mut start, end)..end])
    }
}
