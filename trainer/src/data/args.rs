//! The data options that every command shares.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Result, bail, ensure};
use clap::ValueEnum;

/// Which files to read, and how.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "Data")]
pub struct DataArgs {
    /// Files of interactions, read one after another, plain or gzip; or a folder that holds one.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub interactions: Vec<PathBuf>,
    /// Files of item records: our JSON lines, Amazon metadata, MovieLens movies, or CSV with a header.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub items: Vec<PathBuf>,
    /// Vectors of items for the model item-vectors: an .npz file of NumPy with the arrays `ids` and `vectors`.
    #[arg(long, value_name = "FILE.npz")]
    pub item_vectors: Option<PathBuf>,
    /// Format of the interactions.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Columns of a CSV or TSV file, by name or 0-based number, or fields of JSON lines: user=…,item=…,rating=…,time=… (`none` to ignore one); times are seconds or milliseconds since 1970, or dates such as 2023-05-01T10:00:00Z.
    #[arg(long, value_name = "ROLE=COLUMN,…")]
    pub columns: Option<Columns>,
    /// The first line of a CSV or TSV file is data: columns are user, item, rating, time unless --columns says otherwise.
    #[arg(long)]
    pub no_header: bool,
    /// What to do with several interactions of one user with one item [default: last; keep for sequence files]
    #[arg(long, value_enum)]
    pub duplicates: Option<DuplicatePolicy>,
    /// Keep users with at least N interactions (one pass, before --min-item).
    #[arg(long, value_name = "N")]
    pub min_user: Option<usize>,
    /// Keep items with at least N interactions (one pass, after --min-user).
    #[arg(long, value_name = "N")]
    pub min_item: Option<usize>,
    /// Keep the N-core: repeat until every user and every item has at least N interactions.
    #[arg(long, value_name = "N")]
    pub core: Option<usize>,
    /// Shuffle interactions of one user that share a timestamp.
    #[arg(long, value_name = "SEED")]
    pub shuffle_ties: Option<u64>,
    /// Stop at anything that would otherwise be a warning.
    #[arg(long)]
    pub strict: bool,
}

impl DataArgs {
    /// The options for one file with everything else at its default.
    pub fn file(interactions: impl Into<PathBuf>) -> Self {
        Self {
            interactions: vec![interactions.into()],
            ..Self::default()
        }
    }

    /// Refuses values that can't work, before any file is opened.
    pub(super) fn check(&self) -> Result<()> {
        for (option, value) in [
            ("--min-user", self.min_user),
            ("--min-item", self.min_item),
            ("--core", self.core),
        ] {
            ensure!(
                value != Some(0),
                "{option} must be at least 1 (got 0); leave it out to keep everything"
            );
        }
        ensure!(
            !self.interactions.is_empty(),
            "no file of interactions; name one with --interactions FILE"
        );
        // Before interactions are read, which may take long.
        for path in self.items.iter().chain(&self.item_vectors) {
            ensure!(
                path.exists(),
                "can't open {}: there is no such file; check the path",
                path.display()
            );
        }
        Ok(())
    }
}

/// How a file of interactions is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Detect from the name and the first lines.
    #[default]
    Auto,
    /// A line a user: `user item item …`, oldest first, separated by white space.
    Sequence,
    /// Comma-separated (or semicolon-separated) columns.
    Csv,
    /// Tab-separated columns.
    Tsv,
    /// JSON lines whose fields are named as columns of CSV are.
    JsonLines,
    /// `user,item,rating,seconds` without a header.
    #[value(name = "amazon-2014")]
    Amazon2014,
    /// JSON lines with reviewerID, asin, overall, unixReviewTime.
    #[value(name = "amazon-2018")]
    Amazon2018,
    /// JSON lines or CSV with user_id, parent_asin, rating, timestamp in milliseconds.
    #[value(name = "amazon-2023")]
    Amazon2023,
    /// JSON lines with user_id and a history of reviews, products included.
    #[value(name = "amazon-histories")]
    AmazonHistories,
    /// MovieLens ratings.csv, u.data or ratings.dat.
    Movielens,
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = self.to_possible_value().expect("no variant is skipped");
        f.write_str(value.get_name())
    }
}

/// What becomes of several interactions of one user with one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DuplicatePolicy {
    /// Keep the latest (the last in the file where times tie or are missing).
    Last,
    /// Keep the latest, with the mean of the ratings.
    Mean,
    /// Stop.
    Error,
    /// Keep all of them.
    Keep,
}

/// Where a table keeps user, item, rating and time: `user=…,item=…,rating=…,time=…`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// Column of the user id.
    pub user: Option<String>,
    /// Column of the item id.
    pub item: Option<String>,
    /// Column of the rating; `none` ignores ratings.
    pub rating: Option<String>,
    /// Column of the time; `none` ignores times.
    pub time: Option<String>,
}

impl FromStr for Columns {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut given = BTreeMap::new();
        for part in text.split(',') {
            let Some((role, column)) = part.split_once('=') else {
                bail!(
                    "`{part}` is not ROLE=COLUMN; write for example user=0,item=1,rating=2,time=3"
                );
            };
            let (role, column) = (role.trim(), column.trim());
            ensure!(
                ["user", "item", "rating", "time"].contains(&role),
                "`{role}` is not a role; the roles are user, item, rating and time"
            );
            ensure!(!column.is_empty(), "no column after `{role}=`");
            ensure!(
                given.insert(role, column.to_owned()).is_none(),
                "`{role}` is given twice"
            );
        }
        let mut take = |role| given.remove(role);
        Ok(Self {
            user: take("user"),
            item: take("item"),
            rating: take("rating"),
            time: take("time"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_parsed_in_any_order() {
        let columns: Columns = "item=asin, user=0,time=none".parse().unwrap();
        assert_eq!(columns.user.as_deref(), Some("0"));
        assert_eq!(columns.item.as_deref(), Some("asin"));
        assert_eq!(columns.rating, None);
        assert_eq!(columns.time.as_deref(), Some("none"));
    }

    #[test]
    fn bad_columns_say_what_is_wrong() {
        for (text, expected) in [
            ("user", "not ROLE=COLUMN"),
            ("who=1", "not a role"),
            ("user=1,user=2", "given twice"),
            ("user=", "no column"),
        ] {
            let error = text.parse::<Columns>().unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn zero_as_a_minimum_is_refused() {
        let args = DataArgs {
            core: Some(0),
            ..DataArgs::file("a.csv")
        };
        assert!(args.check().unwrap_err().to_string().contains("--core"));
    }

    #[test]
    fn formats_print_as_they_are_typed() {
        assert_eq!(Format::Amazon2014.to_string(), "amazon-2014");
        assert_eq!(Format::AmazonHistories.to_string(), "amazon-histories");
    }
}
