//! Categories and prices of items as metadata-MF reads them.

use std::collections::BTreeMap;

use anyhow::ensure;
use doorstep_shared::ItemRecord;

use crate::fit::{Training, text_fields};

/// What is known of items, by index.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemMetadata {
    /// Categories of trained items, in the order of the alphabet.
    categories: Vec<String>,
    /// Those of each item, ascending.
    of_items: Vec<Vec<u32>>,
    /// log(1 + price) of each item, standardised by the trained ones'.
    prices: Vec<Option<f32>>,
}

impl ItemMetadata {
    /// Of all records, `category` naming an attribute. Categories and the scale of
    /// prices are those of items that somebody interacted with: nothing can be learnt of others.
    ///
    /// # Errors
    /// Without records, or where no trained item has the attribute, or a price.
    pub fn of(training: &Training, category: &str) -> anyhow::Result<Self> {
        let records = training.content.records;
        ensure!(
            !records.is_empty(),
            "metadata-mf reads categories and prices of item records: give them with --items FILE"
        );
        let mut trained = vec![false; records.len().max(training.n_items)];
        for event in training.histories.iter().flatten() {
            trained[event.item as usize] = true;
        }
        let learnt = || {
            records
                .iter()
                .zip(&trained)
                .filter(|(_, trained)| **trained)
        };
        let values = |record: &'_ ItemRecord| record.attributes.get(category).cloned();
        let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
        for (record, _) in learnt() {
            numbers.extend(values(record).into_iter().flatten().map(|value| (value, 0)));
        }
        let categories: Vec<String> = numbers.keys().cloned().collect();
        (0..)
            .zip(numbers.values_mut())
            .for_each(|(at, number)| *number = at);
        let price = |record: &ItemRecord| {
            let price = record
                .price
                .filter(|price| price.is_finite() && *price >= 0.0);
            price.map(f64::ln_1p)
        };
        let known: Vec<f64> = learnt().filter_map(|(record, _)| price(record)).collect();
        let trained_records = learnt().count();
        ensure!(
            trained_records == 0 || !categories.is_empty() || !known.is_empty(),
            "no item has a {category} or a price, so metadata-mf has nothing to read: set \
             metadata-mf.category to the attribute that holds the category{}",
            match text_fields(records) {
                known if known.is_empty() => " and give item records with --items FILE".to_owned(),
                known => format!(" (records have {})", known.join(", ")),
            }
        );
        let n = known.len().max(1) as f64;
        let mean = known.iter().sum::<f64>() / n;
        let variance = known.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        // Prices that are all the same tell nothing: 0, as far as the mean goes.
        let scale = if variance > 0.0 {
            variance.sqrt().recip()
        } else {
            0.0
        };
        let scaled = |record: &ItemRecord| {
            let price = price(record).filter(|_| !known.is_empty());
            price.map(|price| ((price - mean) * scale) as f32)
        };
        let of_item = |record: &ItemRecord| {
            let own = values(record).into_iter().flatten();
            let mut own: Vec<u32> = own
                .filter_map(|value| numbers.get(&value).copied())
                .collect();
            own.sort_unstable();
            own.dedup();
            own
        };
        let mut of_items: Vec<Vec<u32>> = records.iter().map(of_item).collect();
        let mut prices: Vec<Option<f32>> = records.iter().map(scaled).collect();
        of_items.resize(trained.len(), Vec::new());
        prices.resize(trained.len(), None);
        Ok(Self {
            categories,
            of_items,
            prices,
        })
    }

    /// Items that it covers: those of the catalogue and of the records.
    pub fn n_items(&self) -> usize {
        self.of_items.len()
    }

    /// How many categories there are.
    pub fn n_categories(&self) -> usize {
        self.categories.len()
    }

    /// The categories of an item.
    pub fn categories(&self, item: u32) -> &[u32] {
        &self.of_items[item as usize]
    }

    /// The price of an item, 0 where it has none, and 1 where it has none.
    pub fn price(&self, item: u32) -> [f32; 2] {
        self.prices[item as usize].map_or([0.0, 1.0], |price| [price, 0.0])
    }

    /// Whether an item has a category or a price.
    pub fn knows(&self, item: u32) -> bool {
        !self.of_items[item as usize].is_empty() || self.prices[item as usize].is_some()
    }

    /// How many items have no category, and how many no price.
    pub fn missing(&self) -> (usize, usize) {
        let without = self.of_items.iter().filter(|own| own.is_empty());
        let prices = self.prices.iter().filter(|price| price.is_none());
        (without.count(), prices.count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::ItemContent;
    use doorstep_shared::Event;

    fn record(categories: &[&str], price: Option<f64>) -> ItemRecord {
        let values: Vec<String> = categories.iter().map(|&own| own.to_owned()).collect();
        let mut record = ItemRecord::bare("an id");
        record.price = price;
        if !values.is_empty() {
            record.attributes.insert("kind".into(), values);
        }
        record
    }

    fn of(records: &[ItemRecord], category: &str) -> anyhow::Result<ItemMetadata> {
        // Items 0 to 2 are trained; there may be more.
        let histories = [
            vec![0, 1].into_iter().map(Event::implicit).collect(),
            vec![Event::implicit(2)],
        ];
        let training = Training {
            n_items: 3,
            histories: &histories,
            content: ItemContent {
                records,
                vectors: None,
            },
            guide: Default::default(),
        };
        ItemMetadata::of(&training, category)
    }

    #[test]
    fn metadata_is_that_of_each_item_on_the_scale_of_the_trained() {
        let e = std::f64::consts::E;
        let records = [
            record(&["b", "a", "b"], Some(e - 1.0)),
            record(&[], None),
            record(&["c"], Some(e.powi(3) - 1.0)),
            // Nobody has these; the category `d` is nobody's.
            record(&["d", "a"], Some(e.powi(4) - 1.0)),
            record(&["d"], None),
        ];
        let found = of(&records, "kind").unwrap();
        assert_eq!((found.n_items(), found.n_categories()), (5, 3));
        assert_eq!(found.categories(0), [0, 1]);
        assert_eq!(found.categories(3), [0]);
        assert!(found.categories(4).is_empty());
        // log(1 + price) is 1 and 3: mean 2, deviation 1.
        for (item, expected) in [
            (0, [-1.0, 0.0]),
            (1, [0.0, 1.0]),
            (2, [1.0, 0.0]),
            (3, [2.0, 0.0]),
        ] {
            let price = found.price(item);
            assert!(
                (price[0] - expected[0]).abs() < 1e-5 && price[1] == expected[1],
                "{price:?}"
            );
        }
        assert_eq!(found.missing(), (2, 2));
        assert!(found.knows(3) && !found.knows(4) && !found.knows(1));
    }

    #[test]
    fn prices_alone_or_categories_alone_do_and_equal_prices_tell_nothing() {
        let prices = of(&[record(&[], Some(5.0)), record(&[], Some(5.0))], "kind").unwrap();
        assert_eq!((prices.price(0), prices.price(2)), ([0.0, 0.0], [0.0, 1.0]));
        let categories = of(&[record(&["a"], None)], "kind").unwrap();
        assert_eq!(
            (categories.n_categories(), categories.missing()),
            (1, (2, 3))
        );
    }

    #[test]
    fn without_anything_to_read_the_error_says_what_to_do() {
        let none = of(&[], "kind").unwrap_err().to_string();
        assert!(none.contains("--items FILE"), "{none}");
        let other = of(&[record(&["a"], None)], "category")
            .unwrap_err()
            .to_string();
        assert!(
            other.contains("metadata-mf.category") && other.contains("records have kind"),
            "{other}"
        );
    }
}
