//! A column's cells as numbers, as categories, or as what is predicted.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};

use super::columns::{Column, is_missing, number};
use super::frame::{NO_CATEGORY, Target};

/// More categories than this are text.
const MOST_CATEGORIES: usize = 1000;

/// Values, how many cells hold something else, and the first of those with its row.
pub fn numbers(column: &Column) -> (Vec<f64>, usize, Option<(usize, String)>) {
    let mut broken = 0;
    let mut first = None;
    let values = column.cells.iter().zip(1..).map(|(cell, row)| {
        let value = number(cell);
        if value.is_none() && !is_missing(cell) {
            broken += 1;
            first.get_or_insert_with(|| (row, cell.chars().take(40).collect()));
        }
        value.unwrap_or(f64::NAN)
    });
    (values.collect(), broken, first)
}

/// The categories, sorted (as numbers where all are), and each cell's.
pub fn categories(column: &Column) -> Result<(Vec<String>, Vec<u16>)> {
    let values = column.cells.iter().filter(|cell| !is_missing(cell));
    let distinct: BTreeSet<&str> = values.collect();
    ensure!(
        distinct.len() <= MOST_CATEGORIES,
        "column {} has {} different values, too many for categories; name it in --text or --exclude",
        column.name,
        distinct.len()
    );
    let mut sorted: Vec<&str> = distinct.into_iter().collect();
    if sorted.iter().all(|value| number(value).is_some()) {
        sorted.sort_by(|a, b| {
            number(a)
                .unwrap_or(0.0)
                .total_cmp(&number(b).unwrap_or(0.0))
        });
    }
    let places: std::collections::HashMap<&str, u16> = sorted.iter().copied().zip(0..).collect();
    let code = |cell: &str| places.get(cell).copied().unwrap_or(NO_CATEGORY);
    let codes = column.cells.iter().map(code).collect();
    Ok((sorted.into_iter().map(str::to_owned).collect(), codes))
}

/// Numbers, or the classes of each row.
pub fn target(column: &Column, classify: bool) -> Result<Target> {
    if classify {
        let (classes, codes) = categories(column)?;
        ensure!(
            classes.len() >= 2,
            "target {} has {} class; at least two are needed",
            column.name,
            classes.len()
        );
        return Ok(Target::Classes(classes, codes));
    }
    let (values, broken, first) = numbers(column);
    if let Some((row, cell)) = first {
        bail!(
            "target {} is `{cell}` in data row {row}, and no number within ±1e15 in {broken} rows; clear those cells, predict classes with --classify, or name another --target",
            column.name
        );
    }
    ensure!(
        values.iter().any(|value| !value.is_nan()),
        "target {} has no value in any row; name another --target",
        column.name
    );
    Ok(Target::Numbers(values))
}
