use std::collections::{BTreeMap, BTreeSet};

use super::*;

const SEED: u64 = 7;

fn histories(catalogue: &Catalogue, users: u64) -> Vec<Vec<Purchase>> {
    (0..users)
        .map(|number| purchases(catalogue, SEED, number))
        .collect()
}

#[test]
fn times_rise_and_stay_within_the_shops_two_years() {
    let catalogue = Catalogue::new(3_000, SEED);
    for history in histories(&catalogue, 2_000) {
        assert!(history.is_sorted_by(|a, b| a.time < b.time));
        assert!(history[0].time >= START && history[history.len() - 1].time < END);
    }
}

#[test]
fn nothing_is_bought_twice_or_before_its_launch() {
    let catalogue = Catalogue::new(3_000, SEED);
    for history in histories(&catalogue, 2_000) {
        let items: BTreeSet<Item> = history.iter().map(|purchase| purchase.item).collect();
        assert_eq!(items.len(), history.len());
        for purchase in history {
            assert!(catalogue.demand(purchase.item, purchase.time) > 0.0);
            assert!((1..=5).contains(&purchase.rating));
        }
    }
}

#[test]
fn every_customer_buys_enough_even_in_the_smallest_shop() {
    for items in [100, 3_000] {
        let catalogue = Catalogue::new(items, SEED);
        for history in histories(&catalogue, 2_000) {
            assert!(
                (FEWEST..=MOST).contains(&history.len()),
                "{} of {items}",
                history.len()
            );
        }
    }
}

#[test]
fn one_thing_leads_to_another_and_not_back() {
    let catalogue = Catalogue::new(3_000, SEED);
    let mut next: BTreeMap<(usize, usize), u32> = BTreeMap::new();
    for history in histories(&catalogue, 6_000) {
        for pair in history.windows(2) {
            let [from, to] = [pair[0], pair[1]].map(|p| catalogue.cell(p.item).kind);
            *next.entry((from, to)).or_default() += 1;
        }
    }
    let count = |from, to| next.get(&(from, to)).copied().unwrap_or(0);
    let mut forwards = 0;
    let mut backwards = 0;
    for (kind, follows) in catalogue.follows.iter().enumerate() {
        for &(follower, _) in follows {
            forwards += count(kind, follower);
            backwards += count(follower, kind);
        }
    }
    assert!(forwards > 4 * backwards, "{forwards} against {backwards}");
    let called = |slug| {
        catalogue
            .kinds
            .iter()
            .position(|kind| kind.slug == slug)
            .unwrap()
    };
    let (tent, bag) = (called("tent"), called("sleeping-bag"));
    assert!(count(tent, bag) > 4 * count(bag, tent).max(1));
}

#[test]
fn a_few_items_sell_much_and_most_sell_little() {
    let catalogue = Catalogue::new(3_000, SEED);
    let mut sold = vec![0_u32; 3_000];
    for purchase in histories(&catalogue, 6_000).into_iter().flatten() {
        sold[catalogue.number(purchase.item) as usize] += 1;
    }
    sold.sort_unstable_by(|a, b| b.cmp(a));
    let total: u32 = sold.iter().sum();
    let head: u32 = sold[..300].iter().sum();
    assert!(
        (30..60).contains(&(100 * head / total)),
        "{head} of {total}"
    );
    assert!(sold[0] > 10 * sold[1_500]);
}

#[test]
fn what_sells_lately_is_not_what_sold_before() {
    let catalogue = Catalogue::new(3_000, SEED);
    let mut sold = [vec![0_u32; 3_000], vec![0_u32; 3_000]];
    for purchase in histories(&catalogue, 6_000).into_iter().flatten() {
        let late = usize::from(purchase.time >= END - 120 * DAY);
        sold[late][catalogue.number(purchase.item) as usize] += 1;
    }
    let best = |counts: &[u32]| {
        let mut order: Vec<usize> = (0..counts.len()).collect();
        order.sort_by_key(|&item| (std::cmp::Reverse(counts[item]), item));
        order.into_iter().take(50).collect::<BTreeSet<_>>()
    };
    let same = best(&sold[0]).intersection(&best(&sold[1])).count();
    assert!((5..40).contains(&same), "{same} of 50");
}

#[test]
fn customers_have_tastes() {
    let catalogue = Catalogue::new(3_000, SEED);
    let mut concentrated = 0.0;
    let histories = histories(&catalogue, 2_000);
    for history in &histories {
        let mut counts = [0_u32; CATEGORIES.len()];
        for purchase in history {
            counts[catalogue.categories[catalogue.cell(purchase.item).kind]] += 1;
        }
        counts.sort_unstable_by(|a, b| b.cmp(a));
        concentrated += f64::from(counts[0] + counts[1]) / history.len() as f64;
    }
    let share = concentrated / histories.len() as f64;
    assert!(
        (0.5..0.85).contains(&share),
        "{share} in two categories of sixteen"
    );
}
