use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;
use crate::images::judge::judge;
use crate::images::phantoms::PhantomConfig;
use crate::images::salad::Preset;
use doorstep_shared::images::Preparation;

/// What scikit-learn finds on the same pictures.
#[derive(Deserialize)]
struct Golden {
    scores: BTreeMap<String, Vec<f64>>,
    auroc: BTreeMap<String, f64>,
    tied_scores: Vec<f64>,
    tied_auroc: f64,
    tied_auprc: f64,
}

fn golden() -> Golden {
    let text = include_str!("../../../../tests/golden/images/golden.json");
    serde_json::from_str(text).unwrap()
}

/// The picture that the script makes of a number.
fn picture(number: i64, abnormal: bool) -> GreyImage {
    let pixels = (0..64).map(|at| {
        let (x, y) = (at % 8, at / 8);
        let wave = ((x * 3 + y * 5 + number * 7) % 16) as f64 / 32.0
            + ((x * y + number * number) % 11) as f64 / 44.0;
        let away = (x - 2 - number % 4).pow(2) + (y - 3).pow(2);
        let spot = if abnormal && away <= 2 { 0.15 } else { 0.0 };
        (wave + spot) as f32
    });
    GreyImage::new(8, 8, pixels.collect()).unwrap()
}

fn train() -> Vec<GreyImage> {
    (0..120).map(|number| picture(number, false)).collect()
}

fn test() -> Vec<GreyImage> {
    (0..60).map(|n| picture(n + 1_000, n % 3 == 0)).collect()
}

fn scores(model: &ImageModel, train: &[GreyImage], test: &[GreyImage], seed: u64) -> Vec<f64> {
    let training = ImageTraining {
        normal: train.iter().collect(),
        known_abnormal: Vec::new(),
        labels: None,
        seed,
        means: Means::default(),
    };
    let detector = fit(
        model,
        &training,
        &Progress::new(true),
        &mut Observer::none(),
    )
    .unwrap();
    detector.scores(&test.iter().collect::<Vec<_>>())
}

fn model(name: &str, set: &[&str]) -> ImageModel {
    let set: Vec<String> = set.iter().map(|s| (*s).to_owned()).collect();
    image_models(&[name.to_owned()], &set, Preset::Quick)
        .unwrap()
        .remove(0)
}

#[test]
fn scores_are_those_of_scikit_learn() {
    let golden = golden();
    let models = [
        (model("pixel-knn", &[]), 1e-5),
        (model("pca-knn", &["pca-knn.components=10"]), 1e-4),
        (model("one-class-svm", &["one-class-svm.nu=0.2"]), 5e-3),
        // Both are means over thousands of random trees.
        (
            model(
                "isolation-forest",
                &["isolation-forest.trees=5000", "isolation-forest.sample=64"],
            ),
            6e-3,
        ),
    ];
    for (model, tolerance) in models {
        let name = model.name();
        let found = scores(&model, &train(), &test(), 3);
        for (found, expected) in found.iter().zip(&golden.scores[name]) {
            assert!(
                (found - expected).abs() < tolerance,
                "{name}: {found} {expected}"
            );
        }
        let judged: Vec<(f64, bool)> = found
            .iter()
            .enumerate()
            .map(|(at, s)| (*s, at % 3 == 0))
            .collect();
        let auroc = judge(&judged).unwrap().auroc;
        assert!((auroc - golden.auroc[name]).abs() < 0.02, "{name}: {auroc}");
    }
}

#[test]
fn ties_are_judged_as_by_scikit_learn() {
    let golden = golden();
    let scored: Vec<(f64, bool)> = (golden.tied_scores.iter().enumerate())
        .map(|(at, score)| (*score, at % 3 == 0))
        .collect();
    let found = judge(&scored).unwrap();
    assert!((found.auroc - golden.tied_auroc).abs() < 1e-12);
    assert!((found.auprc - golden.tied_auprc).abs() < 1e-12);
}

/// All models that pictures of 8 pixels a side are enough for, networks small and briefly trained.
fn every() -> Vec<ImageModel> {
    let own = |name: &&str| {
        let mut small = vec!["halvings=3", "channels=2", "features=4"];
        match ImageModel::named(name).unwrap() {
            ImageModel::SupervisedResnet18(_) => return None,
            ImageModel::DeepSvdd(_) | ImageModel::DeepSad(_) => small.push("epochs=1"),
            own if own.is_neural() => small.extend(["pretraining=1", "rounds=1", "round_epochs=1"]),
            own => return Some(own),
        }
        let small: Vec<String> = small.iter().map(|set| format!("{name}.{set}")).collect();
        Some(model(
            name,
            &small.iter().map(String::as_str).collect::<Vec<_>>(),
        ))
    };
    ImageModel::NAMES.iter().filter_map(own).collect()
}

#[test]
fn the_same_seed_gives_the_same_scores_on_any_number_of_threads() {
    for model in every() {
        let alone = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .unwrap();
        let one = alone.install(|| scores(&model, &train(), &test(), 1));
        assert_eq!(
            one,
            scores(&model, &train(), &test(), 1),
            "{}",
            model.name()
        );
        let other = scores(&model, &train(), &test(), 2);
        assert_eq!(one != other, model.draws(), "{}", model.name());
    }
}

