//! Gradients against differences, and what training promises.

use doorstep_shared::images::salad::{AutoencoderShape, Form, ScoreForm};

use super::losses::{membership, reconstruction};
use super::*;
use crate::device::{Compute, assert_alike, cards};
use crate::evaluate::Metrics;
use crate::fit::Fitted;
use crate::neural::{Checkpoints, towards};

/// Pictures with a bright square somewhere, of `size` pixels a side.
fn squares(n: usize, size: usize) -> Vec<GreyImage> {
    let picture = |own: usize| {
        let (left, top) = (own * 5 % (size - 4), own * 3 % (size - 4));
        let pixel = |at: usize| {
            let (x, y) = (at % size, at / size);
            let inside = (left..left + 4).contains(&x) && (top..top + 4).contains(&y);
            0.1 + 0.7 * f32::from(u8::from(inside)) + ((at * 7 + own) % 13) as f32 / 130.0
        };
        GreyImage::new(size, size, (0..size * size).map(pixel).collect()).unwrap()
    };
    (0..n).map(picture).collect()
}

fn small(form: Form) -> SaladConfig {
    SaladConfig {
        form,
        halvings: 4,
        channels: 2,
        features: 8,
        pretraining: 2,
        rounds: 2,
        round_epochs: 2,
        batch: 5,
        learning_rate: 0.01,
        averaging: 1.0,
        ..SaladConfig::default()
    }
}

fn fit(config: &SaladConfig, pictures: &[GreyImage], means: Means) -> Result<Salad> {
    let pictures: Vec<&GreyImage> = pictures.iter().collect();
    let abnormal = vec![false; pictures.len()];
    let learnt = Pictures {
        pictures: &pictures,
        abnormal: &abnormal,
        labels: None,
    };
    let progress = Progress::new(true);
    Salad::fit(
        "salad",
        config,
        learnt,
        3,
        means,
        &progress,
        &mut Observer::none(),
    )
}

/// Of every parameter, in the direction of its gradient, where rounding counts least.
#[test]
fn gradients_are_those_of_differences() {
    for form in [Form::Blocks, Form::Resnet18] {
        let shape = AutoencoderShape {
            form,
            size: 16,
            halvings: 4,
            channels: 2,
            features: 3,
        };
        let device = Device::flex().autodiff();
        let net = Learner::start(shape, 4, 1, &device);
        let views = side_by_side(&squares(4, 16), &device);
        let bank = net.bank.val();
        let members = [vec![0], vec![1, 3], vec![2], vec![3]];
        let meant = [true, true, false, true];
        let loss = |own: &Autoencoder| {
            let seen = own.see(views.clone());
            let near = membership(seen.features, bank.clone(), &members, 0.5);
            reconstruction(views.clone(), seen.pictures, &meant).mul_scalar(0.01) + near
        };
        let grads = loss(&net.autoencoder).backward();
        let mut grads = burn::optim::GradientsParams::from_grads(grads, &net.autoencoder);
        let slopes = crate::neural::gradients_by_name(&net.autoencoder, &mut grads);
        let own = parameters(&net.autoencoder);
        let mut checked = 0;
        for (name, slopes) in slopes {
            let length = slopes.iter().map(|x| x * x).sum::<f32>().sqrt();
            // Normalisation that follows takes some scales and shifts back.
            if length < 0.02 {
                continue;
            }
            let moved = |by: f32| {
                let mut moved = own.clone();
                let at = moved.iter_mut().find(|at| at.name == name).unwrap();
                let along = at.values.iter_mut().zip(&slopes);
                along.for_each(|(x, slope)| *x += by * slope / length);
                let net = with_parameters(net.autoencoder.clone(), moved, &device).unwrap();
                f64::from(numbers(loss(&net)).unwrap()[0])
            };
            let step = 1e-3;
            let difference = (moved(step) - moved(-step)) / (2.0 * f64::from(step));
            let off = (f64::from(length) - difference).abs();
            assert!(
                off < 0.002 + 0.03 * f64::from(length),
                "{name}: {length}, {difference}"
            );
            checked += 1;
        }
        assert!(checked > 20, "{checked}");
    }
}

