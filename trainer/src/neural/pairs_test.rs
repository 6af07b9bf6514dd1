use super::*;
use crate::device::{Compute, assert_alike, cards};
use crate::neural::{Checkpoints, Guide, Means};
use doorstep_shared::factors::Visitor;
use doorstep_shared::neural::{Neural, Parameter, Perceptron, Quiet, parameters};
use doorstep_shared::{ItemRecord, Recommender, Scores};

const N: usize = 12;

fn plan(ratings: bool) -> PairPlan {
    PairPlan {
        factors: 8,
        inner: 16,
        second: 8,
        metadata: None,
        ratings,
        negatives: 4,
        // From much smaller ones nothing is learnt for hundreds of steps, by some seeds.
        deviation: 0.5,
        batch: 32,
        fold_in_steps: 30,
        fold_in_regularisation: 0.1,
        schedule: Schedule {
            model: "ncf",
            epochs: 30,
            patience: 0,
            learning_rate: 0.01,
            first_moment: 0.9,
            second_moment: 0.999,
            weight_decay: 1e-5,
            decoupled: false,
            dropout: 0.1,
            ema_decay: 0.0,
            seed: 1,
        },
    }
}

/// Users of even numbers have, or rate highly, even items; all but one each.
fn histories(ratings: bool) -> Vec<Vec<Event>> {
    let own = |user: u32| {
        let items = (0..N as u32).filter(move |item| *item != user % N as u32);
        let rated = items.map(move |item| Event {
            rating: if item % 2 == user % 2 { 5.0 } else { 1.0 },
            ..Event::implicit(item)
        });
        rated
            .filter(|event| ratings || event.rating > 1.0)
            .collect()
    };
    (0..48).map(own).collect()
}

/// Even items are of one category, odd of another; there are two more that nobody has.
fn records() -> Vec<ItemRecord> {
    let record = |item: usize| {
        let mut record = ItemRecord::bare(&item.to_string());
        let category = ["even", "odd"][item % 2].to_owned();
        record.attributes.insert("category".into(), vec![category]);
        record.price = (!item.is_multiple_of(3)).then_some(item as f64);
        record
    };
    (0..N + 2).map(record).collect()
}

fn described(ratings: bool, training: &Training) -> PairPlan {
    PairPlan {
        second: 0,
        metadata: Some(MetadataPlan {
            inner: 8,
            items: ItemMetadata::of(training, "category").unwrap(),
        }),
        ..plan(ratings)
    }
}

fn training<'a>(
    histories: &'a [Vec<Event>],
    records: &'a [ItemRecord],
    guide: Guide<'a>,
) -> Training<'a> {
    let content = crate::fit::ItemContent {
        records,
        vectors: None,
    };
    Training {
        n_items: N,
        histories,
        content,
        guide,
    }
}

fn fitted(plan: &PairPlan, training: &Training) -> Result<(Neural, Vec<Visitor>)> {
    let fitted = fit_pairs(plan, training, &Progress::new(true), &mut Observer::none())?;
    let Model::Neural(neural) = fitted.model else {
        unreachable!()
    };
    Ok((*neural, fitted.users))
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len() as f32
}

#[test]
fn every_device_learns_the_same() {
    let (records, histories) = (records(), histories(false));
    let on = |compute, with_metadata| {
        let training = training(&histories, &records, Guide::by(&[], compute));
        let mut plan = match with_metadata {
            true => described(false, &training),
            false => plan(false),
        };
        plan.schedule.epochs = 2;
        fitted(&plan, &training).unwrap().0.parameters()
    };
    for with_metadata in [false, true] {
        let usual = on(Compute::Cpu, with_metadata);
        for compute in cards().into_iter().chain([Compute::Ndarray]) {
            assert_alike(compute, &on(compute, with_metadata), &usual, 2e-3);
        }
    }
}

