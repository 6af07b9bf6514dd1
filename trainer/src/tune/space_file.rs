//! A search space written down as TOML:
//!
//! ```toml
//! method = "successive-halving"
//! trials = 27
//!
//! [next-linear]
//! lambda = { low = 10, high = 400, scale = "log" }
//! decay = [0.7, 0.8]
//! window = 50
//! ```

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use doorstep_shared::models::{EnsembleConfig, ModelConfig};
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::axis::{Axis, Range, Values};
use super::halving::{ETA, RUNGS};
use super::space::check_values;
use crate::settings::{is_part, is_whole};
use crate::toml_file::{TomlFile, json};
use crate::unknown::unknown;

/// Most values of a range with a step.
const MOST_STEPS: f64 = 1000.0;

/// How trials are chosen from a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Every combination.
    Grid,
    /// Draws.
    Random,
    /// Draws, or every combination, of which ever fewer are judged on ever more.
    SuccessiveHalving,
}

/// What a file says of a search.
#[derive(Debug)]
pub struct SpaceFile {
    /// How trials are chosen.
    pub method: Method,
    /// The metric that decides, and its `FILE:LINE`.
    pub metric: Option<(String, String)>,
    /// Trials of each model.
    pub trials: Option<usize>,
    /// Of all that is drawn.
    pub seed: Option<u64>,
    /// Of successive halving: one in `eta` goes on.
    pub eta: u32,
    /// Of successive halving: how many rungs there are at most.
    pub rungs: u32,
    /// Each model and what to try, in the order of the file.
    pub models: Vec<(String, Vec<Axis>)>,
}

const SETTINGS: [&str; 6] = ["method", "metric", "trials", "seed", "eta", "rungs"];
const METHODS: [(&str, Method); 3] = [
    ("grid", Method::Grid),
    ("random", Method::Random),
    ("successive-halving", Method::SuccessiveHalving),
];
const RANGE: [&str; 5] = ["low", "high", "scale", "step", "integer"];

impl SpaceFile {
    /// Reads and checks `path`.
    pub fn read(path: &Path) -> Result<Self> {
        Self::parse(&TomlFile::read(path, "the search space")?)
    }

    fn parse(file: &TomlFile) -> Result<Self> {
        let mut space = Self {
            method: Method::Grid,
            metric: None,
            trials: None,
            seed: None,
            eta: ETA,
            rungs: RUNGS,
            models: Vec::new(),
        };
        let table = file.table()?;
        for (key, value) in in_order(&table) {
            let place = file.place(&key.span());
            let name = key.get_ref().as_ref();
            match value.get_ref() {
                DeValue::Table(axes) => {
                    let axes = model_axes(name, axes, file, &place)?;
                    space.models.push((name.to_owned(), axes));
                }
                value => space.set(name, &json(value), &place).context(place)?,
            }
        }
        let name = file.place(&(0..0));
        ensure!(
            !space.models.is_empty(),
            "{name}: no model to search; write [next-linear], then FIELD = [VALUE, …]"
        );
        if space.method == Method::Grid {
            space.check_grid().context(name)?;
        }
        Ok(space)
    }

    fn set(&mut self, name: &str, value: &Value, place: &str) -> Result<()> {
        let whole = |least: u64, most: u64| {
            let number = value.as_u64().filter(|n| (least..=most).contains(n));
            number.with_context(|| {
                format!("{name} must be a whole number from {least} to {most}, not {value}")
            })
        };
        match name {
            "method" => {
                let found = METHODS.iter().find(|(name, _)| value == name);
                let choice = found.with_context(|| {
                    let names = METHODS.map(|(name, _)| name).join(", ");
                    format!("method must be one of {names}, not {value}")
                })?;
                self.method = choice.1;
            }
            "metric" => {
                let metric = value.as_str().with_context(|| {
                    format!("metric must be text such as \"ndcg@10\", not {value}")
                })?;
                self.metric = Some((metric.to_owned(), place.to_owned()));
            }
            "trials" => self.trials = Some(whole(1, 10_000)? as usize),
            "seed" => self.seed = Some(whole(0, i64::MAX as u64)?),
            "eta" => self.eta = whole(2, 10)? as u32,
            "rungs" => self.rungs = whole(1, 10)? as u32,
            _ if ModelConfig::named(name).is_some() => {
                bail!("`{name}` must be a table: [{name}], then FIELD = [VALUE, …]")
            }
            _ => {
                let known = SETTINGS.into_iter().chain(ModelConfig::NAMES);
                return Err(unknown("setting or model", name, known));
            }
        }
        Ok(())
    }

    fn check_grid(&self) -> Result<()> {
        let axes = self.models.iter().flat_map(|(_, axes)| axes);
        let mut ranges = axes.filter(|axis| axis.count().is_none());
        match ranges.next() {
            Some(axis) => Err(anyhow!(
                "method = \"grid\" can't enumerate the range of {}; give it a step, or choose \
                 method = \"random\" or \"successive-halving\"",
                axis.field
            )),
            None => Ok(()),
        }
    }
}

fn model_axes(model: &str, table: &DeTable, file: &TomlFile, place: &str) -> Result<Vec<Axis>> {
    ensure!(
        model != EnsembleConfig::NAME,
        "{place}: an ensemble's weights are searched for by `doorstep tune ensemble`, not in a file"
    );
    let base = ModelConfig::named(model)
        .ok_or_else(|| {
            let known = ModelConfig::NAMES.into_iter().chain(SETTINGS);
            unknown("model or setting", model, known)
        })
        .with_context(|| place.to_owned())?;
    let mut axes = Vec::new();
    part_axes(&base, "", table, file, &mut axes)?;
    Ok(axes)
}

