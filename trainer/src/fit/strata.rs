//! Ratings in strata, so that threads can descend at once without a race
//! (Gemulla, Haas, Nijkamp and Sismanis 2011, "Large-Scale Matrix Factorization
//! with Distributed Stochastic Gradient Descent", section 4): users and items are
//! dealt into blocks, and no two blocks of ratings of one stratum share a user or
//! an item. The number of blocks is fixed, so that any number of threads
//! gives the same bytes.

use std::iter::repeat_with;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use super::ratings::Rating;

/// Blocks of users, and of items, a power of two: as many threads have work at once.
pub(super) const BLOCKS: usize = 8;

/// Rows dealt into blocks like cards, so that popular items, which come first,
/// are spread over all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Deal {
    blocks: usize,
    /// Places of a block; the last of some blocks stay empty.
    pub places: usize,
}

impl Deal {
    pub fn new(rows: usize, blocks: usize) -> Self {
        Self {
            blocks,
            places: rows.div_ceil(blocks).max(1),
        }
    }

    /// The block of a row, and its place there.
    pub fn of(self, row: usize) -> (usize, usize) {
        (row % self.blocks, row / self.blocks)
    }

    /// The row at a place of a block; beyond all rows where the place is empty.
    pub fn row(self, block: usize, place: usize) -> usize {
        place * self.blocks + block
    }

    /// Where a row is when blocks follow one another.
    pub fn position(self, row: usize) -> usize {
        let (block, place) = self.of(row);
        block * self.places + place
    }

    /// Places of all blocks.
    pub fn len(self) -> usize {
        self.blocks * self.places
    }
}

/// Ratings by block of users and block of items.
pub(super) struct Strata {
    blocks: usize,
    cells: Vec<Vec<Rating>>,
}

impl Strata {
    /// Keeps the order of `ratings` within a block. From here on a rating's user
    /// and item are places in their blocks.
    pub fn new(ratings: &[Rating], users: Deal, items: Deal) -> Self {
        let blocks = users.blocks;
        let even = ratings.len() / (blocks * blocks);
        let cell = || Vec::with_capacity(even + even / 4);
        let mut cells: Vec<Vec<Rating>> = repeat_with(cell).take(blocks * blocks).collect();
        for rating in ratings {
            let (user_block, user) = users.of(rating.user as usize);
            let (item_block, item) = items.of(rating.item as usize);
            cells[user_block * blocks + item_block].push(Rating {
                user: user as u32,
                item: item as u32,
                value: rating.value,
            });
        }
        Self { blocks, cells }
    }

    /// All strata in a random order that changes high bits seldom: a thread that
    /// keeps its half or quarter of the users finds most items in its own cache.
    pub fn order(&self, rng: &mut ChaCha8Rng) -> impl Iterator<Item = usize> + use<> {
        let first = rng.next_u32() as usize % self.blocks;
        (0..self.blocks).map(move |at| at ^ first)
    }

    /// The ratings of one stratum: of each block of users u with the block of items
    /// u xor `stratum`.
    pub fn stratum(&self, stratum: usize) -> impl Iterator<Item = &[Rating]> {
        (0..self.blocks)
            .map(move |users| self.cells[users * self.blocks + (users ^ stratum)].as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_rating_is_in_one_stratum_and_blocks_of_it_share_nothing(
            pairs in prop::collection::vec((0u32..40, 0u32..30), 0..200),
            blocks in (0u32..4).prop_map(|bits| 1usize << bits),
        ) {
            let (users, items) = (Deal::new(40, blocks), Deal::new(30, blocks));
            let ratings: Vec<Rating> = pairs.iter()
                .map(|&(user, item)| Rating { user, item, value: 1.0 }).collect();
            let strata = Strata::new(&ratings, users, items);
            let mut found = Vec::new();
            for stratum in 0..blocks {
                for (block, ratings) in strata.stratum(stratum).enumerate() {
                    found.extend(ratings.iter().map(|rating| (
                        block as u32 + rating.user * blocks as u32,
                        (block ^ stratum) as u32 + rating.item * blocks as u32,
                    )));
                }
            }
            let mut expected = pairs;
            expected.sort_unstable();
            found.sort_unstable();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn no_two_rows_have_one_position(rows in 0usize..50, blocks in 1usize..10) {
            let deal = Deal::new(rows, blocks);
            let mut positions: Vec<usize> = (0..rows).map(|row| deal.position(row)).collect();
            positions.sort_unstable();
            positions.dedup();
            for row in 0..rows {
                let (block, place) = deal.of(row);
                prop_assert_eq!(deal.row(block, place), row);
            }
            prop_assert!(positions.len() == rows && positions.iter().all(|at| *at < deal.len()));
        }
    }
}
