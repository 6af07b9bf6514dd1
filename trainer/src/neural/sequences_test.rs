use super::*;
use crate::device::{Compute, assert_alike, cards};
use crate::neural::gradients_by_name;
use crate::neural::guided::without_last;
use crate::neural::{Checkpoints, Guide, Means};
use doorstep_shared::Recommender as _;
use doorstep_shared::Scores;
use doorstep_shared::neural::{FilterShape, Parameter, SequenceShape};

const N: usize = 12;

/// Everybody walks around the same circle, from different places.
fn histories() -> Vec<Vec<Event>> {
    let walk = |user: u32| {
        let length = 3 + user % 4;
        (0..length)
            .map(|step| Event::implicit((user * 5 + step) % N as u32))
            .collect()
    };
    (0..60).map(walk).collect()
}

fn plan() -> SequencePlan {
    SequencePlan {
        architecture: Architecture::SasRec(SequenceShape {
            width: 16,
            blocks: 1,
            heads: 2,
            inner: 16,
            length: 5,
        }),
        length: 5,
        batch: 16,
        negatives: 0,
        schedule: Schedule {
            model: "sasrec",
            epochs: 60,
            patience: 0,
            learning_rate: 0.01,
            first_moment: 0.9,
            second_moment: 0.98,
            weight_decay: 0.0,
            decoupled: true,
            dropout: 0.1,
            ema_decay: 0.0,
            seed: 1,
        },
    }
}

fn filtered() -> SequencePlan {
    let Architecture::SasRec(shape) = plan().architecture else {
        unreachable!()
    };
    let filter = FilterShape {
        cutoff: 3,
        alpha: 0.5,
    };
    SequencePlan {
        architecture: Architecture::BsaRec(shape, filter),
        ..plan()
    }
}

fn fitted(plan: &SequencePlan, histories: &[Vec<Event>], guide: Guide) -> Result<Neural> {
    let training = Training {
        n_items: N,
        histories,
        content: Default::default(),
        guide,
    };
    let fitted = fit_sequences(plan, &training, &Progress::new(true), &mut Observer::none())?;
    let Model::Neural(neural) = fitted.model else {
        unreachable!()
    };
    Ok(*neural)
}

/// Of how many items the one after it in the circle is thought likeliest.
fn right(model: &Neural) -> usize {
    let likeliest = |item: u32| {
        let mut scores = Scores::new(N);
        let before = (item + N as u32 - 1) % N as u32;
        model.score(&[before, item].map(Event::implicit), &mut scores);
        let best = (0..N).max_by(|&a, &b| scores.values()[a].total_cmp(&scores.values()[b]));
        best == Some((item as usize + 1) % N)
    };
    (0..N as u32).filter(|&item| likeliest(item)).count()
}

#[test]
fn the_next_item_is_learnt() {
    let some = SequencePlan {
        negatives: 4,
        ..plan()
    };
    for plan in [plan(), some, filtered()] {
        let model = fitted(&plan, &histories(), Guide::default()).unwrap();
        assert_eq!(right(&model), N, "{plan:?}");
    }
}

#[test]
fn same_seed_same_bytes_on_any_number_of_threads() {
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let short = shortened(3);
        let run = || fitted(&short, &histories(), Guide::default()).unwrap();
        pool.build().unwrap().install(run).parameters()
    };
    assert_eq!(with(1), with(3));
}

fn shortened(epochs: u32) -> SequencePlan {
    let mut plan = plan();
    plan.schedule.epochs = epochs;
    plan
}

#[test]
fn a_resumed_training_ends_where_an_uninterrupted_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let (histories, cases) = without_last(&histories());
    let train_by = |ema_decay, epochs, resume| {
        let checkpoints = Checkpoints::new(folder.path(), resume).unwrap();
        let guide = Guide {
            validation: &cases,
            means: Means {
                checkpoints: Some(&checkpoints),
                ..Means::default()
            },
            kept: None,
        };
        let mut plan = shortened(epochs);
        plan.schedule.patience = 50;
        plan.schedule.ema_decay = ema_decay;
        fitted(&plan, &histories, guide).map(|model| model.parameters())
    };
    let averaged = train_by(0.9, 5, false).unwrap();
    train_by(0.9, 2, false).unwrap();
    assert_eq!(train_by(0.9, 5, true).unwrap(), averaged);
    let train = |epochs, resume| train_by(0.0, epochs, resume);
    let whole = train(5, false).unwrap();
    assert_ne!(whole, averaged);
    train(2, false).unwrap();
    assert_eq!(train(5, true).unwrap(), whole);
    // Nothing is left to do.
    assert_eq!(train(5, true).unwrap(), whole);
    let fewer = train(4, true).unwrap_err().to_string();
    assert!(fewer.contains("has 5 epochs, more than the 4"), "{fewer}");
    let other = Checkpoints::new(folder.path(), true).unwrap();
    let guide = Guide {
        validation: &cases[1..],
        means: Means {
            checkpoints: Some(&other),
            ..Means::default()
        },
        kept: None,
    };
    let mut plan = shortened(6);
    plan.schedule.patience = 50;
    let error = fitted(&plan, &histories, guide).unwrap_err().to_string();
    assert!(
        error.contains("other data or other hyper-parameters"),
        "{error}"
    );
}

