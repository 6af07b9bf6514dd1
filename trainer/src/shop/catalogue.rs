//! The items of a shop. Nothing is kept for each item: whatever one needs to
//! know about an item is drawn again from its number, so a catalogue of a
//! million items is as small as one of a thousand.

use std::collections::BTreeMap;
use std::ops::Range;

use doorstep_shared::ItemRecord;

use super::assortment::{self, BRANDS, CATEGORIES, Kind};
use super::names::{self, Words};
use super::{END, START};
use crate::dice::{Dice, Purpose};

/// Added to the rank, so that the best-selling item of a cell does not take all of it.
const HEAD: f64 = 1.0;
/// What a brand's price level does to a price, in per cent.
const LEVELS: [u64; 4] = [70, 100, 140, 200];

/// The items of one kind by one brand, best-selling first.
#[derive(Debug)]
pub struct Cell {
    /// An index of [`Catalogue::kinds`].
    pub kind: usize,
    /// Who makes them, an index of [`BRANDS`].
    pub brand: usize,
    /// How many there are.
    pub items: u32,
    /// How many of the kind lie in cells before.
    before: u32,
    /// How many of the shop lie in cells before.
    first: u64,
}

/// An item: the cell and the place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// An index of [`Catalogue::cells`].
    pub cell: u32,
    /// 0 is the best-selling of the cell.
    pub rank: u32,
}

/// When an item sells.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Life {
    /// All the time.
    Evergreen,
    /// From a moment on, and best at first.
    Launched(i64),
    /// Less and less.
    Fading,
}

/// All items of a shop.
#[derive(Debug)]
pub struct Catalogue {
    seed: u64,
    /// All kinds, in the order of the assortment.
    pub kinds: Vec<&'static Kind>,
    /// The category of each kind, an index of [`CATEGORIES`].
    pub categories: Vec<usize>,
    /// What is bought after each kind, by index, with how often.
    pub follows: Vec<Vec<(usize, f64)>>,
    /// All cells; those of a kind stand together. Some may be empty.
    pub cells: Vec<Cell>,
    cells_of: Vec<Range<usize>>,
    items_of: Vec<u32>,
    /// Σ 1 / (rank + HEAD) over the ranks below the index.
    harmonic: Vec<f64>,
}

impl Catalogue {
    /// `items` items in all kinds.
    pub fn new(items: u32, seed: u64) -> Self {
        let kinds: Vec<&Kind> = assortment::kinds().collect();
        let called = |slug: &str| {
            let found = kinds.iter().position(|kind| kind.slug == slug);
            found.expect("every kind that follows is in the assortment")
        };
        let follows = kinds
            .iter()
            .map(|kind| {
                kind.follows
                    .iter()
                    .map(|&(slug, share)| (called(slug), share))
                    .collect()
            })
            .collect();
        let categories: Vec<usize> = kinds.iter().map(|kind| category_of(kind)).collect();
        // What sells twice as often comes in less than twice as many varieties.
        let wanted = kinds
            .iter()
            .zip(&categories)
            .map(|(kind, &category)| (kind.share * CATEGORIES[category].share).sqrt());
        let items_of = apportion(items, &wanted.collect::<Vec<_>>());

        let mut cells = Vec::new();
        let mut cells_of = Vec::new();
        let mut first = 0;
        for (kind, &of_kind) in items_of.iter().enumerate() {
            let start = cells.len();
            let makes = |&brand: &usize| BRANDS[brand].categories.contains(&kinds[kind].category);
            let brands: Vec<usize> = (0..BRANDS.len()).filter(makes).collect();
            // The middle of the market offers the widest choice.
            let width = |&brand: &usize| match BRANDS[brand].level {
                1 | 2 => 1.3,
                _ => 0.8,
            };
            let counts = apportion(of_kind, &brands.iter().map(width).collect::<Vec<_>>());
            let mut before = 0;
            for (brand, items) in brands.into_iter().zip(counts) {
                cells.push(Cell {
                    kind,
                    brand,
                    items,
                    before,
                    first,
                });
                before += items;
                first += u64::from(items);
            }
            cells_of.push(start..cells.len());
        }

        let largest = cells.iter().map(|cell| cell.items).max().unwrap_or(0);
        let mut harmonic = vec![0.0];
        let mut sum = 0.0;
        for rank in 0..largest {
            sum += 1.0 / (f64::from(rank) + HEAD);
            harmonic.push(sum);
        }
        Self {
            seed,
            kinds,
            categories,
            follows,
            cells,
            cells_of,
            items_of,
            harmonic,
        }
    }

