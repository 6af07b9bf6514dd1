//! What models see of a table: typed features and a target.

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::args::{Missing, TableArgs};
use super::columns::{Column, Kind, is_missing};
use super::read::read;
use super::roles::{check_names, is_told, kind};
use super::typed::{categories, numbers, target};
use crate::progress::Progress;

/// The code of a category that a row lacks.
pub const NO_CATEGORY: u16 = u16::MAX;

/// A numeric feature; NaN where a row lacks it.
#[derive(Clone, Debug)]
pub struct NumericColumn {
    /// Name.
    pub name: String,
    /// Value of each row.
    pub values: Vec<f64>,
}

/// A categorical feature.
#[derive(Clone, Debug)]
pub struct CategoricalColumn {
    /// Name.
    pub name: String,
    /// All categories of the table, sorted.
    pub categories: Vec<String>,
    /// Place of each row's category; [`NO_CATEGORY`] where a row lacks it.
    pub codes: Vec<u16>,
}

/// What is predicted.
#[derive(Clone, Debug)]
pub enum Target {
    /// Numbers.
    Numbers(Vec<f64>),
    /// The classes, sorted, and each row's.
    Classes(Vec<String>, Vec<u16>),
}

/// Values missing or broken in one column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ColumnReport {
    /// The column.
    pub column: String,
    /// What it is taken for.
    pub kind: Kind,
    /// Whether models see it, and why not.
    pub role: &'static str,
    /// Cells without a value.
    pub missing: usize,
    /// Cells of a numeric column that hold no number within ±1e15; taken as missing.
    pub not_numeric: usize,
}

/// A table made ready for models.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Name of the target.
    pub target_name: String,
    /// Numeric features in order of the table's columns.
    pub numeric: Vec<NumericColumn>,
    /// Categorical features in order of the table's columns.
    pub categorical: Vec<CategoricalColumn>,
    /// What is predicted.
    pub target: Target,
    /// Identifier of each row: the `--id` column, or the row's number.
    pub ids: Vec<String>,
    /// What a person calls each row; empty without `--name`.
    pub names: Vec<String>,
    /// One line a column.
    pub report: Vec<ColumnReport>,
    /// What was left out or is odd, one sentence each.
    pub notes: Vec<String>,
    /// SHA-256 over all that models see.
    pub fingerprint: String,
}

impl Frame {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// A row's target as models see it: the number, or the number of the class.
    pub fn target(&self, row: usize) -> f64 {
        match &self.target {
            Target::Numbers(values) => values[row],
            Target::Classes(_, codes) => f64::from(codes[row]),
        }
    }
}

/// Reads the table and types its columns.
pub fn load(args: &TableArgs, progress: &Progress) -> Result<Frame> {
    let columns = read(&args.table, progress)?;
    frame(&columns, args)
}

