//! What every recommender must do. A new model is covered by being in
//! `ModelConfig::NAMES`; what it can't do is declared here, by name.

use doorstep_shared::models::{
    AlsExplicitConfig, BsaRecConfig, HybridConfig, MetadataMfConfig, Model, ModelConfig, NcfConfig,
    SasRecConfig, SvdConfig,
};
use doorstep_shared::topk::{Scored, top_k};
use doorstep_shared::{Event, ItemRecord, Recommender, Scores};
use doorstep_trainer::data::ItemVectors;
use doorstep_trainer::fit::{ItemContent, Training, fit};
use doorstep_trainer::progress::Progress;

/// Models that give everybody the same scores.
const IMPERSONAL: [&str; 2] = ["popularity", "recent-popularity"];
/// Models that predict ratings: they tell items apart by these alone, and give
/// a newcomer what everybody would give.
const OF_RATINGS: [&str; 3] = ["bias", "svd", "als-explicit"];

/// Models of the order of a history: they learn from nothing but a history of two
/// items, and say so.
const OF_ORDER: [&str; 2] = ["sasrec", "bsarec"];
/// Networks of users and items: they learn from nothing but an interaction, and say so.
const OF_PAIRS: [&str; 2] = ["ncf", "metadata-mf"];

fn events(items: &[u32]) -> Vec<Event> {
    items.iter().map(|&item| Event::implicit(item)).collect()
}

/// Whether a network finds nothing to learn from.
fn is_too_little(name: &str, histories: &[Vec<Event>]) -> bool {
    let longest = histories.iter().map(Vec::len).max().unwrap_or(0);
    (OF_ORDER.contains(&name) && longest < 2) || (OF_PAIRS.contains(&name) && longest < 1)
}

/// Titles, categories and vectors that tell even items from odd ones, and nothing else.
fn content(n_items: usize) -> (Vec<ItemRecord>, ItemVectors) {
    let record = |item: usize| ItemRecord {
        title: Some(["even number", "odd one"][item % 2].to_owned()),
        attributes: [("category".into(), vec![["even", "odd"][item % 2].into()])].into(),
        ..ItemRecord::bare(&item.to_string())
    };
    let vectors = ItemVectors {
        ids: (0..n_items).map(|item| item.to_string()).collect(),
        width: 2,
        values: (0..2 * n_items)
            .map(|at| [1.0, 0.0, 0.0, 2.0][at % 4])
            .collect(),
    };
    ((0..n_items).map(record).collect(), vectors)
}

fn try_fit(name: &str, n_items: usize, histories: &[Vec<Event>]) -> anyhow::Result<Model> {
    // A few dozen ratings need more steps than a hundred thousand.
    let svd = SvdConfig {
        epochs: 400,
        learning_rate: 0.02,
        ..SvdConfig::default()
    };
    let config = match ModelConfig::named(name).expect("a name of the list") {
        ModelConfig::Svd(_) => ModelConfig::Svd(svd),
        ModelConfig::Hybrid(config) => ModelConfig::Hybrid(HybridConfig { svd, ..config }),
        ModelConfig::AlsExplicit(config) => ModelConfig::AlsExplicit(AlsExplicitConfig {
            regularisation: 0.02,
            ..config
        }),
        ModelConfig::SasRec(config) => ModelConfig::SasRec(SasRecConfig {
            width: 16,
            epochs: 3,
            patience: 0,
            ..config
        }),
        ModelConfig::BsaRec(config) => ModelConfig::BsaRec(BsaRecConfig {
            width: 16,
            epochs: 3,
            patience: 0,
            ..config
        }),
        // A few dozen interactions are one step; many more epochs learn by heart who lacks what.
        ModelConfig::Ncf(config) => ModelConfig::Ncf(NcfConfig {
            epochs: 40,
            patience: 0,
            learning_rate: 0.02,
            ..config
        }),
        ModelConfig::MetadataMf(config) => ModelConfig::MetadataMf(MetadataMfConfig {
            epochs: 40,
            patience: 0,
            learning_rate: 0.02,
            ..config
        }),
        config => config,
    };
    let (records, vectors) = content(n_items);
    let training = Training {
        n_items,
        histories,
        content: ItemContent {
            records: &records,
            vectors: Some(&vectors),
        },
        guide: Default::default(),
    };
    fit(&config, &training, &Progress::new(true))
}

