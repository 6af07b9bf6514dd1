use super::super::{Architecture, Neural, Parameter};
use super::*;
use crate::{Recommender, Scores};

const WIDTH: usize = 3;
const N: usize = 7;

fn shape(ratings: bool, second: u32) -> PairShape {
    PairShape {
        width: WIDTH as u32,
        inner: 6,
        second,
        ratings: ratings.then_some(RatingScale {
            mean: 3.0,
            least: 1.0,
            most: 5.0,
        }),
        fold_in: PairFoldIn {
            steps: 60,
            regularisation: 0.5,
            negatives: if ratings { 0.0 } else { 4.0 },
        },
    }
}

fn shapes() -> [PairShape; 3] {
    [shape(false, 4), shape(true, 4), shape(true, 0)]
}

/// Parameters that differ from each other; items 0 to 3 are the sample, item 5 is unknown.
fn filled(shape: PairShape) -> Vec<Parameter> {
    let expected = Neural::expected(Architecture::Ncf(shape), N, &Device::flex()).unwrap();
    let mut at = 0u32;
    let mut next = || {
        at = at.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        2.0 * (at >> 8) as f32 / (1u32 << 24) as f32 - 1.0
    };
    let own = |(name, shape): (String, Vec<usize>)| {
        let mut values: Vec<f32> = (0..shape.iter().product()).map(|_| next()).collect();
        match name.as_str() {
            SAMPLE => values = (0..N).map(|item| f32::from(u8::from(item < 4))).collect(),
            "items" => values[5 * WIDTH..6 * WIDTH].fill(0.0),
            "spread" => values.iter_mut().for_each(|x| *x = x.abs() + 0.5),
            _ => {}
        }
        Parameter {
            name,
            shape,
            values,
        }
    };
    expected.into_iter().map(own).collect()
}

fn model(shape: PairShape) -> Neural {
    Neural::new(Architecture::Ncf(shape), N, filled(shape), &Device::flex()).unwrap()
}

fn pairs(shape: PairShape) -> Pairs {
    match model(shape).form {
        super::super::Form::Pairs(pairs) => *pairs,
        super::super::Form::Sequences { .. } => unreachable!(),
    }
}

/// The definition, one number at a time: both vectors side by side through the layers.
struct Twin {
    shape: PairShape,
    parameters: Vec<Parameter>,
}

impl Twin {
    fn of(&self, name: &str) -> &[f32] {
        let found = self.parameters.iter().find(|own| own.name == name);
        &found.unwrap().values
    }

    fn layer(&self, x: &[f64], weight: &[f32], bias: &[f32]) -> Vec<f64> {
        let out = bias.len();
        (0..out)
            .map(|to| {
                let products = x.iter().enumerate();
                let sum: f64 = products
                    .map(|(from, x)| x * f64::from(weight[from * out + to]))
                    .sum();
                sum + f64::from(bias[to])
            })
            .collect()
    }

    fn result(&self, user: &[f64], item: usize) -> f64 {
        let item = &self.of("items")[item * WIDTH..][..WIDTH];
        let both: Vec<f64> = user
            .iter()
            .copied()
            .chain(item.iter().map(|&x| x.into()))
            .collect();
        let weight = [
            self.of("perceptron.user"),
            self.of("perceptron.item.weight"),
        ]
        .concat();
        let mut x = self.layer(&both, &weight, self.of("perceptron.item.bias"));
        for layer in 0..self.shape.layers().len() {
            x.iter_mut().for_each(|x| *x = x.max(0.0));
            let of = |what: &str| self.of(&format!("perceptron.layers.{layer}.{what}"));
            x = self.layer(&x, of("weight"), of("bias"));
        }
        x[0]
    }

    fn user(&self, at: &[f64]) -> Vec<f64> {
        let rows = self.of("mean").iter().zip(self.of("spread")).zip(at);
        rows.map(|((mean, spread), at)| f64::from(*mean) + f64::from(*spread) * at)
            .collect()
    }

    /// What a visitor's vector minimises, times the history's length.
    fn objective(&self, history: &[Event], at: &[f64]) -> f64 {
        let user = self.user(at);
        let fold_in = self.shape.fold_in;
        let chance = |item: usize| 1.0 / (1.0 + (-self.result(&user, item)).exp());
        let known = history
            .iter()
            .filter(|event| event.item != 5 && event.item < N as u32);
        let n = known.clone().count() as f64;
        let told: f64 = known
            .map(|event| match self.shape.ratings {
                Some(_) => {
                    (self.result(&user, event.item as usize) - f64::from(event.rating)).powi(2)
                }
                None => -chance(event.item as usize).ln(),
            })
            .sum();
        let others: Vec<usize> = (0..4)
            .filter(|item| history.iter().all(|e| e.item != *item as u32))
            .collect();
        let against: f64 = others.iter().map(|&item| -(1.0 - chance(item)).ln()).sum();
        let against = n * f64::from(fold_in.negatives) * against / others.len().max(1) as f64;
        let against = if self.shape.ratings.is_some() {
            0.0
        } else {
            against
        };
        let held: f64 = at.iter().map(|x| x * x).sum();
        told + against + f64::from(fold_in.regularisation) / 2.0 * held
    }
}

fn twin(shape: PairShape) -> Twin {
    Twin {
        shape,
        parameters: filled(shape),
    }
}

fn history() -> Vec<Event> {
    let event = |(item, rating)| Event {
        rating,
        ..Event::implicit(item)
    };
    // The last two are none that the model knows.
    [(4, 5.0), (1, 2.0), (6, 3.5), (5, 1.0), (99, 1.0)]
        .map(event)
        .to_vec()
}

