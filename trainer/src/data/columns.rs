//! Finds the columns of a table: by name in its header, or by number.

use anyhow::{Context, Result, bail, ensure};

use super::args::Columns;
use super::dates;

/// Names of each role in order of preference, as [`plain`] writes them.
const USER: &[&str] = &[
    "userid",
    "user",
    "reviewerid",
    "uid",
    "customerid",
    "customer",
    "visitorid",
    "accountid",
];
const ITEM: &[&str] = &[
    "itemid",
    "item",
    "movieid",
    "parentasin",
    "asin",
    "productid",
    "product",
    "iid",
    "articleid",
    "trackid",
    "bookid",
    "isbn",
    "sku",
];
const RATING: &[&str] = &["rating", "overall", "stars", "score", "bookrating"];
const TIME: &[&str] = &[
    "timestamp",
    "unixreviewtime",
    "timestampms",
    "time",
    "unixtime",
    "ts",
    "datetime",
    "date",
    "purchasedat",
    "purchasedate",
    "purchasetime",
    "orderedat",
    "orderdate",
    "ordertime",
    "boughtat",
    "createdat",
    "eventtime",
    "eventdate",
];

/// What a column of user ids is called in part, where no name above is its own.
const LIKE_USER: &[&str] = &[
    "user", "customer", "client", "visitor", "member", "account", "buyer", "reviewer", "person",
    "session",
];
/// The same of item ids.
const LIKE_ITEM: &[&str] = &[
    "item", "product", "sku", "article", "asin", "isbn", "movie", "book", "track", "song", "ean",
];
/// The same of times, and how the names of some end.
const LIKE_TIME: &[&str] = &["date", "time"];
const ENDS_OF_TIMES: &[&str] = &["_at", " at", "At", "_on", " on", " On", " At"];
/// Ends of the names of ids: `product_no` rather than `product_name`.
const IDS: &[&str] = &["id", "no", "nr", "num", "number", "code", "key", "sku"];

/// Where a table keeps what we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Column of the user id.
    pub(super) user: usize,
    /// Column of the item id.
    pub(super) item: usize,
    /// Column of the rating.
    pub(super) rating: Option<usize>,
    /// Column of the time.
    pub(super) time: Option<usize>,
}

impl Layout {
    /// `user, item, rating, time`, as many of them as a row of `width` fields holds.
    pub(super) fn by_position(width: usize) -> Self {
        Self {
            user: 0,
            item: 1,
            rating: (width > 2).then_some(2),
            time: (width > 3).then_some(3),
        }
    }

    /// In words, naming columns by `header` where there is one, and those of it that nothing is read from.
    pub(super) fn describe(&self, header: Option<&[String]>) -> String {
        let column = |role: &str, index: usize| match header {
            Some(names) => format!("{role}={}", names[index]),
            None => format!("{role}={index}"),
        };
        let used = [
            Some(("user", self.user)),
            Some(("item", self.item)),
            self.rating.map(|index| ("rating", index)),
            self.time.map(|index| ("time", index)),
        ];
        let used: Vec<(&str, usize)> = used.into_iter().flatten().collect();
        let is_read = |index: usize| used.iter().any(|&(_, other)| other == index);
        let words: Vec<String> = used.iter().map(|&(role, at)| column(role, at)).collect();
        let header = header.unwrap_or_default().iter().enumerate();
        let unread: Vec<&str> = header
            .filter(|(index, _)| !is_read(*index))
            .map(|(_, name)| name.as_str())
            .collect();
        match unread.is_empty() {
            true => words.join(", "),
            false => format!(
                "{} (columns not used: {})",
                words.join(", "),
                unread.join(", ")
            ),
        }
    }
}

/// The column that looks like the time of an interaction, where none is taken for it and none was asked for,
/// and the option that takes it.
pub(super) fn untold_time(
    names: &[String],
    layout: &Layout,
    asked: &Columns,
) -> Option<(String, String)> {
    if layout.time.is_some() || asked.time.is_some() {
        return None;
    }
    let used = [Some(layout.user), Some(layout.item), layout.rating];
    let at = like_time(names, &used)?;
    Some((names[at].clone(), option(&[("time", at)], names)))
}

