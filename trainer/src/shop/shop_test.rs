use std::collections::BTreeSet;

use doorstep_shared::ItemRecord;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::*;

/// Changes only when the shop is meant to: every tutorial and benchmark stands on its bytes.
const PINNED: [(&str, &str); 2] = [
    (
        INTERACTIONS,
        "f012ea7cc281908a35594a1efe0c5fba8d76f4e56306f1877e0d5553b484ad98",
    ),
    (
        ITEMS,
        "8fbfbac8650ec666bc3801f8edf9ec9c0a78263f7713b885035809145217b670",
    ),
];

const SMALL: ShopConfig = ShopConfig {
    items: 300,
    users: 200,
    seed: 7,
};

fn written(config: ShopConfig) -> (TempDir, Summary) {
    let home = TempDir::new().unwrap();
    let shop = config.open().unwrap();
    let summary = shop.write(home.path(), &Progress::new(true)).unwrap();
    (home, summary)
}

fn digest(path: &Path) -> String {
    let digest = Sha256::digest(fs::read(path).unwrap());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_everywhere() {
    let (home, _) = written(SMALL);
    for (file, pinned) in PINNED {
        assert_eq!(digest(&home.path().join(file)), pinned, "{file}");
    }
}

#[test]
fn another_seed_gives_another_shop() {
    let (first, _) = written(SMALL);
    let (second, _) = written(ShopConfig { seed: 8, ..SMALL });
    for file in [INTERACTIONS, ITEMS] {
        let [a, b] = [&first, &second].map(|home| digest(&home.path().join(file)));
        assert_ne!(a, b, "{file}");
    }
}

#[test]
fn more_customers_do_not_change_the_first_ones() {
    let few = ShopConfig {
        users: 150,
        ..SMALL
    };
    let [few, many] = [few, SMALL].map(|config| {
        let (home, _) = written(config);
        fs::read_to_string(home.path().join(INTERACTIONS)).unwrap()
    });
    assert!(many.starts_with(&few));
}

#[test]
fn files_agree_with_each_other_and_with_the_summary() {
    let (home, summary) = written(SMALL);
    let items = fs::read_to_string(home.path().join(ITEMS)).unwrap();
    let records: Vec<ItemRecord> = items
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((records.len(), summary.items), (300, 300));
    for record in &records {
        let image = home.path().join(record.image.as_ref().unwrap());
        assert!(image.is_file(), "{}", image.display());
    }
    let ids: BTreeSet<&str> = records.iter().map(|record| record.id.as_str()).collect();
    let interactions = fs::read_to_string(home.path().join(INTERACTIONS)).unwrap();
    let mut lines = interactions.lines();
    assert_eq!(lines.next(), Some("user,item,rating,timestamp"));
    let mut users = BTreeSet::new();
    let mut count = 0;
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        let [user, item, rating, time] = fields[..] else {
            panic!("{line}");
        };
        users.insert(user);
        assert!(ids.contains(item), "{line}");
        assert!((1..=5).contains(&rating.parse::<u8>().unwrap()), "{line}");
        assert!(
            (START..END).contains(&time.parse::<i64>().unwrap()),
            "{line}"
        );
        count += 1;
    }
    assert_eq!((users.len(), count), (200, summary.interactions));
    let pictures = fs::read_dir(home.path().join(IMAGES)).unwrap().count();
    assert_eq!(pictures, summary.images);
    assert!(pictures < 500, "{pictures} pictures");
    let files = [INTERACTIONS, ITEMS].map(|file| home.path().join(file).metadata().unwrap().len());
    assert!(summary.bytes > files.iter().sum());
    let left: Vec<_> = fs::read_dir(home.path()).unwrap().collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[test]
fn a_size_out_of_range_is_named_with_its_range() {
    let message = |config: ShopConfig| config.open().unwrap_err().to_string();
    let few = message(ShopConfig { items: 99, ..SMALL });
    assert_eq!(few, "--items must be from 100 to 20000000; it is 99");
    let none = message(ShopConfig { users: 0, ..SMALL });
    assert_eq!(none, "--users must be from 1 to 100000000; it is 0");
}

#[test]
fn what_cannot_be_written_is_named_and_leaves_nothing_half() {
    let home = TempDir::new().unwrap();
    fs::create_dir_all(home.path().join(ITEMS)).unwrap();
    let shop = SMALL.open().unwrap();
    let error = shop.write(home.path(), &Progress::new(true)).unwrap_err();
    assert!(format!("{error:#}").contains(ITEMS), "{error:#}");
    let partial = home.path().join(format!("{ITEMS}.partial"));
    assert!(!partial.exists());
}
