//! Guesses a file's format from its name and its first lines.

use std::path::Path;

use anyhow::{Result, bail};
use serde_json::Value;

use super::args::{DataArgs, Format};
use super::columns;
use super::values::{self, TimeUnit};

/// The format of the file whose first non-blank lines are `lines`.
pub(super) fn format(path: &Path, lines: &[String], args: &DataArgs) -> Result<Format> {
    let first = lines.first().map_or("", String::as_str);
    if first.trim_start().starts_with('{') {
        return json_format(path, first, args);
    }
    let name = path
        .file_name()
        .map_or(String::new(), |name| name.to_string_lossy().to_lowercase());
    if first.contains("::") && (name.starts_with("ratings.dat") || fields(first, "::").len() == 4) {
        return Ok(Format::Movielens);
    }
    let told = args.columns.is_some() || args.no_header;
    for (separator, format) in [("\t", Format::Tsv), (",", Format::Csv), (";", Format::Csv)] {
        if !first.contains(separator) {
            continue;
        }
        let fields = fields(first, separator);
        if told || columns::is_header(&fields) {
            return Ok(format);
        }
        let is_rated = fields.len() == 4
            && fields[2].parse::<f32>().is_ok()
            && values::time(&fields[3], TimeUnit::SecondsOrMilliseconds).is_ok();
        return Ok(match separator {
            "," if is_rated => Format::Amazon2014,
            "\t" if is_rated => Format::Movielens,
            _ => format,
        });
    }
    if fields(first, " ").len() > 1 {
        return Ok(Format::Sequence);
    }
    bail!(
        "{}: can't tell its format from its first line; say which with --format",
        path.display()
    )
}

/// A line's fields, roughly: enough for names and numbers, which need no quotes within.
fn fields(line: &str, separator: &str) -> Vec<String> {
    line.split(separator)
        .map(|field| field.trim().trim_matches('"').to_owned())
        .filter(|field| separator != " " || !field.is_empty())
        .collect()
}

fn json_format(path: &Path, first: &str, args: &DataArgs) -> Result<Format> {
    let object = match serde_json::from_str(first) {
        Ok(Value::Object(object)) => object,
        _ => bail!(
            "{}: the first line starts like JSON but is none; repair it, or say what it is with --format",
            path.display()
        ),
    };
    let has = |name: &str| object.contains_key(name);
    if args.columns.is_some() {
        Ok(Format::JsonLines)
    } else if has("user_id") && object.get("history").is_some_and(Value::is_array) {
        Ok(Format::AmazonHistories)
    } else if has("reviewerID") && has("asin") {
        Ok(Format::Amazon2018)
    } else if has("user_id") && (has("parent_asin") || has("asin")) {
        Ok(Format::Amazon2023)
    } else {
        Ok(Format::JsonLines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(name: &str, first: &str) -> Result<Format> {
        format(Path::new(name), &[first.to_owned()], &DataArgs::default())
    }

    #[test]
    fn formats_are_told_by_their_first_line() {
        for (name, first, expected) in [
            ("Beauty.txt", "1 2 3 4", Format::Sequence),
            (
                "ratings.csv",
                "userId,movieId,rating,timestamp",
                Format::Csv,
            ),
            ("x.csv", "\"user_id\";\"item_id\"", Format::Csv),
            ("x.tsv", "user\titem\trating", Format::Tsv),
            (
                "ratings_Beauty.csv",
                "A39HT,0205616461,5.0,1369699200",
                Format::Amazon2014,
            ),
            ("x.csv", "u,i,5.0,2023-05-01T10:00:00Z", Format::Amazon2014),
            ("u.data", "196\t242\t3\t881250949", Format::Movielens),
            ("ratings.dat", "1::1193::5::978300760", Format::Movielens),
            ("a", r#"{"reviewerID":"A","asin":"B"}"#, Format::Amazon2018),
            (
                "a",
                r#"{"user_id":"A","parent_asin":"B"}"#,
                Format::Amazon2023,
            ),
            (
                "a",
                r#"{"user_id":"A","history":[]}"#,
                Format::AmazonHistories,
            ),
            ("a", r#"{"user":"A","item":"B"}"#, Format::JsonLines),
        ] {
            assert_eq!(detected(name, first).unwrap(), expected, "{first}");
        }
    }

    #[test]
    fn what_no_rule_knows_is_an_error_with_a_remedy() {
        for (first, expected) in [("alone", "--format"), ("{\"a\": ", "starts like JSON")] {
            let error = detected("file", first).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn told_columns_are_believed() {
        let args = DataArgs {
            no_header: true,
            ..DataArgs::default()
        };
        let first = ["a,b,5,1369699200".to_owned()];
        assert_eq!(format(Path::new("x"), &first, &args).unwrap(), Format::Csv);
    }
}
