//! Which items to eliminate before the dense factorisation, and in what order.
//!
//! A Gram matrix of interactions is sparse, mostly because of its many rare
//! items. Eliminating an item of degree d exactly costs O(d·n), and removes one
//! row and column from a dense problem of O(m³). We take items by minimum
//! degree, updating degrees with the fill, until that stops paying.

use doorstep_shared::item_item::Neighbours;

/// An item is eliminated while its degree, times this, is at most the number of
/// items that remain: measured, where reading d rows costs what the dense
/// factorisation saves.
const WORTH: usize = 32;

/// An elimination order.
#[derive(Debug, PartialEq)]
pub(super) struct Order {
    /// Item at each position: first those to eliminate, in that order, then the rest.
    pub items: Vec<u32>,
    /// How many are eliminated.
    pub eliminated: usize,
}

impl Order {
    /// Position of each item.
    pub fn positions(&self) -> Vec<u32> {
        let mut positions = vec![0; self.items.len()];
        for (position, &item) in (0..).zip(&self.items) {
            positions[item as usize] = position;
        }
        positions
    }
}

/// The order for a symmetric matrix, of which only the pattern matters.
pub(super) fn order(gram: &Neighbours) -> Order {
    let n = gram.rows();
    let words = n.div_ceil(64);
    let mut adjacent = vec![0u64; n * words];
    for (item, row) in gram.outer_iterator().enumerate() {
        for &other in row
            .indices()
            .iter()
            .filter(|&&other| other as usize != item)
        {
            adjacent[item * words + other as usize / 64] |= 1 << (other % 64);
        }
    }
    let degree_of = |row: &[u64]| row.iter().map(|word| word.count_ones() as usize).sum();
    let mut degrees: Vec<usize> = adjacent.chunks_exact(words.max(1)).map(degree_of).collect();
    let mut remaining: Vec<u32> = (0..n as u32).collect();
    let mut items = Vec::with_capacity(n);
    while let Some(at) = (0..remaining.len()).min_by_key(|&at| degrees[remaining[at] as usize]) {
        let item = remaining[at] as usize;
        if degrees[item] * WORTH > remaining.len() {
            break;
        }
        remaining.remove(at);
        items.push(item as u32);
        let row = adjacent[item * words..][..words].to_vec();
        for other in ones(&row) {
            let other_row = &mut adjacent[other * words..][..words];
            other_row
                .iter_mut()
                .zip(&row)
                .for_each(|(to, from)| *to |= from);
            other_row[item / 64] &= !(1 << (item % 64));
            other_row[other / 64] &= !(1 << (other % 64));
            degrees[other] = degree_of(other_row);
        }
    }
    let eliminated = items.len();
    items.append(&mut remaining);
    Order { items, eliminated }
}

fn ones(words: &[u64]) -> impl Iterator<Item = usize> {
    words.iter().enumerate().flat_map(|(w, &word)| {
        let mut rest = word;
        std::iter::from_fn(move || {
            let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
            rest &= rest - 1;
            Some(64 * w + bit)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_taken_from_its_leaves() {
        let n = 100;
        let mut triplets = sprs::TriMatI::<f32, u32>::new((n, n));
        for leaf in 1..n {
            triplets.add_triplet(0, leaf, 1.0);
            triplets.add_triplet(leaf, 0, 1.0);
        }
        let order = order(&triplets.to_csr());
        assert_eq!(order.items[..3], [1, 2, 3]);
        assert!(order.eliminated >= n - WORTH && order.eliminated < n);
        let positions = order.positions();
        assert!((0..n).all(|i| order.items[positions[i] as usize] as usize == i));
    }

    #[test]
    fn a_full_matrix_is_left_whole() {
        let mut triplets = sprs::TriMatI::<f32, u32>::new((70, 70));
        (0..70 * 70).for_each(|c| triplets.add_triplet(c / 70, c % 70, 1.0));
        assert_eq!(order(&triplets.to_csr()).eliminated, 0);
    }
}