#[test]
fn the_svm_leaves_the_share_outside_that_it_is_told() {
    for nu in [0.05, 0.3, 0.7] {
        let config = SvmConfig { nu, gamma: 0.0 };
        let found = scores(&ImageModel::OneClassSvm(config), &train(), &train(), 0);
        let outside = found.iter().filter(|score| **score > 1e-3).count() as f64 / 120.0;
        assert!(outside <= nu + 0.01, "{outside} {nu}");
    }
}

#[test]
fn alike_pictures_and_few_of_them_give_finite_scores() {
    let flat = GreyImage::new(8, 8, vec![0.5; 64]).unwrap();
    for model in every() {
        let found = scores(&model, &[flat.clone(), flat.clone()], &test(), 0);
        assert!(
            found.iter().all(|s| s.is_finite()),
            "{} {found:?}",
            model.name()
        );
        let few = scores(&model, &test()[..3], &test(), 0);
        assert!(few.iter().all(|s| s.is_finite()), "{}", model.name());
    }
    let training = ImageTraining {
        normal: vec![&flat],
        known_abnormal: Vec::new(),
        labels: None,
        seed: 0,
        means: Means::default(),
    };
    let knn = model("pixel-knn", &[]);
    let observer = &mut Observer::none();
    assert!(fit(&knn, &training, &Progress::new(true), observer).is_err());
}

#[test]
fn settings_are_set_by_name_and_refusals_name_field_range_and_value() {
    let error = |name: &str, set: &str| {
        format!(
            "{:#}",
            image_models(&[name.to_owned()], &[set.to_owned()], Preset::Quick).unwrap_err()
        )
    };
    assert!(
        error("pixel-knn", "pixel-knn.neighbours=0")
            .contains("pixel-knn.neighbours must be a whole number from 1")
    );
    assert!(error("pixel-knn", "pixel-knn.k=3").contains("there are: neighbours"));
    assert!(error("one-class-svm", "one-class-svm.nu=2").contains("nu must be a number above 0"));
    assert!(
        error("pixel-knn", "ease.lambda=3").contains("not among the models to fit (pixel-knn)")
    );
    assert!(error("svd", "").contains("there are: pixel-knn, pca-knn"));
    assert!(error("memdae", "memdae.reconstruction=false").contains("reconstruction must be true"));
    let deep = image_models(
        &["memdae".into()],
        &["memdae.halvings=7".into()],
        Preset::Quick,
    );
    let refused = deep.unwrap()[0].check_shape(64).unwrap_err().to_string();
    assert!(refused.contains("memdae has 7 halvings"), "{refused}");
    for (set, wanted) in [
        (
            "salad.lambda=abc",
            "salad.lambda must be a number, not `abc`",
        ),
        ("salad.flip=2", "salad.flip must be true or false, not `2`"),
        (
            "salad.score=3",
            "unknown variant `3`, expected one of `mean`",
        ),
        ("lambda=2", "write MODEL.FIELD=VALUE, for example salad."),
    ] {
        let found = error("salad", set);
        assert!(found.contains(wanted), "{found}");
    }
}

/// What the demo's phantoms are for: they can be told, but not by how they were taken, and the
/// subtle ones not by pixels.
#[test]
fn phantoms_hide_nothing_in_brightness_or_border() {
    let phantoms = PhantomConfig {
        pictures: 600,
        ..PhantomConfig::default()
    };
    let phantoms: Vec<_> = phantoms.open().unwrap().draw().collect();
    let preparation = Preparation::default();
    let prepared: Vec<GreyImage> = phantoms
        .iter()
        .map(|p| preparation.apply(&p.image))
        .collect();
    let learnt = 250;
    let judged = |scores: Vec<f64>, grades: &[u8]| {
        let scored: Vec<(f64, bool)> = (scores.into_iter().zip(&phantoms[learnt..]))
            .filter(|(_, p)| p.grade == 0 || grades.contains(&p.grade))
            .map(|(score, p)| (score, p.grade > 0))
            .collect();
        judge(&scored).unwrap().auroc
    };
    let plain: Vec<&GreyImage> = phantoms.iter().map(|p| &p.image).collect();
    let seen: Vec<&GreyImage> = prepared.iter().collect();
    for images in [plain, seen] {
        let (train, test) = images.split_at(learnt);
        let mean = judged(mean_intensity(train).scores(test), &[1, 2, 3]);
        let edge = judged(border(train).scores(test), &[1, 2, 3]);
        assert!((0.4..=0.6).contains(&mean), "mean intensity: {mean}");
        assert!((0.4..=0.6).contains(&edge), "border: {edge}");
    }
    let (train, test) = prepared.split_at(learnt);
    let pca = scores(&model("pca-knn", &[]), train, test, 0);
    let (plain, subtle) = (judged(pca.clone(), &[1]), judged(pca, &[3]));
    assert!(plain >= 0.8 && subtle <= 0.8, "{plain} {subtle}");
}
