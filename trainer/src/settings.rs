//! Which models to fit with which hyper-parameters: names, a TOML file and
//! `--set MODEL.FIELD=VALUE`, later ones winning.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use doorstep_shared::models::{EnsembleConfig, ModelConfig, OutOfRange};
use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::toml_file::{TomlFile, json};
use crate::unknown::{unknown, unknown_model};

/// The options that set hyper-parameters.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct SettingArgs {
    /// A hyper-parameter, such as next-linear.lambda=80; may be repeated. `doorstep models MODEL` lists them.
    #[arg(long, value_name = "MODEL.FIELD=VALUE")]
    set: Vec<String>,
    /// Hyper-parameters as TOML tables, such as [next-linear] with lambda = 80; --set wins.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl SettingArgs {
    /// The configurations of the models called `names`, in their order.
    pub fn configs(&self, names: &[String]) -> Result<Vec<ModelConfig>> {
        model_configs(names, &self.set, self.config.as_deref())
    }

    /// The first of `--set` that sets a hyper-parameter called `field`, of whatever model.
    pub fn assigned(&self, field: &str) -> Option<&str> {
        let named = |assignment: &&String| {
            let path = assignment.split('=').next().unwrap_or_default();
            path.rsplit('.').next().map(str::trim) == Some(field)
        };
        self.set.iter().find(named).map(String::as_str)
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.config.is_none()
    }

    /// The assignments of `--set`, for models of tables, which no file configures.
    pub fn assignments(&self) -> Result<&[String]> {
        ensure!(
            self.config.is_none(),
            "--config is for models of interactions; give those of tables with --set"
        );
        Ok(&self.set)
    }
}

/// The configurations of `names`, in their order: defaults, then the tables of
/// `config` (`[next-linear]` …), then each of `set`. Ranges are checked.
fn model_configs(
    names: &[String],
    set: &[String],
    config: Option<&Path>,
) -> Result<Vec<ModelConfig>> {
    ensure!(
        !names.is_empty(),
        "no model named; choose from {}",
        ModelConfig::NAMES.join(", ")
    );
    let mut settings: Vec<Settings> = Vec::new();
    for name in names {
        let repeated = settings.iter().any(|s| s.model == name);
        ensure!(!repeated, "{name} is named twice; name each model once");
        settings.push(Settings::defaults(name)?);
    }
    if let Some(path) = config {
        apply_toml(&mut settings, &TomlFile::read(path, "the configuration")?)?;
    }
    for assignment in set {
        apply_assignment(&mut settings, assignment)
            .with_context(|| format!("--set {assignment}"))?;
    }
    settings.into_iter().map(Settings::finish).collect()
}

/// The hyper-parameters of one model on their way to a [`ModelConfig`].
struct Settings {
    model: &'static str,
    fields: Map<String, Value>,
    /// `FILE:LINE` of the fields that a file sets.
    places: BTreeMap<String, String>,
}

/// The key under which a serialised [`ModelConfig`] holds the model's name.
const TAG: &str = "model";
/// The field of an ensemble that holds tables.
const MEMBERS: &str = "members";
const MEMBER: &str = "tables of a file for --config: [[ensemble.members]], then weight, model and its FIELD = VALUE, and temperature if you like";

impl Settings {
    fn defaults(model: &str) -> Result<Self> {
        let Some(config) = ModelConfig::named(model) else {
            return Err(unknown_model(model, ModelConfig::NAMES.into_iter()));
        };
        let model = config.name();
        let Value::Object(mut fields) = serde_json::to_value(config)? else {
            bail!("a configuration of {model} is not a table");
        };
        fields.remove(TAG);
        Ok(Self {
            model,
            fields,
            places: BTreeMap::new(),
        })
    }

    /// Sets what a table of a file says; `prefix` is `svd.` inside of a hybrid's `svd`.
    fn set_all(&mut self, prefix: &str, table: &DeTable, file: &TomlFile) -> Result<()> {
        for (key, value) in table {
            let field = format!("{prefix}{}", key.get_ref());
            let place = file.place(&key.span());
            let value = match (self.model, value.get_ref()) {
                (_, DeValue::Table(part)) if self.is_part(&field) => {
                    self.set_all(&format!("{field}."), part, file)?;
                    continue;
                }
                (EnsembleConfig::NAME, DeValue::Array(members)) if field == MEMBERS => members
                    .iter()
                    .map(|m| member(m, file))
                    .collect::<Result<_>>()?,
                (_, other) => json(other),
            };
            self.set(&field, value).with_context(|| place.clone())?;
            self.places.insert(field, place);
        }
        Ok(())
    }