    /// All items, kind by kind.
    pub fn items(&self) -> impl Iterator<Item = Item> + '_ {
        (0..)
            .zip(&self.cells)
            .flat_map(|(cell, found)| (0..found.items).map(move |rank| Item { cell, rank }))
    }

    /// The position in [`Self::cells`] of the cells of a kind.
    pub fn cells_of(&self, kind: usize) -> Range<usize> {
        self.cells_of[kind].clone()
    }

    /// The cell of an item.
    pub fn cell(&self, item: Item) -> &Cell {
        &self.cells[item.cell as usize]
    }

    /// The number of an item in the shop.
    pub fn number(&self, item: Item) -> u64 {
        self.cell(item).first + u64::from(item.rank)
    }

    /// The external id: `mug-0042`. Its number says nothing about sales.
    pub fn id(&self, item: Item) -> String {
        let cell = self.cell(item);
        let order = Scatter::new(self.seed, cell.kind as u64, self.items_of[cell.kind].into());
        let number = order.at(u64::from(cell.before) + u64::from(item.rank));
        format!("{}-{:04}", self.kinds[cell.kind].slug, number + 1)
    }

    /// An item of `cell` as often as it sells, whatever the moment.
    pub fn draw(&self, cell: u32, dice: &mut Dice) -> Item {
        let items = self.cells[cell as usize].items as usize;
        let sums = &self.harmonic[1..=items];
        let target = dice.unit() * sums[items - 1];
        let rank = sums.partition_point(|&sum| sum <= target).min(items - 1);
        Item {
            cell,
            rank: rank as u32,
        }
    }

    /// How much an item sells at `time` compared with its best days, from 0 to 1.
    pub fn demand(&self, item: Item, time: i64) -> f64 {
        match self.life(item, &mut self.dice(item)) {
            Life::Evergreen => 0.7,
            Life::Fading => 1.0 - 0.95 * (time - START) as f64 / (END - START) as f64,
            Life::Launched(at) if time < at => 0.0,
            Life::Launched(at) => {
                let quarters = (time - at) as f64 / (91.0 * 86_400.0);
                (1.0 / (0.5 + 0.5 * quarters)).min(1.0)
            }
        }
    }

    /// How well an item is liked, in tenths of a star.
    pub fn quality(&self, item: Item) -> u64 {
        let mut dice = self.dice(item);
        self.life(item, &mut dice);
        quality(&mut dice)
    }

    /// What a page shows of an item.
    pub fn record(&self, item: Item) -> ItemRecord {
        let cell = self.cell(item);
        let (kind, brand) = (self.kinds[cell.kind], &BRANDS[cell.brand]);
        let mut dice = self.dice(item);
        self.life(item, &mut dice);
        let quality = quality(&mut dice);
        let percent = 80 + dice.below(50);
        let cents = u64::from(kind.cents) * LEVELS[usize::from(brand.level)] * percent / 10_000;
        let note = dice.pick(kind.notes);
        let words = self.words(item);
        let colour = words.colour.name;
        let attributes = [
            ("category", kind.category),
            ("kind", kind.plural),
            ("brand", brand.name),
            ("colour", colour),
        ];
        let attributes = attributes.map(|(key, value)| (key.to_owned(), vec![value.to_owned()]));
        ItemRecord {
            title: Some(words.title()),
            price: Some(rounded(cents) as f64 / 100.0),
            rating: Some(quality as f64 / 10.0),
            image: Some(image(kind, colour)),
            url: None,
            description: Some(format!(
                "{phrase}. {note}. Made by {brand}, {character}.",
                phrase = words.phrase(),
                brand = brand.name,
                character = brand.character,
            )),
            attributes: BTreeMap::from(attributes),
            ..ItemRecord::bare(&self.id(item))
        }
    }

    fn words(&self, item: Item) -> Words {
        let cell = self.cell(item);
        let kind = self.kinds[cell.kind];
        let all = names::combinations(kind);
        let number = u64::from(item.rank);
        let order = Scatter::new(self.seed, (1 << 32) + u64::from(item.cell), all);
        let scattered = number / all * all + order.at(number % all);
        Words::of(kind, cell.brand, scattered)
    }

    fn dice(&self, item: Item) -> Dice {
        Dice::new(self.seed, Purpose::Item, self.number(item))
    }

    /// The first thing drawn from an item's dice. The best-selling item of a
    /// cell is always there, so that a cell never has nothing to sell.
    fn life(&self, item: Item, dice: &mut Dice) -> Life {
        let drawn = dice.below(10);
        let moment = START + dice.below((END - START) as u64) as i64;
        match drawn {
            _ if item.rank == 0 => Life::Evergreen,
            0..3 => Life::Launched(moment),
            3..6 => Life::Fading,
            _ => Life::Evergreen,
        }
    }
}

