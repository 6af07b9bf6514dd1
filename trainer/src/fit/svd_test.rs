use super::*;
use doorstep_shared::Event;

fn histories() -> Vec<Vec<Event>> {
    let rating = |user: u32, item: u32| 3.0 + ((user + item) % 2) as f32 * 2.0 - 1.0;
    let of = |user: u32| {
        let items = (0..12).filter(move |item| !(item * 5 + user).is_multiple_of(4));
        items.map(move |item| Event {
            rating: rating(user, item),
            ..Event::implicit(item)
        })
    };
    (0..10).map(|user| of(user).collect()).collect()
}

/// The same updates in double precision, one number and one rating at a time,
/// in the order that the strata give.
fn plain(config: &SvdConfig, training: &Training) -> (Vec<f64>, Vec<f64>) {
    let mut ratings = Ratings::new(training).unwrap();
    let rank = config.factors as usize;
    let mut rng = ChaCha8Rng::seed_from_u64(config.seed.into());
    let mut draw = |n| -> Vec<f64> {
        noise(&mut rng, config.deviation, n * rank)
            .into_iter()
            .map(f64::from)
            .collect()
    };
    let (mut p, mut q) = (draw(ratings.n_users), draw(ratings.n_items));
    let (mut b_u, mut b_i) = (vec![0.0; ratings.n_users], vec![0.0; ratings.n_items]);
    let (rate, lambda) = (
        f64::from(config.learning_rate),
        f64::from(config.regularisation),
    );
    let blocks = if config.shuffle { BLOCKS } else { 1 };
    if config.shuffle {
        ratings.all.shuffle(&mut rng);
    }
    let deal = |n| Deal::new(n, blocks);
    let strata = Strata::new(&ratings.all, deal(ratings.n_users), deal(ratings.n_items));
    for _ in 0..config.epochs {
        for stratum in strata.order(&mut rng) {
            for (block, visits) in strata.stratum(stratum).enumerate() {
                for rating in visits {
                    let u = rating.user as usize * blocks + block;
                    let i = rating.item as usize * blocks + (block ^ stratum);
                    let dot: f64 = (0..rank).map(|f| p[u * rank + f] * q[i * rank + f]).sum();
                    let error = f64::from(rating.value)
                        - (f64::from(ratings.scale.mean) + b_u[u] + b_i[i] + dot);
                    b_u[u] += rate * (error - lambda * b_u[u]);
                    b_i[i] += rate * (error - lambda * b_i[i]);
                    for f in 0..rank {
                        let before = p[u * rank + f];
                        p[u * rank + f] += rate * (error * q[i * rank + f] - lambda * before);
                        q[i * rank + f] += rate * (error * before - lambda * q[i * rank + f]);
                    }
                }
            }
        }
    }
    (q, b_i)
}

fn factors(config: &SvdConfig, training: &Training) -> Factors {
    let fitted = fit(
        config,
        training,
        &Progress::new(true),
        &mut Observer::none(),
    )
    .unwrap();
    match fitted.model {
        Model::Factors(factors) => factors,
        _ => unreachable!(),
    }
}

#[test]
fn lines_padding_and_strata_change_nothing() {
    let histories = histories();
    let training = Training {
        n_items: 12,
        histories: &histories,
        content: crate::fit::ItemContent::default(),
        guide: Default::default(),
    };
    for shuffle in [false, true] {
        let config = SvdConfig {
            factors: 21,
            learning_rate: 0.02,
            shuffle,
            ..Default::default()
        };
        let model = factors(&config, &training);
        let (vectors, biases) = plain(&config, &training);
        for (found, expected) in model.vectors().iter().zip(vectors) {
            assert!((f64::from(*found) - expected).abs() < 1e-4);
        }
        for (found, expected) in model.biases().iter().zip(biases) {
            assert!((f64::from(*found) - expected).abs() < 1e-4);
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let histories = histories();
    let training = Training {
        n_items: 12,
        histories: &histories,
        content: crate::fit::ItemContent::default(),
        guide: Default::default(),
    };
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| factors(&SvdConfig::default(), &training))
    };
    let (one, three) = (with(1), with(3));
    assert_eq!(one.vectors(), three.vectors());
    assert_eq!(one.biases(), three.biases());
}

#[test]
fn watching_changes_nothing_and_sees_the_loss_fall() {
    let histories = histories();
    let training = Training {
        n_items: 12,
        histories: &histories,
        content: crate::fit::ItemContent::default(),
        guide: Default::default(),
    };
    let config = SvdConfig {
        factors: 3,
        learning_rate: 0.05,
        epochs: 30,
        ..Default::default()
    };
    let run = |observer: &mut Observer| {
        let fitted = fit(&config, &training, &Progress::new(true), observer).unwrap();
        let Model::Factors(model) = fitted.model else {
            unreachable!()
        };
        (model, fitted.users)
    };
    let judge = |fitted: &Fitted| {
        crate::evaluate::Metrics(vec![("users".into(), fitted.users.len() as f64)])
    };
    let mut observer = Observer::new(&judge);
    let watched = run(&mut observer);
    assert_eq!(watched, run(&mut Observer::none()));
    let curve = observer.finish().0.unwrap();
    let last = curve.points.last().unwrap();
    assert_eq!((curve.points.len(), last.step), (25, 30));
    assert!(last.loss < 0.5 * curve.points[0].loss);
    assert_eq!(last.metrics.get("users"), Some(10.0));
}

#[test]
fn what_was_never_rated_stays_unknown() {
    let histories = [histories(), vec![vec![]]].concat();
    let training = Training {
        n_items: 14,
        histories: &histories,
        content: crate::fit::ItemContent::default(),
        guide: Default::default(),
    };
    let shuffle = SvdConfig {
        shuffle: true,
        ..Default::default()
    };
    let fitted = fit(
        &shuffle,
        &training,
        &Progress::new(true),
        &mut Observer::none(),
    )
    .unwrap();
    let Model::Factors(model) = fitted.model else {
        unreachable!()
    };
    assert!((0..12).all(|item| model.knows(item)) && !model.knows(13));
    assert_eq!(fitted.users[10].vector, vec![0.0; 50]);
}

#[test]
fn divergence_is_told_with_its_epoch() {
    let histories = histories();
    let training = Training {
        n_items: 12,
        histories: &histories,
        content: crate::fit::ItemContent::default(),
        guide: Default::default(),
    };
    let config = SvdConfig {
        learning_rate: 50.0,
        ..Default::default()
    };
    let message = fit(
        &config,
        &training,
        &Progress::new(true),
        &mut Observer::none(),
    )
    .unwrap_err()
    .to_string();
    assert!(
        message.contains("diverged in epoch 1") && message.contains("learning_rate"),
        "{message}"
    );
}
