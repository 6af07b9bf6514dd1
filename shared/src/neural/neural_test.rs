use super::*;

fn shape() -> SequenceShape {
    SequenceShape {
        width: 8,
        blocks: 2,
        heads: 2,
        inner: 12,
        length: 6,
    }
}

fn architectures() -> [Architecture; 2] {
    let filter = FilterShape {
        cutoff: 3,
        alpha: 0.7,
    };
    [
        Architecture::SasRec(shape()),
        Architecture::BsaRec(shape(), filter),
    ]
}

/// Parameters that differ from each other, the same for all runs.
fn filled(architecture: Architecture, n_items: usize) -> Vec<Parameter> {
    let device = Device::flex();
    let expected = Neural::expected(architecture, n_items, &device).unwrap();
    let mut at = 0u32;
    let mut next = || {
        at = at.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (at >> 8) as f32 / (1u32 << 24) as f32 - 0.5
    };
    expected
        .into_iter()
        .map(|(name, shape)| Parameter {
            values: (0..shape.iter().product()).map(|_| next()).collect(),
            name,
            shape,
        })
        .collect()
}

fn neural(architecture: Architecture) -> Neural {
    Neural::new(architecture, 9, filled(architecture, 9), &Device::flex()).unwrap()
}

fn history(items: &[u32]) -> Vec<Event> {
    items.iter().copied().map(Event::implicit).collect()
}

fn scores(model: &Neural, items: &[u32]) -> Vec<f32> {
    let mut scores = Scores::new(9);
    model.score(&history(items), &mut scores);
    scores.values().to_vec()
}

fn near(a: &[f32], b: &[f32]) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5)
}

#[test]
fn scores_are_chances() {
    for architecture in architectures() {
        let scores = scores(&neural(architecture), &[1, 2, 3]);
        assert!((scores.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert!(scores.iter().all(|score| *score > 0.0));
    }
}

#[test]
fn neither_company_nor_padding_changes_a_sequence() {
    for architecture in architectures() {
        let model = neural(architecture);
        let (long, short) = (history(&[1, 2, 3, 4, 5]), history(&[7, 8]));
        let network = model.network().unwrap();
        let encoded = |histories: &[&[Event]]| -> Vec<f32> {
            let encoded = model.encode(network, histories).unwrap();
            encoded.into_data().try_to_vec().unwrap()
        };
        let together = encoded(&[&long, &short]);
        let alone = [encoded(&[&long]), encoded(&[&short])].concat();
        assert!(near(&together, &alone));
    }
}

#[test]
fn the_ends_are_those_of_every_place() {
    for architecture in architectures() {
        let model = neural(architecture);
        let network = model.network().unwrap();
        let sequences = [vec![1, 2, 3, 4, 5, 6], vec![7], vec![8, 1, 8]];
        let batch = Batch::of(&sequences, 6, &Device::flex()).unwrap();
        let every = network.encode(&batch, &mut Quiet);
        let ends = network.encode_ends(&batch);
        assert_eq!(ends.dims(), [3, 8]);
        let expected = [5, 0, 2].iter().enumerate().map(|(sequence, &place)| {
            let place = place..place + 1;
            every.clone().slice([sequence..sequence + 1, place, 0..8])
        });
        let values = |x: Tensor<2>| x.into_data().try_to_vec::<f32>().unwrap();
        let expected: Vec<f32> = expected
            .flat_map(|end| values(end.reshape([1, 8])))
            .collect();
        for (end, expected) in values(ends).into_iter().zip(expected) {
            assert!((end - expected).abs() < 1e-6, "{end} {expected}");
        }
    }
}

#[test]
fn a_place_sees_nothing_of_what_comes_after() {
    for architecture in architectures() {
        let model = neural(architecture);
        let encode = |items: &[u32]| -> Vec<f32> {
            let batch = Batch::of(&[items.to_vec()], 6, &Device::flex()).unwrap();
            let encoded = model.network().unwrap().encode(&batch, &mut Quiet);
            encoded
                .slice([0..1, 0..3])
                .into_data()
                .try_to_vec()
                .unwrap()
        };
        assert!(near(&encode(&[1, 2, 3, 4]), &encode(&[1, 2, 3, 8, 5])));
        assert!(!near(&encode(&[1, 2, 3]), &encode(&[2, 1, 3])));
    }
}

#[test]
fn long_histories_count_by_their_end_and_strange_items_not_at_all() {
    for architecture in architectures() {
        let model = neural(architecture);
        let recent = scores(&model, &[1, 2, 3, 4, 5, 6]);
        assert_eq!(scores(&model, &[8, 7, 1, 2, 3, 4, 5, 6]), recent);
        assert_eq!(scores(&model, &[1, 2, 99, 3, 4, 5, 6]), recent);
        assert_eq!(scores(&model, &[]), vec![0.0; 9]);
        assert_eq!(scores(&model, &[99]), vec![0.0; 9]);
    }
}

#[test]
fn parameters_go_out_and_in() {
    for architecture in architectures() {
        let model = neural(architecture);
        let again = Neural::new(architecture, 9, model.parameters(), &Device::flex()).unwrap();
        assert_eq!(again.parameters(), filled(architecture, 9));
        assert_eq!(scores(&again, &[4, 2]), scores(&model, &[4, 2]));
    }
}

#[test]
fn parameters_that_do_not_fit_are_told_apart() {
    let architecture = architectures()[0];
    let given = |change: &dyn Fn(&mut Vec<Parameter>)| {
        let mut parameters = filled(architecture, 9);
        change(&mut parameters);
        let made = Neural::new(architecture, 9, parameters, &Device::flex());
        made.unwrap_err().to_string()
    };
    let message = given(&|all| drop(all.remove(1)));
    assert!(message.contains("positions is missing"), "{message}");
    let message = given(&|all| all[0].name = "else".into());
    assert!(message.contains("items is missing"), "{message}");
    let message = given(&|all| {
        let more = Parameter {
            name: "more".into(),
            ..all[1].clone()
        };
        all.push(more);
    });
    assert!(message.contains("no parameter more"), "{message}");
    let message = given(&|all| all[0].shape = vec![8, 9]);
    assert!(message.contains("items is [8, 9], not [9, 8]"), "{message}");
    let message = given(&|all| all[1].values[3] = f32::NAN);
    assert!(
        message.contains("positions") && message.contains("finite"),
        "{message}"
    );
    let odd = Architecture::SasRec(SequenceShape {
        heads: 3,
        ..shape()
    });
    let message = Neural::new(odd, 9, Vec::new(), &Device::flex()).unwrap_err();
    assert!(message.to_string().contains("heads"), "{message}");
}

#[test]
fn items_that_came_later_are_unknown() {
    for architecture in architectures() {
        let model = neural(architecture);
        let wider = model.widen(12);
        let mut scores = Scores::new(12);
        wider.score(&history(&[4, 2]), &mut scores);
        assert!(near(&scores.values()[..9], &self::scores(&model, &[4, 2])));
        assert_eq!(scores.values()[9..], [0.0; 3]);
    }
}
