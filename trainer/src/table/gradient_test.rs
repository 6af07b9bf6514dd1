use doorstep_shared::knn::{Numeric, Standard};

use super::*;

fn table() -> (Preparation, Rows, Vec<f32>) {
    let feature = |name: &str| Numeric {
        name: name.into(),
        age_at: None,
        fill: None,
        standard: Standard {
            mean: 0.0,
            deviation: 1.0,
        },
        log: None,
        quantiles: vec![-1.0, 1.0],
    };
    let preparation = Preparation {
        numeric: vec![feature("signal"), feature("noise")],
        categorical: vec![doorstep_shared::knn::Categorical {
            name: "key".into(),
            fill: None,
            values: vec!["a".into(), "b".into()],
        }],
    };
    let mut rows = Rows::new(&preparation);
    let mut responses = Vec::new();
    for i in 0..400u32 {
        let spread = |step: u32| f64::from(i * step % 401) / 200.0 - 1.0;
        let (signal, noise) = (spread(37), spread(173));
        rows.push(&preparation, &[signal, noise], &[(i % 2) as u16], 0.0);
        responses.push((signal * 5.0).sin() as f32);
    }
    (preparation, rows, responses)
}

fn baseline() -> Baseline {
    Baseline {
        coefficients: vec![0.0; 8],
        categories: vec![2],
    }
}

/// Half the squared leave-one-out error of one row.
fn loss(parameters: &Parameters, row: u32) -> f64 {
    let (preparation, rows, responses) = table();
    let members: Vec<u32> = (0..rows.len() as u32).collect();
    let index = Index::new(&parameters.space(), &preparation, &rows, &members);
    // All rows are neighbours, so none enters or leaves.
    let local = parameters.local(rows.len() - 1, &baseline());
    let near = index.nearest(
        &index.place(&preparation, &rows.point(row)),
        local.neighbours,
        Some(row),
    );
    let fit = local.fit(&rows, &near, rows.columns(row), &responses);
    (f64::from(fit.value) - f64::from(responses[row as usize])).powi(2) / 2.0
}

#[test]
fn the_gradient_is_the_slope_of_the_error() {
    let (preparation, rows, responses) = table();
    let parameters = Parameters::new(&preparation);
    let members: Vec<u32> = (0..rows.len() as u32).collect();
    let index = Index::new(&parameters.space(), &preparation, &rows, &members);
    let asked = Asked {
        preparation: &preparation,
        rows: &rows,
        responses: &responses,
        index: &index,
        parameters: &parameters,
    };
    let row = 11;
    let found = asked.gradient(row, &parameters.local(rows.len() - 1, &baseline()));
    for at in 0..parameters.values.len() {
        let moved = |by: f64| {
            let mut parameters = parameters.clone();
            parameters.values[at] += by;
            loss(&parameters, row)
        };
        let slope = (moved(0.02) - moved(-0.02)) / 0.04;
        let scale = found.iter().map(|g| g.abs()).fold(0.0, f64::max);
        assert!(
            (found[at] - slope).abs() < 0.02 * scale,
            "{at}: {} {slope}",
            found[at]
        );
    }
}

#[test]
fn what_tells_nothing_loses_its_weight() {
    let (preparation, rows, responses) = table();
    let config = KnnLocalConfig {
        neighbours: 30,
        steps: 60,
        batch: 100,
        ..Default::default()
    };
    let learn = || {
        learn(
            &preparation,
            &rows,
            &baseline(),
            &responses,
            &config,
            &Progress::new(true),
        )
    };
    let learned = learn();
    let scales = learned.space.scales.clone().unwrap();
    assert!(scales[0] > 3.0 * scales[1], "{scales:?}");
    assert_eq!(learned.space, learn().space);
}