fn fitted(name: &str, n_items: usize, histories: &[Vec<Event>]) -> Model {
    try_fit(name, n_items, histories).unwrap_or_else(|error| panic!("{name}: {error:#}"))
}

/// Scores of all items, after checking that they are finite.
fn scores(model: &Model, history: &[Event]) -> Vec<f32> {
    let mut scores = Scores::new(model.n_items());
    model.score(history, &mut scores);
    let values = scores.values().to_vec();
    assert!(
        values.iter().all(|v| v.is_finite()),
        "{}: {values:?}",
        model.name()
    );
    values
}

fn best_unseen(model: &Model, history: &[Event]) -> u32 {
    let values = scores(model, history);
    let unseen = (0..)
        .zip(values)
        .filter(|(item, _)| history.iter().all(|e| e.item != *item));
    let best = top_k(unseen.map(|(item, score)| Scored { item, score }), 1);
    best.first().expect("something is unseen").item
}

/// A checkerboard: user u has the items of its parity, except item u. The model
/// must put the withheld item before all of the other parity.
#[test]
fn the_withheld_diagonal_of_a_checkerboard_is_found() {
    let n = 10u32;
    let of = |user: u32| (0..n).filter(move |item| item % 2 == user % 2 && *item != user);
    // From each user on another item comes first, so that order says nothing.
    let rotated = |user: u32| {
        let mut items: Vec<u32> = of(user).collect();
        items.rotate_left(user as usize / 2 % 4);
        items
    };
    let histories: Vec<Vec<Event>> = (0..n).map(|user| events(&rotated(user))).collect();
    for name in ModelConfig::NAMES
        .into_iter()
        .filter(|name| ![&OF_RATINGS[..], &OF_ORDER].concat().contains(name))
    {
        let model = fitted(name, n as usize, &histories);
        assert_eq!(model.name(), name);
        for user in 0..n {
            let found = best_unseen(&model, &histories[user as usize]);
            if IMPERSONAL.contains(&name) {
                let other = scores(&model, &histories[(user as usize + 1) % n as usize]);
                assert_eq!(scores(&model, &histories[user as usize]), other, "{name}");
            } else {
                assert_eq!(found, user, "{name} for user {user}");
            }
        }
    }
}

/// The same board of ratings: 5 for the own parity, 1 for the other, and the
/// diagonal withheld. It must be rated above all of the other parity.
#[test]
fn the_withheld_diagonal_of_rated_squares_is_found() {
    let n = 10u32;
    let rating = |user: u32, item: u32| if item % 2 == user % 2 { 5.0 } else { 1.0 };
    let of = |user: u32| {
        let rated = (0..n).filter(move |item| *item != user);
        rated.map(move |item| Event {
            rating: rating(user, item),
            ..Event::implicit(item)
        })
    };
    let histories: Vec<Vec<Event>> = (0..n).map(|user| of(user).collect()).collect();
    for name in OF_RATINGS.into_iter().chain(["hybrid"]) {
        let model = fitted(name, n as usize, &histories);
        assert_eq!(model.name(), name);
        // A quarter of the scale, which a hybrid makes 0 to 1.
        let clearly = if name == "hybrid" { 0.25 } else { 1.0 };
        for (user, history) in (0..n).zip(&histories) {
            let scores = scores(&model, history);
            let others = (0..n).filter(|item| item % 2 != user % 2);
            let most = others
                .map(|item| scores[item as usize])
                .fold(f32::MIN, f32::max);
            // Biases can't know who likes what.
            let found = scores[user as usize] > most + clearly;
            assert_eq!(found, name != "bias", "{name} for user {user}: {scores:?}");
        }
    }
}