    /// The value of a field, or of `svd.factors`, a field of a field.
    fn get(&self, field: &str) -> Option<&Value> {
        let mut path = field.split('.');
        let first = self.fields.get(path.next()?)?;
        path.try_fold(first, |part, field| part.get(field))
    }

    /// Whether a field has fields of its own.
    fn is_part(&self, field: &str) -> bool {
        self.get(field).is_some_and(Value::is_object)
    }

    fn set(&mut self, field: &str, value: Value) -> Result<()> {
        set(&mut self.fields, self.model, field, value)?;
        self.places.remove(field);
        Ok(())
    }

    /// Where the file sets the field that is out of its range, if it does.
    fn place(&self, error: &OutOfRange) -> Option<String> {
        let of_part = format!("{}.{}", error.model, error.field);
        // The weights of an ensemble, `members.weight`, are set by its `members`, and
        // a sum of fields by any of them.
        let words = error.field.split(['.', ' ']);
        let mut names = [of_part.as_str()].into_iter().chain(words);
        names.find_map(|name| self.places.get(name)).cloned()
    }

    fn finish(mut self) -> Result<ModelConfig> {
        self.fields
            .insert(TAG.to_owned(), Value::String(self.model.to_owned()));
        let config: ModelConfig =
            serde_json::from_value(Value::Object(std::mem::take(&mut self.fields)))?;
        let valid = config.validate();
        let place = valid.as_ref().err().and_then(|error| self.place(error));
        match place {
            Some(place) => valid.context(place)?,
            None => valid?,
        }
        Ok(config)
    }
}

/// Sets one of the `fields` of `owner`; `svd.factors` is a field of a field.
fn set(fields: &mut Map<String, Value>, owner: &str, field: &str, value: Value) -> Result<()> {
    let (first, rest) = match field.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (field, None),
    };
    if fields.is_empty() {
        bail!("{owner} has no hyper-parameters");
    }
    if !fields.contains_key(first) {
        let what = format!("hyper-parameter of {owner}");
        let unknown = unknown(&what, first, fields.keys().map(String::as_str));
        let model = owner.split('.').next().unwrap_or(owner);
        bail!("{unknown}; `doorstep models {model}` explains them");
    }
    let inner = format!("{owner}.{first}");
    if let (Value::Object(part), Some(rest)) = (&mut fields[first], rest) {
        return set(part, &inner, rest, value);
    }
    if let (Value::Object(part), Value::Object(given)) = (&mut fields[first], &value) {
        for (field, value) in given {
            set(part, &inner, field, value.clone())?;
        }
        return Ok(());
    }
    ensure!(rest.is_none(), "{inner} has no hyper-parameters of its own");
    let expected = expected(field, &fields[first]);
    let typed = match &fields[first] {
        Value::Object(_) => None,
        Value::Bool(_) => value.as_bool().map(Value::from),
        // `member` has checked what is in them.
        Value::Array(_) if field == MEMBERS => value.is_array().then(|| value.clone()),
        Value::Array(_) => list(&value),
        Value::String(_) => word(&value),
        // Whole numbers too: the field stays one of fractions.
        Value::Number(n) if n.is_f64() => value.as_f64().map(Value::from),
        _ => {
            let whole = value.as_u64().filter(|v| u32::try_from(*v).is_ok());
            whole.map(Value::from)
        }
    };
    let typed =
        typed.with_context(|| format!("{inner} must be {expected}, not {}", shown(&value)))?;
    fields.insert(first.to_owned(), typed);
    Ok(())
}

/// The kind of values that a hyper-parameter takes, which is its default's.
pub fn expected(field: &str, default: &Value) -> &'static str {
    match default {
        Value::Object(_) => "a table: name one of its fields, as in hybrid.svd.factors=50",
        Value::Bool(_) => "true or false",
        Value::Array(_) if field == MEMBERS => MEMBER,
        Value::Array(_) => "words, separated by commas",
        Value::String(_) => "a word",
        Value::Number(n) if n.is_f64() => "a number",
        _ => "a whole number from 0 to 4294967295",
    }
}

/// A copy of `config` with hyper-parameters set from text, field and value, as by
/// `--set`: together, as the range of one may depend on another.
pub fn with_fields<'a>(
    config: &ModelConfig,
    values: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<ModelConfig> {
    let mut settings = Settings::defaults(config.name())?;
    if let Value::Object(fields) = serde_json::to_value(config)? {
        settings.fields = fields;
        settings.fields.remove(TAG);
    }
    for (field, value) in values {
        settings.set(field, parse(value))?;
    }
    settings.finish()
}

/// Whether a hyper-parameter of `config` is one of whole numbers.
pub fn is_whole(config: &ModelConfig, field: &str) -> bool {
    let settings = Settings::defaults(config.name());
    settings.is_ok_and(|settings| settings.get(field).is_some_and(Value::is_u64))
}

