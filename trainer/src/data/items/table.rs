//! Item records as CSV or TSV with a header.

use anyhow::{Context, Result, bail};
use csv::ByteRecord;
use doorstep_shared::ItemRecord;

use super::{ItemSink, add_values, present, price};
use crate::data::columns::{self, plain};
use crate::data::source::{LineEnds, Source, next_record};
use crate::data::{ReadReport, quotes, separator, values, with_point};

/// What else tables of interactions call an item comes last: a table that has an id column may have names there.
const ID: &[&str] = &[
    "productid",
    "itemid",
    "parentasin",
    "asin",
    "movieid",
    "id",
    "sku",
    "iid",
    "articleid",
    "trackid",
    "bookid",
    "isbn",
    "item",
    "product",
];

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Id,
    Title,
    Price,
    Rating,
    Image,
    Url,
    Description,
    Category,
    Brand,
    Genre,
    Unused,
}

impl Role {
    fn of(name: &str) -> Self {
        match plain(name).as_str() {
            "title" | "name" | "productname" | "producttitle" => Self::Title,
            "price" => Self::Price,
            "rating" | "averagerating" | "avgrating" => Self::Rating,
            "image" | "imurl" | "imageurl" | "img" | "thumbnail" => Self::Image,
            "url" | "link" | "producturl" => Self::Url,
            "description" => Self::Description,
            "category" | "categories" | "maincategory" => Self::Category,
            "brand" | "store" => Self::Brand,
            "genre" | "genres" => Self::Genre,
            _ => Self::Unused,
        }
    }
}

/// Reads a table; says what was made of its columns.
pub(super) fn read(source: Source, sink: &mut ItemSink<'_>) -> Result<String> {
    let first = source.first_line();
    let separator = separator(&first);
    let ends = LineEnds::of(&source);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(source.into_bytes());
    let mut record = ByteRecord::new();
    let path = sink.path;
    let unreadable = || format!("can't read {}", path.display());
    next_record(&mut reader, &mut record, ends).with_context(unreadable)?;
    let names: Vec<String> = record
        .iter()
        .map(|name| values::text(name).map(str::to_owned))
        .collect::<Result<_, _>>()
        .map_err(anyhow::Error::msg)
        .with_context(|| format!("the header of {}", sink.path.display()))?;
    let mut roles: Vec<Role> = names.iter().map(|name| Role::of(name)).collect();
    match columns::find(&names, ID) {
        Some(id) => roles[id] = Role::Id,
        None => bail!(
            "{}: no id column among: {}; name it product_id, item_id, asin or id",
            sink.path.display(),
            names.join(", ")
        ),
    }
    while next_record(&mut reader, &mut record, ends).with_context(unreadable)? {
        let line = ends.line(record.position());
        let item = match quotes::problem(&reader, &record, ends, roles.len()) {
            Some(why) => Err(why),
            None => item(&record, &roles, separator, sink.report),
        };
        if item.is_ok() {
            let lines = quotes::lines_like_rows(&record, separator);
            sink.report.swallowed(sink.path, line, lines);
        }
        sink.take(line, item)?;
    }
    let unused: Vec<&str> = names
        .iter()
        .zip(&roles)
        .filter(|(_, role)| **role == Role::Unused)
        .map(|(name, _)| name.as_str())
        .collect();
    Ok(match unused.is_empty() {
        true => "a table".to_owned(),
        false => format!("a table (columns not used: {})", unused.join(", ")),
    })
}

fn item(
    record: &ByteRecord,
    roles: &[Role],
    separator: u8,
    report: &mut ReadReport,
) -> Result<ItemRecord, String> {
    let mut item = ItemRecord::default();
    for (field, role) in record.iter().zip(roles) {
        let text = values::text(field)?;
        match role {
            Role::Id => item.id = values::id(field, "id")?.to_owned(),
            Role::Title => item.title = present(text),
            Role::Price => item.price = price::of_text(text, report),
            Role::Rating if text.is_empty() => {}
            Role::Rating => {
                let text = with_point(text, separator);
                values::rating(&text)?;
                item.rating = text.parse().ok();
            }
            Role::Image => item.image = present(text),
            Role::Url => item.url = present(text),
            Role::Description => item.description = present(text),
            Role::Category => add_values(&mut item, "category", list(text)),
            Role::Brand => add_values(&mut item, "brand", [text]),
            Role::Genre => add_values(&mut item, "genre", genres(text)),
            Role::Unused => {}
        }
    }
    Ok(item)
}

/// MovieLens genres: parted by `|`; `(no genres listed)` is none.
pub(super) fn genres(text: &str) -> impl Iterator<Item = &str> {
    text.split('|')
        .filter(|genre| *genre != "(no genres listed)")
}

/// The values of a field that may hold several: a list as JSON or Python prints it, or parts between
/// `|`. Text that only looks like a list is one value.
fn list(text: &str) -> Vec<String> {
    if !text.starts_with('[') {
        return text.split('|').map(str::to_owned).collect();
    }
    serde_json::from_str(text)
        .ok()
        .or_else(|| python_list(text))
        .unwrap_or_else(|| vec![text.to_owned()])
}

/// The strings of a list such as `['a', "b's"]`.
fn python_list(text: &str) -> Option<Vec<String>> {
    let mut values = Vec::new();
    let mut rest = text.strip_prefix('[')?.strip_suffix(']')?.trim();
    while !rest.is_empty() {
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let mut value = String::new();
        let mut characters = rest[1..].chars();
        loop {
            match characters.next()? {
                '\\' => value.push(characters.next()?),
                c if c == quote => break,
                c => value.push(c),
            }
        }
        values.push(value);
        rest = characters.as_str().trim_start();
        if !rest.is_empty() {
            rest = rest.strip_prefix(',')?.trim_start();
        }
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_in_every_spelling() {
        for (text, expected) in [
            ("a|b", &["a", "b"][..]),
            (r#"["a","b"]"#, &["a", "b"]),
            (r#"['a', "b's", 'c\'d']"#, &["a", "b's", "c'd"]),
            ("[]", &[]),
            ("[not a list", &["[not a list"]),
            ("['open]", &["['open]"]),
        ] {
            assert_eq!(list(text), expected, "{text}");
        }
    }
}
