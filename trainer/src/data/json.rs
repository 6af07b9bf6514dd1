//! What the readers of JSON lines share: numbers that may be text, ids that may be numbers, and errors about one line.

use std::borrow::Cow;
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

/// An id: text, or a whole number as it is written.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Id<'a>(pub(super) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Id<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IdVisitor;

        impl<'de> Visitor<'de> for IdVisitor {
            type Value = Id<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id")
            }
            fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Id<'de>, E> {
                Ok(Id(Cow::Borrowed(value)))
            }
            fn visit_str<E: Error>(self, value: &str) -> Result<Id<'de>, E> {
                Ok(Id(Cow::Owned(value.to_owned())))
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Id<'de>, E> {
                Ok(Id(Cow::Owned(value.to_string())))
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Id<'de>, E> {
                Ok(Id(Cow::Owned(value.to_string())))
            }
        }

        deserializer.deserialize_any(IdVisitor)
    }
}

/// An [`Id`] that outlives its line.
pub(super) fn owned_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Id::deserialize(deserializer).map(|id| id.0.into_owned())
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
    fn ids_may_be_whole_numbers() {
        for (text, expected) in [
            ("5", "5"),
            ("-5", "-5"),
            ("\"a\"", "a"),
            (r#""\u0062""#, "b"),
        ] {
            let id: Id<'_> = serde_json::from_str(text).unwrap();
            assert_eq!(id.0, expected);
        }
        for bad in ["1.5", "null", "[1]", "true"] {
            assert!(serde_json::from_str::<Id<'_>>(bad).is_err(), "{bad}");
        }
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