#[test]
fn every_device_learns_the_same() {
    let (histories, cases) = without_last(&histories());
    let some = SequencePlan {
        negatives: 4,
        ..shortened(2)
    };
    let mut filter = filtered();
    filter.schedule.epochs = 2;
    for plan in [shortened(2), some, filter] {
        let on = |compute| fitted(&plan, &histories, Guide::by(&cases, compute)).unwrap();
        let usual = on(Compute::Cpu).parameters();
        for compute in cards().into_iter().chain([Compute::Ndarray]) {
            assert_alike(compute, &on(compute).parameters(), &usual, 2e-3);
        }
    }
}

#[test]
fn gradients_are_those_of_the_loss() {
    for plan in [plan(), filtered()] {
        let mut plan = plan;
        plan.schedule.dropout = 0.0;
        let sequences = Sequences::new(&plan, items_of(&histories()), &[], N, Compute::Cpu);
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let step = sequences.steps(&mut rng).swap_remove(0);
        let first = start(plan.architecture, N, &mut rng, &sequences.device).unwrap();
        // Larger than at the start, so that differences show.
        let parameters: Vec<Parameter> = first
            .parameters()
            .into_iter()
            .map(|mut parameter| {
                parameter.values.iter_mut().for_each(|value| *value *= 10.0);
                parameter
            })
            .collect();
        let of = |parameters: Vec<Parameter>| {
            let network = Neural::new(plan.architecture, N, parameters, &sequences.device).unwrap();
            let mut quiet = Dropout::new(0.0, ChaCha8Rng::seed_from_u64(0));
            let net = network.network().unwrap().clone();
            let found = sequences.gradient(&net, &step, &mut quiet).unwrap();
            (found.loss / found.count as f64, found.gradients, net)
        };
        let (_, mut gradients, net) = of(parameters.clone());
        let found = gradients_by_name(&net, &mut gradients);
        for (at, parameter) in parameters.iter().enumerate() {
            let own = &found
                .iter()
                .find(|(name, _)| *name == parameter.name)
                .unwrap()
                .1;
            for place in [0, parameter.values.len() / 2] {
                let moved = |by: f32| {
                    let mut parameters = parameters.clone();
                    parameters[at].values[place] += by;
                    of(parameters).0
                };
                const H: f32 = 2e-3;
                let weight = step.targets.len() as f32 / sequences.places_of_a_step;
                let expected = (moved(H) - moved(-H)) / (2.0 * f64::from(H)) * f64::from(weight);
                let error = (expected - f64::from(own[place])).abs();
                assert!(
                    error < 2e-3 + 0.02 * expected.abs(),
                    "{} {place}: {} instead of {expected}",
                    parameter.name,
                    own[place]
                );
            }
        }
    }
}

#[test]
fn without_validation_cases_the_last_items_say_how_long() {
    let mut plan = shortened(8);
    plan.schedule.patience = 2;
    let model = fitted(&plan, &histories(), Guide::default()).unwrap();
    assert_eq!(model.n_items(), N);
    let (shorter, cases) = without_last(&histories());
    assert!(cases.iter().all(|case| {
        let user = case.user as usize;
        shorter[user].len() + 1 == histories()[user].len() && case.relevant.len() == 1
    }));
}

#[test]
fn the_figure_is_the_ndcg_of_a_full_ranking() {
    let case = Case {
        user: 0,
        history: vec![Event::implicit(0)],
        relevant: vec![3],
    };
    // Item 0 is not ranked, item 1 is above, items 2 and 3 tie: rank 1.5.
    let mut scores = [9.0, 5.0, 2.0, 2.0, 1.0];
    assert!((gain(&mut scores, &case) - 1.0 / 3.5f64.log2()).abs() < 1e-12);
}

#[test]
fn histories_of_one_item_teach_nothing() {
    let histories = vec![vec![Event::implicit(3)], vec![]];
    let error = fitted(&plan(), &histories, Guide::default()).unwrap_err();
    assert!(
        error.to_string().contains("nothing to learn from"),
        "{error}"
    );
}

#[test]
fn divergence_is_told_with_its_epoch() {
    let mut plan = plan();
    plan.schedule.learning_rate = 1e30;
    let error = fitted(&plan, &histories(), Guide::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("diverged in epoch") && error.contains("learning_rate"),
        "{error}"
    );
}