/// The axes of a table; `prefix` is `svd.` inside of a hybrid's `svd`.
fn part_axes(
    base: &ModelConfig,
    prefix: &str,
    table: &DeTable,
    file: &TomlFile,
    axes: &mut Vec<Axis>,
) -> Result<()> {
    for (key, value) in in_order(table) {
        let field = format!("{prefix}{}", key.get_ref());
        if let (DeValue::Table(part), true) = (value.get_ref(), is_part(base, &field)) {
            part_axes(base, &format!("{field}."), part, file, axes)?;
            continue;
        }
        let axis = axis(base, &field, value.get_ref())
            .and_then(|axis| {
                check_values(base, std::slice::from_ref(&axis))?;
                Ok(axis)
            })
            .with_context(|| file.place(&key.span()))?;
        axes.push(axis);
    }
    Ok(())
}

/// The values of one hyper-parameter: a list, a table that is a range, or one value.
fn axis(base: &ModelConfig, field: &str, value: &DeValue) -> Result<Axis> {
    let values = match value {
        DeValue::Table(table) => range(base, field, table)?,
        DeValue::Array(values) => {
            let values: Vec<String> = values.iter().map(|v| typed(v.get_ref())).collect();
            let path = format!("{}.{field}", base.name());
            ensure!(
                !values.is_empty(),
                "{path} has an empty list; name the values to try, or leave {field} out"
            );
            let twice = (1..values.len()).find(|&at| values[..at].contains(&values[at]));
            if let Some(at) = twice {
                bail!("{path} lists {} twice; name each value once", values[at]);
            }
            Values::List(values)
        }
        value => Values::List(vec![typed(value)]),
    };
    let field = field.to_owned();
    Ok(Axis { field, values })
}

/// As one would type it after `--set MODEL.FIELD=`.
fn typed(value: &DeValue) -> String {
    match json(value) {
        Value::String(text) => text,
        Value::Number(number) if number.is_f64() => number.as_f64().unwrap_or(f64::NAN).to_string(),
        Value::Array(words) => {
            let word = |word: &Value| word.as_str().map_or(word.to_string(), str::to_owned);
            words.iter().map(word).collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    }
}

fn range(base: &ModelConfig, field: &str, table: &DeTable) -> Result<Values> {
    let path = format!("{}.{field}", base.name());
    let stray = table
        .keys()
        .find(|key| !RANGE.contains(&key.get_ref().as_ref()));
    if let Some(key) = stray {
        let what = format!("part of the range of {path}");
        return Err(unknown(&what, key.get_ref(), RANGE.into_iter()));
    }
    let part = |name: &str| table.get(name).map(|value| json(value.get_ref()));
    let number = |name: &str| match part(name) {
        None => Ok(None),
        Some(value) => match value.as_f64() {
            Some(number) => Ok(Some(number)),
            None => bail!("{path}: {name} must be a number, not {value}"),
        },
    };
    let needed = |name: &str| {
        let example = "a range is { low = 10, high = 400, scale = \"log\" }";
        number(name)?.with_context(|| format!("{path}: {name} is missing; {example}"))
    };
    let (low, high) = (needed("low")?, needed("high")?);
    ensure!(
        low < high,
        "{path}: low must be below high, and {low} is not below {high}; exchange them, or name a list of values"
    );
    let log = match part("scale").unwrap_or_else(|| "linear".into()) {
        scale if scale == "log" => true,
        scale if scale == "linear" => false,
        other => bail!("{path}: scale must be \"linear\" or \"log\", not {other}"),
    };
    ensure!(
        !log || low > 0.0,
        "{path}: a range with scale = \"log\" needs low above 0, not {low}; raise it, or take scale = \"linear\""
    );
    let whole = match part("integer").unwrap_or(Value::Bool(is_whole(base, field))) {
        Value::Bool(whole) => whole || is_whole(base, field),
        other => bail!("{path}: integer must be true or false, not {other}"),
    };
    ensure!(
        !whole || (low.fract() == 0.0 && high.fract() == 0.0),
        "{path}: a range of whole numbers needs whole ends, not {low} and {high}"
    );
    let range = Range {
        low,
        high,
        log,
        whole,
    };
    match number("step")? {
        None => Ok(Values::Range(range)),
        Some(step) => steps(&path, &range, step),
    }
}

/// low, low + step, … up to high.
fn steps(path: &str, range: &Range, step: f64) -> Result<Values> {
    let Range {
        low,
        high,
        log,
        whole,
    } = *range;
    ensure!(
        !log,
        "{path}: a range with scale = \"log\" has no step; leave one of the two out"
    );
    ensure!(
        step > 0.0 && (!whole || step.fract() == 0.0),
        "{path}: step must be a {}number above 0, not {step}",
        if whole { "whole " } else { "" }
    );
    // An end that is a whole number of steps away, but for rounding, belongs to it.
    let count = ((high - low) / step + 1e-9).floor();
    ensure!(
        count < MOST_STEPS,
        "{path}: more than {MOST_STEPS} steps of {step} from {low} to {high}; take a larger step, or none"
    );
    // Through text, so that 0.9 + 2 × 0.01 is typed 0.92.
    let value = |at: u32| {
        let exact = low + f64::from(at) * step;
        let short: f64 = format!("{exact:.9e}").parse().unwrap_or(exact);
        short.to_string()
    };
    Ok(Values::List((0..=count as u32).map(value).collect()))
}

/// The entries of a table as they stand in the file.
fn in_order<'a, 'i>(
    table: &'a DeTable<'i>,
) -> Vec<(
    &'a Spanned<std::borrow::Cow<'i, str>>,
    &'a Spanned<DeValue<'i>>,
)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

#[cfg(test)]
#[path = "space_file_test.rs"]
mod tests;