fn vector(tensor: Tensor<2>) -> Vec<f64> {
    let values: Vec<f32> = tensor.into_data().try_to_vec().unwrap();
    values.into_iter().map(f64::from).collect()
}

#[test]
fn scores_are_those_of_both_vectors_side_by_side() {
    for shape in shapes() {
        let (model, twin) = (model(shape), twin(shape));
        let visitor = model.visitor(&history()).unwrap();
        let scores = model.scores_of(&visitor);
        let user: Vec<f64> = visitor.vector.iter().map(|&x| x.into()).collect();
        for (item, &score) in scores.iter().enumerate() {
            let result = twin.result(&user, item);
            let expected = match (item, shape.ratings) {
                (5, _) => 0.0,
                (_, Some(_)) => result,
                (_, None) => 1.0 / (1.0 + (-result).exp()),
            };
            assert!((f64::from(score) - expected).abs() < 1e-5, "{item}");
        }
        let mut by_history = Scores::new(N);
        model.score(&history(), &mut by_history);
        assert_eq!(by_history.values(), scores);
    }
}

#[test]
fn the_gradient_is_that_of_the_loss_by_finite_differences() {
    for shape in shapes() {
        let (pairs, twin) = (pairs(shape), twin(shape));
        let wishes = pairs.wishes(&history()).unwrap();
        for at in [[0.0, 0.0, 0.0], [0.4, -0.3, 0.9]] {
            let values = at.map(|x| x as f32).to_vec();
            let tensor = Tensor::from_data(TensorData::new(values, [1, WIDTH]), &Device::flex());
            let found = vector(pairs.gradient(&wishes, &tensor));
            for (place, found) in found.iter().enumerate() {
                const H: f64 = 1e-5;
                let moved = |by: f64| {
                    let mut at = at;
                    at[place] += by;
                    twin.objective(&history(), &at)
                };
                // Three items of the history are known.
                let expected = (moved(H) - moved(-H)) / (2.0 * H) / 3.0;
                assert!(
                    (found - expected).abs() < 1e-4,
                    "{found} instead of {expected}"
                );
            }
        }
    }
}

#[test]
fn a_visitor_comes_close_to_the_least_loss() {
    for shape in shapes() {
        let (model, twin) = (model(shape), twin(shape));
        let visitor = model.visitor(&history()).unwrap();
        let at: Vec<f64> = visitor
            .vector
            .iter()
            .zip(twin.of("mean").iter().zip(twin.of("spread")))
            .map(|(x, (mean, spread))| f64::from(x - mean) / f64::from(*spread))
            .collect();
        let found = twin.objective(&history(), &at);
        // The least that small steps in any direction find from there.
        let (mut best, mut least, mut step) = (at, found, 0.1);
        while step > 1e-4 {
            let mut better = false;
            for place in 0..WIDTH {
                for by in [step, -step] {
                    let mut next = best.clone();
                    next[place] += by;
                    let loss = twin.objective(&history(), &next);
                    if loss < least {
                        (best, least, better) = (next, loss, true);
                    }
                }
            }
            if !better {
                step /= 2.0;
            }
        }
        let start = twin.objective(&history(), &[0.0; WIDTH]);
        // ReLU has kinks, over which steps of Adam go back and forth.
        assert!(
            found - least < 0.05 * (start - least),
            "{start} {found} {least}"
        );
    }
}

#[test]
fn nobody_and_nothing_known_are_told_from_somebody() {
    let strange: Vec<Event> = [5, 99].map(Event::implicit).to_vec();
    let of = |shape, history: &[Event]| {
        let mut scores = Scores::new(N);
        model(shape).score(history, &mut scores);
        scores.values().to_vec()
    };
    for history in [&[][..], &strange] {
        assert_eq!(of(shape(false, 4), history), vec![0.0; N]);
        // Predicted ratings are those of the mean user.
        let twin = twin(shape(true, 4));
        let expected = twin.result(&twin.user(&[0.0; WIDTH]), 2);
        assert!((f64::from(of(shape(true, 4), history)[2]) - expected).abs() < 1e-5);
    }
    let all: Vec<Event> = (0..N as u32).map(Event::implicit).collect();
    assert!(
        of(shape(false, 4), &all)
            .iter()
            .all(|score| score.is_finite())
    );
}

#[test]
fn items_that_came_later_are_unknown() {
    for shape in shapes() {
        let model = model(shape);
        let wider = model.widen(N + 2);
        let mut scores = Scores::new(N + 2);
        wider.score(&history(), &mut scores);
        let mut before = Scores::new(N);
        model.score(&history(), &mut before);
        assert_eq!(scores.values()[..N], *before.values());
        assert_eq!(scores.values()[N..], [0.0; 2]);
        let again = Neural::new(model.architecture(), N, model.parameters(), &Device::flex());
        assert_eq!(again.unwrap().parameters(), filled(shape));
    }
}

#[test]
fn impossible_shapes_are_refused() {
    let good = shape(true, 4);
    let not_finite = PairShape {
        ratings: good.ratings.map(|scale| RatingScale {
            mean: f32::NAN,
            ..scale
        }),
        ..good
    };
    let endless = PairShape {
        fold_in: PairFoldIn {
            steps: 1 << 20,
            ..good.fold_in
        },
        ..good
    };
    for shape in [PairShape { inner: 0, ..good }, not_finite, endless] {
        assert!(Architecture::Ncf(shape).check(N).is_err(), "{shape:?}");
    }
    assert!(Architecture::Ncf(good).check(1 << 20).is_ok());
    let wide = PairShape { inner: 128, ..good };
    assert!(Architecture::Ncf(wide).check(1 << 20).is_err());
}
