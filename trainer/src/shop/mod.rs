//! The generated shop: default data of our own, so that a demo needs no
//! download. Items of a plausible assortment, customers with tastes, and
//! histories in which one purchase leads to another.
//!
//! The same configuration gives the same bytes on every machine, and the cost
//! in memory doesn't grow with the number of customers or items.

pub mod assortment;
mod catalogue;
mod customers;
mod names;

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, ensure};
use serde::Serialize;

use crate::progress::Progress;
use crate::save::stream;
use catalogue::Catalogue;

/// The first moment of the shop: 2024-01-01 00:00 UTC.
const START: i64 = 1_704_067_200;
/// The first moment after it: 2026-01-01 00:00 UTC.
const END: i64 = 1_767_225_600;
/// Enough for every kind, with some choice.
const FEWEST_ITEMS: u32 = 100;
const MOST_ITEMS: u32 = 20_000_000;
const MOST_USERS: u32 = 100_000_000;

/// The name of the file of interactions.
pub const INTERACTIONS: &str = "interactions.csv";
/// The name of the file of item records.
pub const ITEMS: &str = "items.jsonl";
/// The name of the folder of pictures.
pub const IMAGES: &str = "images";

/// How large a shop is, and which of all shops of that size.
#[derive(Clone, Copy, Debug)]
pub struct ShopConfig {
    /// Items in the catalogue.
    pub items: u32,
    /// Customers, each with at least a few purchases.
    pub users: u32,
    /// Another seed gives another shop.
    pub seed: u64,
}

impl Default for ShopConfig {
    fn default() -> Self {
        Self {
            items: 3_000,
            users: 6_000,
            seed: 7,
        }
    }
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Lines of the file of items.
    pub items: u32,
    /// Customers in the file of interactions.
    pub users: u32,
    /// Lines of the file of interactions, its heading aside.
    pub interactions: u64,
    /// Pictures.
    pub images: usize,
    /// All files together.
    pub bytes: u64,
}

/// A shop, not yet written.
#[derive(Debug)]
pub struct Shop {
    config: ShopConfig,
    catalogue: Catalogue,
}

impl ShopConfig {
    /// Checks the ranges and lays the shop out.
    pub fn open(self) -> anyhow::Result<Shop> {
        let Self { items, users, seed } = self;
        ensure!(
            (FEWEST_ITEMS..=MOST_ITEMS).contains(&items),
            "--items must be from {FEWEST_ITEMS} to {MOST_ITEMS}; it is {items}"
        );
        ensure!(
            (1..=MOST_USERS).contains(&users),
            "--users must be from 1 to {MOST_USERS}; it is {users}"
        );
        Ok(Shop {
            config: self,
            catalogue: Catalogue::new(items, seed),
        })
    }
}

impl Shop {
    /// Writes all files into `directory`, which is made where it is missing.
    /// A file appears under its name only when it is complete.
    pub fn write(&self, directory: &Path, progress: &Progress) -> anyhow::Result<Summary> {
        let pictures = directory.join(IMAGES);
        fs::create_dir_all(&pictures)
            .with_context(|| format!("cannot make the folder {}", pictures.display()))?;
        let mut bytes = 0;
        let mut images = 0;
        for (name, svg) in self.images() {
            bytes += stream(&directory.join(name), |out| out.write_all(svg.as_bytes()))?;
            images += 1;
        }
        let bar = progress.bar("items", self.config.items.into());
        bytes += stream(&directory.join(ITEMS), |out| {
            self.write_items(out, |n| bar.inc(n))
        })?;
        bar.finish_and_clear();
        let bar = progress.bar("customers", self.config.users.into());
        let mut interactions = 0;
        bytes += stream(&directory.join(INTERACTIONS), |out| {
            interactions = self.write_interactions(out, |n| bar.inc(n))?;
            Ok(())
        })?;
        bar.finish_and_clear();
        Ok(Summary {
            items: self.config.items,
            users: self.config.users,
            interactions,
            images,
            bytes,
        })
    }

    /// One item record a line. `done` hears of every few items.
    fn write_items(&self, out: &mut dyn Write, done: impl Fn(u64)) -> io::Result<()> {
        for item in self.catalogue.items() {
            serde_json::to_writer(&mut *out, &self.catalogue.record(item))?;
            out.write_all(b"\n")?;
            tell(&done, self.catalogue.number(item));
        }
        Ok(())
    }

    /// `user,item,rating,timestamp` by customer, each from the oldest on; the number of lines.
    fn write_interactions(&self, out: &mut dyn Write, done: impl Fn(u64)) -> io::Result<u64> {
        let mut lines = 0;
        let digits = self.config.users.to_string().len();
        out.write_all(b"user,item,rating,timestamp\n")?;
        for number in 0..u64::from(self.config.users) {
            let purchases = customers::purchases(&self.catalogue, self.config.seed, number);
            for purchase in &purchases {
                let item = self.catalogue.id(purchase.item);
                let (rating, time) = (purchase.rating, purchase.time);
                writeln!(out, "u{:0digits$},{item},{rating},{time}", number + 1)?;
            }
            lines += purchases.len() as u64;
            tell(&done, number);
        }
        Ok(lines)
    }

    /// Every picture with its address.
    fn images(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.catalogue.kinds.iter().flat_map(|kind| {
            let colours = kind.colours.iter();
            colours.map(|colour| {
                (
                    catalogue::image(kind, colour.name),
                    assortment::draw(kind, colour),
                )
            })
        })
    }
}

/// Hearing of every single step would cost more than the step.
fn tell(done: &impl Fn(u64), number: u64) {
    const STEP: u64 = 1_000;
    if (number + 1).is_multiple_of(STEP) {
        done(STEP);
    }
}

#[cfg(test)]
#[path = "shop_test.rs"]
mod tests;