fn frame(columns: &[Column], args: &TableArgs) -> Result<Frame> {
    let target_name = args
        .target
        .clone()
        .context("name the column to predict with --target COLUMN")?;
    check_names(columns, args, &target_name)?;
    let find = |name: &str| columns.iter().find(|column| column.name == name);
    let target_column = find(&target_name).context("checked above")?;
    let rows = target_column.cells.len();
    let mut report = Vec::new();
    let mut notes = Vec::new();
    let mut numeric = Vec::new();
    let mut categorical = Vec::new();
    for column in columns {
        let kind = kind(column, args);
        let is = |list: &[String]| list.contains(&column.name);
        let role = if column.name == target_name {
            "target"
        } else if is(&args.exclude) {
            "excluded"
        } else if kind == Kind::Text {
            "text, not used"
        } else {
            "feature"
        };
        let too_large = column.too_large();
        if too_large > 0 && kind != Kind::Numeric && role != "excluded" && !is_told(column, args) {
            notes.push(format!(
                "column {}: {too_large} cells hold numbers beyond ±1e15, which models can't take, so it counts as {}; \
                 divide them by a constant, or say what it is with --exclude, --text or --categorical",
                column.name,
                kind.name()
            ));
        }
        let mut not_numeric = 0;
        if role == "feature" && kind == Kind::Numeric {
            let found = numbers(column);
            not_numeric = found.1;
            if let Some((row, cell)) = found.2 {
                notes.push(format!(
                    "column {}: {not_numeric} cells hold no number within ±1e15 and count as missing, the first `{cell}` in data row {row}",
                    column.name
                ));
            }
            numeric.push(NumericColumn {
                name: column.name.clone(),
                values: found.0,
            });
        } else if role == "feature" {
            let (categories, codes) = categories(column)?;
            categorical.push(CategoricalColumn {
                name: column.name.clone(),
                categories,
                codes,
            });
        }
        report.push(ColumnReport {
            column: column.name.clone(),
            kind,
            role,
            missing: column.missing(),
            not_numeric,
        });
    }
    ensure!(
        !(numeric.is_empty() && categorical.is_empty()),
        "no column is left to predict {target_name} from; name numeric ones with --numeric or categorical ones with --categorical"
    );
    let target = target(target_column, args.classify)?;
    let mut keep: Vec<bool> = target_column
        .cells
        .iter()
        .map(|cell| !is_missing(cell))
        .collect();
    let without_target = keep.iter().filter(|kept| !**kept).count();
    if without_target > 0 {
        notes.push(format!(
            "rows without {target_name} left out: {without_target}"
        ));
    }
    if args.missing == Missing::Drop {
        let complete = |row: usize| {
            numeric.iter().all(|column| !column.values[row].is_nan())
                && categorical
                    .iter()
                    .all(|column| column.codes[row] != NO_CATEGORY)
        };
        let mut dropped = 0;
        for row in 0..rows {
            if keep[row] && !complete(row) {
                keep[row] = false;
                dropped += 1;
            }
        }
        if dropped > 0 {
            notes.push(format!(
                "rows with a missing feature left out: {dropped} (keep them with --missing impute)"
            ));
        }
    }
    let kept: Vec<usize> = (0..rows).filter(|&row| keep[row]).collect();
    ensure!(
        !kept.is_empty(),
        "no row is complete; --missing impute keeps those that only lack features"
    );
    let cell = |name: &str, row: usize| find(name).map_or("", |column| column.cells.get(row));
    let id = |&row: &usize| match &args.id {
        Some(name) => cell(name, row).to_owned(),
        None => (row + 1).to_string(),
    };
    let name = |&row: &usize| {
        let parts: Vec<&str> = args.name.iter().map(|name| cell(name, row)).collect();
        parts.join(" – ")
    };
    let mut frame = Frame {
        target_name,
        numeric: numeric
            .into_iter()
            .map(|column| NumericColumn {
                values: kept.iter().map(|&row| column.values[row]).collect(),
                ..column
            })
            .collect(),
        categorical: categorical
            .into_iter()
            .map(|column| CategoricalColumn {
                codes: kept.iter().map(|&row| column.codes[row]).collect(),
                ..column
            })
            .collect(),
        target: match target {
            Target::Numbers(values) => {
                Target::Numbers(kept.iter().map(|&row| values[row]).collect())
            }
            Target::Classes(names, codes) => {
                Target::Classes(names, kept.iter().map(|&row| codes[row]).collect())
            }
        },
        ids: kept.iter().map(id).collect(),
        names: if args.name.is_empty() {
            Vec::new()
        } else {
            kept.iter().map(name).collect()
        },
        report,
        notes,
        fingerprint: String::new(),
    };
    frame.look_for_duplicates();
    frame.fingerprint = frame.digest();
    Ok(frame)
}

impl Frame {
    fn bytes(&self, row: usize, bytes: &mut Vec<u8>) {
        bytes.clear();
        for column in &self.numeric {
            bytes.extend(column.values[row].to_le_bytes());
        }
        for column in &self.categorical {
            bytes.extend(column.codes[row].to_le_bytes());
        }
        bytes.extend(self.target(row).to_le_bytes());
    }

    fn look_for_duplicates(&mut self) {
        let mut seen = std::collections::HashSet::new();
        let mut bytes = Vec::new();
        let repeated = (0..self.len())
            .filter(|&row| {
                self.bytes(row, &mut bytes);
                !seen.insert(bytes.clone())
            })
            .count();
        if repeated > 0 {
            self.notes.push(format!(
                "rows equal to an earlier one in all features and target, kept: {repeated} (where they fall into training and test part, figures are flattered)"
            ));
        }
    }

    fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for column in &self.numeric {
            hash.update(column.name.as_bytes());
        }
        for column in &self.categorical {
            hash.update(column.name.as_bytes());
            hash.update(column.categories.join("\0"));
        }
        let mut bytes = Vec::new();
        for row in 0..self.len() {
            self.bytes(row, &mut bytes);
            hash.update(&bytes);
        }
        hash.finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

#[cfg(test)]
#[path = "frame_test.rs"]
mod frame_test;
