//! Exact search: rows bucketed by their categories, so that most of a table is
//! ruled out by what a difference of category alone adds to the distance.

use wide::f32x4;

use super::kernel::{ROWS, VECTORS, any_within, distances};
use super::nearest::{Near, Nearest};
use super::preparation::{Point, Preparation};
use super::rows::Rows;
use super::space::{Distance, Space};

/// Stands where a block has no row.
const NO_ROW: u32 = u32::MAX;

/// Rows with the same categories.
#[derive(Clone, Debug)]
struct Cell {
    categories: Vec<u16>,
    first_block: usize,
    blocks: usize,
}

/// Searchable rows.
#[derive(Clone, Debug)]
pub struct Index {
    space: Space,
    dimensions: usize,
    cells: Vec<Cell>,
    /// Blocks of 16 rows, coordinate by coordinate.
    blocks: Vec<f32x4>,
    /// Row number of each place in the blocks.
    rows: Vec<u32>,
}

/// A point where the index measures distances.
#[derive(Clone, Debug)]
pub struct Place {
    coordinates: Vec<f32>,
    categories: Vec<u16>,
}

impl Index {
    /// Over the rows numbered `members`.
    pub fn new(space: &Space, preparation: &Preparation, rows: &Rows, members: &[u32]) -> Self {
        let dimensions = space.dimensions(preparation);
        let cell = |row: u32| match space.distance {
            // The one-hot codes are among the coordinates: one cell holds all.
            Distance::Cosine => &[],
            Distance::Euclidean | Distance::Manhattan => rows.categories(row),
        };
        // Sorting numbers only keeps one sort in the browser engine.
        let mut cells: Vec<&[u16]> = Vec::new();
        for &row in members {
            if let Err(at) = cells.binary_search(&cell(row)) {
                cells.insert(at, cell(row));
            }
        }
        let key = |row: u32| cells.partition_point(|own| *own < cell(row)) as u64;
        let mut order: Vec<u64> = members
            .iter()
            .map(|&row| key(row) << 32 | u64::from(row))
            .collect();
        order.sort_unstable();
        let order: Vec<u32> = order.into_iter().map(|packed| packed as u32).collect();
        let mut index = Self {
            space: space.clone(),
            dimensions,
            cells: Vec::new(),
            blocks: Vec::with_capacity((members.len() / ROWS + 1) * VECTORS * dimensions),
            rows: Vec::with_capacity(members.len() + ROWS),
        };
        let mut coordinates = Vec::new();
        let mut rest = order.as_slice();
        while let Some(&first) = rest.first() {
            let categories = cell(first);
            let same = rest
                .iter()
                .take_while(|&&row| cell(row) == categories)
                .count();
            let first_block = index.rows.len() / ROWS;
            for block in rest[..same].chunks(ROWS) {
                coordinates.clear();
                for &row in block {
                    let (columns, own) = (rows.columns(row), rows.categories(row));
                    space.put_coordinates(preparation, columns, own, &mut coordinates);
                }
                index.push(block, &coordinates);
            }
            index.cells.push(Cell {
                categories: categories.to_vec(),
                first_block,
                blocks: same.div_ceil(ROWS),
            });
            rest = &rest[same..];
        }
        index
    }

    fn push(&mut self, rows: &[u32], coordinates: &[f32]) {
        let value = |dimension: usize, place: usize| {
            // The places after the last row repeat it, so that they hold numbers.
            coordinates[place.min(rows.len() - 1) * self.dimensions + dimension]
        };
        for dimension in 0..self.dimensions {
            for first in (0..ROWS).step_by(4) {
                let values = [0, 1, 2, 3].map(|lane| value(dimension, first + lane));
                self.blocks.push(f32x4::new(values));
            }
        }
        self.rows.extend(rows);
        self.rows
            .resize(self.rows.len().next_multiple_of(ROWS), NO_ROW);
    }

    /// Where a prepared point lies.
    pub fn place(&self, preparation: &Preparation, point: &Point) -> Place {
        let mut coordinates = Vec::with_capacity(self.dimensions);
        self.space.put_coordinates(
            preparation,
            &point.columns,
            &point.categories,
            &mut coordinates,
        );
        Place {
            coordinates,
            categories: match self.space.distance {
                Distance::Cosine => Vec::new(),
                Distance::Euclidean | Distance::Manhattan => point.categories.clone(),
            },
        }
    }

    /// The `k` nearest rows, nearest first, ties in order of row number; `skip`
    /// is left out. Distances are squared where the space is Euclidean.
    pub fn nearest(&self, place: &Place, k: usize, skip: Option<u32>) -> Vec<Near> {
        // Costs are not negative, so their bits are in their order.
        let cost = |cell: &Cell| {
            self.space
                .between_cells(&place.categories, &cell.categories)
        };
        let packed = self.cells.iter().zip(0..);
        let mut order: Vec<u64> = packed
            .map(|(cell, at)| u64::from(cost(cell).to_bits()) << 32 | at)
            .collect();
        order.sort_unstable();
        let mut nearest = Nearest::new(k.max(1));
        for packed in order {
            let least = f32::from_bits((packed >> 32) as u32);
            if least > nearest.worst() {
                break;
            }
            self.scan(
                &self.cells[packed as u32 as usize],
                place,
                least,
                skip,
                &mut nearest,
            );
        }
        nearest.into_sorted()
    }

    fn scan(
        &self,
        cell: &Cell,
        place: &Place,
        start: f32,
        skip: Option<u32>,
        nearest: &mut Nearest,
    ) {
        let size = VECTORS * self.dimensions;
        let kind = self.space.distance;
        for block in cell.first_block..cell.first_block + cell.blocks {
            let content = &self.blocks[block * size..(block + 1) * size];
            let found = distances(kind, content, &place.coordinates, start);
            if !any_within(&found, nearest.worst()) {
                continue;
            }
            let values = found.iter().flat_map(|vector| vector.to_array());
            for (&row, distance) in self.rows[block * ROWS..][..ROWS].iter().zip(values) {
                if row != NO_ROW && Some(row) != skip && distance <= nearest.worst() {
                    nearest.offer(Near { row, distance });
                }
            }
        }
    }

    /// The distance that a search's number stands for.
    pub fn distance(&self, near: &Near) -> f32 {
        match self.space.distance {
            Distance::Euclidean => near.distance.max(0.0).sqrt(),
            Distance::Manhattan | Distance::Cosine => near.distance.max(0.0),
        }
    }
}

#[cfg(test)]
#[path = "index_test.rs"]
mod index_test;
