//! Minimum counts of interactions: one pass, or the iterative k-core.

use anyhow::Result;

use super::{DataArgs, Interaction, Interactions, ReadReport};
use crate::progress::Progress;

/// Applies `--min-user`, then `--min-item`, then `--core`.
pub(super) fn apply(
    args: &DataArgs,
    interactions: &mut Interactions,
    report: &mut ReadReport,
    progress: &Progress,
) -> Result<()> {
    if let Some(least) = args.min_user {
        let counts = counts(
            interactions.users.len(),
            interactions.rows.iter().map(|r| r.user),
        );
        interactions.retain(|row| counts[row.user as usize] as usize >= least);
        say(interactions, &format!("--min-user {least}"), progress);
    }
    if let Some(least) = args.min_item {
        let counts = counts(
            interactions.items.len(),
            interactions.rows.iter().map(|r| r.item),
        );
        interactions.retain(|row| counts[row.item as usize] as usize >= least);
        say(interactions, &format!("--min-item {least}"), progress);
    }
    if let Some(least) = args.core {
        let core = Core::of(&interactions.rows, least);
        for (round, (users, items)) in core.rounds.iter().enumerate() {
            progress.say(format!(
                "--core {least}, round {}: {users} users, {items} items",
                round + 1
            ));
        }
        interactions.retain(|row| core.holds(row));
        say(interactions, &format!("--core {least}"), progress);
        report.core_rounds = core.rounds;
    }
    Ok(())
}

fn say(interactions: &Interactions, filter: &str, progress: &Progress) {
    progress.say(format!(
        "{filter} leaves {} users, {} items, {} interactions",
        interactions.users.len(),
        interactions.items.len(),
        interactions.rows.len()
    ));
}

fn counts(n: usize, indices: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut counts = vec![0u32; n];
    for index in indices {
        counts[index as usize] += 1;
    }
    counts
}

/// The largest set of users and items of which each has at least k interactions within the set.
#[derive(Clone, Debug, PartialEq)]
pub struct Core {
    /// By user index: whether the user belongs to it.
    pub users: Vec<bool>,
    /// By item index: whether the item belongs to it.
    pub items: Vec<bool>,
    /// Users and items left after each round, the last two rounds being equal.
    pub rounds: Vec<(usize, usize)>,
}

impl Core {
    /// Each round judges users by the items of the round before and items by the users of the round
    /// before; it ends with the first round that changes neither count. Both sets only shrink, so
    /// equal counts are equal sets.
    pub fn of(rows: &[Interaction], k: usize) -> Self {
        let n_users = rows
            .iter()
            .map(|row| row.user as usize + 1)
            .max()
            .unwrap_or(0);
        let n_items = rows
            .iter()
            .map(|row| row.item as usize + 1)
            .max()
            .unwrap_or(0);
        let mut users = vec![true; n_users];
        let mut items = vec![true; n_items];
        let mut rounds = vec![(0, 0)];
        loop {
            let good_items = rows.iter().filter(|row| items[row.item as usize]);
            let user_counts = counts(n_users, good_items.map(|row| row.user));
            let good_users = rows.iter().filter(|row| users[row.user as usize]);
            let item_counts = counts(n_items, good_users.map(|row| row.item));
            users = user_counts.iter().map(|&n| n as usize >= k).collect();
            items = item_counts.iter().map(|&n| n as usize >= k).collect();
            let left = |set: &[bool]| set.iter().filter(|&&stays| stays).count();
            let round = (left(&users), left(&items));
            let is_stable = rounds.last() == Some(&round);
            rounds.push(round);
            if is_stable {
                break;
            }
        }
        rounds.remove(0);
        Self {
            users,
            items,
            rounds,
        }
    }

