use super::*;
use proptest::prelude::*;

const SCALE: RatingScale = RatingScale {
    mean: 3.0,
    least: 1.0,
    most: 5.0,
};

fn fold_in() -> FoldIn {
    FoldIn {
        regularisation: 0.5,
        per_event: false,
        recency: 1.0,
        ratings: None,
        confidence: None,
    }
}

fn event(item: u32, rating: f32) -> Event {
    Event {
        item,
        rating,
        time: None,
    }
}

/// Σ over what is known of a visitor: what the fold-in is to minimise.
fn loss(model: &Factors, events: &[Event], visitor: &Visitor) -> f64 {
    let fold_in = model.fold_in();
    let square = |x: f32| f64::from(x) * f64::from(x);
    let norm: f64 = visitor.vector.iter().map(|&x| square(x)).sum();
    let ridge = f64::from(fold_in.regularisation) * (norm + square(visitor.bias));
    let own = |item: u32| dot(&visitor.vector, model.vector(item));
    if let Some(scale) = fold_in.ratings {
        let n = if fold_in.per_event { events.len() } else { 1 };
        let error = |e: &Event| {
            square(e.rating - scale.mean - visitor.bias - model.bias(e.item) - own(e.item))
        };
        return events.iter().map(error).sum::<f64>() + n as f64 * ridge;
    }
    let confidence = fold_in.confidence.expect("one of both");
    let cell = |item: u32| {
        let mut r = None;
        for e in events.iter().filter(|e| e.item == item) {
            r = Some(r.unwrap_or(0.0) + e.rating);
        }
        match r {
            Some(r) => f64::from(confidence.base + confidence.alpha * r) * square(1.0 - own(item)),
            None => square(own(item)),
        }
    };
    (0..model.n_items() as u32).map(cell).sum::<f64>() + ridge
}

proptest! {
    /// Whatever way the visitor is moved from what the fold-in gives, the loss grows.
    #[test]
    fn fold_in_is_the_minimum(
        vectors in prop::collection::vec(-1.0f32..1.0, 18),
        biases in prop::collection::vec(-1.0f32..1.0, 6),
        history in prop::collection::vec((0u32..6, 1u32..6), 1..9),
        explicit: bool,
        per_event: bool,
        base in 0u8..2,
    ) {
        let events: Vec<Event> = history.iter().map(|&(i, r)| event(i, r as f32)).collect();
        let fold_in = match explicit {
            true => FoldIn { ratings: Some(SCALE), per_event, ..fold_in() },
            false => FoldIn {
                confidence: Some(Confidence { base: base.into(), alpha: 2.0 }),
                ..fold_in()
            },
        };
        let biases = if explicit { biases } else { Vec::new() };
        let model = Factors::new("test", 3, vectors, biases, fold_in);
        prop_assume!((0..6).all(|item| model.knows(item)));
        let visitor = model.visitor(&events).unwrap();
        let best = loss(&model, &events, &visitor);
        for at in 0..model.unknowns() {
            for step in [-0.02, 0.02] {
                let mut moved = visitor.clone();
                match moved.vector.get_mut(at) {
                    Some(x) => *x += step,
                    None => moved.bias += step,
                }
                prop_assert!(loss(&model, &events, &moved) > best);
            }
        }
    }

    #[test]
    fn contributions_sum_to_the_score(
        vectors in prop::collection::vec(-1.0f32..1.0, 18),
        history in prop::collection::vec((0u32..6, 1u32..6), 1..9),
        kind in 0u8..3,
        recency in 0.5f32..1.0,
    ) {
        let events: Vec<Event> = history.iter().map(|&(i, r)| event(i, r as f32)).collect();
        let mut fold_in = FoldIn { recency, ..fold_in() };
        match kind {
            0 => fold_in.ratings = Some(SCALE),
            1 => fold_in.confidence = Some(Confidence { base: 1.0, alpha: 3.0 }),
            _ => {}
        }
        let model = Factors::new("test", 3, vectors, Vec::new(), fold_in);
        let mut scores = Scores::new(6);
        model.score(&events, &mut scores);
        let items: Vec<u32> = (0..6).collect();
        for (item, parts) in items.iter().zip(model.contributions(&events, &items)) {
            let sum: f32 = parts.iter().map(|(_, part)| part).sum();
            let mean = if kind == 0 { SCALE.mean } else { 0.0 };
            prop_assert!((mean + sum - scores.values()[*item as usize]).abs() < 1e-4);
        }
    }

    #[test]
    fn dot_is_the_sum_of_products(a in prop::collection::vec(-2i8..3, 0..30)) {
        let a: Vec<f32> = a.into_iter().map(f32::from).collect();
        let b: Vec<f32> = a.iter().rev().copied().collect();
        let expected: f32 = a.iter().zip(&b).map(|(x, y)| x * y).sum();
        prop_assert_eq!(dot(&a, &b), expected);
    }
}