/// The first column whose name is that of a time, but for those `used`.
fn like_time(names: &[String], used: &[Option<usize>]) -> Option<usize> {
    let is_like = |name: &str| {
        let lower = name.to_lowercase();
        LIKE_TIME.iter().any(|word| lower.contains(word))
            || ENDS_OF_TIMES.iter().any(|end| name.ends_with(end))
    };
    (0..names.len()).find(|at| !used.contains(&Some(*at)) && is_like(&names[*at]))
}

/// A column's name as it is compared: letters and digits, in lower case.
pub(super) fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The column of `names` that one of `aliases` calls, earlier aliases first.
pub(super) fn find(names: &[String], aliases: &[&str]) -> Option<usize> {
    let names: Vec<String> = names.iter().map(|name| plain(name)).collect();
    aliases
        .iter()
        .find_map(|alias| names.iter().position(|name| name == alias))
}

/// Whether `names` looks like the header of a table of interactions.
pub(super) fn is_header(names: &[String]) -> bool {
    find(names, USER).is_some() && find(names, ITEM).is_some()
}

/// The layout of a table with a header.
pub(super) fn of_header(names: &[String], asked: &Columns) -> Result<Layout> {
    let required = |role: &str, asked: &Option<String>, aliases: &[&str]| match asked {
        Some(column) => by_name_or_number(names, role, column),
        None => match find(names, aliases) {
            Some(index) => Ok(index),
            None if is_data(names) => bail!(
                "the first line holds numbers only ({}), so there seems to be no header\n  if so, write \
                 --no-header {}",
                names.join(", "),
                match names.len() {
                    2 => "--columns user=0,item=1",
                    3 => "--columns user=0,item=1,rating=2 (time=2 if it says when)",
                    _ => "--columns user=0,item=1,rating=2,time=3",
                }
            ),
            None => bail!(
                "no {role} column found among: {}\n  {} (or by 0-based number, with --no-header where the first \
                 line is data)",
                names.join(", "),
                remedy(names),
            ),
        },
    };
    let optional = |role: &str, asked: &Option<String>, aliases: &[&str]| match asked.as_deref() {
        Some("none") => Ok(None),
        Some(column) => by_name_or_number(names, role, column).map(Some),
        None => Ok(find(names, aliases)),
    };
    distinct(Layout {
        user: required("user", &asked.user, USER)?,
        item: required("item", &asked.item, ITEM)?,
        rating: optional("rating", &asked.rating, RATING)?,
        time: optional("time", &asked.time, TIME)?,
    })
}

/// The same of the fields of JSON lines.
pub(super) fn of_fields(names: &[String], asked: &Columns) -> Result<Layout> {
    let user = asked.user.is_some() || find(names, USER).is_some();
    let item = asked.item.is_some() || find(names, ITEM).is_some();
    ensure!(
        user && item,
        "no field of the {} found among: {}\n  {}",
        if user { "item" } else { "user" },
        names.join(", "),
        remedy(names)
    );
    of_header(names, asked)
}

/// The option that names the columns, by what they are called if that tells them.
fn remedy(names: &[String]) -> String {
    let like = |words: &[&str], taken: Option<usize>| {
        let fits = |at: &usize| {
            let name = plain(&names[*at]);
            Some(*at) != taken && words.iter().any(|word| name.contains(word))
        };
        let is_id = |at: &usize| IDS.iter().any(|end| plain(&names[*at]).ends_with(end));
        let mut columns = (0..names.len()).filter(fits);
        columns.clone().find(is_id).or_else(|| columns.next())
    };
    let item = find(names, ITEM);
    let user = find(names, USER).or_else(|| like(LIKE_USER, item));
    let item = item.or_else(|| like(LIKE_ITEM, user));
    let words = match (user, item) {
        (Some(_), Some(_)) => "if these are the ones, write",
        _ => "name the columns, for example",
    };
    let free = |taken: Option<usize>| (0..names.len()).find(|at| Some(*at) != taken);
    let user = user.or_else(|| free(item)).unwrap_or(0);
    let item = item.or_else(|| free(Some(user))).unwrap_or(0);
    let mut columns = vec![("user", user), ("item", item)];
    // A time of a usual name is read unasked.
    if find(names, TIME).is_none()
        && let Some(time) = like_time(names, &[Some(user), Some(item)])
    {
        columns.push(("time", time));
    }
    format!("{words} {}", option(&columns, names))
}

