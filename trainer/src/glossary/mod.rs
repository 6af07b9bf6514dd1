//! What every model is and what each of its hyper-parameters does.
//!
//! The words stand here and nowhere else; defaults and ranges are asked of the
//! models themselves.

mod words;

use anyhow::{Context as _, Result, anyhow};
use doorstep_shared::models::{ModelConfig, OutOfRange};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::images::detectors::{ImageModel, image_models};
use crate::images::salad::Preset;
use crate::settings::{expected, with_fields};
use crate::table::{TableModel, table_models};
use crate::unknown::unknown_model;

/// What a model learns from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Of {
    /// Interactions.
    Interactions,
    /// The rows of a table.
    Table,
    /// Pictures.
    Pictures,
}

/// A model in words.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Its name.
    pub model: &'static str,
    /// What it learns from.
    pub of: Of,
    /// What it is.
    pub what: &'static str,
    /// In the order of reading.
    pub hyper_parameters: Vec<HyperParameter>,
}

/// A hyper-parameter in words.
#[derive(Clone, Debug, Serialize)]
pub struct HyperParameter {
    /// As in `--set MODEL.NAME=VALUE`.
    pub name: &'static str,
    /// Its value where nothing is set.
    pub default: Value,
    /// What it may be.
    pub range: String,
    /// What it does.
    pub what: &'static str,
}

/// The models called `names`, or all of them.
pub fn entries(names: &[String]) -> Result<Vec<Entry>> {
    if names.is_empty() {
        return words::all().map(Words::entry).collect();
    }
    let known = |name: &String| {
        let found = words::all().find(|words| words.model == name);
        let all = words::all().map(|words| words.model);
        found.ok_or_else(|| unknown_model(name, all))?.entry()
    };
    names.iter().map(known).collect()
}

/// The words of one model.
struct Words {
    model: &'static str,
    what: &'static str,
    fields: &'static [(&'static str, &'static str)],
}

impl Words {
    fn entry(&self) -> Result<Entry> {
        let (of, defaults) = defaults(self.model)?;
        let hyper_parameter = |&(name, what): &(&'static str, &'static str)| {
            let default = defaults.get(name).cloned();
            let default =
                default.with_context(|| format!("{} has no hyper-parameter {name}", self.model))?;
            Ok(HyperParameter {
                name,
                range: range(self.model, name, &default)?,
                default,
                what,
            })
        };
        let hyper_parameters = self.fields.iter().map(hyper_parameter);
        Ok(Entry {
            model: self.model,
            of,
            what: self.what,
            hyper_parameters: hyper_parameters.collect::<Result<_>>()?,
        })
    }
}

/// The hyper-parameters of a model with their defaults.
fn defaults(model: &str) -> Result<(Of, Map<String, Value>)> {
    let (of, text) = if let Some(config) = ModelConfig::named(model) {
        (Of::Interactions, serde_json::to_string(&config)?)
    } else if let Some(config) = TableModel::named(model) {
        (Of::Table, serde_json::to_string(&config)?)
    } else if let Some(config) = ImageModel::named(model) {
        (Of::Pictures, serde_json::to_string(&config)?)
    } else {
        return Err(anyhow!("there is no model called {model}"));
    };
    // By way of text, in which single precision has no digits that nobody wrote.
    let mut fields: Map<String, Value> = serde_json::from_str(&text)?;
    fields.remove("model");
    Ok((of, fields))
}

/// Values of which at least one is outside of any range there is.
const PROBES: [&str; 4] = ["", "-1", "0", "4294967295"];

/// What a hyper-parameter may be: what the model says of a value that it refuses,
/// or the kind of value that it takes.
fn range(model: &str, field: &str, default: &Value) -> Result<String> {
    let refusal = |probe: &str| {
        let (names, set) = ([model.to_owned()], [format!("{model}.{field}={probe}")]);
        match (ModelConfig::named(model), TableModel::named(model)) {
            (Some(config), _) => with_fields(&config, [(field, probe)]).err(),
            (None, Some(_)) => table_models(&names, &set).err(),
            (None, None) => image_models(&names, &set, Preset::default()).err(),
        }
    };
    let ranges = PROBES.iter().filter_map(|probe| {
        let error = refusal(probe)?;
        Some(error.downcast_ref::<OutOfRange>()?.range)
    });
    let whole = |range: &str| default.is_u64() && !range.contains("whole");
    Ok(match (ranges.into_iter().next(), default) {
        (Some(range), _) if whole(range) => format!("a whole number, {range}"),
        (Some(range), _) => range.to_owned(),
        // A choice of words: the error of any other word lists them.
        (None, Value::String(_)) => {
            let error = format!("{:#}", refusal("").context("any word is taken")?);
            let (_, choices) = error.rsplit_once("expected ").context("no choices")?;
            choices
                .split(" at line ")
                .next()
                .unwrap_or(choices)
                .replace('`', "")
        }
        (None, other) => expected(field, other).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_model_and_every_hyper_parameter_is_described() {
        let models: Vec<&str> = words::all().map(|words| words.model).collect();
        assert_eq!(
            models,
            [
                &ModelConfig::NAMES[..],
                &TableModel::NAMES,
                &ImageModel::NAMES
            ]
            .concat()
        );
        for words in words::all() {
            let (_, defaults) = defaults(words.model).unwrap();
            let fields: BTreeSet<&str> = defaults.keys().map(String::as_str).collect();
            let described: BTreeSet<&str> = words.fields.iter().map(|(name, _)| *name).collect();
            assert_eq!(fields, described, "{}", words.model);
            assert_eq!(described.len(), words.fields.len(), "{}", words.model);
            let texts = words.fields.iter().map(|(_, what)| *what);
            for text in texts.chain([words.what]) {
                assert!(!text.is_empty() && !text.ends_with('.') && !text.contains('\n'));
            }
        }
    }

    #[test]
    fn defaults_and_ranges_are_those_of_the_models() {
        let of = |model: &str, field: &str| {
            let entry = entries(&[model.to_owned()]).unwrap().remove(0);
            let found = entry.hyper_parameters.into_iter().find(|h| h.name == field);
            let found = found.unwrap();
            (found.default.to_string(), found.range)
        };
        for (model, field, default, range) in [
            ("svd", "factors", "50", "a whole number, from 1 to 1024"),
            ("svd", "learning_rate", "0.005", "a positive number"),
            ("svd", "shuffle", "true", "true or false"),
            ("svd", "seed", "0", "a whole number from 0 to 4294967295"),
            ("hybrid", "alpha", "0.7", "from 0 to 1"),
            (
                "tf-idf",
                "fields",
                "[\"title\"]",
                "one name of a text field or more",
            ),
            (
                "knn",
                "distance",
                "\"euclidean\"",
                "one of euclidean, manhattan, cosine",
            ),
            ("knn", "steps", "\"all\"", "all or coarse-fine"),
            (
                "pca-knn",
                "components",
                "64",
                "a whole number from 1 to 4096",
            ),
            (
                "knn-local",
                "rate",
                "0.04",
                "a number above 0 and at most 1",
            ),
        ] {
            assert_eq!(of(model, field), (default.to_owned(), range.to_owned()));
        }
        assert_eq!(entries(&[]).unwrap().len(), words::all().count());
        let error = entries(&["swd".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("did you mean `svd`"), "{error}");
    }
}
