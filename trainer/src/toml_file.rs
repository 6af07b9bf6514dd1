//! A TOML file that someone wrote by hand: what is wrong with it is told with
//! file and line.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use serde_json::Value;
use toml::de::{DeTable, DeValue};

/// The text of a file, and how to call it.
pub struct TomlFile {
    name: String,
    text: String,
}

impl TomlFile {
    /// Reads `path`, which is `what`, such as `the configuration`.
    pub fn read(path: &Path, what: &str) -> Result<Self> {
        let name = path.display().to_string();
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {what} {name}"))?;
        Ok(Self { name, text })
    }

    /// A text that calls itself `name`.
    #[cfg(test)]
    pub fn of(name: &str, text: &str) -> Self {
        Self {
            name: name.to_owned(),
            text: text.to_owned(),
        }
    }

    /// The tables of the file, each key and value with its span.
    pub fn table(&self) -> Result<DeTable<'_>> {
        match DeTable::parse(&self.text) {
            Ok(table) => Ok(table.into_inner()),
            Err(error) => {
                let place = self.place(&error.span().unwrap_or_default());
                // The parser says what it expected on lines of their own.
                let message = error.message().trim().replace('\n', "; ");
                Err(anyhow!("{place}: this is not TOML: {message}"))
            }
        }
    }

    /// `FILE:LINE` of the first byte of a span.
    pub fn place(&self, span: &Range<usize>) -> String {
        let before = &self.text.as_bytes()[..span.start.min(self.text.len())];
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        format!("{}:{line}", self.name)
    }
}

/// A value of TOML as one of JSON. What JSON has no number for, such as `nan`,
/// becomes the text that shows it: no hyper-parameter takes that for a number.
pub fn json(value: &DeValue) -> Value {
    match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::from(number.to_string()), Value::from),
        DeValue::Float(number) => {
            let finite = number.as_str().parse().ok();
            let finite = finite.and_then(serde_json::Number::from_f64);
            finite.map_or_else(|| Value::from(number.to_string()), Value::Number)
        }
        DeValue::Boolean(value) => Value::from(*value),
        DeValue::Datetime(time) => Value::from(time.to_string()),
        DeValue::Array(values) => values.iter().map(|value| json(value.get_ref())).collect(),
        DeValue::Table(table) => {
            let entries = table.iter();
            let entries =
                entries.map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref())));
            Value::Object(entries.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> TomlFile {
        TomlFile::of("a.toml", text)
    }

    #[test]
    fn bad_syntax_is_told_with_its_line() {
        for (text, line) in [
            ("a = 1\nb = = 2\n", 2),
            ("a = 1\n\n[b\n", 3),
            ("a = 1\na = 2\n", 2),
            ("x", 1),
        ] {
            let message = file(text).table().unwrap_err().to_string();
            assert!(
                message.starts_with(&format!("a.toml:{line}: ")),
                "{message}"
            );
        }
    }

    #[test]
    fn values_keep_their_kind() {
        let text = "n = 1_000\nx = -0.5\nhex = 0xff\nnan = nan\nhuge = 99999999999999999999\nlist = [1, 'a']\nt = { b = true }\n";
        let file = file(text);
        let found = json(&DeValue::Table(file.table().unwrap()));
        let expected = serde_json::json!({
            "n": 1000, "x": -0.5, "hex": 255, "nan": "nan", "huge": "99999999999999999999",
            "list": [1, "a"], "t": { "b": true }
        });
        assert_eq!(found, expected);
    }
}
