use super::super::preparation::tests::plain;
use super::super::{Baseline, Local, Near, Preparation, Rows};
use super::exp;

fn rows(n: u32, target: impl Fn(f32, f32) -> f32) -> (Rows, Vec<f32>) {
    let p = Preparation {
        numeric: vec![plain("a"), plain("b")],
        categorical: vec![],
    };
    let mut rows = Rows::new(&p);
    for i in 0..n {
        let (a, b) = (f64::from(i % 7), f64::from(i * i % 11));
        rows.push(&p, &[a, b], &[], 0.0);
    }
    let responses = (0..n)
        .map(|i| target(rows.columns(i)[0], rows.columns(i)[1]))
        .collect();
    (rows, responses)
}

fn local(ridge: f32) -> Local {
    Local {
        neighbours: 30,
        sharpness: 1.5,
        ridge: vec![ridge; 2],
        baseline: Baseline {
            coefficients: vec![],
            categories: vec![],
        },
    }
}

fn near(n: u32) -> Vec<Near> {
    (0..n)
        .map(|row| Near {
            row,
            distance: 0.1 + row as f32 * 0.3,
        })
        .collect()
}

#[test]
fn a_line_is_found_without_ridge_and_flattened_with_one() {
    let (rows, responses) = rows(30, |a, b| 2.0 + 3.0 * a - b);
    let fit = local(1e-6).fit(&rows, &near(30), &[0.5, 0.25], &responses);
    assert!((fit.value - 3.25).abs() < 1e-3, "{}", fit.value);
    assert!(fit.residuals.iter().all(|r| r.abs() < 1e-3));
    let flat = local(1e9).fit(&rows, &near(30), &[0.5, 0.25], &responses);
    let weighted: f32 = flat.kernel.iter().zip(&responses).map(|(w, y)| w * y).sum();
    let mean = weighted / flat.kernel.iter().sum::<f32>();
    assert!((flat.value - mean).abs() < 1e-4);
}

#[test]
fn the_value_is_the_weighted_mean_of_the_responses() {
    let (rows, responses) = rows(30, |a, b| a * a + (b * 3.0).sin());
    let fit = local(0.7).fit(&rows, &near(30), &[0.1, 0.9], &responses);
    assert!((fit.weights.iter().sum::<f32>() - 1.0).abs() < 1e-4);
    let mean: f32 = fit.weights.iter().zip(&responses).map(|(w, y)| w * y).sum();
    assert!((mean - fit.value).abs() < 1e-4);
}

#[test]
fn duplicates_of_the_point_weigh_the_same() {
    let (rows, responses) = rows(1, |_, _| 4.0);
    let same = [Near {
        row: 0,
        distance: 0.0,
    }; 3];
    let fit = local(1.0).fit(&rows, &same, rows.columns(0), &responses);
    assert!((fit.value - 4.0).abs() < 1e-5, "{}", fit.value);
}

#[test]
fn the_exponential_is_the_platforms_to_a_few_units() {
    for i in 0..8000 {
        let x = -(i as f32) / 100.0;
        let (own, exact) = (exp(x), f64::from(x).exp());
        assert!(
            (f64::from(own) - exact).abs() <= exact * 3e-7 + 1e-38,
            "{x}: {own} {exact}"
        );
    }
    assert_eq!(exp(-0.0), 1.0);
    assert!(exp(-1e30) < 1e-36);
}
