//! Hyper-parameters from the command line: a TOML file, then `--set`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use doorstep_shared::models::ModelConfig;
use toml::{Table, Value};

/// The options that set hyper-parameters.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "Hyper-parameters")]
pub struct ModelArgs {
    /// Set a hyper-parameter, such as next-linear.lambda=80. May be given several times.
    #[arg(long, value_name = "MODEL.FIELD=VALUE")]
    pub set: Vec<String>,
    /// Read hyper-parameters from a TOML file with a table for each model; --set goes first.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// The configuration of each named model: defaults, changed by the TOML file `config`, changed by
/// `set`. A name, field or value that can't be is an error before any work.
pub fn model_configs(
    names: &[String],
    set: &[String],
    config: Option<&Path>,
) -> Result<Vec<ModelConfig>> {
    let mut configs = Vec::new();
    for name in names {
        let default = ModelConfig::named(name).ok_or_else(|| unknown_model(name))?;
        let repeated = configs
            .iter()
            .any(|known: &ModelConfig| known.name() == name);
        ensure!(!repeated, "{name} is named twice");
        configs.push(default);
    }
    let file = config.map(read_tables).transpose()?.unwrap_or_default();
    for (name, table) in &file {
        let table = table
            .as_table()
            .ok_or_else(|| anyhow!("{name} in the configuration file must be a table: [{name}]"))?;
        for (field, value) in table {
            apply(&mut configs, name, field, value.clone())?;
        }
    }
    for setting in set {
        let (path, value) = setting.split_once('=').ok_or_else(|| malformed(setting))?;
        let (name, field) = path.split_once('.').ok_or_else(|| malformed(setting))?;
        apply(
            &mut configs,
            name.trim(),
            field.trim(),
            parse_value(value.trim()),
        )?;
    }
    for config in &configs {
        config.validate()?;
    }
    Ok(configs)
}

/// The error for a model that does not exist.
pub fn unknown_model(name: &str) -> anyhow::Error {
    anyhow!(
        "there is no model {name:?}; the models are {}",
        ModelConfig::NAMES.join(", ")
    )
}

fn malformed(setting: &str) -> anyhow::Error {
    anyhow!("--set {setting:?} is not MODEL.FIELD=VALUE, such as next-linear.lambda=80")
}

fn read_tables(path: &Path) -> Result<Table> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    text.parse()
        .with_context(|| format!("{} is not TOML", path.display()))
}

/// A number or truth value where it reads as one, else a text.
fn parse_value(text: &str) -> Value {
    let parsed = format!("value = {text}").parse::<Table>().ok();
    parsed
        .and_then(|mut table| table.remove("value"))
        .unwrap_or_else(|| {
            // TOML wants a digit before the point.
            text.parse::<f64>()
                .map_or_else(|_| Value::String(text.to_owned()), Value::Float)
        })
}

/// Changes one field of the model called `name`.
pub fn apply(configs: &mut [ModelConfig], name: &str, field: &str, value: Value) -> Result<()> {
    if ModelConfig::named(name).is_none() {
        return Err(unknown_model(name));
    }
    let Some(config) = configs.iter_mut().find(|config| config.name() == name) else {
        bail!("{name}.{field} is set, but {name} is not among the models asked for");
    };
    *config = with_field(config, field, value)?;
    Ok(())
}

fn with_field(config: &ModelConfig, field: &str, value: Value) -> Result<ModelConfig> {
    let name = config.name();
    let mut table = Table::try_from(config).context("a configuration is a table")?;
    let fields: Vec<&str> = table
        .keys()
        .map(String::as_str)
        .filter(|key| *key != "model")
        .collect();
    if !fields.contains(&field) {
        match fields.as_slice() {
            [] => bail!("{name} has no hyper-parameters, so {field} can't be set"),
            fields => bail!(
                "{name} has no field {field:?}; it has {}",
                fields.join(", ")
            ),
        }
    }
    // An integer is a fine value for a field that holds a number with a fraction.
    let value = match (&table[field], &value) {
        (Value::Float(_), Value::Integer(whole)) => Value::Float(*whole as f64),
        _ => value,
    };
    let shown = value.to_string();
    table.insert(field.to_owned(), value);
    table.try_into().map_err(|error: toml::de::Error| {
        anyhow!("{name}.{field} can't be {shown}: {}", error.message())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_shared::models::{ItemKnnConfig, NextLinearConfig};

    fn configs(names: &[&str], set: &[&str]) -> Result<Vec<ModelConfig>> {
        let owned = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        model_configs(&owned(names), &owned(set), None)
    }

    fn why(names: &[&str], set: &[&str]) -> String {
        configs(names, set).unwrap_err().to_string()
    }

    #[test]
    fn set_changes_one_field() {
        let found = configs(
            &["next-linear", "item-knn"],
            &[
                "next-linear.lambda=7",
                "item-knn.recency=.5",
                "item-knn.ratings=true",
            ],
        )
        .unwrap();
        let next_linear = NextLinearConfig {
            lambda: 7.0,
            ..Default::default()
        };
        let item_knn = ItemKnnConfig {
            recency: 0.5,
            ratings: true,
            ..Default::default()
        };
        assert_eq!(
            found,
            [
                ModelConfig::NextLinear(next_linear),
                ModelConfig::ItemKnn(item_knn)
            ]
        );
    }

    #[test]
    fn the_file_comes_before_set() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "[ease]\nlambda = 3\nneighbours = 9\n").unwrap();
        let names = ["ease".to_owned()];
        let found =
            model_configs(&names, &["ease.lambda=5".to_owned()], Some(file.path())).unwrap();
        let ModelConfig::Ease(ease) = &found[0] else {
            panic!("ease was asked for")
        };
        assert_eq!((ease.lambda, ease.neighbours), (5.0, 9));
    }

    #[test]
    fn mistakes_say_what_would_do() {
        assert_eq!(
            why(&["svd"], &[]),
            "there is no model \"svd\"; the models are popularity, recent-popularity, item-knn, ease, next-linear"
        );
        assert_eq!(
            why(&["ease"], &["ease.lamda=1"]),
            "ease has no field \"lamda\"; it has lambda, neighbours, recency"
        );
        assert_eq!(
            why(&["ease"], &["ease.lambda=-1"]),
            "ease.lambda must be a positive number, not -1"
        );
        assert!(
            why(&["ease"], &["ease.neighbours=many"])
                .starts_with("ease.neighbours can't be \"many\"")
        );
        assert!(why(&["ease"], &["ease.neighbours=-3"]).starts_with("ease.neighbours can't be -3"));
        assert!(why(&["ease"], &["lambda"]).contains("MODEL.FIELD=VALUE"));
        assert!(why(&["ease"], &["item-knn.recency=1"]).contains("not among the models"));
        assert_eq!(why(&["ease", "ease"], &[]), "ease is named twice");
    }
}
