//! The k least of many distances, ties broken by row.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// A row and its distance, in the search's own units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// Row number.
    pub row: u32,
    /// Distance; squared where the search is Euclidean.
    pub distance: f32,
}

impl Eq for Near {}

impl Ord for Near {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_distance = self.distance.total_cmp(&other.distance);
        by_distance.then(self.row.cmp(&other.row))
    }
}

impl PartialOrd for Near {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Keeps the k nearest rows offered.
#[derive(Debug)]
pub struct Nearest {
    k: usize,
    heap: BinaryHeap<Near>,
}

impl Nearest {
    /// For the `k` nearest, at least one.
    pub fn new(k: usize) -> Self {
        Self {
            k,
            heap: BinaryHeap::with_capacity(k + 1),
        }
    }

    /// A row further away than this need not be offered.
    pub fn worst(&self) -> f32 {
        if self.heap.len() < self.k {
            return f32::INFINITY;
        }
        self.heap.peek().map_or(f32::INFINITY, |near| near.distance)
    }

    /// Takes the row if it is among the k nearest so far.
    pub fn offer(&mut self, near: Near) {
        if self.heap.len() < self.k {
            self.heap.push(near);
        } else if let Some(mut worst) = self.heap.peek_mut()
            && near < *worst
        {
            *worst = near;
        }
    }

    /// Nearest first.
    pub fn into_sorted(self) -> Vec<Near> {
        self.heap.into_sorted_vec()
    }
}
