use super::*;
use crate::images::salad::Form;
use crate::neural::parameters;

const SIZE: u32 = 16;

fn shape() -> AutoencoderShape {
    AutoencoderShape {
        form: Form::Blocks,
        size: SIZE,
        halvings: 2,
        channels: 2,
        features: 4,
    }
}

fn numbers(n: usize, step: usize) -> Vec<f32> {
    (0..n)
        .map(|at| (at * step % 23) as f32 / 40.0 - 0.2)
        .collect()
}

fn stored() -> Vec<Parameter> {
    let blank = Autoencoder::blank(shape(), &Device::flex());
    let mut all = parameters(&blank);
    for (at, own) in all.iter_mut().enumerate() {
        if !own.name.ends_with("variance") {
            own.values = numbers(own.values.len(), 7 + at);
        }
    }
    all.push(Parameter {
        name: BANK.into(),
        shape: vec![3, 4],
        values: numbers(12, 5),
    });
    all.push(Parameter {
        name: DEPARTURES.into(),
        shape: vec![2, 256],
        values: numbers(512, 3).into_iter().map(|own| own + 0.3).collect(),
    });
    all
}

fn preparation() -> Preparation {
    Preparation {
        size: SIZE as usize,
        ..Preparation::default()
    }
}

fn inspector(scoring: Scoring) -> Inspector {
    Inspector::new(preparation(), shape(), scoring, stored(), &Device::flex()).unwrap()
}

fn at_once<T>(future: impl Future<Output = T>) -> T {
    futures_util::FutureExt::now_or_never(future).expect("nothing is waited for")
}

fn picture(step: usize) -> GreyImage {
    let pixels = (0..32 * 24).map(|at| (at * step % 31) as f32 / 30.0);
    GreyImage::new(32, 24, pixels.collect()).unwrap()
}

const BY_BANK: Scoring = Scoring::Bank {
    nearest: 2,
    form: ScoreForm::Mean,
};

const BY_PROTOTYPES: Scoring = Scoring::Bank {
    nearest: 2,
    form: ScoreForm::Prototypes,
};

#[test]
fn a_score_is_the_banks_or_the_reconstructions() {
    let calibration = Calibration::new(vec![0.1; 30], 0.05, 0.2).unwrap();
    let by_bank = inspector(BY_BANK);
    let found = at_once(by_bank.inspect(&picture(7), None, &calibration)).unwrap();
    let mean = (found.near[0].angle + found.near[1].angle) / 2.0;
    assert_eq!((found.score, found.near.len()), (mean, 3));
    assert_eq!(found.map, None);
    let by_error = inspector(Scoring::Reconstruction);
    let look = at_once(by_error.look(&[found.prepared.pixels()], false)).unwrap();
    let stored = stored().pop().unwrap();
    let normal = NormalDepartures::from_values(16, &stored.values).unwrap();
    let (pixels, made) = (found.prepared.pixels(), look[0].made.as_ref().unwrap());
    assert_eq!(look[0].score, normal.own.score(pixels, made));
    let by_prototypes = inspector(BY_PROTOTYPES);
    let look = at_once(by_prototypes.look(&[pixels], false)).unwrap();
    let vector = Tensor::from_data(
        TensorData::new(pixels.to_vec(), [1, 16, 16, 1]),
        &Device::flex(),
    );
    let vector = at_once(values(by_prototypes.network.encode(vector))).unwrap();
    let prototype = by_prototypes.bank.prototype(&vector, 2, None);
    let prototype = Tensor::from_data(TensorData::new(prototype, [1, 4]), &Device::flex());
    let prototype = at_once(values(by_prototypes.network.decode(prototype))).unwrap();
    assert_eq!(look[0].score, normal.score(pixels, made, &prototype));
}

#[test]
fn many_pictures_score_what_each_does_alone() {
    let by_bank = inspector(BY_BANK);
    let by_prototypes = inspector(BY_PROTOTYPES);
    let pictures: Vec<GreyImage> = (1..50)
        .map(|step| preparation().apply(&picture(step)))
        .collect();
    let views: Vec<&[f32]> = pictures.iter().map(|own| own.pixels()).collect();
    for inspector in [by_bank, by_prototypes] {
        let together = at_once(inspector.look(&views, true)).unwrap();
        for (view, together) in views.iter().zip(&together) {
            let alone = at_once(inspector.look(&[view], false)).unwrap();
            let off = (alone[0].score - together.score).abs();
            assert!(off < 1e-5 * together.score.max(1.0));
            let makes = inspector.scoring.is_of_departures();
            assert_eq!(alone[0].made.is_some(), makes);
            assert!(together.made.is_some());
        }
    }
}