#[test]
fn what_users_have_and_how_they_rate_is_learnt_and_folded_in() {
    let records = records();
    for ratings in [false, true] {
        let histories = histories(ratings);
        let training = training(&histories, &records, Guide::default());
        for plan in [plan(ratings), described(ratings, &training)] {
            let (model, users) = fitted(&plan, &training).unwrap();
            for user in 0..12 {
                let mut scores = Scores::new(model.n_items());
                model.score(&histories[user], &mut scores);
                for scores in [scores.values().to_vec(), model.scores_of(&users[user])] {
                    // The one that is left out counts as a negative of its user.
                    let of = |parity: usize| {
                        let items = (0..N).filter(|item| item % 2 == parity && *item != user);
                        items.map(|item| scores[item]).collect::<Vec<f32>>()
                    };
                    let (own, others) = (of(user % 2), of(1 - user % 2));
                    let apart = mean(&own) - mean(&others);
                    assert!(apart > 0.3, "{user}: {scores:?}");
                    let mut right = own.iter().flat_map(|a| others.iter().map(move |b| a > b));
                    assert!(right.all(|right| right), "{user}: {scores:?}");
                    // Items that nobody has are scored by their category; that anybody has
                    // them is not likely all the same.
                    if plan.metadata.is_some() {
                        let [own, other] = [N + user % 2, N + 1 - user % 2];
                        let apart = if ratings { 0.1 } else { 0.0 };
                        assert!(scores[own] > scores[other] + apart, "{user}: {scores:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn an_item_that_nobody_has_and_nothing_is_known_of_is_unknown() {
    let mut records = records();
    records[N + 1] = ItemRecord::bare("nothing");
    let histories = histories(false);
    let training = training(&histories, &records, Guide::default());
    let mut plan = described(false, &training);
    plan.schedule.epochs = 1;
    let (model, _) = fitted(&plan, &training).unwrap();
    let mut scores = Scores::new(N + 2);
    model.score(&histories[0], &mut scores);
    assert!(scores.values()[N] > 0.0 && scores.values()[N + 1] == 0.0);
}

#[test]
fn same_seed_same_bytes_on_any_number_of_threads() {
    let (records, histories) = (records(), histories(false));
    let training = training(&histories, &records, Guide::default());
    let mut plan = described(false, &training);
    plan.schedule.epochs = 3;
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let run = || fitted(&plan, &training).unwrap();
        pool.build().unwrap().install(run).0.parameters()
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn a_resumed_training_ends_where_an_uninterrupted_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let histories = histories(false);
    let (shorter, cases) = crate::neural::guided::without_last(&histories);
    let train = |epochs, resume| {
        let checkpoints = Checkpoints::new(folder.path(), resume).unwrap();
        let guide = Guide {
            validation: &cases,
            means: Means {
                checkpoints: Some(&checkpoints),
                ..Means::default()
            },
            kept: None,
        };
        let mut plan = plan(false);
        plan.schedule.epochs = epochs;
        plan.schedule.patience = 50;
        fitted(&plan, &training(&shorter, &[], guide)).map(|(model, _)| model.parameters())
    };
    let whole = train(4, false).unwrap();
    train(2, false).unwrap();
    assert_eq!(train(4, true).unwrap(), whole);
    assert_eq!(train(4, true).unwrap(), whole);
    let other = Checkpoints::new(folder.path(), true).unwrap();
    let guide = Guide {
        validation: &cases[1..],
        means: Means {
            checkpoints: Some(&other),
            ..Means::default()
        },
        kept: None,
    };
    let mut plan = plan(false);
    plan.schedule.patience = 50;
    let error = fitted(&plan, &training(&shorter, &[], guide)).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("other data or other hyper-parameters")
    );
}

#[test]
fn odd_data_is_fitted_or_refused_in_words() {
    let short = |ratings| {
        let mut plan = plan(ratings);
        plan.schedule.epochs = 2;
        plan
    };
    let of = |plan: &PairPlan, histories: &[Vec<Event>]| {
        fitted(plan, &training(histories, &[], Guide::default()))
    };
    let single = vec![vec![Event::implicit(3), Event::implicit(4)]];
    let everything = vec![(0..N as u32).map(Event::implicit).collect()];
    for histories in [&single, &everything] {
        for ratings in [false, true] {
            let (model, _) = of(&short(ratings), histories).unwrap();
            let mut scores = Scores::new(N);
            model.score(&histories[0], &mut scores);
            assert!(scores.values().iter().all(|score| score.is_finite()));
        }
    }
    let nothing = of(&short(false), &[vec![], vec![]])
        .unwrap_err()
        .to_string();
    assert!(nothing.contains("there is no interaction"), "{nothing}");
    let broken = vec![vec![Event {
        rating: f32::NAN,
        ..Event::implicit(0)
    }]];
    let broken = of(&short(true), &broken).unwrap_err().to_string();
    assert!(broken.contains("not a finite number"), "{broken}");
}

/// Numbers of parameters by name, moved one at a time.
#[test]
fn gradients_are_those_of_the_loss() {
    let records = records();
    for ratings in [false, true] {
        let histories = histories(ratings);
        let training = training(&histories, &records, Guide::default());
        let mut plan = described(ratings, &training);
        plan.schedule.dropout = 0.0;
        let part = Part {
            name: String::new(),
            histories: &histories,
            cases: &[],
        };
        let pairs = Pairs::new(&plan, &part, N, Compute::Cpu).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let step = pairs.steps(&mut rng).swap_remove(0);
        let blank = || Learner::blank(&plan, histories.len(), N + 2, &pairs.device);
        let first = start_pairs(&blank(), 0.7, &mut rng);
        let of = |given: Vec<Parameter>| {
            let net = with_parameters(blank(), given, &pairs.device).unwrap();
            let mut quiet = Dropout::new(0.0, ChaCha8Rng::seed_from_u64(0));
            let found = pairs.gradient(&net, &step, &mut quiet).unwrap();
            (found.loss / found.count as f64, found.gradients, net)
        };
        let (_, mut gradients, net) = of(first.clone());
        let found = crate::neural::gradients_by_name(&net, &mut gradients);
        assert_eq!(found.len(), first.len());
        assert_eq!(parameters(&net), first);
        let item = pairs.all[step.interactions[0] as usize].item as usize;
        for (at, parameter) in first.iter().enumerate() {
            let (name, own) = &found[at];
            assert_eq!(*name, parameter.name);
            let place = if name == "items" {
                item * 8
            } else {
                1 % own.len()
            };
            let moved = |by: f32| {
                let mut given = first.clone();
                given[at].values[place] += by;
                of(given).0
            };
            const H: f32 = 1e-3;
            let expected = (moved(H) - moved(-H)) / (2.0 * f64::from(H));
            let error = (expected - f64::from(own[place])).abs();
            assert!(
                error < 2e-3 + 0.02 * expected.abs(),
                "{name} {place}: {} instead of {expected}",
                own[place]
            );
        }
    }
}

/// What visitors are folded in by, written by hand, against Burn's own gradient.
#[test]
fn the_gradient_by_a_user_is_the_one_that_burn_finds() {
    let device = Device::flex().autodiff();
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    for inner in [&[6][..], &[6, 5], &[7, 6, 5]] {
        let blank = Perceptron::blank(4, inner, &device);
        let given = start_pairs(&blank, 1.0, &mut rng);
        let net = with_parameters(blank, given, &device).unwrap();
        let mut even = |n: usize| -> Vec<f32> {
            (0..n)
                .map(|_| rng.next_u32() as f32 / (1u32 << 31) as f32 - 1.0)
                .collect()
        };
        let user = tensor(even(4), 1, &device).require_grad();
        let items = tensor(even(9 * 4), 9, &device);
        let wished = tensor(even(9), 9, &device);
        let first = net.of_items(items.clone()) + net.of_users(user.clone());
        let error = net.forward(first, &mut Quiet) - wished.clone();
        let grads = (error.clone() * error).sum().backward();
        let expected = numbers(user.grad(&grads).unwrap()).unwrap();
        let first = net.of_items(items) + net.of_users(user);
        let found = net.gradient(first, |found| (found - wished.clone()).mul_scalar(2.0));
        for (found, expected) in numbers(found).unwrap().iter().zip(&expected) {
            assert!((found - expected).abs() < 1e-4 * expected.abs().max(1.0));
        }
    }
}