    /// Whether user and item of `row` both belong to it.
    pub fn holds(&self, row: &Interaction) -> bool {
        self.users[row.user as usize] && self.items[row.item as usize]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(pairs: &[(u32, u32)]) -> Vec<Interaction> {
        let row = |&(user, item): &(u32, u32)| Interaction {
            user,
            item,
            rating: 1.0,
            time: None,
        };
        pairs.iter().map(row).collect()
    }

    fn interactions(pairs: &[(u32, u32)]) -> Interactions {
        Interactions {
            users: (0..9).map(|i| format!("u{i}")).collect(),
            items: (0..9).map(|i| format!("i{i}")).collect(),
            rows: rows(pairs),
            has_ratings: false,
            has_times: false,
        }
    }

    #[test]
    fn a_single_pass_takes_users_first_and_does_not_look_back() {
        let mut data = interactions(&[(0, 0), (0, 1), (1, 1), (1, 2), (2, 0)]);
        let args = DataArgs {
            min_user: Some(2),
            min_item: Some(2),
            ..DataArgs::default()
        };
        apply(
            &args,
            &mut data,
            &mut ReadReport::default(),
            &Progress::new(true),
        )
        .unwrap();
        // User 2 goes; then items 0 and 2 have one row each; users with one row are not judged again.
        assert_eq!(data.rows, rows(&[(0, 0), (1, 0)]));
        assert_eq!(data.users.ids(), ["u0", "u1"]);
        assert_eq!(data.items.ids(), ["i1"]);
    }

    #[test]
    fn a_chain_falls_round_by_round() {
        // Users 0..2 with items 0..2 are a 2-core; the tail 3, 4 hangs on it and falls from its end.
        let core = Core::of(
            &rows(&[
                (0, 0),
                (0, 1),
                (1, 0),
                (1, 1),
                (2, 1),
                (2, 2),
                (3, 2),
                (3, 3),
            ]),
            2,
        );
        assert_eq!(core.users, [true, true, false, false]);
        assert_eq!(core.items, [true, true, false, false]);
        assert_eq!(core.rounds, [(4, 3), (3, 3), (3, 2), (2, 2), (2, 2)]);
    }

    #[test]
    fn nothing_may_be_left() {
        let core = Core::of(&rows(&[(0, 0)]), 2);
        assert_eq!(core.rounds, [(0, 0)]);
        assert!(!core.holds(&rows(&[(0, 0)])[0]));
    }

    /// Rounds as the notebook prints them, from filtered copies of both kinds of history.
    fn rounds_by_lists(pairs: &[(u32, u32)], k: usize) -> Vec<(usize, usize)> {
        let mut of_user = vec![vec![]; 8];
        let mut of_item = vec![vec![]; 8];
        for &(user, item) in pairs {
            of_user[user as usize].push(item);
            of_item[item as usize].push(user);
        }
        let mut rounds = vec![(0, 0)];
        loop {
            let long = |lists: &[Vec<u32>]| -> Vec<bool> {
                lists.iter().map(|list| list.len() >= k).collect()
            };
            let (users, items) = (long(&of_user), long(&of_item));
            for list in &mut of_user {
                list.retain(|&item| items[item as usize]);
            }
            for list in &mut of_item {
                list.retain(|&user| users[user as usize]);
            }
            let count = |good: &[bool]| good.iter().filter(|&&is_good| is_good).count();
            rounds.push((count(&users), count(&items)));
            if rounds[rounds.len() - 1] == rounds[rounds.len() - 2] {
                return rounds.split_off(1);
            }
        }
    }

    proptest! {
        /// Counting gives the same rounds as filtering lists.
        #[test]
        fn rounds_equal_those_of_filtered_lists(
            pairs in prop::collection::vec((0u32..8, 0u32..8), 0..60),
            k in 1usize..5,
        ) {
            prop_assert_eq!(Core::of(&rows(&pairs), k).rounds, rounds_by_lists(&pairs, k));
        }

        /// The core equals what removing one offender at a time, in any order, ends with.
        #[test]
        fn equals_removal_one_by_one(
            pairs in prop::collection::vec((0u32..8, 0u32..8), 0..60),
            k in 1usize..5,
        ) {
            let all = rows(&pairs);
            let core = Core::of(&all, k);
            let mut left = all.clone();
            loop {
                let user_counts = counts(8, left.iter().map(|r| r.user));
                let item_counts = counts(8, left.iter().map(|r| r.item));
                let Some(worst) = left.iter().copied().find(|r| {
                    (user_counts[r.user as usize] as usize) < k
                        || (item_counts[r.item as usize] as usize) < k
                }) else { break };
                let bad_user = (user_counts[worst.user as usize] as usize) < k;
                left.retain(|r| if bad_user { r.user != worst.user } else { r.item != worst.item });
            }
            let kept: Vec<Interaction> = all.into_iter().filter(|r| core.holds(r)).collect();
            prop_assert_eq!(kept, left);
        }
    }
}