#[test]
fn an_empty_history_scores_without_knowing_anything() {
    let histories = [events(&[0, 1, 2]), events(&[1, 2, 3])];
    for name in ModelConfig::NAMES
        .into_iter()
        .filter(|name| !OF_RATINGS.contains(name))
    {
        let values = scores(&fitted(name, 4, &histories), &[]);
        let personal = !IMPERSONAL.contains(&name);
        assert_eq!(
            values.iter().all(|&v| v == 0.0),
            personal,
            "{name}: {values:?}"
        );
    }
}

#[test]
fn indices_outside_the_catalogue_count_nothing() {
    let histories = [events(&[0, 1, 2]), events(&[1, 2, 3]), events(&[3, 0])];
    for name in ModelConfig::NAMES {
        let model = fitted(name, 4, &histories);
        let stray = scores(&model, &events(&[4, u32::MAX]));
        assert_eq!(stray, scores(&model, &[]), "{name}");
        let _ = scores(&model, &events(&[u32::MAX, 1]));
    }
}

#[test]
fn repeated_items_are_fitted_and_scored() {
    let histories = [events(&[1, 1, 1, 2]), events(&[2, 2, 1]), events(&[0, 0])];
    for name in ModelConfig::NAMES {
        let model = fitted(name, 3, &histories);
        let _ = scores(&model, &events(&[1, 1, 1, 1]));
    }
}

#[test]
fn small_and_degenerate_data_is_fitted() {
    let one_user = vec![events(&[0, 2, 1])];
    let alike: Vec<Vec<Event>> = (0..5).map(|_| events(&[0, 1, 2])).collect();
    let no_users: Vec<Vec<Event>> = vec![];
    let idle = vec![events(&[]), events(&[1])];
    for name in ModelConfig::NAMES {
        for histories in [&one_user, &alike, &no_users, &idle] {
            if is_too_little(name, histories) {
                let error = try_fit(name, 3, histories).unwrap_err().to_string();
                assert!(error.contains("nothing to learn from"), "{error}");
                continue;
            }
            let model = fitted(name, 3, histories);
            assert_eq!(model.n_items(), 3);
            let _ = scores(&model, &events(&[0, 1]));
        }
        if OF_ORDER.contains(&name) || OF_PAIRS.contains(&name) {
            assert!(try_fit(name, 0, &no_users).is_err());
        } else {
            assert_eq!(fitted(name, 0, &no_users).n_items(), 0);
        }
    }
}

#[test]
fn two_fits_give_the_same_bytes_on_any_number_of_threads() {
    // Enough items that several threads have rows, and ties to break.
    let n_items = 700;
    let histories: Vec<Vec<Event>> = (0..600u32)
        .map(|user| {
            let items: Vec<u32> = (0..6)
                .map(|at| (user * 31 + at * at * 17 + user * at) % n_items)
                .collect();
            events(&items)
        })
        .collect();
    for name in ModelConfig::NAMES {
        let bytes = || match fitted(name, n_items as usize, &histories) {
            Model::ItemItem(model) => {
                let (starts, items, values) = model.neighbours.into_raw_storage();
                let values: Vec<u32> = values.into_iter().map(f32::to_bits).collect();
                format!("{starts:?} {items:?} {values:?}")
            }
            Model::Neural(model) => format!("{:?}", model.parameters()),
            other => format!("{other:?}"),
        };
        let first = bytes();
        assert_eq!(first, bytes(), "{name}: a second fit differs");
        let single = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .expect("a thread");
        assert_eq!(
            first,
            single.install(bytes),
            "{name}: one thread differs from many"
        );
    }
}
