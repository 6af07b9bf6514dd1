//! One hyper-parameter and the values to try.

use std::str::FromStr;

use anyhow::{Result, anyhow, ensure};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

/// One hyper-parameter and the values to try.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The hyper-parameter.
    pub field: String,
    /// What it may be.
    pub values: Values,
}

/// What a hyper-parameter may be.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// One of these, as typed.
    List(Vec<String>),
    /// Anything in between: can be drawn from, not enumerated.
    Range(Range),
}

/// The numbers from `low` to `high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The least.
    pub low: f64,
    /// The largest.
    pub high: f64,
    /// Whether factors are drawn uniformly, not differences: 1 to 10 as often as
    /// 10 to 100.
    pub log: bool,
    /// Whether only whole numbers are drawn.
    pub whole: bool,
}

impl Range {
    /// A number of the range, as typed: to four significant digits, so that what
    /// a report shows is what was tried.
    fn draw(&self, rng: &mut ChaCha8Rng) -> String {
        let share: f64 = rng.random();
        let between = |low: f64, high: f64| low + (high - low) * share;
        // Each whole number is as likely as the others, those at the ends too.
        let (low, high) = match self.whole {
            true => (self.low - 0.5, self.high + 0.5),
            false => (self.low, self.high),
        };
        let drawn = match self.log {
            true => between(low.ln(), high.ln()).exp(),
            false => between(low, high),
        };
        let rounded = match self.whole {
            true => drawn.round(),
            false => format!("{drawn:.3e}").parse().unwrap_or(drawn),
        };
        rounded.clamp(self.low, self.high).to_string()
    }

    /// Where between 0 (low) and 1 (high) a value is.
    fn position(&self, value: f64) -> f64 {
        let scaled = |x: f64| if self.log { x.ln() } else { x };
        (scaled(value) - scaled(self.low)) / (scaled(self.high) - scaled(self.low))
    }
}

/// How near to an end of a range, as a share of it, the best value is told to be at that end.
const END: f64 = 0.05;

impl Axis {
    /// How many values there are, where they can be counted.
    pub fn count(&self) -> Option<usize> {
        match &self.values {
            Values::List(values) => Some(values.len()),
            Values::Range(_) => None,
        }
    }

    /// One of the values, by chance.
    pub fn draw(&self, rng: &mut ChaCha8Rng) -> String {
        match &self.values {
            Values::List(values) => values[rng.random_range(0..values.len())].clone(),
            Values::Range(range) => range.draw(rng),
        }
    }

    /// What to try next where `value` is the least or the largest of the numbers
    /// tried, or close to an end of a range: the best may lie beyond, where a number there `may_be`.
    pub fn beyond(&self, value: &str, may_be: impl Fn(&str) -> bool) -> Option<String> {
        let best: f64 = value.parse().ok()?;
        let (least, largest) = match &self.values {
            Values::List(values) => {
                let numbers = values.iter().map(|v| v.parse().ok());
                let numbers: Vec<f64> = numbers.collect::<Option<_>>()?;
                let least = numbers.iter().all(|&other| best <= other);
                (least, numbers.iter().all(|&other| best >= other))
            }
            Values::Range(range) => {
                let position = range.position(best);
                (position < END, position > 1.0 - END)
            }
        };
        let (which, further, way) = match (least, largest) {
            (true, false) => ("least", "smaller", -1.0),
            (false, true) => ("largest", "larger", 1.0),
            _ => return None,
        };
        // A little further, or the next whole number.
        let next = [best + way * 0.01 * best.abs(), best + way];
        let next = next.iter().filter(|next| **next != best);
        if !next.map(f64::to_string).any(|next| may_be(&next)) {
            return None;
        }
        let field = &self.field;
        let which = match &self.values {
            Values::List(_) => format!("the {which} tried"),
            Values::Range(range) => {
                format!(
                    "near the {which} of its range, {} to {}",
                    range.low, range.high
                )
            }
        };
        Some(format!(
            "{field}={value} is {which}: a {further} one may be better"
        ))
    }
}

impl FromStr for Axis {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let parts = text.split_once('=');
        let (field, values) =
            parts.ok_or_else(|| anyhow!("write FIELD=VALUE,VALUE,… such as lambda=20,80,200"))?;
        let values: Vec<String> = values.split(',').map(|v| v.trim().to_owned()).collect();
        ensure!(
            values.iter().all(|v| !v.is_empty()),
            "a value is missing in `{text}`"
        );
        Ok(Self {
            field: field.trim().to_owned(),
            values: Values::List(values),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn a_best_value_at_an_end_is_told() {
        let any = |_: &str| true;
        let axis: Axis = "lambda=20,80,200".parse().unwrap();
        assert_eq!(axis.beyond("80", any), None);
        assert!(axis.beyond("20", any).unwrap().contains("smaller"));
        assert!(axis.beyond("200", any).unwrap().contains("larger"));
        let decay: Axis = "decay=0.5,1".parse().unwrap();
        let up_to_one = |next: &str| next.parse().is_ok_and(|next: f64| next <= 1.0);
        assert_eq!(decay.beyond("1", up_to_one), None);
        assert!(decay.beyond("0.5", up_to_one).is_some());
        let alone: Axis = "lambda=20".parse().unwrap();
        assert_eq!(alone.beyond("20", any), None);
        let words: Axis = "shuffle=true,false".parse().unwrap();
        assert_eq!(words.beyond("true", any), None);
        let range = Axis {
            field: "lambda".into(),
            values: Values::Range(range(1.0, 1000.0, true, false)),
        };
        assert_eq!(range.beyond("30", any), None);
        assert!(range.beyond("1.2", any).unwrap().contains("smaller"));
        assert!(range.beyond("900", any).unwrap().contains("1 to 1000"));
        assert!("lambda".parse::<Axis>().is_err() && "lambda=1,,2".parse::<Axis>().is_err());
    }

    fn range(low: f64, high: f64, log: bool, whole: bool) -> Range {
        Range {
            low,
            high,
            log,
            whole,
        }
    }

    fn drawn(range: Range) -> Vec<f64> {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        (0..4000)
            .map(|_| range.draw(&mut rng).parse().unwrap())
            .collect()
    }

    #[test]
    fn draws_fill_their_range_evenly_on_its_scale() {
        let below = |values: &[f64], bound: f64| {
            values.iter().filter(|&&value| value < bound).count() as f64 / values.len() as f64
        };
        let linear = drawn(range(10.0, 1000.0, false, false));
        assert!((below(&linear, 505.0) - 0.5).abs() < 0.03);
        let log = drawn(range(10.0, 1000.0, true, false));
        assert!((below(&log, 100.0) - 0.5).abs() < 0.03);
        let whole = drawn(range(1.0, 4.0, false, true));
        assert!(whole.iter().all(|value| value.fract() == 0.0));
        assert!((below(&whole, 1.5) - 0.25).abs() < 0.03);
        assert!((below(&whole, 3.5) - 0.75).abs() < 0.03);
        for values in [&linear, &log] {
            assert!(values.iter().all(|value| (10.0..=1000.0).contains(value)));
        }
    }

    #[test]
    fn draws_have_four_digits() {
        for value in drawn(range(1e-4, 0.02, true, false)) {
            assert_eq!(format!("{value:.3e}").parse::<f64>().unwrap(), value);
        }
    }
}
