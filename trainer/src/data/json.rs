//! What the readers of JSON lines share: numbers that may be text, and errors about one line.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A number, or text that is one: dumps write `5`, `5.0` and `"5.0"`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number(pub(super) f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberVisitor;

        impl Visitor<'_> for NumberVisitor {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Number, E> {
                Ok(Number(value as f64))
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Number, E> {
                Ok(Number(value as f64))
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Number, E> {
                Ok(Number(value))
            }
            fn visit_str<E: Error>(self, value: &str) -> Result<Number, E> {
                match value.trim().parse() {
                    Ok(number) => Ok(Number(number)),
                    Err(_) => Err(E::custom(format_args!("`{value}` is not a number"))),
                }
            }
        }

        deserializer.deserialize_any(NumberVisitor)
    }
}

/// What is wrong with a line, by column: the parser saw that line alone and calls it line 1.
pub(super) fn problem(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.split_once(" at line 1 column ") {
        Some((what, column)) => format!("{what} (column {column})"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_may_be_text() {
        for (text, expected) in [("5", 5.0), ("-5", -5.0), ("4.5", 4.5), ("\" 4.5 \"", 4.5)] {
            let number: Number = serde_json::from_str(text).unwrap();
            assert_eq!(number, Number(expected));
        }
        assert!(serde_json::from_str::<Number>("\"five\"").is_err());
        assert!(serde_json::from_str::<Number>("NaN").is_err());
    }

    #[test]
    fn problems_name_the_column_only() {
        let error = serde_json::from_str::<Number>("[").unwrap_err();
        assert!(
            problem(&error).ends_with("(column 1)"),
            "{}",
            problem(&error)
        );
    }
}