#[test]
fn every_device_learns_the_same() {
    let pictures = squares(11, 16);
    let on = |compute| fit(&small(Form::Blocks), &pictures, Means::on(compute)).unwrap();
    let usual = on(Compute::Cpu);
    for compute in cards().into_iter().chain([Compute::Ndarray]) {
        let own = on(compute);
        let (own, usual) = (parameters(&own.autoencoder), parameters(&usual.autoencoder));
        assert_alike(compute, &own, &usual, 5e-3);
    }
}

#[test]
fn training_makes_the_loss_small_and_the_same_seed_the_same_model() {
    let pictures = squares(11, 16);
    for form in [Form::Blocks, Form::Resnet18] {
        let first = fit(&small(form), &pictures, Means::on(Compute::Cpu)).unwrap();
        let again = fit(&small(form), &pictures, Means::on(Compute::Cpu)).unwrap();
        assert_eq!(
            parameters(&first.autoencoder),
            parameters(&again.autoencoder)
        );
        assert_eq!(first.bank, again.bank);
        let longer = SaladConfig {
            pretraining: 60,
            ..small(form)
        };
        let longer = fit(&longer, &pictures, Means::on(Compute::Cpu)).unwrap();
        let pictures: Vec<&GreyImage> = pictures.iter().collect();
        let error = |own: &Salad| {
            let made = own.made(&pictures, &[None; 11]).unwrap();
            let pairs = pictures.iter().zip(&made);
            let pairs = pairs.flat_map(|(own, made)| own.pixels().iter().zip(&made.own));
            pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>()
        };
        let (long, short) = (error(&longer), error(&first));
        assert!(long < 0.8 * short, "{form:?}: {long}, {short}");
    }
}

#[test]
fn training_goes_on_where_it_was_cut_off() {
    let (pictures, config) = (squares(11, 16), small(Form::Blocks));
    let pictures: Vec<&GreyImage> = pictures.iter().collect();
    let abnormal = vec![false; pictures.len()];
    let learnt = Pictures {
        pictures: &pictures,
        abnormal: &abnormal,
        labels: None,
    };
    let told = |net: &Learner| {
        (
            parameters(&net.autoencoder),
            parameters(&net.averaged),
            numbers(net.bank.val()).unwrap(),
        )
    };
    let whole = schedule("salad", &config, 3);
    let learn = |config: &SaladConfig, schedule: &Schedule, checkpoints: Option<&Checkpoints>| {
        let means = Means {
            checkpoints,
            ..Means::on(Compute::Cpu)
        };
        let progress = Progress::new(true);
        learn(
            config,
            learnt,
            schedule,
            means,
            &progress,
            &mut Observer::none(),
        )
    };
    let wanted = told(&learn(&config, &whole, None).unwrap());
    // In pre-training, in the middle of a round, and at the end of one.
    for epochs in [1, 3, 4] {
        let folder = tempfile::tempdir().unwrap();
        let with = |config: &SaladConfig, schedule: &Schedule, resume| {
            let checkpoints = Checkpoints::new(folder.path(), resume).unwrap();
            learn(config, schedule, Some(&checkpoints))
        };
        let part = Schedule {
            epochs,
            ..whole.clone()
        };
        with(&config, &part, false).unwrap();
        let resumed = with(&config, &whole, true).unwrap();
        assert_eq!(told(&resumed), wanted, "after {epochs}");
        let other = SaladConfig {
            lambda: 0.5,
            ..config.clone()
        };
        let error = with(&other, &whole, true).unwrap_err().to_string();
        assert!(
            error.contains("other data or other hyper-parameters"),
            "{error}"
        );
    }
}

/// As long as a round has no anchor yet, SALAD is SALAD without L_agg: λ, rounds and all else are the same.
#[test]
fn without_aggregation_nothing_else_is_changed() {
    let pictures = squares(11, 16);
    let pictures: Vec<&GreyImage> = pictures.iter().collect();
    let learnt = || Pictures {
        pictures: &pictures,
        abnormal: &[false; 11],
        labels: None,
    };
    let losses = |aggregation| -> Vec<f64> {
        // 22 rows of the bank, so that the second of these rounds is the first with an anchor.
        let config = SaladConfig {
            aggregation,
            rounds: 30,
            round_epochs: 1,
            ..small(Form::Blocks)
        };
        let (means, progress) = (Means::on(Compute::Cpu), Progress::new(true));
        let nothing = |_: &Fitted| Metrics::default();
        let mut observer = Observer::new(&nothing);
        Salad::fit(
            "salad",
            &config,
            learnt(),
            3,
            means,
            &progress,
            &mut observer,
        )
        .unwrap();
        let curve = observer.finish().0.unwrap();
        curve.points.iter().map(|point| point.loss).collect()
    };
    let (with, without) = (losses(true), losses(false));
    let round = small(Form::Blocks).pretraining as usize;
    assert_eq!(with[..=round], without[..=round]);
    assert_ne!(with[round + 1], without[round + 1]);
}