#[test]
fn the_mean_vector_is_the_fold_in_of_plain_products() {
    let model = Factors::new("dot", 2, vec![1.0, 0.0, 0.0, 3.0], vec![], fold_in());
    let visitor = model.visitor(&[event(0, 1.0), event(1, 1.0)]).unwrap();
    assert_eq!(visitor.vector, [0.5, 1.5]);
}

#[test]
fn unknown_items_are_never_scored_and_tell_nothing() {
    let vectors = vec![1.0, 0.5, 0.0, 0.0, -1.0, 0.25];
    let ratings = Some(SCALE);
    let mut model = Factors::new(
        "svd",
        2,
        vectors,
        vec![0.1, 0.0, -0.2],
        FoldIn {
            ratings,
            ..fold_in()
        },
    );
    model.widen(4);
    let known = [event(0, 5.0), event(2, 1.0)];
    let more = [
        event(0, 5.0),
        event(1, 1.0),
        event(3, 1.0),
        event(2, 1.0),
        event(9, 5.0),
    ];
    assert_eq!(model.visitor(&known), model.visitor(&more));
    assert_eq!(model.visitor(&[event(1, 4.0)]), None);
    let mut scores = Scores::new(4);
    model.score(&[], &mut scores);
    assert_eq!(scores.touched(), [0, 2]);
    assert_eq!(scores.values(), [3.1, 0.0, 2.8, 0.0]);
}

#[test]
fn predictions_stay_within_the_scale_and_scores_do_not() {
    let fold_in = FoldIn {
        ratings: Some(SCALE),
        ..fold_in()
    };
    let model = Factors::new("bias", 0, vec![], vec![2.5, 1.0], fold_in);
    let visitor = model.visitor(&[event(1, 5.0)]).unwrap();
    // (5 − 3 − 1) / (1 + λ)
    assert!((visitor.bias - 1.0 / 1.5).abs() < 1e-6);
    assert_eq!(model.predict(&visitor, 0), 5.0);
    // An item beyond the catalogue is one without a bias.
    assert!((model.predict(&visitor, 7) - (3.0 + visitor.bias)).abs() < 1e-6);
    let mut scores = Scores::new(2);
    model.score(&[event(1, 5.0)], &mut scores);
    assert!(scores.values()[0] > 6.0);
}

#[test]
fn on_a_scale_below_zero_what_is_known_stands_above_what_is_not() {
    let scores = |by: f32| {
        let ratings = RatingScale {
            mean: SCALE.mean - by,
            least: SCALE.least - by,
            most: SCALE.most - by,
        };
        let fold_in = FoldIn {
            ratings: Some(ratings),
            ..fold_in()
        };
        let model = Factors::new("bias", 0, vec![], vec![-0.5, 1.0, 0.0], fold_in);
        let mut scores = Scores::new(3);
        model.score(&[event(1, 4.0 - by)], &mut scores);
        scores.values().to_vec()
    };
    // Those of the scale from 0 on; the third item is unknown.
    assert_eq!(scores(8.0), scores(1.0));
    assert_eq!(scores(8.0), [1.5, 3.0, 0.0]);
}

#[test]
fn fold_ins_out_of_range_are_told() {
    let confidence = |base, alpha| FoldIn {
        confidence: Some(Confidence { base, alpha }),
        ..fold_in()
    };
    assert!(fold_in().is_valid() && confidence(1.0, 40.0).is_valid());
    let reversed = RatingScale {
        least: 9.0,
        ..SCALE
    };
    for bad in [
        confidence(0.5, 1.0),
        confidence(1.0, -1.0),
        confidence(1.0, f32::INFINITY),
        FoldIn {
            regularisation: 0.0,
            ..fold_in()
        },
        FoldIn {
            recency: f32::NAN,
            ..fold_in()
        },
        FoldIn {
            ratings: Some(reversed),
            ..fold_in()
        },
        FoldIn {
            ratings: Some(SCALE),
            ..confidence(1.0, 1.0)
        },
    ] {
        assert!(!bad.is_valid(), "{bad:?}");
    }
}
