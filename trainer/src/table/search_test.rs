use doorstep_shared::knn::{Distance, KnnModel, Numeric, Rule, Standard};

use super::*;
use crate::table::{folds, judge};

fn table(task: &Task) -> (Preparation, Rows) {
    let feature = |name: &str| Numeric {
        name: name.into(),
        age_at: None,
        fill: None,
        standard: Standard {
            mean: 0.0,
            deviation: 1.0,
        },
        log: None,
        quantiles: vec![0.0, 1.0],
    };
    let preparation = Preparation {
        numeric: vec![feature("a"), feature("b")],
        categorical: vec![],
    };
    let mut rows = Rows::new(&preparation);
    for i in 0..90u32 {
        let (a, b) = (f64::from(i * 31 % 89) / 20.0, f64::from(i * i % 17) / 4.0);
        let target = match task {
            Task::Regression { .. } => (a.sin() + b) as f32,
            Task::Classification(_) => f32::from(u8::from(a > b)),
        };
        rows.push(&preparation, &[a, b], &[], target);
    }
    (preparation, rows)
}

#[test]
fn one_pass_gives_what_a_model_for_each_k_gives() {
    let regression = Task::Regression {
        least: 0.0,
        most: 9.0,
    };
    let classes = Task::Classification(vec!["no".into(), "yes".into()]);
    for task in [regression, classes] {
        for weights in [Weights::Uniform, Weights::Distance] {
            let (preparation, rows) = table(&task);
            let space = Space::plain(Distance::Euclidean, 0);
            let config = KnnConfig {
                most: 9,
                weights,
                ..KnnConfig::default()
            };
            let curve = search(
                &preparation,
                &space,
                &task,
                &rows,
                &config,
                &Progress::new(true),
            );
            assert_eq!(curve.points.len(), 9);
            let all: Vec<u32> = (0..90).collect();
            for point in &curve.points {
                let fold = |fold: &Vec<u32>| {
                    let others: Vec<u32> =
                        all.iter().copied().filter(|r| !fold.contains(r)).collect();
                    let rule = Rule::Mean {
                        neighbours: point.k,
                        weights,
                    };
                    let known = rows.select(&others);
                    let model = KnnModel::new(
                        preparation.clone(),
                        space.clone(),
                        rule,
                        task.clone(),
                        known,
                    );
                    let asked = rows.select(fold);
                    let predicted = crate::table::predictions(&model, &asked);
                    judge(&task, asked.targets(), &predicted).main()
                };
                let expected = folds(&all, 4, None).iter().map(fold).sum::<f64>() / 4.0;
                assert!(
                    (point.validation - expected).abs() < 1e-6,
                    "{point:?} {expected}"
                );
            }
            let best = curve
                .points
                .iter()
                .map(|p| p.validation)
                .fold(f64::MIN, f64::max);
            assert_eq!(curve.points[curve.best - 1].validation, best);
        }
    }
}

#[test]
fn coarse_steps_find_the_neighbourhood_and_fine_ones_the_place() {
    let point = |k: usize| Point {
        k,
        train: 0.0,
        validation: -(k as f64 - 18.0).abs(),
    };
    let points: Vec<Point> = (1..=51).map(point).collect();
    assert_eq!(choose(&points, Steps::CoarseFine), 18);
    // A peak between coarse steps is missed, as in the notebook's search.
    let mut spiked = points.clone();
    spiked[44].validation = 1.0;
    assert_eq!(
        (
            choose(&spiked, Steps::CoarseFine),
            choose(&spiked, Steps::All)
        ),
        (18, 45)
    );
}