#[test]
fn what_is_known_to_be_abnormal_leaves_the_bank() {
    let pictures = squares(9, 16);
    let pictures: Vec<&GreyImage> = pictures.iter().collect();
    let mut abnormal = vec![false; 9];
    abnormal[2] = true;
    abnormal[8] = true;
    let fit_with = |abnormal: &[bool], reconstruction: bool, contrasted: bool| {
        let learnt = Pictures {
            pictures: &pictures,
            abnormal,
            labels: None,
        };
        let config = SaladConfig {
            reconstruction,
            score: ScoreForm::Mean,
            contrasted,
            ..small(Form::Blocks)
        };
        let progress = Progress::new(true);
        let means = Means::on(Compute::Cpu);
        let observer = &mut Observer::none();
        Salad::fit("salad", &config, learnt, 3, means, &progress, observer)
    };
    let fit = |abnormal: &[bool], reconstruction| fit_with(abnormal, reconstruction, false);
    // Their features are learnt like all others, so that alone nothing else changes.
    let (all, some) = (
        fit(&[false; 9], false).unwrap(),
        fit(&abnormal, false).unwrap(),
    );
    assert_eq!(some.rows(), [0, 1, 3, 4, 5, 6, 7]);
    assert_eq!(*some.bank(), all.bank().keep(some.rows()));
    // How to make them is not.
    let (all, some) = (
        fit(&[false; 9], true).unwrap(),
        fit(&abnormal, true).unwrap(),
    );
    assert_eq!(some.rows(), [0, 1, 3, 4, 5, 6, 7]);
    assert_ne!(*some.bank(), all.bank().keep(some.rows()));
    let error = fit(&[true; 9], true).unwrap_err().to_string();
    assert!(error.contains("not known to be abnormal"), "{error}");
    let mut single = [true; 9];
    single[4] = false;
    let error = fit_with(&single, true, true).unwrap_err().to_string();
    assert!(error.contains("two pictures at least"), "{error}");
    // Where they count, nothing is learnt of them, nor of every fifth normal one, which has a row all the same.
    let counted = fit_with(&abnormal, true, true).unwrap();
    assert_eq!(counted.rows(), [0, 1, 3, 4, 6, 7, 5]);
    let learnt = Pictures {
        pictures: &of(&pictures, &counted.rows()[..6]),
        abnormal: &[false; 6],
        labels: None,
    };
    let (means, progress) = (Means::on(Compute::Cpu), Progress::new(true));
    let observer = &mut Observer::none();
    let alone = Salad::fit(
        "salad",
        &counted.config,
        learnt,
        3,
        means,
        &progress,
        observer,
    );
    let alone = alone.unwrap();
    assert_eq!(
        parameters(&counted.autoencoder),
        parameters(&alone.autoencoder)
    );
    let held = alone.features(&pictures[5..6]).unwrap();
    let rows = [alone.bank().rows(), &held[0]].concat();
    assert_eq!(counted.bank(), &Bank::new(8, rows).unwrap());
    assert!(alone.known().is_none());
    // What is known raises scores by contrast, and nothing else.
    let features = alone.features(&of(&pictures, &[2, 8])).unwrap();
    let bank = Bank::new(8, features.concat()).unwrap();
    let known = KnownAbnormal::new(bank, 0.1, 0.3).unwrap();
    let plain = alone.scores(&pictures).unwrap();
    let features = alone.features(&pictures).unwrap();
    let expected = plain.iter().zip(&features);
    let expected = expected.map(|(&score, own)| known.score(score, own, &alone.bank().near(own)));
    let expected: Vec<f64> = expected.collect();
    let told = Salad {
        known: Some(known),
        ..alone
    };
    assert_eq!(told.scores(&pictures).unwrap(), expected);
}

