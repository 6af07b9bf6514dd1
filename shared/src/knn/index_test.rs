use proptest::prelude::*;

use super::super::preparation::tests::plain;
use super::super::{Categorical, Distance, Index, Near, Point, Preparation, Rows, Space, UNSEEN};

fn preparation() -> Preparation {
    let categorical = |name: &str, n: usize| Categorical {
        name: name.into(),
        fill: None,
        values: (0..n).map(|i| i.to_string()).collect(),
    };
    Preparation {
        numeric: vec![plain("a"), plain("b"), plain("c")],
        categorical: vec![categorical("d", 3), categorical("e", 2)],
    }
}

/// The distance by its definition, over one-hot codes of −1 and +1.
fn by_definition(distance: Distance, p: &Preparation, a: &Point, b: &Point) -> f64 {
    let code = |point: &Point| -> Vec<f64> {
        let codes = p
            .categorical
            .iter()
            .zip(&point.categories)
            .flat_map(|(f, &own)| {
                (0..f.values.len()).map(move |v| if v == usize::from(own) { 1.0 } else { -1.0 })
            });
        point
            .columns
            .iter()
            .map(|&x| f64::from(x))
            .chain(codes)
            .collect()
    };
    let (a, b) = (code(a), code(b));
    let pairs = || a.iter().zip(&b);
    let dot = |x: &[f64], y: &[f64]| -> f64 { x.iter().zip(y).map(|(x, y)| x * y).sum() };
    match distance {
        Distance::Euclidean => pairs().map(|(x, y)| (x - y).powi(2)).sum(),
        Distance::Manhattan => pairs().map(|(x, y)| (x - y).abs()).sum(),
        Distance::Cosine => 1.0 - dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt(),
    }
}

proptest! {
    #[test]
    fn search_equals_brute_force(
        table in prop::collection::vec((prop::array::uniform3(0i8..6), 0u16..3, 0u16..2), 1..90),
        query in (prop::array::uniform3(0i8..6), prop::option::of(0u16..3), 0u16..2),
        k in 1usize..12,
        skip in prop::option::of(0u32..90),
    ) {
        let p = preparation();
        let mut rows = Rows::new(&p);
        for (values, d, e) in &table {
            rows.push(&p, &values.map(f64::from), &[*d, *e], 0.0);
        }
        let mut columns = Vec::new();
        p.put_columns(query.0.map(f64::from).into_iter(), &mut columns);
        let point = Point { columns, categories: vec![query.1.unwrap_or(UNSEEN), query.2] };
        let all: Vec<u32> = (0..rows.len() as u32).collect();
        for distance in [Distance::Euclidean, Distance::Manhattan, Distance::Cosine] {
            let index = Index::new(&Space::plain(distance, 2), &p, &rows, &all);
            let found = index.nearest(&index.place(&p, &point), k, skip);
            let mut expected: Vec<f64> = all
                .iter()
                .filter(|&&row| Some(row) != skip)
                .map(|&row| by_definition(distance, &p, &point, &rows.point(row)))
                .collect();
            expected.sort_by(f64::total_cmp);
            expected.truncate(k);
            prop_assert_eq!(found.len(), expected.len());
            for (near, &distance_expected) in found.iter().zip(&expected) {
                let own = by_definition(distance, &p, &point, &rows.point(near.row));
                prop_assert!((f64::from(near.distance) - own).abs() < 1e-5);
                prop_assert!((own - distance_expected).abs() < 1e-5);
            }
            prop_assert!(found.is_sorted());
        }
    }
}

#[test]
fn cosines_tell_rows_in_nearly_one_direction_apart() {
    let p = Preparation {
        numeric: vec![plain("a"), plain("b")],
        categorical: Vec::new(),
    };
    let angles = [3e-4, 1e-4, 2e-4];
    let mut rows = Rows::new(&p);
    for angle in angles {
        // Prepared, 1 and the angle: the features' mean is 1 and their deviation 2.
        rows.push(&p, &[3.0, 1.0 + 2.0 * angle], &[], 0.0);
    }
    rows.push(&p, &[1.0, 1.0], &[], 0.0);
    let index = Index::new(&Space::plain(Distance::Cosine, 0), &p, &rows, &[0, 1, 2, 3]);
    let point = |columns: &[f32]| Point {
        columns: columns.to_vec(),
        categories: Vec::new(),
    };
    let found = index.nearest(&index.place(&p, &point(&[2.0, 0.0])), 4, None);
    assert_eq!(
        found.iter().map(|near| near.row).collect::<Vec<_>>(),
        [1, 2, 0, 3]
    );
    for (near, angle) in found.iter().zip([1e-4f64, 2e-4, 3e-4]) {
        let expected = angle * angle / 2.0;
        assert!(
            (f64::from(near.distance) / expected - 1.0).abs() < 0.01,
            "{near:?}"
        );
    }
    // A row without a direction is at distance 1, and so is all else from such a point.
    assert!((found[3].distance - 1.0).abs() < 1e-6);
    let lost = index.nearest(&index.place(&p, &point(&[0.0, 0.0])), 4, None);
    assert!(
        lost.iter()
            .all(|near| near.row == 3 || (near.distance - 1.0).abs() < 1e-6)
    );
}

#[test]
fn ties_come_in_order_of_row_and_columns_without_weight_do_not_count() {
    let p = preparation();
    let mut rows = Rows::new(&p);
    for i in 0..40 {
        rows.push(&p, &[1.0, 1.0, f64::from(i)], &[1, 1], 0.0);
    }
    let space = Space {
        scales: Some(vec![1.0, 2.0, 0.0]),
        ..Space::plain(Distance::Euclidean, 2)
    };
    let members: Vec<u32> = (0..40).rev().filter(|row| row % 2 == 0).collect();
    let index = Index::new(&space, &p, &rows, &members);
    let found = index.nearest(&index.place(&p, &rows.point(4)), 3, Some(4));
    let expected = [0, 2, 6].map(|row| Near { row, distance: 0.0 });
    assert_eq!(found, expected);
}
