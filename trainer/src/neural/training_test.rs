use std::cell::Cell;

use burn::module::Param;
use burn::tensor::{Device, Tensor};
use doorstep_shared::neural::parameters;

use super::*;

/// One number.
#[derive(Module, Debug)]
struct Number {
    value: Param<Tensor<1>>,
}

fn number(value: f32) -> Number {
    let device = Device::flex().autodiff();
    Number {
        value: Param::from_tensor(Tensor::from_floats([value], &device)),
    }
}

/// Whose judge says what was written down for each epoch, and whose only step of an epoch
/// makes the network what `step` says.
struct Scripted {
    figures: Vec<f64>,
    judged: Cell<usize>,
    step: fn(f32) -> f32,
}

impl Task for Scripted {
    type Net = Number;
    type Step = ();

    const LOSS: &'static str = "none";
    const EMPTY: &'static str = "nothing is asked for";

    fn steps(&self, _: &mut ChaCha8Rng) -> Vec<()> {
        vec![()]
    }

    fn gradient(&self, net: &Number, (): &(), _: &mut Dropout) -> Result<Gradient<Number>> {
        let next = (self.step)(value(net));
        Ok(Gradient {
            loss: 1.0,
            count: 1,
            gradients: GradientsParams::new(),
            after: Some(Box::new(move |_| Ok(number(next)))),
        })
    }

    fn judge(&self, _: &Number) -> Result<Option<f64>> {
        let epoch = self.judged.get();
        self.judged.set(epoch + 1);
        Ok(Some(self.figures[epoch]))
    }
}

fn value(net: &Number) -> f32 {
    parameters(net)[0].values[0]
}

fn trained(task: &Scripted, ema_decay: f32) -> Result<Trained<Number>> {
    let schedule = Schedule {
        model: "scripted",
        epochs: 20,
        patience: 3,
        learning_rate: 0.1,
        first_moment: 0.9,
        second_moment: 0.999,
        weight_decay: 0.0,
        decoupled: false,
        dropout: 0.0,
        ema_decay,
        seed: 0,
    };
    let (keeper, progress) = (Keeper::default(), Progress::new(true));
    let mut observer = Observer::none();
    train(
        task,
        number(0.0),
        &schedule,
        &keeper,
        &progress,
        &mut observer,
    )
}

#[test]
fn training_ends_when_patience_does_and_gives_the_best_epoch() {
    let task = Scripted {
        figures: vec![0.1, 0.2, 0.15, 0.3, 0.3, 0.1, 0.29, 0.9],
        judged: Cell::new(0),
        step: |before| before + 1.0,
    };
    let found = trained(&task, 0.0).unwrap();
    // A figure that is only as good is no better, so the fourth epoch stays the best.
    assert_eq!((found.epoch, value(&found.net)), (4, 4.0));
    assert_eq!(task.judged.get(), 7);
}

#[test]
fn what_is_judged_and_given_is_the_moving_average() {
    let task = Scripted {
        figures: vec![0.1, 0.2, 0.1, 0.1, 0.1],
        judged: Cell::new(0),
        step: |before| before + 1.0,
    };
    let found = trained(&task, 0.5).unwrap();
    // By 2/11 after the first step, and by 3/12 after the second.
    let first = 1.0 - 2.0 / 11.0;
    let second = 0.25 * first + 0.75 * 2.0;
    assert!((value(&found.net) - second).abs() < 1e-6);
}

#[test]
fn a_step_that_breaks_the_network_is_told() {
    let task = Scripted {
        figures: vec![0.1, 0.2],
        judged: Cell::new(0),
        step: |before| if before > 0.0 { f32::NAN } else { 1.0 },
    };
    let error = trained(&task, 0.0).err().unwrap().to_string();
    let told = "scripted diverged in epoch 2: a parameter is no number any more; lower \
                scripted.learning_rate (it is 0.1)";
    assert_eq!(error, told);
    assert_eq!(task.judged.get(), 1);
}
