use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn shop() -> Catalogue {
    Catalogue::new(3_000, 7)
}

#[test]
fn ids_and_titles_are_all_different() {
    for items in [100, 3_000, 40_000] {
        let catalogue = Catalogue::new(items, 7);
        let records = || catalogue.items().map(|item| catalogue.record(item));
        let ids: BTreeSet<_> = records().map(|record| record.id).collect();
        let titles: BTreeSet<_> = records().filter_map(|record| record.title).collect();
        assert_eq!(ids.len(), items as usize);
        assert_eq!(titles.len(), items as usize);
    }
}

#[test]
fn numbers_count_the_items() {
    let catalogue = shop();
    let numbers: Vec<u64> = catalogue
        .items()
        .map(|item| catalogue.number(item))
        .collect();
    assert_eq!(numbers, (0..3_000).collect::<Vec<_>>());
}

#[test]
fn every_kind_is_sold_even_in_a_small_shop() {
    let catalogue = Catalogue::new(100, 7);
    let sold: BTreeSet<usize> = catalogue
        .items()
        .map(|item| catalogue.cell(item).kind)
        .collect();
    assert_eq!(sold.len(), catalogue.kinds.len());
}

#[test]
fn a_record_is_what_a_shop_would_show() {
    let catalogue = shop();
    for item in catalogue.items() {
        let record = catalogue.record(item);
        let kind = catalogue.kinds[catalogue.cell(item).kind];
        let cents = record.price.unwrap() * 100.0;
        assert!((cents - cents.round()).abs() < 1e-6, "{record:?}");
        assert!(
            [0, 40, 90].contains(&(cents.round() as u64 % 100)),
            "{record:?}"
        );
        let usual = f64::from(kind.cents);
        assert!((usual * 0.45..usual * 2.7).contains(&cents), "{record:?}");
        assert!((3.4..=5.0).contains(&record.rating.unwrap()), "{record:?}");
        assert!(record.description.unwrap().ends_with('.'));
        for attribute in ["category", "kind", "brand", "colour"] {
            assert_eq!(record.attributes[attribute].len(), 1, "{attribute}");
        }
        let colour = &record.attributes["colour"][0];
        assert!(kind.colours.iter().any(|known| known.name == colour));
        assert_eq!(record.image.unwrap(), image(kind, colour));
        assert!(record.title.unwrap().ends_with(&format!(", {colour}")));
    }
}

#[test]
fn the_best_seller_is_drawn_most() {
    let catalogue = shop();
    let cell = (0..)
        .zip(&catalogue.cells)
        .max_by_key(|(_, cell)| cell.items);
    let (cell, items) = cell.map(|(index, cell)| (index, cell.items)).unwrap();
    let mut counts = vec![0; items as usize];
    let mut dice = Dice::new(7, Purpose::Customer, 0);
    for _ in 0..20_000 {
        counts[catalogue.draw(cell, &mut dice).rank as usize] += 1;
    }
    assert!(
        counts[0] > counts[2] && counts[2] > counts[items as usize - 1],
        "{counts:?}"
    );
    assert!(counts.iter().all(|&count| count > 0), "{counts:?}");
}

#[test]
fn nothing_is_asked_for_before_its_launch() {
    let catalogue = shop();
    let launched =
        catalogue.items().find_map(
            |item| match catalogue.life(item, &mut catalogue.dice(item)) {
                Life::Launched(at) => Some((item, at)),
                _ => None,
            },
        );
    let (item, at) = launched.unwrap();
    assert_eq!(catalogue.demand(item, at - 1), 0.0);
    assert_eq!(catalogue.demand(item, at), 1.0);
    assert!(catalogue.demand(item, at + 300 * 86_400) < 0.6);
}

#[test]
fn demand_is_a_share() {
    let catalogue = shop();
    for item in catalogue.items() {
        for time in [START, (START + END) / 2, END - 1] {
            assert!((0.0..=1.0).contains(&catalogue.demand(item, time)));
        }
    }
}

#[test]
fn prices_are_rounded_as_shops_do() {
    let asked = [120, 149, 690, 1_234, 1_999, 2_000, 5_678, 10_000, 31_433];
    let shown = [140, 140, 640, 1_190, 1_940, 1_990, 5_590, 9_900, 30_900];
    assert_eq!(asked.map(rounded), shown);
}

proptest! {
    #[test]
    fn apportioning_gives_out_everything(
        total in 0_u32..5_000,
        weights in prop::collection::vec(0.01_f64..10.0, 1..60),
    ) {
        let counts = apportion(total, &weights);
        prop_assert_eq!(counts.iter().sum::<u32>(), total);
        if total as usize >= weights.len() {
            prop_assert!(counts.iter().all(|&count| count > 0));
        }
    }

    #[test]
    fn scattering_is_a_reordering(seed: u64, number: u64, n in 1_u64..500) {
        let order = Scatter::new(seed, number, n);
        let reached: BTreeSet<u64> = (0..n).map(|index| order.at(index)).collect();
        prop_assert_eq!(reached, (0..n).collect());
    }
}