fn category_of(kind: &Kind) -> usize {
    CATEGORIES
        .iter()
        .position(|category| category.name == kind.category)
        .expect("every kind has a category of the shop")
}

/// The second thing drawn from an item's dice: two draws make middling items common.
fn quality(dice: &mut Dice) -> u64 {
    34 + dice.below(8) + dice.below(9)
}

/// Where the picture of a kind in a colour lies, beside the data.
pub fn image(kind: &Kind, colour: &str) -> String {
    format!("images/{}-{}.svg", kind.slug, colour.to_lowercase())
}

/// To a price that a shop would ask.
fn rounded(cents: u64) -> u64 {
    match cents {
        0..2_000 => (cents / 50).max(3) * 50 - 10,
        2_000..10_000 => cents / 100 * 100 - 10,
        _ => cents / 500 * 500 - 100,
    }
}

/// Divides `total` by `weights` into whole numbers: the largest remainders
/// round up, and nothing stays empty while there is enough for all.
fn apportion(total: u32, weights: &[f64]) -> Vec<u32> {
    let least = u32::from(total as usize >= weights.len());
    let spare = f64::from(total - least * weights.len() as u32);
    let sum: f64 = weights.iter().sum();
    let exact: Vec<f64> = weights.iter().map(|weight| spare * weight / sum).collect();
    let mut counts: Vec<u32> = exact.iter().map(|&share| least + share as u32).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|&a, &b| {
        exact[b]
            .fract()
            .total_cmp(&exact[a].fract())
            .then(a.cmp(&b))
    });
    let missing = total - counts.iter().sum::<u32>();
    for &index in order.iter().take(missing as usize) {
        counts[index] += 1;
    }
    counts
}

/// A fixed reordering of 0 to `n` - 1 that looks like none.
struct Scatter {
    stride: u64,
    offset: u64,
    n: u64,
}

impl Scatter {
    fn new(seed: u64, number: u64, n: u64) -> Self {
        let mut dice = Dice::new(seed, Purpose::Order, number);
        let offset = dice.below(n);
        // About two fifths apart, so that neighbours don't stay together.
        let mut stride = (n * 2 / 5 + dice.below(n / 5 + 1)).max(1);
        while greatest_common_divisor(stride, n) != 1 {
            stride += 1;
        }
        Self { stride, offset, n }
    }

    fn at(&self, index: u64) -> u64 {
        (index * self.stride + self.offset) % self.n
    }
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

#[cfg(test)]
#[path = "catalogue_test.rs"]
mod tests;
