//! A straight axis: its range, its ticks, and where on the paper a value lies.

/// How many ticks an axis has about.
const TICKS: f64 = 5.0;

/// From the first tick to the last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    low: f64,
    step: f64,
    steps: u32,
}

impl Axis {
    /// Holds all finite `values`, with ticks at 1, 2 or 5 times a power of ten.
    pub fn over(values: impl Iterator<Item = f64>) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter(|value| value.is_finite()) {
            (low, high) = (low.min(value), high.max(value));
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        // Of equal values there is no range; an invented one keeps them in the middle.
        if high - low <= 1e-9 * high.abs().max(low.abs()) {
            let room = if high == 0.0 { 1.0 } else { 0.1 * high.abs() };
            (low, high) = (low - room, high + room);
        }
        let rough = (high - low) / TICKS;
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .map(|factor| factor * power)
            .find(|&step| step >= rough * 0.999)
            .unwrap_or(10.0 * power);
        let first = (low / step + 1e-9).floor();
        let last = (high / step - 1e-9).ceil();
        Self {
            low: first * step,
            step,
            steps: (last - first) as u32,
        }
    }

    /// Where a value lies between `from` and `to`.
    pub fn place(&self, value: f64, from: f64, to: f64) -> f64 {
        from + (to - from) * (value - self.low) / (self.step * f64::from(self.steps))
    }

    /// The ticks with their labels.
    pub fn ticks(&self) -> impl Iterator<Item = (f64, String)> + '_ {
        (0..=self.steps).map(|at| {
            let value = self.low + self.step * f64::from(at);
            (value, self.label(value))
        })
    }

    fn label(&self, value: f64) -> String {
        let (unit, suffix) = match self.low.abs().max((self.low + self.span()).abs()) {
            most if most >= 1e7 => (1e6, "M"),
            most if most >= 1e4 => (1e3, "k"),
            _ => (1.0, ""),
        };
        let (value, step) = (value / unit, self.step / unit);
        let decimals = (-(step * 1.001).log10().floor()).clamp(0.0, 9.0) as usize;
        // A sum of steps that should be 0 may be a little below.
        let value = if value.abs() < step / 2.0 { 0.0 } else { value };
        format!("{value:.decimals$}{suffix}")
    }

    fn span(&self) -> f64 {
        self.step * f64::from(self.steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(values: &[f64]) -> Vec<String> {
        Axis::over(values.iter().copied())
            .ticks()
            .map(|(_, label)| label)
            .collect()
    }

    #[test]
    fn ticks_are_round_and_hold_all_values() {
        assert_eq!(
            labels(&[0.03, 0.97]),
            ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(
            labels(&[-0.02, 0.03]),
            ["-0.02", "-0.01", "0.00", "0.01", "0.02", "0.03"]
        );
        assert_eq!(
            labels(&[61e3, 480e3]),
            ["0k", "100k", "200k", "300k", "400k", "500k"]
        );
    }

    #[test]
    fn odd_ranges_still_have_an_axis() {
        assert_eq!(labels(&[]).len(), 6);
        assert_eq!(labels(&[f64::NAN, f64::INFINITY]).len(), 6);
        let axis = Axis::over([5.0, 5.0].into_iter());
        assert!((axis.place(5.0, 0.0, 100.0) - 50.0).abs() < 1.0);
        assert!(labels(&[0.0]).len() > 1 && labels(&[-3e12]).len() > 1);
    }

    #[test]
    fn a_place_is_in_proportion() {
        let axis = Axis::over([0.0, 10.0].into_iter());
        assert_eq!(axis.place(2.5, 100.0, 0.0), 75.0);
    }
}
