//! Customers and what they buy: by taste, by season, and one thing after
//! another.

use super::assortment::{BRANDS, CATEGORIES, Category};
use super::catalogue::{Catalogue, Item};
use super::{END, START};
use crate::dice::{Dice, Purpose};

/// Fewest purchases of a customer, so that few are lost to a 5-core filter.
const FEWEST: usize = 5;
/// Most purchases of a customer.
const MOST: usize = 60;
/// How often a customer buys once more.
const ONCE_MORE: f64 = 0.8;
/// How often a purchase follows from an earlier one.
const FOLLOWING: f64 = 0.5;
/// How often the earlier one is the last.
const FOLLOWING_LAST: f64 = 0.8;
/// How often a purchase that follows is the first, or the second, companion of
/// the item it follows; otherwise it is chosen by taste.
const COMPANIONS: [f64; 2] = [0.35, 0.2];
/// How often a customer changes in taste once.
const CHANGING: f64 = 0.5;
/// How much more a customer buys in the favourite categories than in others.
const FAVOURITES: [f64; 3] = [24.0, 14.0, 8.0];
/// How well a brand sells to a customer who wants another price level, by the distance.
const LEVEL_FIT: [f64; 4] = [1.0, 0.35, 0.1, 0.03];
/// How much better a brand sells to a customer who is fond of it.
const FONDNESS: f64 = 5.0;
/// Tries to find an item that is in season and not bought before.
const TRIES: usize = 24;
/// How often a customer is fond of a brand.
const FOND: f64 = 0.2;
/// How much less likely a second thing of one kind is.
const ANOTHER: f64 = 0.5;
/// How often the next purchase belongs to the same visit.
const SAME_VISIT: f64 = 0.4;
const DAY: i64 = 86_400;
const MONTH: i64 = 2_629_746;

/// One thing bought.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Purchase {
    /// What.
    pub item: Item,
    /// 1 to 5 stars.
    pub rating: u8,
    /// Seconds since 1970.
    pub time: i64,
}

/// All that customer `number` ever buys, oldest first, no two at one time.
pub fn purchases(catalogue: &Catalogue, seed: u64, number: u64) -> Vec<Purchase> {
    let mut dice = Dice::new(seed, Purpose::Customer, number);
    let customer = Customer::new(&mut dice, catalogue, seed);
    let mut bought: Vec<Purchase> = Vec::new();
    for time in times(&mut dice) {
        let item = customer
            .follow(&mut dice, &bought, time)
            .or_else(|| customer.choose(&mut dice, &bought, time));
        let Some(item) = item else { continue };
        let rating = stars(&mut dice, catalogue.quality(item));
        bought.push(Purchase { item, rating, time });
    }
    bought
}

struct Customer<'a> {
    catalogue: &'a Catalogue,
    seed: u64,
    /// Weight of each category before and after the change of taste.
    tastes: [[f64; CATEGORIES.len()]; 2],
    change: i64,
    /// Weight of each brand.
    fit: [f64; BRANDS.len()],
}

impl<'a> Customer<'a> {
    fn new(dice: &mut Dice, catalogue: &'a Catalogue, seed: u64) -> Self {
        let mut before = CATEGORIES.each_ref().map(|category| category.share);
        let mut after = before;
        let favourites = FAVOURITES.map(|_| favourite(dice));
        let changed = dice.chance(CHANGING).then(|| favourite(dice));
        for (place, (&category, weight)) in favourites.iter().zip(FAVOURITES).enumerate() {
            before[category] *= weight;
            after[changed.filter(|_| place == 0).unwrap_or(category)] *= weight;
        }
        let change = START + dice.below((END - START) as u64) as i64;

        // 0 to 3, and mostly in the middle.
        let level = (dice.below(3) + dice.below(2)) as u8;
        let fit = BRANDS.each_ref().map(|brand| {
            let fondness = if dice.chance(FOND) { FONDNESS } else { 1.0 };
            fondness * LEVEL_FIT[usize::from(brand.level.abs_diff(level))]
        });
        Self {
            catalogue,
            seed,
            tastes: [before, after],
            change,
            fit,
        }
    }

    /// What goes with something bought before, if the customer is after that now.
    fn follow(&self, dice: &mut Dice, bought: &[Purchase], time: i64) -> Option<Item> {
        if bought.is_empty() || !dice.chance(FOLLOWING) {
            return None;
        }
        let back = match dice.chance(FOLLOWING_LAST) {
            true => 1,
            false => 1 + dice.below(bought.len().min(4) as u64) as usize,
        };
        let source = bought[bought.len() - back].item;
        let follows = &self.catalogue.follows[self.catalogue.cell(source).kind];
        let place = dice.weighted(follows.iter().map(|&(_, share)| share))?;
        let kind = follows[place].0;
        let [first, second] = COMPANIONS;
        let wish = dice.unit();
        let companion = if wish < first {
            Some(self.companion(source, kind, 0)?)
        } else if wish < first + second {
            Some(self.companion(source, kind, 1)?)
        } else {
            None
        };
        companion
            .filter(|&item| self.catalogue.demand(item, time) > 0.0)
            .or_else(|| self.of_kind(dice, kind))
            .filter(|&item| self.catalogue.demand(item, time) > 0.0)
            .filter(|&item| bought.iter().all(|purchase| purchase.item != item))
    }