/// Whether a hyper-parameter of `config` is a table of others.
pub fn is_part(config: &ModelConfig, field: &str) -> bool {
    Settings::defaults(config.name()).is_ok_and(|settings| settings.is_part(field))
}

fn apply_toml(settings: &mut [Settings], file: &TomlFile) -> Result<()> {
    for (key, table) in &file.table()? {
        let model = key.get_ref().as_ref();
        let place = || file.place(&key.span());
        // A file may configure models that this command doesn't use.
        let mut unused = Settings::defaults(model).with_context(place)?;
        let DeValue::Table(table) = table.get_ref() else {
            bail!(
                "{}: `{model}` must be a table: [{model}], then FIELD = VALUE",
                place()
            );
        };
        let used = settings.iter_mut().find(|s| s.model == model);
        used.unwrap_or(&mut unused).set_all("", table, file)?;
    }
    Ok(())
}

/// A member of an ensemble: its weight beside its model's hyper-parameters.
fn member(entry: &Spanned<DeValue>, file: &TomlFile) -> Result<Value> {
    let place = file.place(&entry.span());
    let mut table = match entry.get_ref() {
        DeValue::Table(table) => table.clone(),
        _ => bail!("{place}: members must be {MEMBER}"),
    };
    let mut take = |field: &str| {
        let found = table.remove_entry(field).map(|(_, value)| value);
        found.with_context(|| format!("{place}: a member has no {field}; members are {MEMBER}"))
    };
    let (model, weight) = (take(TAG)?, take("weight")?);
    let temperature = table.remove_entry("temperature").map(|(_, value)| value);
    let name = model.get_ref().as_str().unwrap_or_default();
    let mut settings = Settings::defaults(name).with_context(|| file.place(&model.span()))?;
    settings.set_all("", &table, file)?;
    let mut member = serde_json::to_value(settings.finish()?)?;
    let weight_place = file.place(&weight.span());
    let weight = json(weight.get_ref());
    ensure!(
        weight.is_number(),
        "{weight_place}: a member's weight must be a number from 0 to 1, not {}",
        shown(&weight)
    );
    member["weight"] = weight;
    if let Some(temperature) = temperature {
        let place = file.place(&temperature.span());
        let temperature = json(temperature.get_ref());
        ensure!(
            temperature.as_u64().is_some_and(|t| t <= u32::MAX.into()),
            "{place}: a member's temperature must be 1, 2, 4 or 8, not {}",
            shown(&temperature)
        );
        member["temperature"] = temperature;
    }
    Ok(member)
}

fn apply_assignment(settings: &mut [Settings], assignment: &str) -> Result<()> {
    let parts = assignment.split_once('=').and_then(|(path, value)| {
        let (model, field) = path.split_once('.')?;
        Some((model.trim(), field.trim(), value.trim()))
    });
    let (model, field, value) =
        parts.context("write MODEL.FIELD=VALUE, for example next-linear.lambda=80")?;
    if ModelConfig::named(model).is_none() {
        return Err(unknown_model(model, ModelConfig::NAMES.into_iter()));
    }
    let named = settings
        .iter()
        .map(|s| s.model)
        .collect::<Vec<_>>()
        .join(", ");
    let target = settings.iter_mut().find(|s| s.model == model);
    target
        .with_context(|| format!("{model} is not among the models to fit ({named})"))?
        .set(field, parse(value))
}

/// Numbers and booleans as such, anything else as text. A leading or trailing
/// decimal point is allowed.
fn parse(text: &str) -> Value {
    let whole = text.parse::<u64>().ok().map(Value::from);
    let number = || {
        text.parse::<f64>()
            .ok()
            .and_then(serde_json::Number::from_f64)
    };
    let boolean = || text.parse::<bool>().ok().map(Value::from);
    whole
        .or_else(|| number().map(Value::Number))
        .or_else(boolean)
        .unwrap_or_else(|| Value::String(text.to_owned()))
}

/// A list of words: as such, or as text with commas.
fn list(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => Some(text.split(',').map(|word| word.trim().to_owned()).collect()),
        Value::Array(words) => words.iter().all(Value::is_string).then(|| value.clone()),
        _ => None,
    }
}

/// A word, which may look like a number.
fn word(value: &Value) -> Option<Value> {
    match value {
        Value::String(_) => Some(value.clone()),
        Value::Number(number) => Some(Value::String(number.to_string())),
        _ => None,
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{text}`"),
        other => other.to_string(),
    }
}

#[cfg(test)]
#[path = "settings_test.rs"]
mod tests;
