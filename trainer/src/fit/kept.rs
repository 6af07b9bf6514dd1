//! Sums over histories that outlive a fit: where only some users have something new, only the rows of
//! their items are added up again.

use std::collections::BTreeMap;
use std::sync::Mutex;

use doorstep_shared::Event;
use doorstep_shared::item_item::Neighbours;
use doorstep_shared::topk::Scored;
use indicatif::ProgressBar;

use super::Training;
use super::rows::by_row;
use super::sums::Sums;

/// Matrices of sums, items × items, by model and name.
pub type Matrices = BTreeMap<String, Neighbours>;

/// Sums of a former fit that still hold, and all of the present one.
#[derive(Debug, Default)]
pub struct Kept {
    former: Matrices,
    /// By item: whether a user who has, or had, it has another history than then.
    touched: Vec<bool>,
    now: Mutex<Matrices>,
}

impl Kept {
    /// Keeps the sums of a first fit.
    pub fn first() -> Self {
        Self::default()
    }

    /// Goes on from `former` sums over `before`, where `after` has the same users and items and maybe
    /// more, in the same order; over `n_items` items.
    pub fn after(
        former: Matrices,
        before: &[Vec<Event>],
        after: &[Vec<Event>],
        n_items: usize,
    ) -> Self {
        let mut touched = vec![false; n_items];
        let none = Vec::new();
        for (user, history) in after.iter().enumerate() {
            let old = before.get(user).unwrap_or(&none);
            if old != history {
                let items = old.iter().chain(history).map(|event| event.item);
                items.for_each(|item| touched[item as usize] = true);
            }
        }
        Self {
            former,
            touched,
            now: Mutex::default(),
        }
    }

    /// Items whose sums are added up again.
    pub fn n_touched(&self) -> usize {
        self.touched.iter().filter(|own| **own).count()
    }

    /// The sums of all fits that were made with it.
    pub fn into_matrices(self) -> Matrices {
        self.now.into_inner().expect("no fit panicked")
    }
}

/// The matrix `name` of sums over the histories: `add_row` adds those of an item's row, which must depend on
/// the histories of those who have the item, and on nothing else. The same bytes whether rows are kept or not.
pub(super) fn sums_by_row(
    training: &Training,
    name: &str,
    bar: &ProgressBar,
    add_row: impl Fn(usize, &mut Sums) + Sync,
) -> Neighbours {
    let n_items = training.n_items;
    let kept = training.guide.kept;
    let former = kept.and_then(|kept| Some((kept.former.get(name)?, &kept.touched)));
    let matrix = by_row(
        n_items,
        bar,
        || Sums::new(n_items),
        |sums, item, row| {
            let former = former.filter(|(_, touched)| !touched[item]);
            if let Some(own) = former.and_then(|(matrix, _)| matrix.outer_view(item)) {
                let entries = own.iter();
                row.extend(entries.map(|(item, &score)| Scored {
                    item: item as u32,
                    score,
                }));
                return;
            }
            add_row(item, sums);
            sums.drain(|item, score| row.push(Scored { item, score }));
        },
    );
    if let Some(kept) = kept {
        let mut now = kept.now.lock().expect("no fit panicked");
        now.insert(name.to_owned(), matrix.clone());
    }
    matrix
}
