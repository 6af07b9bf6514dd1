//! JSON lines, an interaction each, whose fields are named as the columns of a table are.

use std::borrow::Cow;

use anyhow::Result;
use serde_json::{Map, Value};

use super::{FileLayout, Row, Sink};
use crate::data::args::Columns;
use crate::data::columns;
use crate::data::json;
use crate::data::source::Source;
use crate::data::values::{self, TimeUnit};

type Object = Map<String, Value>;

/// Something of each role: the names of fields, or what they hold.
struct Roles<T> {
    user: T,
    item: T,
    rating: Option<T>,
    time: Option<T>,
}

/// Reads the fields that `asked` names, or that are called as columns are.
pub(super) fn read(source: Source, asked: &Columns, sink: &mut Sink<'_>) -> Result<FileLayout> {
    let names = names(&source.head_lines());
    let layout = columns::of_fields(&names, asked)?;
    let untold = columns::untold_time(&names, &layout, asked);
    let told = &mut sink.report.untold_time;
    *told = told.take().or(untold);
    let fields = Roles {
        user: names[layout.user].as_str(),
        item: names[layout.item].as_str(),
        rating: layout.rating.map(|at| names[at].as_str()),
        time: layout.time.map(|at| names[at].as_str()),
    };
    let mut lines = source.into_lines();
    while let Some((number, line)) = lines.next()? {
        match serde_json::from_slice::<Object>(line) {
            Ok(object) => {
                let texts = texts(&object, &fields);
                let row = texts.as_ref().map_err(String::clone).and_then(row);
                sink.take(number, row)?;
            }
            Err(error) => sink.take(number, Err(json::problem(&error)))?,
        }
    }
    Ok(FileLayout {
        words: layout.describe(Some(&names)),
        has_ratings: fields.rating.is_some(),
        time: fields.time.map(str::to_owned),
    })
}

/// The fields of the first lines: the first alone may lack what others have.
fn names(lines: &[String]) -> Vec<String> {
    let mut names = Vec::new();
    let objects = lines
        .iter()
        .filter_map(|line| serde_json::from_str::<Object>(line).ok());
    for name in objects.flat_map(|object| object.into_iter().map(|(name, _)| name)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What the fields of a line hold, as text.
fn texts<'a>(object: &'a Object, fields: &Roles<&str>) -> Result<Roles<Cow<'a, str>>, String> {
    let text = |field: &str| match object.get(field) {
        Some(Value::String(text)) => Ok(Cow::Borrowed(text.trim())),
        Some(Value::Number(number)) => Ok(Cow::Owned(number.to_string())),
        None | Some(Value::Null) => Err(format!("no {field}")),
        Some(_) => Err(format!("{field} is neither text nor a number")),
    };
    let id = |field: &str| match object.get(field) {
        Some(Value::Number(number)) if number.is_f64() => Err(format!(
            "{field} `{number}` is neither text nor a whole number"
        )),
        _ => text(field),
    };
    Ok(Roles {
        user: id(fields.user)?,
        item: id(fields.item)?,
        rating: fields.rating.map(text).transpose()?,
        time: fields.time.map(text).transpose()?,
    })
}

fn row<'a>(texts: &'a Roles<Cow<'_, str>>) -> Result<Row<'a>, String> {
    let time = |text| values::time(text, TimeUnit::SecondsOrMilliseconds);
    Ok(Row {
        user: values::id(texts.user.as_bytes(), "user")?,
        item: values::id(texts.item.as_bytes(), "item")?,
        rating: texts.rating.as_deref().map(values::rating).transpose()?,
        time: texts.time.as_deref().map(time).transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use crate::data::DataArgs;
    use crate::data::mod_test::{error, read, read_files, rows};

    #[test]
    fn fields_are_named_as_columns_are() {
        let text = concat!(
            r#"{"user":"u","item":7,"rating":4,"timestamp":1400000000,"page":[1]}"#,
            "\n",
            r#"{"timestamp":"2014-05-13T16:53:21Z","rating":"3.5","item":"i","user":8}"#,
            "\n",
        );
        let data = read("log.jsonl", text);
        assert_eq!(rows(&data), ["u 7 4 1400000000", "8 i 3.5 1400000001"]);
        let layout = &data.report.files[0].layout;
        assert!(
            layout.contains("time=timestamp (columns not used: page)"),
            "{layout}"
        );
    }

    #[test]
    fn other_fields_can_be_named() {
        let text = r#"{"who":"u","what":"i","paid_at":1400000000,"rating":null}"#;
        let asked = |columns: &'static str| {
            move |args: &mut DataArgs| args.columns = Some(columns.parse().unwrap())
        };
        let named = asked("user=who,item=what,time=paid_at,rating=none");
        let data = read_files(&[("log.jsonl", text.as_bytes())], named).unwrap();
        assert_eq!(rows(&data), ["u i 1 1400000000"]);
        // Though these are fields of Amazon's.
        let text = br#"{"user_id":"u","asin":"i","variant":"j"}"#;
        let data = read_files(&[("log.jsonl", text)], asked("item=variant")).unwrap();
        assert_eq!(rows(&data), ["u j 1 -"]);

        let error = error("log.jsonl", r#"{"client":"u","sku":"i"}"#);
        assert!(
            error.contains("no field of the user found among: client, sku"),
            "{error}"
        );
        assert!(
            error.contains("write --columns user=client,item=sku"),
            "{error}"
        );
    }

    #[test]
    fn bad_lines_are_counted_with_the_reason() {
        let text = concat!(
            r#"{"user":"u","item":"i"}"#,
            "\n",
            r#"{"user":"u","item":"j","rating":2}"#,
            "\n",
            r#"{"user":1.5,"item":"i","rating":2}"#,
            "\n",
            r#"{"user":["u"],"item":"i","rating":2}"#,
            "\n",
            r#"{"user":" ","item":"i","rating":2}"#,
            "\n",
            r#"["u","i",2]"#,
            "\n",
        );
        let data = read("log.jsonl", text);
        assert_eq!(rows(&data), ["u j 2 -"]);
        for (example, expected) in data.report.examples.iter().zip([
            "log.jsonl:1: no rating",
            "log.jsonl:3: user `1.5` is neither text nor a whole number",
            "log.jsonl:4: user is neither text nor a number",
            "log.jsonl:5: the user is empty",
            "log.jsonl:6: invalid type",
        ]) {
            assert!(example.contains(expected), "{example}");
        }
        assert_eq!(data.report.malformed, 5);
    }
}
