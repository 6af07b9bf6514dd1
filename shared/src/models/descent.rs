//! Hyper-parameters of gradient descent that all networks have.

use super::{OutOfRange, require};

/// Checks the decay of a moving average of parameters.
pub(super) fn check_ema_decay(model: &'static str, decay: f32) -> Result<(), OutOfRange> {
    let range = "from 0 to below 1";
    require(
        (0.0..1.0).contains(&decay),
        model,
        "ema_decay",
        range,
        decay,
    )
}

/// What is checked of them.
pub(super) struct Descent {
    pub epochs: u32,
    pub batch: u32,
    pub learning_rate: f32,
    pub weight_decay: f32,
    pub dropout: f32,
}

impl Descent {
    /// Checks every range.
    pub fn validate(&self, model: &'static str) -> Result<(), OutOfRange> {
        let check = |holds, field, range, value: &dyn ToString| {
            require(holds, model, field, range, value.to_string())
        };
        check(self.epochs > 0, "epochs", "at least 1", &self.epochs)?;
        check(
            (1..=1 << 16).contains(&self.batch),
            "batch",
            "from 1 to 65536",
            &self.batch,
        )?;
        check(
            self.learning_rate > 0.0 && self.learning_rate.is_finite(),
            "learning_rate",
            "a positive number",
            &self.learning_rate,
        )?;
        check(
            self.weight_decay >= 0.0 && self.weight_decay.is_finite(),
            "weight_decay",
            "a number from 0 up",
            &self.weight_decay,
        )?;
        check(
            (0.0..1.0).contains(&self.dropout),
            "dropout",
            "from 0 to below 1",
            &self.dropout,
        )
    }
}