#[test]
fn maps_have_a_level_for_each_prepared_pixel() {
    let calibration = Calibration::new(vec![0.1; 30], 0.05, 0.2).unwrap();
    for scoring in [BY_BANK, BY_PROTOTYPES, Scoring::Reconstruction] {
        let inspector = inspector(scoring);
        for map in [Map::Reconstruction, Map::Occlusion] {
            let found = at_once(inspector.inspect(&picture(11), Some(map), &calibration)).unwrap();
            let levels = found.map.unwrap();
            assert_eq!(levels.len(), 256);
            assert!(levels.iter().all(|own| own.is_finite() && *own >= 0.0));
        }
        // Where the error itself is the score, a patch without it lowers the score by its share.
        if scoring == Scoring::Reconstruction {
            let found =
                at_once(inspector.inspect(&picture(11), Some(Map::Occlusion), &calibration));
            assert!(found.unwrap().map.unwrap().iter().any(|own| *own > 0.0));
        }
    }
}

#[test]
fn parameters_that_do_not_fit_are_named() {
    let error = |preparation: Preparation, parameters: Vec<Parameter>| {
        Inspector::new(preparation, shape(), BY_BANK, parameters, &Device::flex()).unwrap_err()
    };
    let mut lacking = stored();
    let departures = lacking.pop().unwrap();
    let by_departures = |parameters| {
        let device = Device::flex();
        Inspector::new(preparation(), shape(), BY_PROTOTYPES, parameters, &device).unwrap_err()
    };
    assert!(by_departures(lacking.clone()).contains("departures"));
    let few = Parameter {
        values: departures.values[1..].to_vec(),
        ..departures
    };
    lacking.push(few);
    assert!(by_departures(lacking.clone()).contains("for each pixel"));
    lacking.pop();
    let bank = lacking.pop().unwrap();
    assert!(error(preparation(), lacking.clone()).contains("bank"));
    let narrow = Parameter {
        shape: vec![4, 3],
        ..bank
    };
    lacking.push(narrow);
    assert!(error(preparation(), lacking).contains("not feature vectors"));
    let mut lacking = stored();
    lacking.remove(0);
    assert!(error(preparation(), lacking).contains("weight"));
    let other = Preparation {
        size: 32,
        ..Preparation::default()
    };
    assert!(error(other, stored()).contains("another size"));
}

#[test]
fn what_is_known_of_abnormal_pictures_changes_scores_alone() {
    let prepared = preparation().apply(&picture(3));
    let known = |values: Vec<f32>, terms: Vec<f32>| {
        let mut parameters = stored();
        parameters.push(Parameter {
            name: ABNORMAL.into(),
            shape: vec![values.len() / 4, 4],
            values,
        });
        parameters.push(Parameter {
            name: CONTRAST.into(),
            shape: vec![terms.len()],
            values: terms,
        });
        let device = Device::flex();
        Inspector::new(preparation(), shape(), BY_PROTOTYPES, parameters, &device)
    };
    let rows = numbers(8, 17);
    let looked = |inspector: &Inspector| {
        let looks = at_once(inspector.look(&[prepared.pixels()], false)).unwrap();
        looks.into_iter().next().unwrap()
    };
    let plain_inspector = inspector(BY_PROTOTYPES);
    let plain = looked(&plain_inspector);
    let found = looked(&known(rows.clone(), vec![0.25, 0.5]).unwrap());
    assert_eq!(
        (&found.features, &found.made),
        (&plain.features, &plain.made)
    );
    let view = TensorData::new(prepared.pixels().to_vec(), [1, 16, 16, 1]);
    let view = Tensor::from_data(view, &Device::flex());
    let vector = at_once(values(plain_inspector.network.encode(view))).unwrap();
    let bank = Bank::new(4, rows.clone()).unwrap();
    let expected = KnownAbnormal::new(bank, 0.25, 0.5).unwrap();
    assert_eq!(plain.features, vector);
    let near = plain_inspector.bank().near(&vector);
    assert_eq!(found.score, expected.score(plain.score, &vector, &near));
    assert_ne!(found.score, plain.score);
    for (rows, terms) in [
        (rows.clone(), vec![0.25]),
        (rows.clone(), vec![0.25, -1.0]),
        (vec![0.0; 4], vec![0.25, 0.5]),
    ] {
        let error = known(rows, terms).unwrap_err();
        assert!(error.contains("abnormal pictures"), "{error}");
    }
}

#[test]
fn fewer_rows_of_the_bank_are_nearest_among_themselves() {
    let inspector = inspector(BY_BANK);
    let prepared = preparation().apply(&picture(3));
    let looks = at_once(inspector.look(&[prepared.pixels()], false)).unwrap();
    let features = &looks[0].features;
    let all = inspector.bank().near(features);
    let kept = inspector.keep(&[2, 0]);
    let few = kept.bank().near(features);
    assert_eq!(few.len(), 2);
    let angle = |row: usize| all.iter().find(|own| own.row == row).unwrap().angle;
    for near in &few {
        assert_eq!(near.angle, angle([2, 0][near.row]));
    }
}