    /// The item of `kind` that goes best (`nth` 0) or second best with `source`:
    /// the same for every customer.
    fn companion(&self, source: Item, kind: usize, nth: usize) -> Option<Item> {
        let number = self.catalogue.number(source) * self.catalogue.kinds.len() as u64;
        let mut dice = Dice::new(self.seed, Purpose::Companion, number + kind as u64);
        let brand = self.catalogue.cell(source).brand;
        let suits = |other: usize| match other == brand {
            true => FONDNESS,
            false => LEVEL_FIT[usize::from(BRANDS[other].level.abs_diff(BRANDS[brand].level))],
        };
        let mut found = None;
        for _ in 0..=nth {
            found = self.draw(&mut dice, kind, suits);
        }
        found
    }

    /// Something by taste and season, not bought before.
    fn choose(&self, dice: &mut Dice, bought: &[Purchase], time: i64) -> Option<Item> {
        let taste = &self.tastes[usize::from(time >= self.change)];
        let month = ((time - START) / MONTH % 12) as u8;
        let of_category: [f64; CATEGORIES.len()] =
            std::array::from_fn(|place| taste[place] * season(&CATEGORIES[place], month));
        let mut weights: Vec<f64> = (self.catalogue.kinds.iter().zip(&self.catalogue.categories))
            .map(|(kind, &category)| kind.share * of_category[category])
            .collect();
        for purchase in bought {
            weights[self.catalogue.cell(purchase.item).kind] *= ANOTHER;
        }
        (0..TRIES).find_map(|_| {
            let kind = dice.weighted(weights.iter().copied())?;
            let item = self.of_kind(dice, kind)?;
            let wanted = dice.chance(self.catalogue.demand(item, time));
            let new = bought.iter().all(|purchase| purchase.item != item);
            (wanted && new).then_some(item)
        })
    }

    /// Something of a kind, by brand and as it sells.
    fn of_kind(&self, dice: &mut Dice, kind: usize) -> Option<Item> {
        self.draw(dice, kind, |brand| self.fit[brand])
    }

    fn draw(&self, dice: &mut Dice, kind: usize, weight: impl Fn(usize) -> f64) -> Option<Item> {
        let cells = self.catalogue.cells_of(kind);
        let weights = self.catalogue.cells[cells.clone()]
            .iter()
            .map(|cell| match cell.items {
                0 => 0.0,
                _ => weight(cell.brand),
            });
        let place = dice.weighted(weights)?;
        Some(self.catalogue.draw((cells.start + place) as u32, dice))
    }
}

/// When a customer buys: in visits of one or more purchases, minutes apart.
fn times(dice: &mut Dice) -> Vec<i64> {
    let mut purchases = FEWEST;
    while purchases < MOST && dice.chance(ONCE_MORE) {
        purchases += 1;
    }
    let mut visits = vec![1_u32];
    for _ in 1..purchases {
        match visits.last_mut() {
            Some(visit) if dice.chance(SAME_VISIT) => *visit += 1,
            _ => visits.push(1),
        }
    }
    let span = (END - START) as u64;
    let joined = dice.below(span * 3 / 4);
    let last_moment = span - 2 * DAY as u64;
    let mut moments: Vec<i64> = visits
        .iter()
        .map(|_| START + (joined + dice.below(last_moment - joined)) as i64)
        .collect();
    moments.sort_unstable();
    let mut times: Vec<i64> = Vec::with_capacity(purchases);
    for (moment, visit) in moments.into_iter().zip(visits) {
        for place in 0..visit {
            let earliest = times.last().map_or(moment, |last| moment.max(last + 30));
            let pause = if place == 0 {
                0
            } else {
                30 + dice.below(600) as i64
            };
            times.push(earliest + pause);
        }
    }
    times
}

fn favourite(dice: &mut Dice) -> usize {
    let shares = CATEGORIES.iter().map(|category| category.share);
    dice.weighted(shares).expect("some category is sold")
}

/// From 1.6 in the best month of a category to 0.4 half a year later.
fn season(category: &Category, month: u8) -> f64 {
    let apart = category.season.abs_diff(month);
    1.6 - 0.2 * f64::from(apart.min(12 - apart))
}

/// Stars for an item of `quality` tenths, now and then from someone hard to please.
fn stars(dice: &mut Dice, quality: u64) -> u8 {
    let rounded = quality / 10 + u64::from(dice.below(10) < quality % 10);
    let displeased = if dice.chance(0.12) {
        1 + dice.below(2)
    } else {
        0
    };
    rounded.saturating_sub(displeased).clamp(1, 5) as u8
}

#[cfg(test)]
#[path = "customers_test.rs"]
mod tests;
