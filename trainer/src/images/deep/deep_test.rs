//! Every network tells what is plainly unusual from what it has learnt.

use super::*;
use crate::images::salad::Pictures;

/// Stripes; abnormal ones lie across.
fn picture(own: usize, across: bool) -> GreyImage {
    let pixel = |at: usize| {
        let place = if across { at / 16 } else { at % 16 };
        let noise = ((at * 7 + own * 11) % 13) as f32 / 60.0;
        f32::from(u8::from((place + own) % 8 < 4)) * 0.6 + noise
    };
    GreyImage::new(16, 16, (0..256).map(pixel).collect()).unwrap()
}

fn config() -> DeepConfig {
    DeepConfig {
        halvings: 4,
        channels: 4,
        features: 8,
        epochs: 30,
        learning_rate: 0.003,
        ..DeepConfig::default()
    }
}

fn fit(model: DeepModel, abnormal: usize) -> Result<Deep> {
    let own: Vec<GreyImage> = (0..24).map(|own| picture(own, own < abnormal)).collect();
    let own: Vec<&GreyImage> = own.iter().collect();
    let known: Vec<bool> = (0..24).map(|own| own < abnormal).collect();
    let learnt = Pictures {
        pictures: &own,
        abnormal: &known,
        labels: None,
    };
    Deep::fit(
        model,
        &config(),
        learnt,
        1,
        Means::default(),
        &Progress::new(true),
    )
}

#[test]
fn what_lies_across_is_unusual() {
    let normal: Vec<GreyImage> = (24..36).map(|own| picture(own, false)).collect();
    let across: Vec<GreyImage> = (36..48).map(|own| picture(own, true)).collect();
    for (model, abnormal) in [
        (DeepModel::DeepSvdd, 0),
        (DeepModel::DeepSad, 6),
        (DeepModel::SupervisedResnet18, 6),
    ] {
        let deep = fit(model, abnormal).unwrap();
        let scores = |of: &[GreyImage]| {
            let of: Vec<&GreyImage> = of.iter().collect();
            deep.scores(&of).unwrap()
        };
        let (normal, across) = (scores(&normal), scores(&across));
        let pairs = across
            .iter()
            .flat_map(|a| normal.iter().map(move |n| a > n));
        let above = pairs.filter(|above| *above).count();
        assert!(above > 108, "{model:?}: {above} of 144");
    }
}

#[test]
fn a_supervised_network_asks_for_both_kinds() {
    let error = fit(DeepModel::SupervisedResnet18, 0)
        .unwrap_err()
        .to_string();
    assert!(error.contains("0 of 24 are abnormal"), "{error}");
    let error = fit(DeepModel::DeepSad, 24).unwrap_err().to_string();
    assert!(error.contains("not known to be abnormal"), "{error}");
}

#[test]
fn parts_are_even_and_never_single() {
    let sizes = |n: usize, most| -> Vec<usize> {
        let all: Vec<usize> = (0..n).collect();
        evenly(&all, most).map(|part| part.len()).collect()
    };
    assert_eq!(sizes(17, 16), [8, 9]);
    assert_eq!(sizes(5, 2), [2, 3]);
    assert_eq!(sizes(3, 16), [3]);
    assert_eq!(sizes(1, 16), [0usize; 0]);
}
