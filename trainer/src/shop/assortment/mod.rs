//! What the shop sells: kinds of things by category, the brands that make
//! them, the colours they come in, and the pictures of them. All of it is
//! written by hand; `catalogue` makes items of it.

mod brands;
mod cycling;
mod drawing;
mod drinks;
mod garden;
mod home;
mod kitchen;
mod outdoors;
mod palette;
mod study;

pub use brands::{BRANDS, Brand};
pub use drawing::draw;
pub use palette::Colour;

/// A kind of thing: its words, its price, what tends to be bought after it,
/// and its silhouette.
#[derive(Debug)]
pub struct Kind {
    /// In ids and picture names.
    pub slug: &'static str,
    /// The attribute `kind`.
    pub plural: &'static str,
    /// One of [`CATEGORIES`].
    pub category: &'static str,
    /// The last words of a title.
    pub nouns: &'static [&'static str],
    /// The words before them.
    pub materials: &'static [&'static str],
    /// Usual price, before brand and variety.
    pub cents: u32,
    /// How much is sold, among the kinds of its category.
    pub share: f64,
    /// The colours it comes in.
    pub colours: &'static [&'static Colour],
    /// Kinds bought next, with how often; never in both directions.
    pub follows: &'static [(&'static str, f64)],
    /// Sentences for descriptions.
    pub notes: &'static [&'static str],
    /// SVG elements on a square of 96, with `{m}` main colour, `{d}` dark,
    /// `{l}` light, `{w}` wood, `{k}` ink, `{s}` steel and `{p}` paper.
    drawing: &'static str,
}

/// A category of kinds.
#[derive(Debug)]
pub struct Category {
    /// The attribute `category`.
    pub name: &'static str,
    /// How much is sold, among all categories.
    pub share: f64,
    /// The month (0 to 11) in which most of it is sold.
    pub season: u8,
}

const fn category(name: &'static str, share: f64, season: u8) -> Category {
    Category {
        name,
        share,
        season,
    }
}

/// All categories.
pub static CATEGORIES: [Category; 16] = [
    category("Camping", 1.2, 5),
    category("Hiking", 1.2, 8),
    category("Cycling", 0.8, 4),
    category("Garden", 0.9, 3),
    category("Coffee", 1.3, 10),
    category("Tea", 1.1, 11),
    category("Cooking", 1.1, 9),
    category("Baking", 0.8, 11),
    category("Table", 0.8, 11),
    category("Lighting", 0.9, 10),
    category("Rest", 1.0, 0),
    category("Bath", 0.9, 1),
    category("Stationery", 1.2, 8),
    category("Art", 0.7, 2),
    category("Travel", 1.0, 6),
    category("Play", 0.8, 11),
];

/// All kinds, in a fixed order.
pub fn kinds() -> impl Iterator<Item = &'static Kind> {
    [
        outdoors::KINDS,
        cycling::KINDS,
        garden::KINDS,
        drinks::KINDS,
        kitchen::KINDS,
        home::KINDS,
        study::KINDS,
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn every_name_that_is_used_is_there() {
        let slugs: BTreeSet<_> = kinds().map(|kind| kind.slug).collect();
        let categories: BTreeSet<_> = CATEGORIES.iter().map(|c| c.name).collect();
        assert_eq!(slugs.len(), kinds().count(), "a slug is used twice");
        for kind in kinds() {
            assert!(categories.contains(kind.category), "{}", kind.slug);
            for (follower, _) in kind.follows {
                assert!(slugs.contains(follower), "{} → {follower}", kind.slug);
            }
        }
        for brand in &BRANDS {
            for name in brand.categories {
                assert!(categories.contains(name), "{}: {name}", brand.name);
            }
        }
    }

    #[test]
    fn every_category_has_kinds_and_brands_of_several_levels() {
        for category in &CATEGORIES {
            assert!(kinds().filter(|k| k.category == category.name).count() >= 3);
            let brands = BRANDS
                .iter()
                .filter(|b| b.categories.contains(&category.name));
            let levels: BTreeSet<_> = brands.map(|brand| brand.level).collect();
            assert!(levels.len() >= 3, "{}: {levels:?}", category.name);
        }
    }

    #[test]
    fn nothing_follows_what_it_leads_to() {
        let leads: BTreeSet<_> = kinds()
            .flat_map(|kind| kind.follows.iter().map(|(to, _)| (kind.slug, *to)))
            .collect();
        for &(from, to) in &leads {
            assert!(!leads.contains(&(to, from)), "{from} ↔ {to}");
        }
    }

    #[test]
    fn what_follows_adds_up() {
        for kind in kinds() {
            let sum: f64 = kind.follows.iter().map(|(_, share)| share).sum();
            assert!((sum - 1.0).abs() < 1e-9, "{}: {sum}", kind.slug);
        }
    }

    #[test]
    fn no_two_kinds_share_a_noun() {
        let mut owners = BTreeMap::new();
        for kind in kinds() {
            for noun in kind.nouns {
                let other = owners.insert(*noun, kind.slug);
                assert_eq!(other, None, "{noun} of {}", kind.slug);
            }
        }
    }
}
