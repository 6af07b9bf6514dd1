use super::*;
use doorstep_shared::neural::parameters;

/// A table, and a number of which nothing is learnt.
#[derive(Module, Debug)]
struct Pair {
    table: Param<Tensor<2>>,
    still: Param<Tensor<1>>,
}

const ROWS: usize = 3;
const WIDTH: usize = 5;

fn pair(device: &Device) -> Pair {
    let table: Vec<f32> = (0..ROWS * WIDTH).map(|at| at as f32 / 4.0 - 2.0).collect();
    let device = device.clone().autodiff();
    let table = Tensor::from_data(TensorData::new(table, [ROWS, WIDTH]), &device);
    Pair {
        table: Param::from_tensor(table),
        still: Param::from_tensor(Tensor::from_floats([7.0], &device)),
    }
}

/// The gradient of a step: some numbers that change in sign and size, and a row of zeros.
fn gradient(step: usize) -> Vec<f32> {
    let of = |at: usize| ((at * 7 + step * 5) % 11) as f32 - 5.0;
    let of_row = |at: usize| {
        if at / WIDTH == 1 {
            0.0
        } else {
            of(at) * 10f32.powi(at as i32 % 4 - 2)
        }
    };
    (0..ROWS * WIDTH).map(of_row).collect()
}

fn step(adam: &mut Adam, net: Pair, step: usize) -> Pair {
    let device = net.table.device().without_autodiff();
    let values = TensorData::new(gradient(step), [ROWS, WIDTH]);
    let mut gradients = GradientsParams::new();
    gradients.register(net.table.id, Tensor::<2>::from_data(values, &device));
    adam.step(net, gradients)
}

fn table(net: &Pair) -> Vec<f32> {
    parameters(net)[0].values.clone()
}

fn rule(weight_decay: f32, decoupled: bool) -> Rule {
    Rule {
        learning_rate: 0.01,
        first_moment: 0.9,
        second_moment: 0.98,
        weight_decay,
        decoupled,
    }
}

/// As the papers write it, of one number, in 64-bit floats.
fn by_the_paper(rule: Rule, first: f64, gradients: &[f64]) -> f64 {
    let [rate, b1, b2, decay] = [
        rule.learning_rate,
        rule.first_moment,
        rule.second_moment,
        rule.weight_decay,
    ]
    .map(f64::from);
    let (mut x, mut m, mut v) = (first, 0.0, 0.0);
    for (t, g) in (1..).zip(gradients) {
        let g = if rule.decoupled { *g } else { g + decay * x };
        m = b1 * m + (1.0 - b1) * g;
        v = b2 * v + (1.0 - b2) * g * g;
        let (m, v) = (m / (1.0 - b1.powi(t)), v / (1.0 - b2.powi(t)));
        let decayed = if rule.decoupled {
            rate * decay * x
        } else {
            0.0
        };
        x -= rate * m / (v.sqrt() + 1e-8) + decayed;
    }
    x
}

#[allow(deprecated)]
fn devices() -> [Device; 2] {
    [Device::flex(), Device::ndarray()]
}

#[test]
fn every_number_goes_where_the_papers_say() {
    const STEPS: usize = 40;
    for device in devices() {
        for rule in [rule(0.0, false), rule(0.1, false), rule(0.1, true)] {
            let mut adam = Adam::new(rule);
            let first = table(&pair(&device));
            let net = (0..STEPS).fold(pair(&device), |net, at| step(&mut adam, net, at));
            for (at, found) in table(&net).iter().enumerate() {
                let gradients: Vec<f64> =
                    (0..STEPS).map(|step| gradient(step)[at].into()).collect();
                let expected = by_the_paper(rule, first[at].into(), &gradients);
                let error = (f64::from(*found) - expected).abs();
                assert!(error < 2e-6, "{rule:?} {at}: {found}, not {expected}");
            }
            assert_eq!(parameters(&net)[1].values, [7.0]);
            assert!(net.table.is_require_grad());
        }
    }
}

#[test]
fn a_copy_of_the_network_stays_as_it_was() {
    let net = pair(&Device::flex());
    let before = table(&net);
    let kept = net.clone();
    let mut adam = Adam::new(rule(0.0, false));
    let net = step(&mut adam, net, 0);
    assert_eq!(table(&kept), before);
    assert_ne!(table(&net), before);
}

#[test]
fn what_is_written_down_goes_on_as_if_it_had_not_stopped() {
    for device in devices() {
        let rule = rule(0.1, true);
        let mut adam = Adam::new(rule);
        let net = (0..2).fold(pair(&device), |net, at| step(&mut adam, net, at));
        let kept = adam.to_bytes().unwrap();
        let mut again = Adam::from_bytes(rule, &kept, &net).unwrap();
        assert_eq!(again.to_bytes().unwrap(), kept);
        let [one, other] = [&mut adam, &mut again].map(|adam| step(adam, net.clone(), 2));
        assert_eq!(table(&one), table(&other));
    }
}

#[test]
fn what_is_of_another_network_is_refused() {
    let mut adam = Adam::new(rule(0.0, false));
    let net = pair(&Device::flex());
    let mut gradients = GradientsParams::new();
    let wrong = Tensor::<1>::from_floats([1.0], &Device::flex());
    gradients.register(net.still.id, wrong);
    let net = adam.step(net, gradients);
    let mut kept = adam.to_bytes().unwrap();
    assert!(Adam::from_bytes(adam.rule, &kept, &net).is_ok());
    let larger = Pair {
        still: Param::from_tensor(Tensor::from_floats([1.0, 2.0], &Device::flex())),
        ..net.clone()
    };
    let error = Adam::from_bytes(adam.rule, &kept, &larger).err().unwrap();
    assert!(error.to_string().contains("parameter 1 has another form"));
    kept.truncate(kept.len() - 1);
    assert!(Adam::from_bytes(adam.rule, &kept, &net).is_err());
}