#[test]
fn averaged_parameters_are_the_fading_mean_of_those_of_each_step() {
    let shape = small(Form::Resnet18).shape(16);
    let device = Device::flex().autodiff();
    let start = Learner::start(shape, 2, 1, &device);
    let (first, second) = (
        first_autoencoder(shape, 5, &device),
        first_autoencoder(shape, 6, &device),
    );
    let averaged = towards(towards(start.averaged, &first, 0.25), &second, 0.5);
    let all = [&start.autoencoder, &first, &second].map(parameters);
    for (at, found) in parameters(&averaged).into_iter().enumerate() {
        let terms = all[0][at].values.iter().zip(&all[1][at].values);
        let wanted = terms.zip(&all[2][at].values);
        let wanted = wanted
            .map(|((a, b), c)| 0.375 * f64::from(*a) + 0.125 * f64::from(*b) + 0.5 * f64::from(*c));
        for (found, wanted) in found.values.iter().zip(wanted) {
            assert!((f64::from(*found) - wanted).abs() < 1e-5 * wanted.abs().max(1.0));
        }
    }
}

#[test]
fn what_was_put_into_a_picture_scores_higher_and_leaves_no_row() {
    let slope = |own: usize| {
        let level =
            |at: usize| 0.4 + (at % 16) as f32 / 80.0 + ((at * 7 + own * 5) % 13) as f32 / 200.0;
        GreyImage::new(16, 16, (0..256).map(level).collect()).unwrap()
    };
    let pictures: Vec<GreyImage> = (0..24).map(slope).collect();
    let config = SaladConfig {
        halvings: 2,
        pretraining: 20,
        disturbed: 0.5,
        ..small(Form::Blocks)
    };
    let found = fit(&config, &pictures, Means::on(Compute::Cpu)).unwrap();
    assert_eq!(found.bank().n_rows(), 24);
    let spoilt = pictures.iter().map(|own| {
        let mut pixels = own.pixels().to_vec();
        (3..9).for_each(|y| pixels[y * 16 + 2..y * 16 + 8].fill(0.0));
        GreyImage::new(16, 16, pixels).unwrap()
    });
    let spoilt: Vec<GreyImage> = spoilt.collect();
    let scores = |of: &[GreyImage]| {
        let of: Vec<&GreyImage> = of.iter().collect();
        (found.scores(&of).unwrap(), found.errors(&of).unwrap())
    };
    let ((plain, plain_errors), (score, errors)) = (scores(&pictures), scores(&spoilt));
    let higher = |a: &[f64], b: &[f64]| a.iter().zip(b).filter(|(a, b)| a < b).count();
    assert!(higher(&plain, &score) > 20 && higher(&plain_errors, &errors) > 20);
}

#[test]
fn a_loss_that_is_no_number_ends_training_with_a_remedy() {
    let glare = GreyImage::new(16, 16, vec![1e30; 256]).unwrap();
    let pictures = [squares(2, 16), vec![glare]].concat();
    let error = fit(&small(Form::Blocks), &pictures, Means::on(Compute::Cpu)).unwrap_err();
    let error = error.to_string();
    assert!(
        error.contains("diverged in epoch 1") && error.contains("salad.learning_rate"),
        "{error}"
    );
}

#[test]
fn what_is_out_of_range_is_told_before_any_work() {
    let pictures = squares(3, 16);
    let told = |config: SaladConfig| {
        let error = fit(&config, &pictures, Means::on(Compute::Cpu)).unwrap_err();
        format!("{error:#}")
    };
    let own = small(Form::Blocks);
    let wide = SaladConfig {
        temperature: 7.0,
        ..own.clone()
    };
    assert!(told(wide).contains("temperature must be a number from 0.01 to 1, not 7"));
    let deep = SaladConfig {
        halvings: 6,
        ..own.clone()
    };
    assert!(told(deep).contains("can't be halved so often"));
    let still = SaladConfig {
        pretraining: 0,
        rounds: 0,
        ..own.clone()
    };
    assert!(told(still).contains("above 0 where there are no rounds"));
    let made = SaladConfig {
        reconstruction: false,
        ..own.clone()
    };
    assert!(told(made).contains("score must be mean or literal where reconstruction is false"));
    let alone = fit(&own, &pictures[..1], Means::on(Compute::Cpu)).unwrap_err();
    assert!(alone.to_string().contains("two pictures"));
}