/// The option that gives columns their roles, as a shell takes it.
fn option(columns: &[(&str, usize)], names: &[String]) -> String {
    let part = |&(role, at): &(&str, usize)| format!("{role}={}", spelt(names, at));
    let columns: Vec<String> = columns.iter().map(part).collect();
    let columns = columns.join(",");
    // Of several words, or with what a shell reads: quoted.
    let is_plain = |c: char| c.is_alphanumeric() || "=,_-.".contains(c);
    match columns.chars().all(is_plain) {
        true => format!("--columns {columns}"),
        false => format!("--columns '{columns}'"),
    }
}

/// What to call a column: by its name, or by number where the option would take the name for another's, for
/// none or for several, or a shell for the end of what is quoted.
fn spelt(names: &[String], at: usize) -> String {
    let name = &names[at];
    let is_first = names.iter().position(|other| other == name) == Some(at);
    match name.as_str() {
        "" | "none" => at.to_string(),
        _ if !is_first || name.contains([',', '=', '\'']) => at.to_string(),
        _ => name.clone(),
    }
}

/// Whether a line is hardly a header: numbers and dates only, and not those that number the columns.
pub(super) fn is_data(names: &[String]) -> bool {
    let is_number = |name: &String| name.parse::<f64>().is_ok() || dates::seconds(name).is_some();
    let numbered = (0..names.len()).map(|at| at.to_string());
    names.len() > 1 && names.iter().all(is_number) && !numbered.eq(names.iter().cloned())
}

/// The layout of a table without a header whose rows have `width` fields.
pub(super) fn of_headerless(width: usize, asked: &Columns) -> Result<Layout> {
    ensure!(
        width >= 2,
        "the first line has one column only; is the format right (--format)?"
    );
    if *asked == Columns::default() {
        ensure!(
            width <= 4,
            "{width} columns without a header; say which is which, for example \
             --columns user=0,item=1,rating=2,time=3"
        );
        return Ok(Layout::by_position(width));
    }
    let number = |role: &str, asked: &Option<String>| match asked.as_deref() {
        None | Some("none") => Ok(None),
        Some(column) => match column.parse::<usize>() {
            Ok(index) if index < width => Ok(Some(index)),
            Ok(index) => bail!(
                "--columns {role}={index}: the first line has {width} columns, numbered from 0"
            ),
            Err(_) => bail!(
                "--columns {role}={column}: with --no-header columns have numbers only, 0 to {}",
                width - 1
            ),
        },
    };
    let required = |role: &str, asked: &Option<String>| match number(role, asked)? {
        Some(index) => Ok(index),
        None => bail!("--columns must name the {role} column, for example {role}=0"),
    };
    distinct(Layout {
        user: required("user", &asked.user)?,
        item: required("item", &asked.item)?,
        rating: number("rating", &asked.rating)?,
        time: number("time", &asked.time)?,
    })
}

fn by_name_or_number(names: &[String], role: &str, column: &str) -> Result<usize> {
    let by_name = names.iter().position(|name| name == column);
    let by_number = column.parse().ok().filter(|&index| index < names.len());
    let found = match is_data(names) {
        true => by_number.or(by_name),
        false => by_name.or(by_number),
    };
    found.with_context(|| {
        format!(
            "--columns {role}={column}: no such column; the columns are: {} (or 0 to {})",
            names.join(", "),
            names.len() - 1
        )
    })
}

fn distinct(layout: Layout) -> Result<Layout> {
    let used = [
        Some(layout.user),
        Some(layout.item),
        layout.rating,
        layout.time,
    ];
    let mut used: Vec<usize> = used.into_iter().flatten().collect();
    used.sort_unstable();
    ensure!(
        used.windows(2).all(|pair| pair[0] != pair[1]),
        "--columns gives one column two roles"
    );
    Ok(layout)
}

#[cfg(test)]
#[path = "columns_test.rs"]
mod tests;
