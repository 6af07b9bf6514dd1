//! Losses, bank and scores against NumPy.

use doorstep_shared::images::salad::{ScoreForm, contrast};
use serde::Deserialize;

use super::losses::{membership, reconstruction, renewed};
use super::neighbourhoods::Neighbourhoods;
use super::*;

/// What `tests/golden/salad/generate.py` found.
#[derive(Deserialize)]
struct Golden {
    temperature: f32,
    share: f32,
    nearest: usize,
    bank: Vec<Vec<f32>>,
    features: Vec<Vec<f32>>,
    own: Vec<usize>,
    neighbours: Vec<Vec<u32>>,
    pictures: Vec<Vec<f32>>,
    made: Vec<Vec<f32>>,
    reconstruction: f64,
    membership: f64,
    gradient: Vec<Vec<f64>>,
    renewed: Vec<Vec<f64>>,
    entropy: Vec<f64>,
    scores: Vec<f64>,
    literal: Vec<f64>,
    prototypes: Vec<Vec<f64>>,
    known: usize,
    contrasts: Vec<f64>,
    contrasted: Vec<f64>,
}

fn golden() -> Golden {
    let text = include_str!("../../../../tests/golden/salad/golden.json");
    serde_json::from_str(text).unwrap()
}

fn rows(rows: &[Vec<f32>], device: &Device) -> Tensor<2> {
    let shape = [rows.len(), rows[0].len()];
    Tensor::from_data(TensorData::new(rows.concat(), shape), device)
}

fn close(found: impl IntoIterator<Item = f64>, wanted: impl IntoIterator<Item = f64>) {
    let (found, wanted): (Vec<f64>, Vec<f64>) =
        (found.into_iter().collect(), wanted.into_iter().collect());
    assert_eq!(found.len(), wanted.len());
    for (a, b) in found.iter().zip(&wanted) {
        assert!((a - b).abs() < 1e-5 * b.abs().max(1.0), "{a} and not {b}");
    }
}

fn wide(values: &[f32]) -> impl Iterator<Item = f64> + '_ {
    values.iter().map(|x| f64::from(*x))
}

#[test]
fn losses_and_their_gradient_are_numpys() {
    let golden = golden();
    let device = Device::flex().autodiff();
    let picture = |of: &[Vec<f32>]| {
        let shape = [of.len(), 2, 3, 1];
        Tensor::<4>::from_data(TensorData::new(of.concat(), shape), &device)
    };
    let (pictures, made) = (picture(&golden.pictures), picture(&golden.made));
    let n = golden.pictures.len();
    let found = reconstruction(pictures.clone(), made.clone(), &vec![true; n]);
    close(wide(&numbers(found).unwrap()), [golden.reconstruction]);
    // A picture that is not meant adds nothing, and still counts as one.
    let meant: Vec<bool> = (0..n).map(|at| at % 2 == 0).collect();
    let pairs = golden.pictures.iter().zip(&golden.made);
    let squares = pairs.map(|(a, b)| {
        wide(a)
            .zip(wide(b))
            .map(|(a, b)| (a - b).powi(2))
            .sum::<f64>()
    });
    let sum: f64 = squares
        .zip(&meant)
        .map(|(own, &meant)| if meant { own } else { 0.0 })
        .sum();
    let found = reconstruction(pictures, made, &meant);
    close(wide(&numbers(found).unwrap()), [sum / n as f64]);

    let features = rows(&golden.features, &device).require_grad();
    let members = golden.own.iter().zip(&golden.neighbours);
    let members = members.map(|(&own, near)| near.iter().copied().chain([own as u32]).collect());
    let members: Vec<Vec<u32>> = members.collect();
    let bank = rows(&golden.bank, &device);
    let loss = membership(features.clone(), bank, &members, golden.temperature);
    close(wide(&numbers(loss.clone()).unwrap()), [golden.membership]);
    let gradient = features.grad(&loss.backward()).unwrap();
    close(wide(&numbers(gradient).unwrap()), golden.gradient.concat());
}

#[test]
fn bank_entropy_and_scores_are_numpys() {
    let golden = golden();
    let mut own = golden.bank.concat();
    renewed(
        &mut own,
        &golden.features.concat(),
        &golden.own,
        golden.share,
    );
    close(wide(&own), golden.renewed.concat());

    let bank = Bank::new(golden.bank[0].len(), golden.bank.concat()).unwrap();
    let temperature = f64::from(golden.temperature);
    let found = Neighbourhoods::discover(&bank, temperature, 3, 1, 1);
    close(
        [found.entropy],
        [golden.entropy.iter().sum::<f64>() / golden.entropy.len() as f64],
    );
    let score = |form| {
        let features = golden.features.iter();
        features
            .map(|own| bank.score(own, golden.nearest, form))
            .collect::<Vec<f64>>()
    };
    close(score(ScoreForm::Mean), golden.scores.clone());
    close(score(ScoreForm::Literal), golden.literal.clone());
    let prototypes = golden.features.iter();
    let prototypes = prototypes.map(|own| bank.prototype(own, golden.nearest, None));
    close(
        wide(&prototypes.collect::<Vec<_>>().concat()),
        golden.prototypes.concat(),
    );

    let n_normal = bank.n_rows() - golden.known;
    let normal = bank.keep(&(0..n_normal).collect::<Vec<_>>());
    let abnormal = bank.keep(&(n_normal..bank.n_rows()).collect::<Vec<_>>());
    let features = golden.features.iter();
    let contrasts = features.map(|own| contrast(&abnormal.near(own), &normal.near(own)));
    close(contrasts, golden.contrasts);
    let known = KnownAbnormal::new(abnormal, 0.3, 0.4).unwrap();
    let features = golden.features.iter();
    let contrasted = features.map(|own| known.score(2.5, own, &normal.near(own)));
    close(contrasted, golden.contrasted);
}
