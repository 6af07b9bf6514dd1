use proptest::prelude::*;

use super::super::preparation::tests::plain;
use super::super::{Baseline, Categorical, Local, Point, Preparation, Rows, Rule, Space, Standard};
use super::*;

fn preparation() -> Preparation {
    let skewed = Standard {
        mean: 0.0,
        deviation: 2.0,
    };
    Preparation {
        numeric: vec![
            Numeric {
                age_at: Some(2020.0),
                ..plain("year")
            },
            Numeric {
                log: Some((0.5, skewed)),
                fill: Some(1.5),
                ..plain("skewed")
            },
        ],
        categorical: vec![Categorical {
            name: "key".into(),
            fill: Some(1),
            values: vec!["a".into(), "é".into()],
        }],
    }
}

fn rows(n: u32) -> Rows {
    let p = preparation();
    let mut rows = Rows::new(&p);
    for i in 0..n {
        let (a, b) = (f64::from(i % 50), f64::from(i * i % 97));
        let category = if i == 7 { UNSEEN } else { (i % 2) as u16 };
        rows.push(&p, &[a, b], &[category], (a * 0.3 + b.sqrt()) as f32);
    }
    rows
}

fn model(local: bool) -> KnnModel {
    let (p, rows) = (preparation(), rows(120));
    let rule = if local {
        Rule::Local(Local {
            neighbours: 20,
            sharpness: 2.0,
            ridge: vec![0.5; 3],
            baseline: Baseline {
                coefficients: vec![0.1; 12],
                categories: vec![2],
            },
        })
    } else {
        Rule::Mean {
            neighbours: 5,
            weights: Weights::Distance,
        }
    };
    let space = Space {
        scales: local.then(|| vec![1.0, 0.0, 0.5]),
        ..Space::plain(Distance::Euclidean, 1)
    };
    let most = rows.targets().iter().copied().fold(0.0, f32::max);
    let mut model = KnnModel::new(p, space, rule, Task::Regression { least: 0.0, most }, rows);
    model.novelty = Some(Novelty {
        quantiles: vec![0.1, 0.5, 3.0],
    });
    model.target = "energy".into();
    model
}

#[test]
fn a_model_survives_but_for_the_last_digits_of_its_targets() {
    for local in [false, true] {
        let model = model(local);
        let stored = encode(&model);
        let back = decode(&stored.definition, &stored.rows).unwrap();
        assert_eq!(back.preparation, model.preparation);
        assert_eq!(
            (&back.space, &back.rule, &back.task),
            (&model.space, &model.rule, &model.task)
        );
        assert_eq!(
            (&back.novelty, &back.target),
            (&model.novelty, &model.target)
        );
        // Few different values: no value is lost.
        for row in 0..120 {
            assert_eq!(back.rows().values(row), model.rows().values(row));
            assert_eq!(back.rows().categories(row), model.rows().categories(row));
        }
        let point: Point = model
            .preparation
            .point(&[Some(1999.0), None], &[Some("é")])
            .unwrap();
        let (a, b) = (model.predict(&point, None), back.predict(&point, None));
        assert!((a.value - b.value).abs() < 1e-3, "{} {}", a.value, b.value);
        assert_eq!(encode(&back).definition, stored.definition);
    }
}

#[test]
fn every_truncation_is_refused() {
    let stored = encode(&model(true));
    for length in 0..stored.definition.len() {
        assert!(
            decode(&stored.definition[..length], &stored.rows).is_none(),
            "{length}"
        );
    }
    for length in 0..stored.rows.len() {
        assert!(
            decode(&stored.definition, &stored.rows[..length]).is_none(),
            "{length}"
        );
    }
}

proptest! {
    #[test]
    fn altered_files_never_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), in_rows in any::<bool>()) {
        let mut stored = encode(&model(true));
        let file = if in_rows { &mut stored.rows } else { &mut stored.definition };
        let at = at.index(file.len());
        file[at] = byte;
        if let Some(model) = decode(&stored.definition, &stored.rows) {
            model.predict(&model.rows().point(0), None);
        }
    }
}
